"""Handing out documents, what they were before, their pictures and their archives."""

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from wagtail import hooks
from wagtail.documents.models import document_served
from wagtail.models import Collection

from cms.core.files import send_picture
from cms.core.library import is_public_file, may_see, with_publicity
from cms.core.visibility import public_collections

from . import archives
from .models import CollectionArchive, Document, DocumentVersion
from .serving import Counted, send_file

SECONDS_TO_BUILD = 60  # when to ask again for an archive that is being made


@require_safe
def document(request, document_id, document_filename):
    """The latest file of a document, under any name that it ever had."""
    document = _document(document_id)
    refused = _refused(document, request)
    if refused:
        return refused
    if document_filename != document.filename:
        return _moved(document.url, not is_public_file(document))
    return _send(request, document, document, document.version)


@require_safe
def document_version(request, document_id, number):
    """One version of a document, for those who may have the document."""
    document = _document(document_id)
    refused = _refused(document, request)
    if refused:
        return refused
    latest = number == document.version
    found = (
        document if latest else get_object_or_404(DocumentVersion, document=document, number=number)
    )
    return _send(request, document, found, number)


@require_safe
def thumbnail(request, document_id, digest):
    """The picture of a document's first page."""
    document = _document(document_id)
    if not document.thumbnail or not may_see(request, document):
        raise Http404
    private = not is_public_file(document)
    if request.path != document.thumbnail_url:
        return _moved(document.thumbnail_url, private)
    return send_picture(
        request, document.thumbnail.storage, document.thumbnail.name, private=private
    )


def _document(key) -> Document:
    """With whether it is public; one query. Raises Http404."""
    return get_object_or_404(with_publicity(Document.for_display()), pk=key)


def _refused(document, request):
    """A private collection's form for a password or to sign in, by Wagtail's hook; or None.

    Raises Http404 for one that is not public yet, or not any more.
    """
    for check in hooks.get_hooks("before_serve_document"):
        answer = check(document, request)
        if isinstance(answer, HttpResponse):
            return answer
    if not may_see(request, document):
        raise Http404
    return None


def _send(request, document, found, number):
    document_served.send(sender=Document, instance=document, request=request)
    return send_file(
        request,
        found.file,
        name=found.filename,
        etag=found.file_hash,
        private=not is_public_file(document),
        counted=Counted("document", document.pk, str(number)),
    )


def _moved(address, private):
    response = HttpResponseRedirect(address)
    response["Cache-Control"] = "private, no-store" if private else "public, no-cache"
    return response


@require_safe
def collection_archive(request, collection_id):
    """A collection's documents in one ZIP; 503 while there is none that may be given."""
    public = public_collections(Collection.objects.all())
    archive = get_object_or_404(
        CollectionArchive.objects.select_related("collection"),
        collection=collection_id,
        collection__in=public,
    )
    if not archive.file or not archives.may_be_served(archive):
        return _being_made(request, archive.collection)
    return send_file(
        request,
        archive.file,
        name=archives.name_of(archive.collection),
        etag=archive.digest,
        private=False,
        counted=Counted("collection", collection_id, "zip"),
    )


@never_cache
def _being_made(request, collection):
    response = render(
        request, "resources/archive_being_made.html", {"collection": collection}, status=503
    )
    response["Retry-After"] = str(SECONDS_TO_BUILD)
    return response
