"""Varnish, with the configuration of the guide, in front of the server that goes live."""

import gzip
import http.client
import time

import brotli
import pytest

from tests.delivery.page_cache.live import Editor
from tests.served import Served
from tests.varnish import Varnish

pytestmark = pytest.mark.edge

BY_PATH = "/api/content/v1/pages/by-path/?path="
SECOND = 1  # in which what changed must have gone


class Edge:
    """The site as readers get it through Varnish, and an editor."""

    def __init__(self, site, varnish):
        self.site, self.varnish = site, varnish
        self.editor = Editor(site)
        self.keys = [*self.do("begin", varnish.port), *self.do("show_more")]
        self.do("form")
        for key in self.keys:
            self.do("rewrite", key, "First")  # now the log of events knows them

    def ask(self, address, method="GET", source="127.0.0.1", **headers):
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.varnish.port, timeout=30, source_address=(source, 0)
        )
        try:
            names = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, address, headers=names)
            answer = connection.getresponse()
            answer.body = answer.read()
            return answer
        finally:
            connection.close()

    def how(self, address, **headers) -> str:
        return self.ask(address, **headers).headers["X-Cache"]

    def warm(self, *addresses) -> None:
        """Have these kept, when what was to be forgotten is forgotten."""
        time.sleep(max(0, self.changed + SECOND / 2 - time.monotonic()))
        for address in addresses:
            self.ask(address)
            assert self.how(address) == "edge", address

    def do(self, *command):
        said = self.editor.do(*command)
        self.changed = time.monotonic()
        return said


@pytest.fixture(scope="module")
def edge(tmp_path_factory):
    folder = tmp_path_factory.mktemp("edge")
    with Varnish(folder) as varnish, Served(folder, EDGE_PURGE_URL=varnish.address) as site:
        varnish.start(site.port)
        edge = Edge(site, varnish)
        site.start("/")
        yield edge
        edge.editor.stop()


class TestWhatIsKept:
    @pytest.mark.parametrize(
        "address",
        ["/", "/page-0/", "/sitemap.xml", BY_PATH + "/page-0/", "/api/v2/pages/?limit=3"],
    )
    def test_the_second_reader_gets_it_from_varnish(self, edge, address):
        edge.do("purge")
        assert edge.how(address) in ("hit", "miss")
        answer = edge.ask(address)
        assert answer.headers["X-Cache"] == "edge"
        assert int(answer.headers["Age"]) >= 0

    def test_readers_are_not_told_what_the_edge_is_told(self, edge):
        edge.warm("/page-0/")
        headers = edge.ask("/page-0/").headers
        assert not {"Edge-Tags", "Edge-Address", "X-Varnish", "Via"} & set(headers)
        assert "stale-if-error" not in headers["Cache-Control"]

    def test_each_reader_gets_what_they_can_unpack(self, edge):
        plain = edge.ask("/page-0/").body
        for _ in range(2):
            packed = edge.ask("/page-0/", Accept_Encoding="gzip, br")
            assert packed.headers["Content-Encoding"] == "br"
            assert brotli.decompress(packed.body) == plain
            packed = edge.ask("/page-0/", Accept_Encoding="gzip")
            assert packed.headers["Content-Encoding"] == "gzip"
            assert gzip.decompress(packed.body) == plain
            assert edge.ask("/page-0/", Accept_Encoding="br;q=0").body == plain
        assert packed.headers["X-Cache"] == "edge"

    def test_who_has_it_already_is_told_so(self, edge):
        etag = edge.ask("/page-0/").headers["ETag"]
        assert edge.ask("/page-0/", If_None_Match=etag).status == 304

    @pytest.mark.parametrize(
        "address",
        ["/page-1/?utm_source=x", "/page-1/?gclid=1&fbclid=2", "/page-1/?mtm_campaign=a&utm_id=b"],
    )
    def test_what_campaigns_add_to_addresses_makes_no_other_page(self, edge, address):
        edge.warm("/page-1/")
        assert edge.how(address) == "edge"

    def test_what_a_page_looks_at_stays_in_its_address(self, edge):
        edge.warm("/materials/?kind=poster")
        assert edge.how("/materials/?utm_source=x&kind=poster&utm_id=1") == "edge"
        assert edge.how("/materials/?kind=leaflet") != "edge"

    def test_a_host_has_one_spelling(self, edge):
        host = f"localhost:{edge.varnish.port}"
        edge.ask("/page-1/", Host=host)
        assert edge.how("/page-1/", Host=host.upper()) == "edge"


class TestWhatIsNot:
    @pytest.mark.parametrize(
        "address",
        ["/admin/login/", "/join/", "/search/?q=a", "/nothing/", "/api/content/v1/sync/"],
    )
    def test_sign_in_forms_search_and_errors(self, edge, address):
        for _ in range(3):
            assert edge.how(address) != "edge"

    def test_a_draft_by_its_link(self, edge):
        address = edge.do("share", edge.keys[0], "A draft")
        for _ in range(3):
            answer = edge.ask(address)
            assert answer.headers["X-Cache"] == "bypass"
            assert b"A draft" in answer.body
        assert b"A draft" not in edge.ask("/page-0/").body

    @pytest.mark.parametrize(
        "headers",
        [{"Cookie": "sessionid=x"}, {"Cookie": "a=b; csrftoken=x"}, {"Authorization": "Bearer x"}],
    )
    def test_what_someone_asks_who_may_be_signed_in(self, edge, headers):
        edge.warm("/page-0/")
        assert edge.how("/page-0/", **headers) != "edge"
        assert edge.how("/page-0/") == "edge"  # and what they got is nobody else's

    def test_other_cookies_make_no_difference(self, edge):
        edge.warm("/page-0/")
        assert edge.how("/page-0/", Cookie="seen=yes") == "edge"

    def test_nothing_is_kept_that_is_sent(self, edge):
        edge.warm("/page-0/")
        assert edge.ask("/page-0/", "POST").headers["X-Cache"] != "edge"


class TestWhatIsForgotten:
    def test_a_page_that_was_rewritten_and_what_lists_it_and_no_other(self, edge):
        goes = ["/page-0/", "/sitemap.xml", BY_PATH + "/page-0/", "/api/content/v1/pages/"]
        stays = ["/page-1/", "/toolkit/chapter/"]
        edge.warm(*goes, *stays)
        edge.do("rewrite", edge.keys[0], f"Now {time.time_ns()}")
        assert [address for address in goes if edge.how(address) == "edge"] == []
        assert [address for address in stays if edge.how(address) != "edge"] == []

    def test_what_draws_on_a_page(self, edge):
        edge.warm("/", "/page-1/")
        edge.do("rewrite", edge.keys[-1], f"Chapter {time.time_ns()}")
        assert edge.how("/") != "edge"  # it shows the toolkit with its chapters
        assert edge.how("/page-1/") == "edge"

    @pytest.mark.parametrize(
        "command",
        [("publish", 0, "Another title"), ("first", 1), ("settings", "Us"), ("alert", "!")],
    )
    def test_everything_when_it_may_show_everywhere(self, edge, command):
        edge.warm("/", "/page-2/", "/materials/")
        name, *rest = command
        edge.do(name, *[edge.keys[part] if isinstance(part, int) else part for part in rest])
        for address in ("/", "/page-2/", "/materials/"):
            assert edge.how(address) != "edge"

    def test_a_document_where_documents_are_shown(self, edge):
        edge.warm("/materials/", "/page-1/")
        edge.do("shelf", "A new leaflet")
        assert b"A new leaflet" in edge.ask("/materials/").body
        assert edge.how("/page-1/") == "edge"

    def test_what_expires_at_its_second_though_nobody_tells(self, edge):
        edge.do("expire", edge.keys[2], 3)
        edge.warm("/page-2/")
        time.sleep(3)
        assert edge.ask("/page-2/").status == 404
        edge.do("publish", edge.keys[2], "Back again")

    def test_what_was_kept_by_accident_is_forgotten_within_a_second(self, edge):
        """By the second purge: the test puts back what was on its way as it changed."""
        edge.warm("/page-1/")
        edge.do("rewrite", edge.keys[1], f"Late {time.time_ns()}")
        edge.ask("/page-1/")
        time.sleep(SECOND)
        assert edge.how("/page-1/") != "edge"

    def test_the_worker_tells_what_a_process_that_died_did_not(self, edge):
        edge.do("rewrite", edge.keys[1], f"Died {time.time_ns()}")
        time.sleep(SECOND)
        edge.warm("/page-1/")
        edge.do("tell_edges")
        assert edge.how("/page-1/") != "edge"
        edge.warm("/page-1/")
        edge.do("tell_edges")  # which has nothing new to tell
        assert edge.how("/page-1/") == "edge"

    def test_one_address_by_wagtails_own_functions(self, edge):
        edge.warm("/page-1/", "/page-2/")
        edge.do("purge_address", f"{edge.varnish.address}/page-1/")
        assert edge.how("/page-1/") != "edge"
        assert edge.how("/page-2/") == "edge"

    def test_only_the_sites_own_machines_may_say_so(self, edge):
        edge.warm("/page-1/")
        assert edge.ask("/", "PURGE", source="127.0.0.2", Edge_Tags="all").status == 403
        assert edge.ask("/", "PURGE", Edge_Tags='all" || obj.status == 200').status == 400
        assert edge.how("/page-1/") == "edge"


class TestWhenItIsOld:  # the last ones: they stop the site
    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def _soon_old(cls, edge):
        """What is kept is old after a second, and may be given while it is fetched for another."""
        edge.site.kill()
        edge.site.environment |= {"SHARED_MAX_AGE": "1", "STALE_WHILE_REVALIDATE": "1"}
        edge.site.start("/")
        edge.do("purge")

    def test_it_is_given_once_more_while_a_new_one_is_fetched(self, edge):
        edge.warm("/page-1/")
        time.sleep(1.5)
        assert edge.how("/page-1/") == "edge-stale"
        time.sleep(0.3)
        assert edge.how("/page-1/") == "edge"

    def test_it_is_not_given_after_that(self, edge):
        edge.warm("/page-1/")
        time.sleep(2.5)
        assert edge.how("/page-1/") in ("hit", "miss")

    def test_it_is_given_for_as_long_as_the_site_does_not_answer(self, edge):
        edge.do("show", edge.keys[2])
        edge.warm("/page-1/", "/page-2/", BY_PATH + "/page-2/")
        edge.do("hide", edge.keys[2])
        edge.warm("/page-1/")
        edge.site.kill()
        time.sleep(2.5)
        for _ in range(2):
            old = edge.ask("/page-1/")
            assert old.status == 200
            assert old.headers["X-Cache"] == "edge-stale"
        # What was taken from readers stays taken.
        for address in ("/page-2/", BY_PATH + "/page-2/"):
            gone = edge.ask(address)
            assert gone.status == 503
            assert b"can't be reached" in gone.body
