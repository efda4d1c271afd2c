"""Documents handed out: as files and nothing else, in parts, at addresses that last."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import HttpResponse
from wagtail import hooks
from wagtail.documents.models import document_served

from cms.core import files
from resources.models import DocumentVersion
from resources.serving import Counted, send_file
from tests.factories import DocumentFactory
from tests.library import made_public

BODY = b"0123456789" * 20_000  # more than one chunk


@pytest.fixture
def document(home):
    document = DocumentFactory(title="Words")
    document.file.save("words.txt", ContentFile(BODY), save=False)
    document.read_file()
    document.save()
    return made_public(document)


@pytest.fixture
def get(client, document):
    def get(method="get", **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        response = getattr(client, method)(document.url, headers=headers)
        response.body = b"".join(response) if response.streaming else response.content
        return response

    return get


class TestAFile:
    def test_comes_whole_with_its_type_and_name_and_runs_nothing(self, get):
        response = get()
        assert response.status_code == 200
        assert response.body == BODY
        headers = response.headers
        assert headers["Content-Length"] == str(len(BODY))
        assert headers["Content-Type"] == "text/plain"
        assert headers["Content-Disposition"] == 'attachment; filename="words.txt"'
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert headers["Accept-Ranges"] == "bytes"
        assert headers["Cache-Control"] == "public, no-cache"
        assert headers["ETag"].startswith('"')
        assert "Set-Cookie" not in headers
        assert "Vary" not in headers

    def test_is_only_described_when_only_asked_about(self, get):
        response = get("head")
        assert response.body == b""
        assert response.headers["Content-Length"] == str(len(BODY))
        assert response.headers["Accept-Ranges"] == "bytes"

    def test_is_not_sent_again_to_who_has_it(self, get):
        etag = get("head").headers["ETag"]
        for known in (etag, f'"other", {etag}', f"W/{etag}", "*"):
            response = get(If_None_Match=known, Range="bytes=0-1")
            assert (response.status_code, response.body) == (304, b"")
            assert response.headers["ETag"] == etag
            assert response.headers["Cache-Control"] == "public, no-cache"
        assert get(If_None_Match='"other"').status_code == 200
        assert get(If_Match='"other"').status_code == 412

    @pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
    def test_is_only_read(self, method, get):
        response = get(method)
        assert response.status_code == 405
        assert response.headers["Allow"] == "GET, HEAD"

    @pytest.mark.parametrize(
        ("name", "quoted"),
        [
            ("Größe.txt", "filename*=utf-8''Gr%C3%B6%C3%9Fe.txt"),
            ("ਪੋਸਟਰ.txt", "filename*=utf-8''%E0%A8%AA"),
            ('a"b\\c.txt', r'filename="a\"b\\c.txt"'),
        ],
    )
    def test_keeps_its_name_in_any_script(self, name, quoted, document, rf):
        response = send_file(
            rf.get("/"),
            document.file,
            name=name,
            etag="x",
            private=False,
            counted=Counted("document", 1, "1"),
        )
        b"".join(response)
        assert quoted in response.headers["Content-Disposition"]

    def test_of_a_kind_that_is_not_on_the_list_is_only_bytes(self, document, rf):
        for name in ("page.html", "drawing.svg", "noending"):
            response = send_file(
                rf.get("/"),
                document.file,
                name=name,
                etag=None,
                private=False,
                counted=Counted("document", 1, "1"),
            )
            b"".join(response)
            assert response.headers["Content-Type"] == "application/octet-stream"
            assert response.headers["Content-Disposition"].startswith("attachment")
            assert "ETag" not in response.headers

    def test_that_is_gone_is_not_found(self, get, document):
        default_storage.delete(document.file.name)
        assert get().status_code == 404

    def test_is_never_in_memory_whole(self, client, document, monkeypatch):
        asked = []
        read = files.Part.__next__

        def noted(part):
            chunk = read(part)
            asked.append(len(chunk))
            return chunk

        monkeypatch.setattr(files.Part, "__next__", noted)
        assert b"".join(client.get(document.url)) == BODY
        assert max(asked) <= files.CHUNK < len(BODY)

    def test_is_closed_when_the_reader_goes_away(self, document):
        part = files.Stored(default_storage, document.file.name).part(5, 100)
        assert next(part) == BODY[5:105]
        part.close()  # an open file would be a warning, and so an error


class TestAPartOfAFile:
    """RFC 9110, section 14."""

    @pytest.mark.parametrize(
        ("asked", "start", "stop"),
        [
            ("bytes=0-0", 0, 1),
            ("bytes=0-99", 0, 100),
            ("bytes=150000-", 150_000, len(BODY)),
            ("bytes=199999-199999", 199_999, 200_000),
            ("bytes=10-999999999", 10, len(BODY)),
            ("bytes=-7", len(BODY) - 7, len(BODY)),
            ("bytes=-999999999", 0, len(BODY)),
            ("BYTES= 5-6 ", 5, 7),
        ],
    )
    def test_is_sent_alone(self, asked, start, stop, get):
        response = get(Range=asked)
        assert response.status_code == 206
        assert response.body == BODY[start:stop]
        assert response.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{len(BODY)}"
        assert response.headers["Content-Length"] == str(stop - start)

    @pytest.mark.parametrize("asked", ["bytes=200000-", "bytes=900000-900001", "bytes=-0"])
    def test_behind_the_end_is_refused_with_the_size(self, asked, get):
        response = get(Range=asked)
        assert response.status_code == 416
        assert response.headers["Content-Range"] == f"bytes */{len(BODY)}"
        assert not response.body

    @pytest.mark.parametrize(
        "asked",
        [
            "bytes=5-2",
            "bytes=-",
            "bytes=",
            "bytes",
            "lines=0-5",
            "bytes=a-b",
            "bytes=0-1,5-6",
            "bytes=٣-٤",
            f"bytes=0-{'9' * 5000}",
        ],
    )
    def test_that_cannot_be_read_or_is_many_is_the_whole(self, asked, get):
        response = get(Range=asked)
        assert (response.status_code, response.body) == (200, BODY)

    def test_is_sent_only_if_the_file_is_still_the_same(self, get):
        etag = get("head").headers["ETag"]
        assert get(Range="bytes=0-4", If_Range=etag).status_code == 206
        for other in ('"other"', f"W/{etag}", "Mon, 23 Nov 2026 11:25:00 GMT"):
            assert get(Range="bytes=0-4", If_Range=other).status_code == 200

    def test_is_no_question_for_a_description(self, get):
        assert get("head", Range="bytes=0-4").status_code == 200

    def test_of_an_empty_file_is_that_file(self, get, document):
        document.file.save("empty.txt", ContentFile(b""), save=True)
        response = get(Range="bytes=0-4")
        assert (response.status_code, response.body) == (200, b"")


class TestAnAddress:
    def test_gives_the_latest_file_under_any_name_it_had(self, client, document):
        old = document.url
        document.file.save("newer.txt", ContentFile(b"newer"), save=False)
        document.read_file()
        document.save()
        response = client.get(old)
        assert (response.status_code, response.headers["Location"]) == (302, document.url)
        assert response.headers["Cache-Control"] == "public, no-cache"
        response = client.get(old, follow=True)
        assert b"".join(response) == b"newer"

    @pytest.mark.parametrize("name", ["", "any/thing", "%2e%2e%2fsecret", "ਪੋਸਟਰ.pdf"])
    def test_leads_nowhere_else_whatever_its_name(self, name, client, document):
        response = client.get(f"/documents/{document.pk}/{name}")
        assert response.headers["Location"] == document.url

    def test_of_no_document_is_not_found(self, home, client):
        assert client.get("/documents/404/poster.pdf").status_code == 404
        assert client.get(f"/documents/{'9' * 40}/poster.pdf").status_code == 404

    def test_runs_the_hooks_and_tells_those_who_listen(self, client, document):
        served = []

        def listen(instance, **kwargs):
            served.append(instance)

        document_served.connect(listen)
        try:
            b"".join(client.get(document.url))
            with hooks.register_temporarily(
                "before_serve_document", lambda document, request: HttpResponse("Not today.")
            ):
                assert client.get(document.url).content == b"Not today."
        finally:
            document_served.disconnect(listen)
        assert served == [document]


def test_an_older_version_is_sent_as_any_file(document, rf):
    version = DocumentVersion.objects.create(
        document=document,
        number=1,
        file=document.file.name,
        filename="poster.pdf",
        file_size=len(BODY),
        file_hash="abc",
        dated=document.dated,
    )
    response = send_file(
        rf.get("/", headers={"Range": "bytes=0-3"}),
        version.file,
        name=version.filename,
        etag=version.file_hash,
        private=False,
        counted=Counted("document", document.pk, "1"),
    )
    assert b"".join(response) == BODY[:4]
    assert response.headers["Content-Type"] == "application/pdf"
