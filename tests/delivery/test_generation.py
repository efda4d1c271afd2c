"""The content generation moves in every process and host, and never comes back."""

import multiprocessing
import socket
import time
from uuid import uuid4

import pytest
import redis

from cms.events.generation import FileGeneration, RedisGeneration


def _move(path, times, moved):
    mine = FileGeneration(path)
    for _ in range(times):
        mine.move()
    moved.put(times)


class TestInAFile:
    def test_another_process_sees_a_move_at_once(self, tmp_path):
        here = FileGeneration(tmp_path / "var" / "number")
        before = here.mark()
        context = multiprocessing.get_context("fork")
        other = context.Process(target=_move, args=(tmp_path / "var/number", 1, context.Queue()))
        other.start()
        other.join()
        assert here.mark() > before

    def test_no_two_moves_at_once_give_one_number(self, tmp_path, monkeypatch):
        """With a clock that stands still, each of 400 moves must count."""
        monkeypatch.setattr(time, "time_ns", lambda: 1000)
        here = FileGeneration(tmp_path / "number")
        before, _ = here.mark()
        context = multiprocessing.get_context("fork")
        moved = context.Queue()
        others = [
            context.Process(target=_move, args=(tmp_path / "number", 100, moved)) for _ in range(4)
        ]
        for other in others:
            other.start()
        for other in others:
            other.join()
        assert here.mark() == (before + 400, 0)

    def test_a_file_that_is_made_anew_does_not_begin_with_an_old_number(self, tmp_path):
        first = FileGeneration(tmp_path / "number")
        for _ in range(10):
            first.move()
        (tmp_path / "number").unlink()
        assert FileGeneration(tmp_path / "number").mark() > first.mark()

    def test_what_is_taken_moves_both_numbers_and_what_is_added_one(self, tmp_path):
        number = FileGeneration(tmp_path / "number")
        mark, taken = number.mark(), number.taken()
        number.move()
        assert (number.mark() > mark, number.taken() == taken) == (True, True)
        mark = number.mark()
        number.move(takes=True)
        assert (number.mark() > mark, number.taken() > taken) == (True, True)


@pytest.fixture
def key(redis_url):
    """A key of its own in Redis."""
    key = f"test-{uuid4().hex}"
    yield key
    with redis.Redis.from_url(redis_url) as client:
        client.delete(f"{key}:number", f"{key}:taken")


@pytest.fixture
def on_hosts(redis_url, key):
    """Generations as processes of different hosts have them."""
    return lambda: RedisGeneration(redis_url, key)


class TestInRedis:
    def test_another_host_sees_a_move_at_once(self, on_hosts):
        here, there = on_hosts(), on_hosts()
        before, taken = here.mark(), here.taken()
        there.move()
        assert here.mark() > before
        assert here.taken() == taken
        there.move(takes=True)
        assert here.taken() > taken

    def test_it_stays_while_nothing_changes(self, on_hosts):
        here = on_hosts()
        assert len({here.mark() for _ in range(5)}) == 1

    def test_a_redis_that_was_emptied_does_not_begin_with_an_old_number(
        self, on_hosts, redis_url, key
    ):
        here = on_hosts()
        here.move()
        before = here.mark()
        with redis.Redis.from_url(redis_url) as client:
            client.delete(f"{key}:number")
        assert here.mark() > before

    def test_while_redis_is_away_nobody_knows_and_nobody_waits(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            away = RedisGeneration(f"redis://127.0.0.1:{free.getsockname()[1]}/0", "x")
            started = time.monotonic()
            assert {away.mark() for _ in range(100)} == {None}
            assert away.taken() is None
            away.move()
            assert time.monotonic() - started < 1

    def test_one_that_does_not_answer_is_away_after_half_a_second(self):
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            away = RedisGeneration(f"redis://127.0.0.1:{silent.getsockname()[1]}/0", "x")
            started = time.monotonic()
            assert away.mark() is None
            assert time.monotonic() - started < 0.9

    def test_a_move_that_redis_was_not_told_of_is_told_when_it_is_back(self, on_hosts, monkeypatch):
        here, there = on_hosts(), on_hosts()
        before, taken = there.mark(), there.taken()
        with monkeypatch.context() as away:
            away.setattr(here._redis, "pipeline", _refuse)
            here.move(takes=True)
            assert here.mark() is None
        assert there.mark() == before
        here._away_until = 0
        here.mark()
        assert there.mark() > before
        assert there.taken() > taken

    def test_after_a_lost_connection_nothing_older_is_trusted(self, on_hosts, redis_url):
        """What moved in the meantime may have been lost with it."""
        here = on_hosts()
        before = here.mark()
        client = redis.Redis.from_url(redis_url)
        for one in client.client_list():
            if one["id"] != str(client.client_id()):
                client.client_kill_filter(_id=one["id"])
        client.close()
        time.sleep(0.1)
        marks = {here.mark()}
        here._away_until = 0
        marks.add(here.mark())
        assert before not in marks


def _refuse(*args, **kwargs):
    raise redis.ConnectionError("Redis is away.")
