"""What is kept until a change has its bounds."""

from cms.core.kept import Newest


def test_the_newest_stay():
    newest = Newest(3)
    for number in range(5):
        newest.put({number: str(number)})
    assert [newest.get(number) for number in range(5)] == [None, None, "2", "3", "4"]


def test_more_than_there_is_room_for_leaves_the_last_of_them():
    newest = Newest(2)
    newest.put({number: number for number in range(10)})
    assert [newest.get(number) for number in (7, 8, 9)] == [None, 8, 9]


def test_what_is_known_to_be_missing_is_told_from_what_is_not_known():
    newest = Newest(2)
    newest.put({1: None})
    assert newest.get(1, "unknown") is None
    assert newest.get(2, "unknown") == "unknown"
