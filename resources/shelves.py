"""The documents of collections, read together."""

from functools import reduce
from operator import or_
from os.path import splitext
from typing import NamedTuple

from django.db.models import Q
from wagtail.models import Collection

from cms.core import references
from cms.core.library import public_files
from cms.core.visibility import in_public_collection, public_collections
from cms.delivery.edge import tags

from .models import CollectionArchive, Document
from .representations import archive_json
from .shapes import Collection as Node

DOCUMENTS = "documents"  # the tag of answers that show any


class Entry(NamedTuple):
    """As much of a document as it takes to filter and to count."""

    pk: int
    work_id: int
    kind: str
    language: str
    format: str


def documents_in(collection) -> list[Document]:
    """The public documents of `collection` and of those inside it, by title.

    One query for all the collections that this request shows.
    """
    return _together("shelves", collection, _documents)


def entries_in(collection) -> list[Entry]:
    """An entry for each of `documents_in`, in the same order, where that is enough."""
    return _together("entries", collection, _entries)


def archive_of(collection, keys: set[int]) -> CollectionArchive | None:
    """The ZIP of `collection`, if there is one and all in it is among `keys`, the public ones.

    One query for all the collections that this request shows.
    """
    archives = references.remember(
        "archives",
        lambda: {
            archive.collection_id: archive for archive in CollectionArchive.objects.exclude(file="")
        },
    )
    archive = archives.get(collection.pk) if collection else None
    if archive and archive.holds and {int(key) for key in archive.holds} <= keys:
        return archive
    return None


def collection_nodes(request) -> dict[int, Node]:
    """{id: node}: each public collection, with those inside it as its `children`.

    Four queries, whatever the number.
    """
    public = public_collections(Collection.objects.filter(depth__gt=1)).order_by("path")
    documents = public_files(Document.objects.all())
    inside = {collection.path: set() for collection in public}
    for key, place in documents.values_list("pk", "collection__path"):
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


def _together(name, collection, read) -> list:
    """What `read` gives of `collection`; it is asked once for all collections of this request.

    `read(within)` gives the path and the item of each document within a filter.
    """
    tags.note(DOCUMENTS)
    if collection is None:
        return []
    shelves = references.remember(name, dict)
    if collection.path not in shelves:
        wanted = {collection.path} | {other.path for other in references.known(Collection)}
        shelves.update({path: [] for path in wanted})
        within = reduce(or_, (Q(collection__path__startswith=path) for path in wanted))
        for found, item in read(within):
            for path in wanted:
                if found.startswith(path):
                    shelves[path].append(item)
    return shelves[collection.path]


def _in_order(documents, within):
    return in_public_collection(documents.filter(within)).order_by("title", "language", "pk")


def _documents(within):
    for document in _in_order(Document.for_display(), within):
        yield document.collection.path, document


def _entries(within):
    fields = ("collection__path", "pk", "form_of_id", "kind", "language", "file")
    rows = _in_order(Document.objects.all(), within).values_list(*fields)
    for path, pk, form_of, kind, language, file in rows:
        extension = splitext(file)[1].removeprefix(".").lower()
        # Readers know one kind of photograph, whatever its camera called it.
        extension = "jpg" if extension == "jpeg" else extension
        yield path, Entry(pk, form_of or pk, kind, language, extension)
