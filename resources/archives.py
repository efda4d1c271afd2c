"""A collection's documents in one ZIP: built when they change, served while all in it is public."""

import json
import shutil
import tempfile
import zipfile
from hashlib import sha256
from pathlib import PurePosixPath

from django.core.exceptions import SuspiciousFileOperation
from django.core.files import File
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.text import get_valid_filename
from wagtail.models import Collection

from cms.core import references
from cms.core.library import public_files
from cms.core.visibility import in_public_collection, public_collections, public_pages

from .models import CollectionArchive, Document, DocumentVersion, MaterialsPage

FOLDER_LENGTH = 60  # characters, so that a path stays within what Windows unpacks
CONTENTS = "contents.txt"


def documents_of(collection) -> list[Document]:
    """The public documents of `collection` and of those inside it, folder by folder."""
    within = Document.objects.select_related("collection").filter(
        collection__path__startswith=collection.path
    )
    return list(in_public_collection(within).order_by("collection__path", "title", "pk"))


def shown_collections() -> list[Collection]:
    """The public collections that stand on a public materials page."""
    keys = {
        block["value"].get("collection")
        for page in public_pages(MaterialsPage.objects.all())
        for block in page.body.raw_data
        if block["type"] == "collection"
    }
    return list(public_collections(Collection.objects.filter(pk__in=keys - {None})))


def refresh_all() -> None:
    """Build each archive whose documents have changed, and take away those that no page shows."""
    with references.scope():  # what is private is read anew: it may have changed just now
        shown = shown_collections()
        for archive in CollectionArchive.objects.exclude(collection__in=shown):
            archive.delete()  # and its file: see `resources.signals`
        for collection in shown:
            _refresh(collection)


def may_be_served(archive: CollectionArchive) -> bool:
    """Whether every file in it is still one that readers may have.

    A file that a newer one has replaced is: it has an address of its own.
    """
    public = public_files(Document.objects.filter(pk__in=archive.holds))
    known = {*public.values_list("pk", "file_hash")}
    known |= {
        *DocumentVersion.objects.filter(document__in=public).values_list("document_id", "file_hash")
    }
    held = {(int(key), file_hash) for key, file_hash in archive.holds.items()}
    return bool(held) and held <= known


def name_of(collection) -> str:
    """What the archive is called when it is taken away."""
    return f"{_safe(collection.name) or 'collection'}.zip"


def _refresh(collection):
    archive, _ = CollectionArchive.objects.get_or_create(collection=collection)
    documents = documents_of(collection)
    if not documents:
        archive.delete()
        return
    places = _places(collection, documents)
    digest = _digest(collection, places)
    if not archive.is_due(digest):
        return
    try:
        with tempfile.TemporaryFile() as file:
            _write(file, collection, places)
            archive.keep(
                File(file),
                name=name_of(collection),
                digest=digest,
                holds={document.pk: document.file_hash for document in documents},
            )
    except OSError as error:
        archive.fail(f"A file of “{collection.name}” could not be read or written: {error}")


def _digest(collection, places) -> str:
    """All that the archive is made of, as one hash."""
    facts = [collection.name]
    for place, document in places.items():
        dated = document.dated.isoformat()
        facts.append([place, document.pk, document.file_hash, dated, *_facts(document).values()])
    return sha256(json.dumps(facts).encode()).hexdigest()


def _write(file, collection, places):
    """Write the ZIP to an open file; no more than a block of any document is in memory.

    The same source gives the same bytes: no clock of ours is in it.
    """
    newest = max(document.dated for document in places.values())
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_member(CONTENTS, newest), _contents(collection, places))
        for place, document in places.items():
            member = _member(place, document.dated)
            with document.file.open("rb") as source, archive.open(member, "w") as target:
                shutil.copyfileobj(source, target)


def _member(place, dated) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(place, date_time=timezone.localtime(dated).timetuple()[:6])
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = 0o644 << 16
    return member


def _places(collection, documents) -> dict[str, Document]:
    """Where in the ZIP each document stands: a path that is safe, and unlike all others."""
    inside = Collection.objects.filter(path__startswith=collection.path)
    names = dict(inside.values_list("path", "name"))
    places, taken = {}, {CONTENTS}
    for document in documents:
        path, step = document.collection.path, Collection.steplen
        ends = range(len(collection.path) + step, len(path) + 1, step)
        folders = [_safe(names[path[:end]])[:FOLDER_LENGTH] or "folder" for end in ends]
        name = _safe(document.filename) or f"document-{document.pk}"
        wished = place = PurePosixPath(*folders, name)
        count = 1
        while str(place).casefold() in taken:  # not every system tells A from a
            count += 1
            place = wished.with_stem(f"{wished.stem}-{count}")
        taken.add(str(place).casefold())
        places[str(place)] = document
    return places


def _safe(name) -> str:
    """`name` as a name that every system can keep; empty when nothing is left of it."""
    try:
        return get_valid_filename(name).strip("._")
    except SuspiciousFileOperation:
        return ""


def _facts(document) -> dict[str, str]:
    return {
        "Title": document.title,
        "Kind": document.get_kind_display(),
        "Language": document.get_language_display(),
        "Edition": document.edition,
        "Size": filesizeformat(document.get_file_size() or 0).replace("\xa0", " "),
    }


def _contents(collection, places) -> str:
    """The list that lies in the ZIP, as plain text."""
    parts = [collection.name]
    for place, document in places.items():
        facts = {**_facts(document), "File": place}
        parts.append("\n".join(f"{name}: {fact}" for name, fact in facts.items() if fact))
    return "\n\n".join(parts) + "\n"
