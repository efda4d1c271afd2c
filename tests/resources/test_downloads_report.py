"""Downloads counted, and the report that staff read."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Collection

from home.roles import AUTHORS, SIGN_UP_MANAGERS
from resources import counting
from resources.models import DownloadCount
from tests.factories import DocumentFactory, ToolkitPageFactory, UserFactory
from tests.factories.users import user_in
from tests.library import made_public

REPORT = "/admin/reports/downloads/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def document(home):
    return made_public(DocumentFactory(title="Tide poster"))


@pytest.fixture
def take(client, document):
    def take(**headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return b"".join(client.get(document.url, headers={"User-Agent": FIREFOX} | headers))

    return take


def counted() -> int:
    counting.write()
    return sum(DownloadCount.objects.values_list("count", flat=True))


def count(document, number=1, *, days_ago=0, kind="document", key=None, variant="1"):
    DownloadCount.objects.create(
        kind=kind,
        key=key or document.pk,
        variant=variant,
        day=timezone.localdate() - timedelta(days=days_ago),
        count=number,
    )


class TestADownload:
    def test_is_counted_for_its_document_version_and_day(self, take, document):
        take()
        take()
        assert counted() == 2
        only = DownloadCount.objects.get()
        assert (only.kind, only.key, only.variant) == ("document", document.pk, "1")
        assert only.day == timezone.localdate()

    @pytest.mark.parametrize(
        "headers",
        [
            {
                "User_Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
            },
            {"User_Agent": "Mozilla/5.0 (compatible; GPTBot/1.2; +https://openai.com/gptbot)"},
            {"Sec_Purpose": "prefetch;prerender"},
            {"Purpose": "prefetch"},
            {"Range": "bytes=5-"},
            {"Range": "bytes=99999-"},
            {"Range": "bytes=-5"},
        ],
    )
    def test_is_not_counted_for_robots_guesses_and_the_rest_of_a_file(self, headers, take):
        take(**headers)
        assert counted() == 0

    @pytest.mark.parametrize("headers", [{"Range": "bytes=0-9"}, {"User_Agent": "curl/8.5.0"}, {}])
    def test_is_counted_when_it_begins(self, headers, take):
        take(**headers)
        assert counted() == 1

    def test_is_not_counted_when_only_asked_about(self, client, document):
        etag = client.head(document.url).headers["ETag"]
        assert client.get(document.url, headers={"If-None-Match": etag}).status_code == 304
        assert counted() == 0

    def test_leaves_nothing_of_the_reader_behind(self, take, client):
        take()
        assert counted() == 1
        assert not client.cookies
        fields = {field.name for field in DownloadCount._meta.get_fields()}
        assert fields == {"id", "day", "kind", "key", "variant", "count"}

    def test_is_given_and_counted_later_when_the_database_is_away(self, take, monkeypatch, caplog):
        def away(**kwargs):
            raise OperationalError("away")

        assert take()
        with monkeypatch.context() as patched:
            patched.setattr(DownloadCount.objects, "update_or_create", away)
            assert not counting.write()
        assert "written later" in caplog.text
        take()
        assert counted() == 2


class TestTheReport:
    @pytest.fixture
    def staff(self, home, client):
        client.force_login(user_in(AUTHORS))
        return client

    def test_shows_each_version_and_format_with_its_totals(self, staff, document, home):
        toolkit = ToolkitPageFactory(parent=home, title="The toolkit")
        shelf = Collection.get_first_root_node().add_child(name="Posters")
        count(document, 3)
        count(document, 4, variant="2")
        count(None, 20, kind="toolkit", key=toolkit.pk, variant="epub")
        count(None, 1, kind="collection", key=shelf.pk, variant="zip")
        content = staff.get(REPORT).content.decode()
        for words in ("Tide poster", "Version 2", "E-book (EPUB)", '<td rowspan="2">7</td>'):
            assert words in content
        assert "<strong>28</strong> downloads of 3 things" in content
        assert content.index("The toolkit</th>") < content.index("Tide poster</th>")

    def test_shows_thirty_days_and_others_when_asked(self, staff, document):
        count(document, 3)
        count(document, 5, days_ago=40)
        assert "<strong>3</strong> downloads" in staff.get(REPORT).content.decode()
        since = timezone.localdate() - timedelta(days=60)
        wider = staff.get(REPORT, {"day_from": since, "day_to": ""}).content.decode()
        assert "<strong>8</strong> downloads" in wider
        narrow = staff.get(REPORT + "results/", {"day_from": since, "day_to": since})
        assert "Nothing was downloaded" in narrow.content.decode()

    def test_draws_a_bar_for_each_day_and_says_the_same_in_a_table(self, staff, document):
        count(document, 3)
        content = staff.get(REPORT + "results/").content.decode()
        assert content.count("<rect") == 30
        assert content.count('<th scope="row">') == 30

    def test_draws_months_when_the_time_is_long(self, staff, document):
        for days_ago in (0, 100, 200, 300):
            count(document, 3, days_ago=days_ago)
        content = staff.get(REPORT, {"day_from": "2020-01-01"}).content.decode()
        assert 4 <= content.count("<rect") <= 84

    def test_says_so_when_there_is_nothing(self, staff, home):
        assert "Nothing was downloaded in this time." in staff.get(REPORT).content.decode()

    def test_survives_dates_that_are_none(self, staff, document):
        count(document)
        assert staff.get(REPORT, {"day_from": "soon"}).status_code == 200

    def test_keeps_the_numbers_of_what_is_deleted(self, staff, document):
        count(document, 3)
        key = document.pk
        document.delete()
        assert f"Document {key} (deleted)" in staff.get(REPORT).content.decode()

    def test_is_a_spreadsheet_that_runs_no_formula(self, staff, document):
        document.title = '=HYPERLINK("http://example.org")'
        document.save()
        count(document, 3)
        answer = staff.get(REPORT, {"export": "csv"})
        lines = b"".join(answer).decode().splitlines()
        assert lines[0] == "What,Kind,Version or format,Downloads"
        assert lines[1] == '"\'=HYPERLINK(""http://example.org"")",Document,Version 1,3'
        assert staff.get(REPORT, {"export": "xlsx"}).status_code == 200

    def test_takes_no_more_queries_for_more_rows(self, staff, document):
        def queries():
            staff.get(REPORT)
            with CaptureQueriesContext(connection) as captured:
                staff.get(REPORT)
            return len(captured)

        count(document)
        few = queries()
        for number in range(20):
            count(DocumentFactory(), number + 1)
        assert queries() == few

    def test_is_for_those_who_keep_documents(self, client, home):
        client.force_login(user_in(AUTHORS))
        assert REPORT in client.get("/admin/").content.decode()
        client.force_login(user_in(SIGN_UP_MANAGERS))
        assert client.get(REPORT).status_code == 302
        assert REPORT not in client.get("/admin/").content.decode()
        client.force_login(UserFactory(is_superuser=True))
        assert client.get(REPORT).status_code == 200
