"""A site of any size to try things on: pages of every type with real blocks, and documents.

Rows are written as the database keeps them, many at once: ten thousand pages one by one
would take an hour. So nothing hears of them until the end, when the page above them and
the collection above the documents are saved in the ordinary way. Both are then in the
event log, and whatever follows it takes in all that is below.
"""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from wagtail.blocks import StreamValue
from wagtail.fields import StreamField
from wagtail.models import Collection, Locale, Page, ReferenceIndex, Revision, Site
from wagtail.search.backends import get_search_backends

from home.models import StandardPage
from programme.models import BenefitsPage, FormField, GetInvolvedPage, PartnersPage
from resources.models import Document, MaterialsPage, ToolkitChapterPage, ToolkitPage

TITLE, SLUG = "Trial pages", "trial-pages"  # of the page above all of them
COLLECTION = "Trial documents"
COMMON_WORD = "together"  # stands on every page
IN_A_SECTION = 100  # pages, the section's own with them
IN_A_COLLECTION = 50  # documents
CHAPTERS = 9
TOOLKIT_IN_EVERY = 10  # sections: many files are made of each, and a site has one
BLOCKS = 6  # on a page
_AT_ONCE = 200  # rows
_MIXED = (
    StandardPage, BenefitsPage, StandardPage, PartnersPage, StandardPage,
    GetInvolvedPage, StandardPage, BenefitsPage, StandardPage, PartnersPage,
)  # fmt: skip
_TOPICS = (
    "parks", "buses", "housing", "libraries", "school meals", "adult learning", "play streets",
    "family hubs", "social care", "the seafront", "community kitchens",
)  # fmt: skip
_DEEDS = ("Planning", "Designing", "Running", "Checking", "Paying for", "Talking about", "Mending")
_QUESTIONS = (
    {"label": "Name", "field_type": "singleline", "autocomplete": "name"},
    {"label": "Email", "field_type": "email", "autocomplete": "email"},
    {"label": "Anything else", "field_type": "multiline", "required": False},
)
_KINDS = (Document.Kind.POSTER, Document.Kind.LEAFLET, Document.Kind.GUIDE, Document.Kind.TEMPLATE)


class TrialPagesError(ValueError):
    """There is nowhere to make them, or they are there already."""


def make(count: int, report: Callable[[str], None] = lambda line: None) -> None:
    """Make `count` public pages below the home page, and half as many documents.

    `report` is told what is being done.
    """
    site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    if site is None or site.root_page.depth < 2:
        raise TrialPagesError("There is no site with a home page. Load the starter content first.")
    if _top() or _collections().exists():
        raise TrialPagesError("There are trial pages already. Take them away first: --remove.")
    files = []
    try:
        with transaction.atomic():
            report("Documents")
            shelves = _make_shelves(count // 2)
            documents = _make_documents(count // 2, shelves, files)
            report("Pages")
            pages = _Pages(site.root_page.specific, count, shelves, documents).make()
    except BaseException:
        for stored in files:
            stored.storage.delete(stored.name)
        raise
    for model, keys in {**pages, Document: [document.pk for document in documents]}.items():
        for start in range(0, len(keys), _AT_ONCE):
            report(f"{model._meta.verbose_name_plural.capitalize()} to find: {start} done")
            _make_findable(model, keys[start : start + _AT_ONCE])
    report("Telling the rest of the site")
    with transaction.atomic():
        for collection in _collections()[:1]:
            collection.save()
        _top().specific.save_revision().publish()


def remove(report: Callable[[str], None] = lambda line: None) -> bool:
    """Take everything away again, files too; whether there was anything."""
    top, collections = _top(), list(_collections())
    if not top and not collections:
        return False
    files = []
    with transaction.atomic():  # so that whoever follows the event log is told once
        if top:
            report("Taking away the pages")
            top.delete()
        if collections:
            report("Taking away the documents")
            within = Document.objects.filter(collection__path__startswith=collections[0].path)
            for document in within:
                files.append(document.file)
                document.delete()
            collections[0].delete()
    for stored in files:  # now, and not when the worker comes to it
        stored.storage.delete(stored.name)
    return True


def _top() -> Page | None:
    return Page.objects.filter(slug=SLUG, title=TITLE, depth=3).first()


def _collections():
    return Collection.objects.filter(name=COLLECTION, depth=2)


def _make_findable(model, keys) -> None:
    """Fill both indexes, of words and of references, as a save in the ordinary way has it done."""
    things = list(model.objects.filter(pk__in=keys))
    with transaction.atomic():
        for thing in things:
            ReferenceIndex.create_or_update_for_object(thing)
    for backend in get_search_backends(with_auto_update=True):
        backend.get_index_for_model(model).add_items(model, things)


# The tree ------------------------------------------------------------------------


class _Node:
    """A row of a tree that is being made, and the number of its last child."""

    def __init__(self, row, last=0):
        self.row, self._last = row, last

    @classmethod
    def that_is_there(cls, row):
        """A row that the database has, and that may have children."""
        last = row.get_last_child()
        number = row.numconv_obj().str2int(last.path[-row.steplen :]) if last else 0
        return cls(row, number)

    def place(self, child) -> "_Node":
        """Put `child` below this one, as its last."""
        self._last += 1
        step = self.row.numconv_obj().int2str(self._last)
        child.path = self.row.path + step.rjust(self.row.steplen, self.row.alphabet[0])
        child.depth, child.numchild = self.row.depth + 1, 0
        self.row.numchild += 1
        return _Node(child)


# Documents -----------------------------------------------------------------------


def _make_shelves(documents: int) -> list[Collection]:
    """Enough collections for so many documents, below one."""
    if not documents:
        return []
    root = Collection.get_first_root_node()
    top = _Node.that_is_there(root).place(Collection(name=COLLECTION))
    number = -(-documents // IN_A_COLLECTION)
    shelves = [top.place(Collection(name=f"Trial shelf {each + 1}")).row for each in range(number)]
    made = Collection.objects.bulk_create([top.row, *shelves])
    Collection.objects.filter(pk=root.pk).update(numchild=root.numchild)
    return made[1:]


def _make_documents(count, shelves, files) -> list[Document]:
    made = []
    for number in range(count):
        document = Document(
            title=f"Notes {number + 1}, {_topic(number)}",
            description=f"What we found out about {_topic(number)}, to read at home.",
            kind=_KINDS[number % len(_KINDS)],
            collection=shelves[number // IN_A_COLLECTION],
            file=ContentFile(_text(number).encode(), name=f"trial-notes-{number + 1}.txt"),
        )
        document.read_file()
        made.append(document)
    for start in range(0, count, _AT_ONCE):
        some = made[start : start + _AT_ONCE]
        files.extend(document.file for document in some)
        Document.objects.bulk_create(some)
    return made


def _topic(number) -> str:
    return _TOPICS[number % len(_TOPICS)]


def _text(number) -> str:
    return (
        f"Notes {number + 1}\n\nWe met to talk about {_topic(number)}. "
        "People who use it and people who run it planned it side by side.\n"
    )


# Pages ---------------------------------------------------------------------------


class _Pages:
    """`count` pages below `home`: one at the top, and sections of a hundred below it."""

    def __init__(self, home, count, shelves, documents):
        self.home, self.count = home, count
        self.shelves, self.documents = shelves, documents
        self.now = timezone.now()
        self.locale = Locale.get_default()
        self.blocks = {}  # field -> the blocks that it allows, as the database keeps them
        self.made = []

    def make(self) -> dict[type[Page], list[int]]:
        """{type: keys} of what was made."""
        home = _Node.that_is_there(self.home)
        top = self._add(home, StandardPage, title=TITLE, slug=SLUG)
        toolkit = None
        for number in range(1, self.count):
            section_number, place = divmod(number - 1, IN_A_SECTION)
            if place == 0:
                section = self._add(top, StandardPage)
            elif section_number % TOOLKIT_IN_EVERY == 0 and place == 1:
                toolkit = self._add(section, ToolkitPage)
            elif section_number % TOOLKIT_IN_EVERY == 0 and place <= 1 + CHAPTERS:
                self._add(toolkit, ToolkitChapterPage)
            elif place == 2 + CHAPTERS:
                self._add(section, MaterialsPage)
            else:
                self._add(section, _MIXED[place % len(_MIXED)])
        Page.objects.filter(pk=self.home.pk).update(numchild=self.home.numchild)
        return self._write()

    def _add(self, parent, model, **values):
        number = len(self.made)
        deed = _DEEDS[number % len(_DEEDS)]
        title = values.pop("title", f"{deed} {_topic(number)}, part {number}")
        slug = values.pop("slug", slugify(title))
        when = self.now - timedelta(minutes=self.count - number)
        page = model(
            title=title,
            draft_title=title,
            slug=slug,
            url_path=f"{parent.row.url_path}{slug}/",
            content_type=ContentType.objects.get_for_model(model),
            locale=self.locale,
            first_published_at=when,
            last_published_at=when,
            latest_revision_created_at=when,
            summary=(
                f"{deed} {_topic(number)} {COMMON_WORD}: what residents and professionals have "
                f"found out in part {number}."
            ),
            content_owner_name="Robin Example",
            content_owner_email="robin@example.org",
            review_on=date(self.now.year + 1, 1 + number % 12, 1),
            **values,
        )
        self._fill(page, number)
        self.made.append(page)
        return parent.place(page)

    def _fill(self, page, number):
        words = f"How people in Southend worked on {_topic(number)} {COMMON_WORD}."
        for name in ("introduction", "purpose", "privacy_text", "thank_you_text"):
            if hasattr(page, name):
                plain = isinstance(page, ToolkitChapterPage)
                setattr(page, name, words if plain else f"<p>{words}</p>")
        if isinstance(page, ToolkitPage):
            page.edition = "Trial edition"
        if isinstance(page, GetInvolvedPage):
            page.confirmation_text = words
        page.body = self._stream(page, page._meta.get_field("body"), number)

    def _stream(self, page, field: StreamField, number) -> StreamValue:
        """A paragraph, and some of the blocks that the field allows: others on the next page."""
        block = field.stream_block
        if field not in self.blocks:
            self.blocks[field] = [
                (name, child.get_prep_value(child.get_preview_value()))
                for name, child in block.child_blocks.items()
                if name != "heading"  # it may stand only where its level follows
            ]
        known = self.blocks[field]
        chosen = [known[(number + step) % len(known)] for step in range(min(BLOCKS, len(known)))]
        # What makes the type what it is comes with every page of it.
        own = [each for each in known if each[0] in ("benefit", "partner", "collection")]
        chosen = [*own, *(each for each in chosen if each not in own)]
        words = (
            f"<p>We worked on {_topic(number)} {COMMON_WORD}. People who use it and people who "
            f"run it met {number + 2} times, and wrote down what they agreed.</p>"
        )
        raw = [
            ("rich_text", words),
            *((name, self._own(name, value, number)) for name, value in chosen),
        ]
        rows = [{"type": name, "value": value, "id": str(uuid4())} for name, value in raw]
        return StreamValue(block, rows, is_lazy=True)

    def _own(self, name, value, number):
        """A block's value, with a document or a shelf of its own where it has one."""
        if name == "document" and self.documents:
            return {**value, "document": self.documents[number % len(self.documents)].pk}
        if name == "collection" and self.shelves:
            shelf = self.shelves[number // IN_A_SECTION % len(self.shelves)]
            return {**value, "collection": shelf.pk}
        return value

    def _write(self) -> dict[type[Page], list[int]]:
        base_fields = [
            field.attname for field in Page._meta.concrete_fields if field.attname != "id"
        ]
        keys: dict[type[Page], list[int]] = {}
        for start in range(0, len(self.made), _AT_ONCE):
            some = self.made[start : start + _AT_ONCE]
            rows = [Page(**{name: getattr(page, name) for name in base_fields}) for page in some]
            for page, row in zip(some, Page.objects.bulk_create(rows), strict=True):
                page.pk = page.page_ptr_id = page.id = row.pk
                # The row of its own table alone, and no signal: see above.
                page.save_base(raw=True, force_insert=True)
                keys.setdefault(type(page), []).append(page.pk)
            forms = [page for page in some if isinstance(page, GetInvolvedPage)]
            FormField.objects.bulk_create(
                FormField(
                    page=page, sort_order=place, clean_name=slugify(question["label"]), **question
                )
                for page in forms
                for place, question in enumerate(_QUESTIONS)
            )
            self._write_revisions(some, rows)
        return keys

    def _write_revisions(self, pages, rows):
        kind = ContentType.objects.get_for_model(Page)
        revisions = Revision.objects.bulk_create(
            Revision(
                content_type_id=page.content_type_id,
                base_content_type=kind,
                object_id=str(page.pk),
                created_at=page.last_published_at,
                object_str=page.title,
                content=page.serializable_data(),
            )
            for page in pages
        )
        for row, revision in zip(rows, revisions, strict=True):
            row.latest_revision = row.live_revision = revision
        Page.objects.bulk_update(rows, ["latest_revision", "live_revision"])
