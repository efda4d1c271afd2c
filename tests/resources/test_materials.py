"""The materials page: shelves, filters, works in several forms, paging, download all."""

import re
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Collection, CollectionViewRestriction, Site

from cms.core.models import SiteSettings
from resources import archives
from resources.models import Document
from tests.factories import DocumentFactory, MaterialsPageFactory, StandardPageFactory, UserFactory
from tests.factories.files import picture


def shelf(name):
    return Collection.get_first_root_node().add_child(name=name)


def page_of(home, *collections):
    return MaterialsPageFactory(
        parent=home,
        slug="materials",
        body=[
            *(
                {"type": "collection", "value": {"heading": each.name, "collection": each.pk}}
                for each in collections
            ),
            {"type": "rich_text", "value": "<p>How to use them.</p>"},
        ],
    )


def read(client, query="") -> str:
    response = client.get(f"/materials/{query}")
    assert response.status_code == 200
    assert not response.cookies
    return " ".join(response.content.decode().split())


def items(content) -> list[str]:
    """The titles of the items on the shelves, in order."""
    return re.findall(r'class="attachment__link"> <a [^>]*>(.*?) <span', content)


def choices(content) -> dict[str, tuple[int | None, str]]:
    """{"Poster": (6, its address)} for each filter's value; None where it is chosen."""
    found = re.findall(
        r'<a class="filters__choice[^"]*" href="([^"]*)"[^>]*> <span[^>]*>(.*?)</span>(.*?)</a>',
        content,
    )
    return {
        label: (int(number[1]) if (number := re.search(r">(\d+)<", rest)) else None, url)
        for url, label, rest in found
    }


@pytest.fixture
def contact(home):
    SiteSettings.objects.update_or_create(
        site=Site.objects.get(),
        defaults={"contact_email": "ask@example.org", "contact_telephone": "01632 960120"},
    )


@pytest.fixture
def posters(home):
    """Six files that are four works on two shelves: a poster in three languages is one of them."""
    posters, leaflets = shelf("Posters"), shelf("Leaflets")
    page_of(home, posters, leaflets)
    english = DocumentFactory(title="Poster", collection=posters)
    DocumentFactory(title="Plakat", language="pl", form_of=english, collection=posters)
    DocumentFactory(title="Afiș", language="ro", form_of=english, collection=posters)
    DocumentFactory(
        title="Square", collection=posters, file=ContentFile(picture(), name="square.png")
    )
    DocumentFactory(title="Leaflet", kind="leaflet", collection=leaflets)
    DocumentFactory(title="Ulotka", kind="leaflet", language="pl", collection=leaflets)
    return posters


class TestFilters:
    def test_all_works_are_shown_once_with_what_else_there_is(self, posters, client):
        content = read(client)
        assert items(content) == ["Poster", "Square", "Leaflet", "Ulotka"]
        assert "4 items" in content
        assert '>Polski</span><span class="visually-hidden">: Plakat</span>' in content
        assert "How to use them." in content

    def test_each_value_is_a_link_with_its_count(self, posters, client):
        found = {label: count for label, (count, _) in choices(read(client)).items()}
        assert found == {
            "Poster": 2, "Leaflet": 2, "English": 3, "Polski": 2, "Română": 1, "PDF": 3, "PNG": 1,
        }  # fmt: skip

    def test_a_work_is_found_by_any_of_its_forms(self, posters, client):
        content = read(client, "?language=pl")
        assert items(content) == ["Plakat", "Ulotka"]
        assert "2 of 4 items" in content
        assert ": Poster</span>" in content  # also available in English

    def test_they_are_used_together_on_the_same_form(self, posters, client):
        content = read(client, "?kind=poster&language=pl&format=pdf")
        assert items(content) == ["Plakat"]
        assert "1 of 4 items" in content
        assert items(read(client, "?language=pl&format=png")) == []

    def test_counts_respect_the_other_filters_and_lead_where_they_say(self, posters, client):
        found = choices(read(client, "?language=pl"))
        counts = {label: count for label, (count, _) in found.items()}
        assert counts == {
            "Poster": 1, "Leaflet": 1, "English": 3, "Polski": None, "Română": 1,
            "PDF": 2, "PNG": 0,
        }  # fmt: skip
        for label, (count, url) in found.items():
            if count is not None:
                content = client.get(url.replace("&amp;", "&")).content.decode()
                assert len(items(" ".join(content.split()))) == count, label

    def test_the_chosen_one_is_marked_and_is_taken_off_by_its_link(self, posters, client):
        content = read(client, "?language=pl&kind=poster")
        assert content.count('aria-current="true"') >= 2
        assert choices(content)["Polski"][1] == "/materials/?kind=poster#filters"
        assert '<a href="/materials/">Show all</a>' in content

    def test_the_title_says_what_is_chosen_and_the_address_of_the_page_stays(self, posters, client):
        content = read(client, "?language=pl&kind=poster")
        assert "<title>Poster, Polski – Materials" in content
        assert '<link rel="canonical" href="http://testserver/materials/">' in content

    @pytest.mark.parametrize(
        "query",
        ["?kind=xyz", "?language=%3Cb%3E", "?format=%00", "?collection=999999", "?collection=x"],
    )
    def test_a_value_that_is_not_known_finds_nothing_and_says_so(
        self, query, posters, contact, client
    ):
        content = read(client, query)
        assert items(content) == []
        assert "Nothing here matches" in content
        assert "<b>" not in content
        assert '<a href="/materials/">see everything we have</a>' in content
        assert "mailto:ask@example.org" in content

    @pytest.mark.parametrize("query", ["?page=x", "?page=99", "?kind=", "?other=1"])
    def test_what_means_nothing_changes_nothing(self, query, posters, client):
        assert len(items(read(client, query))) == 4

    def test_there_are_none_where_there_is_nothing_to_choose(self, home, client):
        posters = shelf("Posters")
        page_of(home, posters)
        DocumentFactory(collection=posters)
        assert 'class="filters"' not in read(client)

    @pytest.mark.parametrize("signed_in", [True, False])
    def test_nothing_private_is_counted_or_listed(self, signed_in, posters, client):
        private = posters.add_child(name="Private")
        poster = Document.objects.get(title="Poster")
        DocumentFactory(title="Secret", language="cy", form_of=poster, collection=private)
        CollectionViewRestriction.objects.create(collection=private, restriction_type="login")
        if signed_in:
            client.force_login(UserFactory(is_superuser=True))
        content = client.get("/materials/").content.decode()
        assert "Secret" not in content
        assert "Cymraeg" not in content


class TestManyDocuments:
    def fill(self, home, number):
        posters = shelf(f"Shelf {number}")
        page = page_of(home, posters)
        first = DocumentFactory(collection=posters)
        # Half of them are another form of the other half.
        made = [self.like(first, posters, n) for n in range(number - 1)]
        Document.objects.bulk_create(made)
        keys = list(Document.objects.filter(collection=posters).values_list("pk", flat=True))
        for one, other in zip(keys[::2], keys[1::2], strict=False):
            Document.objects.filter(pk=other).update(form_of=one, language="pl")
        return page, posters

    def like(self, first, collection, number):
        return Document(
            title=f"Poster {number:04}",
            kind="poster",
            collection=collection,
            file=first.file.name,
            file_size=first.file_size,
            thumbnail=first.thumbnail.name,
            thumbnail_width=first.thumbnail_width,
            thumbnail_height=first.thumbnail_height,
        )

    def queries(self, client, url):
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            response = client.get(url)
        assert response.status_code == 200
        return len(captured), " ".join(response.content.decode().split())

    def test_five_hundred_take_the_queries_of_fifty_and_at_most_fifteen(self, home, client):
        page, _ = self.fill(home, 50)
        at_fifty, content = self.queries(client, "/materials/")
        assert len(items(content)) == 24
        page.delete()
        self.fill(home, 500)
        at_five_hundred, content = self.queries(client, "/materials/")
        assert len(items(content)) == 24
        assert at_five_hundred == at_fifty <= 15
        filtered, _ = self.queries(client, "/materials/?language=pl")
        assert filtered <= 15

    def test_a_shelf_shows_the_first_and_leads_to_all_page_by_page(self, home, client):
        _, posters = self.fill(home, 60)
        content = read(client)
        link = re.search(r'<a href="([^"]+)">See all 30<', content)[1]
        assert link == f"/materials/?collection={posters.pk}#filters"
        first = read(client, f"?collection={posters.pk}")
        second = read(client, f"?collection={posters.pk}&page=2")
        assert (len(items(first)), len(items(second))) == (24, 6)
        assert not set(items(first)) & set(items(second))
        assert "Page 2 of 2" in second
        assert "How to use them." not in second

    def test_filters_stay_while_one_pages(self, home, client):
        _, posters = self.fill(home, 60)
        content = read(client, f"?language=pl&collection={posters.pk}")
        following = re.search(r'rel="next" href="([^"]+)"', content)[1].replace("&amp;", "&")
        assert parse_qs(urlsplit(following).query) == {
            "language": ["pl"], "collection": [str(posters.pk)], "page": ["2"],
        }  # fmt: skip
        assert len(items(read(client, following))) == 6


class TestOneDocument:
    def shown(self, document, home, client):
        page = StandardPageFactory(
            parent=home, body=[{"type": "document", "value": {"document": document.pk}}]
        )
        return " ".join(client.get(page.get_url()).content.decode().split())

    def test_says_when_it_was_published(self, home, client):
        content = self.shown(DocumentFactory(edition="First edition"), home, client)
        assert "First edition." in content
        assert re.search(r"Published \d{1,2} \w+ \d{4}\.", content)
        assert "Earlier versions" not in content
        assert "Also available in" not in content

    def test_says_when_it_was_updated_and_leads_to_what_it_was(self, home, client):
        document = DocumentFactory(version=2, change_note="A new telephone number.")
        document.versions.create(
            number=1, file=document.file.name, filename="old.pdf", file_size=9, edition="First",
            dated=document.dated, change_note="Spelling.",
        )  # fmt: skip
        content = self.shown(document, home, client)
        assert "Updated " in content
        assert f'href="/documents/{document.pk}/versions/1/"' in content
        assert "the latest: A new telephone number." in content
        assert ", First: Spelling." in content

    def test_leads_to_its_public_forms_and_to_no_private_one(self, home, client):
        document = DocumentFactory(title="Poster")
        DocumentFactory(title="Plakat", language="pl", form_of=document)
        DocumentFactory(title="Easy read", form_of=document)
        private = shelf("Private")
        CollectionViewRestriction.objects.create(collection=private, restriction_type="login")
        DocumentFactory(title="Secret", language="cy", form_of=document, collection=private)
        content = self.shown(document, home, client)
        assert (
            '<span lang="pl">Polski</span><span class="visually-hidden">: Plakat</span>' in content
        )
        assert ">Easy read <span" in content  # its language alone would not tell it apart
        assert "Secret" not in content

    def test_asks_for_another_format_by_an_email_that_names_it(self, contact, home, client):
        title = 'Plakat „Ще раз" & 100%? #1'
        content = self.shown(DocumentFactory(title=title), home, client)
        link = re.search(r'href="(mailto:ask@example.org[^"]*)">Ask for this', content)[1]
        query = urlsplit(link.replace("&amp;", "&")).query
        assert parse_qs(query)["subject"] == [f"Another format: {title}"]
        assert title in parse_qs(query)["body"][0]
        assert "+" not in query
        assert "\r\n" in unquote(query)
        assert 'in another format<span class="visually-hidden">: Plakat' in content
        assert 'or call <a href="tel:01632960120">' in content

    def test_asks_for_nothing_where_no_one_would_answer(self, home, client):
        assert "another format" not in self.shown(DocumentFactory(), home, client)


class TestDownloadAll:
    def test_is_offered_with_its_number_and_size(self, posters, client):
        archives.refresh_all()
        content = read(client)
        assert f'href="/collections/{posters.pk}/download/"' in content
        assert 'Download all 4 files<span class="visually-hidden"> of Posters</span>' in content
        assert re.search(r"\(ZIP, [\d.]+ (KB|bytes)\)", content)

    def test_is_not_offered_before_it_is_made_nor_among_filters(self, posters, client):
        assert "Download all" not in read(client)
        archives.refresh_all()
        assert "Download all" not in read(client, "?language=pl")

    def test_is_not_offered_when_something_in_it_is_no_longer_public(self, posters, client):
        archives.refresh_all()
        Document.objects.get(title="Square").delete()
        content = read(client)
        assert "of Posters</span>" not in content
        assert "of Leaflets</span>" in content
