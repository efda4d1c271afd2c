"""Where readers meet a document.

Wagtail's reference index knows the pages that choose a document or link to it. A
page also shows it when it shows the document's collection, one above that, or
another form of the same work.
"""

from collections import defaultdict

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils.text import capfirst
from wagtail.admin.ui.tables import Column
from wagtail.models import Collection, Page, ReferenceIndex

from cms.core.library import in_open_collection


def references_to(document):
    """The ReferenceIndex rows by which `document` is shown, as a queryset."""
    shelves = document.collection.get_ancestors(inclusive=True)
    by_page = ReferenceIndex.get_references_to_in_bulk(
        [*shelves, *forms_of_the_work(document)]
    ).filter(base_content_type=ContentType.objects.get_for_model(Page))
    return ReferenceIndex.get_references_to(document) | by_page


def is_shown(is_used) -> Q:
    """A filter for documents that readers meet, as `cms.core.library` asks for it.

    A page shows it, or its collection, or one above that; or the same of another form of
    the work, beside which it stands.
    """
    document = apps.get_model("resources", "Document")
    shelves = Collection.objects.annotate(
        asked=ExpressionWrapper(OuterRef("collection__path"), output_field=CharField())
    ).filter(is_used(Collection), asked__startswith=F("path"))
    leader = Coalesce(OuterRef("form_of"), OuterRef("pk"))
    forms = document.objects.filter(
        Q(pk=leader) | Q(form_of=leader),
        in_open_collection(),
        is_used(document) | Q(Exists(shelves)),
    )
    return Q(Exists(forms))


def forms_of_the_work(document):
    """Every document of the same work, this one included."""
    return type(document).objects.filter(Q(pk=document.work_id) | Q(form_of=document.work_id))


def counts(documents: list) -> dict[int, int]:
    """{key: how many pages and other things show it}, for documents with their collections read.

    Three queries for all of them.
    """
    if not documents:
        return {}
    above = {document.pk: _paths_above(document.collection) for document in documents}
    shelves = {
        path: str(key)
        for path, key in Collection.objects.filter(
            path__in={path for paths in above.values() for path in paths}
        ).values_list("path", "pk")
    }
    works = {document.work_id for document in documents}
    forms = defaultdict(set)
    model = type(documents[0])
    for form in model.objects.filter(Q(pk__in=works) | Q(form_of__in=works)):
        forms[form.work_id].add(str(form.pk))
    to_collection, to_document, page = (
        ContentType.objects.get_for_model(kind).pk for kind in (Collection, model, Page)
    )
    sources = defaultdict(set)
    for *to, kind, key in ReferenceIndex.objects.filter(
        Q(to_content_type=to_collection, to_object_id__in=shelves.values())
        | Q(to_content_type=to_document, to_object_id__in=set().union(*forms.values()))
    ).values_list("to_content_type", "to_object_id", "base_content_type", "object_id"):
        sources[tuple(to)].add((kind, key))

    def found(document):
        shown_by = [
            *((to_collection, shelves[path]) for path in above[document.pk]),
            *((to_document, form) for form in forms[document.work_id]),
        ]
        pages = {source for to in shown_by for source in sources[to] if source[0] == page}
        return pages | sources[to_document, str(document.pk)]

    return {document.pk: len(found(document)) for document in documents}


def _paths_above(collection) -> list[str]:
    """Tree paths of a collection and of those it is in."""
    step = collection.steplen
    return [collection.path[:end] for end in range(step, len(collection.path) + 1, step)]


class PlacesColumn(Column):
    """The places on a page where the document is shown, each a link into the editor."""

    cell_template_name = "resources/admin/places_cell.html"


def describe(rows: list[dict], document) -> None:
    """Set `status` and `places` on each row of Wagtail's usage table.

    `places` is a list of {"text", "path"}; `path` leads to the block in the
    editor. Rows that the editor may not open say nothing more than they do.
    """
    open_rows = [row for row in rows if row["edit_url"]]
    pages = Page.objects.filter(
        pk__in=[row["object"].pk for row in open_rows if isinstance(row["object"], Page)]
    )
    specific = {page.pk: page for page in pages.specific()}
    words = _Words(document)
    for row in rows:
        row |= {"status": "", "places": []}
    for row in open_rows:
        page = row["object"] if isinstance(row["object"], Page) else None
        row["status"] = capfirst(page.status_string) if page else ""
        row["places"] = [
            {
                "text": words.place(reference, specific[page.pk] if page else None),
                "path": reference.content_path,
            }
            for reference in row["references"]
        ]


class _Words:
    def __init__(self, document):
        self.document = document
        self.collection_type = ContentType.objects.get_for_model(Collection).pk
        self.document_type = ContentType.objects.get_for_model(document).pk
        self.collections = {
            str(collection.pk): collection.name
            for collection in document.collection.get_ancestors(inclusive=True)
        }
        self.forms = {str(form.pk): form.title for form in forms_of_the_work(document)}

    def place(self, reference, page) -> str:
        to = reference.to_content_type_id, reference.to_object_id
        if to[0] == self.collection_type:
            heading = _heading(page, reference.content_path) or reference.describe_source_field()
            return f"In the shelf “{heading}”, which shows the collection {self.collections[to[1]]}"
        if to[0] == self.document_type and to[1] != str(self.document.pk):
            return f"{reference.describe_source_field()}: as another form of “{self.forms[to[1]]}”"
        return reference.describe_source_field()


def _heading(page, content_path):
    """What the block at `content_path` is headed with; None when it has no heading."""
    field, key, *_ = content_path.split(".")
    blocks = getattr(page, field).raw_data
    return next((block["value"].get("heading") for block in blocks if block["id"] == key), None)
