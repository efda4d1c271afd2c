"""What this app adds to the APIs: documents, and the collections that they are kept in."""

from typing import Literal

from django.http import Http404
from django.urls import path
from ninja import Query, Router
from pydantic import Field
from rest_framework.response import Response
from typing_extensions import TypedDict
from wagtail.api.v2.utils import BadRequestError
from wagtail.api.v2.views import BaseAPIViewSet
from wagtail.models import Collection as WagtailCollection
from wagtail.models import CollectionViewRestriction

from cms.api.content import cursors
from cms.api.content.api import content_api
from cms.api.content.frame import Answer, Id, Paging, reads
from cms.api.content.page_filters import several
from cms.api.feed import kinds
from cms.api.v2 import api_router
from cms.core.library import public_files
from cms.core.references import load_references

from . import models, works
from .languages import LANGUAGES
from .representations import whole_document_json
from .shapes import Collection, Document, Kind
from .shelves import collection_nodes


class CollectionsAPIViewSet(BaseAPIViewSet):
    """Public collections as a tree, each with the number of public documents in and below it."""

    name = "collections"
    model = WagtailCollection

    @classmethod
    def get_urlpatterns(cls):
        return [
            path("", cls.as_view({"get": "listing_view"}), name="listing"),
            path("<int:pk>/", cls.as_view({"get": "detail_view"}), name="detail"),
        ]

    def listing_view(self, request):
        nodes = self.nodes(request)
        top = [node for node in nodes.values() if node["parent"] is None]
        return Response({"meta": {"total_count": len(nodes)}, "items": top})

    def detail_view(self, request, pk):
        nodes = self.nodes(request)
        if pk not in nodes:
            raise Http404("not found")
        return Response(nodes[pk])

    def nodes(self, request) -> dict[int, Collection]:
        """As `collection_nodes`. Raises BadRequestError: there is nothing to ask for."""
        if request.GET:
            names = ", ".join(sorted(request.GET))
            raise BadRequestError(
                f"query parameter is not an operation or a recognised field: {names}"
            )
        return collection_nodes(request)


api_router.register_endpoint("collections", CollectionsAPIViewSet)


documents = Router(tags=["Documents"])
collections = Router(tags=["Documents"])


class DocumentParameters(Paging):
    kind: several(Kind) = Field([], description="Documents of these kinds.")
    language: several(Literal[tuple(tag for tag, _ in LANGUAGES)]) = Field(
        [], description="Documents in these languages, as BCP 47 tags."
    )
    collection: Id | None = Field(None, description="Documents right in this collection.")


class DocumentList(TypedDict):
    """A part of the list of documents."""

    items: list[Document]
    next_cursor: str | None


class CollectionTree(TypedDict):
    """The collections at the top, with those inside them."""

    items: list[Collection]


@reads(documents, "", answers=DocumentList)
def list_documents(request, params: Query[DocumentParameters]):
    """The documents, each with its other forms and what it was before."""
    asked = {
        "kind__in": params.kind,
        "language__in": params.language,
        "collection": params.collection,
    }
    shown = _public().filter(**{name: value for name, value in asked.items() if value})
    found, next_cursor = cursors.part(request, shown, params)
    load_references(found)
    items = [whole_document_json(document, request) for document in found]
    return Answer({"items": items, "next_cursor": next_cursor}, ["documents"])


@reads(documents, "{int:document_id}/", answers=Document, may_be_missing=True)
def get_document(request, document_id: Id):
    """One document."""
    document = _public().filter(pk=document_id).first()
    if document is None:
        raise Http404
    return Answer(whole_document_json(document, request), ["documents", f"document-{document.pk}"])


def _public(site=None):
    return public_files(models.Document.for_display())


def _to_keep(site, keys, request):
    found = list(_public().filter(pk__in=keys))
    load_references(found)
    return [whole_document_json(document, request) for document in found]


@reads(collections, "", answers=CollectionTree)
def list_collections(request):
    """The collections that documents are kept in, as a tree."""
    nodes = collection_nodes(request).values()
    top = [node for node in nodes if node["parent"] is None]
    return Answer({"items": top}, ["documents", "collections"])


@reads(collections, "{int:collection_id}/", answers=Collection, may_be_missing=True)
def get_collection(request, collection_id: Id):
    """One collection, with those inside it."""
    nodes = collection_nodes(request)
    if collection_id not in nodes:
        raise Http404
    return Answer(nodes[collection_id], ["documents", "collections", f"collection-{collection_id}"])


content_api.add_router("documents/", documents)
content_api.add_router("collections/", collections)
kinds.add(
    kinds.Kind("document", models.Document, _public, Document, _to_keep, works.keys_of_forms),
    kinds.Part(
        "collections",
        (models.Document, models.CollectionArchive, WagtailCollection, CollectionViewRestriction),
    ),
)
# A page shows a collection with all documents in it.
kinds.show_through(models.Document, WagtailCollection)
kinds.show_through(models.CollectionArchive, WagtailCollection)
