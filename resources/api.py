"""What this app adds to the API v2: the collections that documents are kept in."""

from django.http import Http404
from django.urls import path
from rest_framework.response import Response
from wagtail.api.v2.utils import BadRequestError
from wagtail.api.v2.views import BaseAPIViewSet
from wagtail.models import Collection

from cms.api.v2 import api_router
from cms.core.visibility import in_public_collection, public_collections

from .models import Document
from .representations import archive_json
from .shelves import archive_of


class CollectionsAPIViewSet(BaseAPIViewSet):
    """Public collections as a tree, each with the number of public documents in and below it."""

    name = "collections"
    model = Collection

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

    def nodes(self, request) -> dict[int, dict]:
        """{id: {"id", "name", "parent", "document_count", "archive", "children"}}.

        Four queries, whatever the number. Raises BadRequestError: there is
        nothing to ask for.
        """
        if request.GET:
            names = ", ".join(sorted(request.GET))
            raise BadRequestError(
                f"query parameter is not an operation or a recognised field: {names}"
            )
        public = public_collections(Collection.objects.filter(depth__gt=1)).order_by("path")
        documents = in_public_collection(Document.objects.all())
        keys = documents.values_list("pk", "collection__path")
        inside = {collection.path: set() for collection in public}
        for key, place in keys:
            for end in range(2 * Collection.steplen, len(place) + 1, Collection.steplen):
                inside[place[:end]].add(key)
        nodes, by_path = {}, {}
        for collection in public:
            parent = by_path.get(collection.path[: -Collection.steplen])
            within = inside[collection.path]
            node = {
                "id": collection.pk,
                "name": collection.name,
                "parent": parent["id"] if parent else None,
                "document_count": len(within),
                "archive": archive_json(archive_of(collection, within), request),
                "children": [],
            }
            nodes[collection.pk] = by_path[collection.path] = node
            if parent:
                parent["children"].append(node)
        return nodes


api_router.register_endpoint("collections", CollectionsAPIViewSet)
