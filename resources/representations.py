"""JSON of documents: one shape, used by blocks, pages and endpoints."""

from django.urls import reverse
from django.utils import timezone

from cms.core.representations import absolute
from cms.core.shapes import CollectionName, Rendition
from cms.core.visibility import is_in_public_collection

from .shapes import Archive, Document, DocumentFile, DocumentVersion, OtherForm

# What reads documents is imported where it is used: the model itself names these functions.


def document_json(document, request) -> DocumentFile:
    """A public file where it is shown; the size is in bytes.

    Its other forms and what it was before are at its own endpoint: here they
    would cost each listing of pages four queries more.
    """
    return {
        "id": document.pk,
        "form_of": _public_work(document),
        "title": document.title,
        "description": document.description,
        "kind": document.kind,
        "language": document.language,
        "language_name": document.get_language_display(),
        "edition": document.edition,
        "type": document.file_extension,
        "size": document.file_size,
        "page_count": document.page_count,
        "url": absolute(document.url, request),
        "thumbnail": thumbnail_json(document, request),
        "version": document.version,
        "dated": timezone.localtime(document.dated),
        "change_note": document.change_note,
    }


def _public_work(document) -> int | None:
    work = document.form_of
    return work.pk if work and is_in_public_collection(work) else None


def whole_document_json(document, request) -> Document:
    """The same, with its collection, its other forms and what it was before."""
    return {
        **document_json(document, request),
        "collection": collection_json(document, request),
        "other_forms": forms_json(document, request),
        "versions": versions_json(document, request),
    }


def file_type_json(document, request) -> str:
    return document.file_extension


def collection_json(document, request) -> CollectionName:
    return {"id": document.collection.pk, "name": document.collection.name}


def thumbnail_json(document, request) -> Rendition | None:
    """The picture of the first page; None for a file that has none."""
    if not document.thumbnail:
        return None
    return {
        "url": absolute(document.thumbnail_url, request),
        "width": document.thumbnail_width,
        "height": document.thumbnail_height,
    }


def forms_json(document, request) -> list[OtherForm]:
    """The same thing in other languages and formats, where public."""
    from .works import other_public_forms

    if not hasattr(document, "other_forms_shown"):
        other_public_forms([document])
    return [
        {
            "id": form.pk,
            "title": form.title,
            "language": form.language,
            "language_name": form.get_language_display(),
            "type": form.file_extension,
            "size": form.file_size,
            "url": absolute(form.url, request),
        }
        for form in document.other_forms_shown
    ]


def versions_json(document, request) -> list[DocumentVersion]:
    """What it was before, newest first."""
    from .history import earlier_versions

    if not hasattr(document, "versions_shown"):
        earlier_versions([document])
    return [
        {
            "number": version.number,
            "edition": version.edition,
            "dated": timezone.localtime(version.dated),
            "change_note": version.change_note,
            "size": version.file_size,
            "page_count": version.page_count,
            "url": absolute(version.url, request),
        }
        for version in document.versions_shown
    ]


def archive_json(archive, request) -> Archive | None:
    """Every document of a collection in one ZIP; None while there is none."""
    if archive is None:
        return None
    return {
        "url": absolute(reverse("collection_archive", args=[archive.collection_id]), request),
        "size": archive.size,
        "document_count": len(archive.holds),
    }
