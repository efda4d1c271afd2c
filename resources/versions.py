"""A document's file after file: what is replaced is kept, and can be the latest again."""

from contextlib import contextmanager, suppress
from copy import copy
from functools import partial
from os.path import dirname

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from wagtail.log_actions import log

from .models import Document, DocumentVersion


def lock(document: Document, began_with: int | None = None) -> Document:
    """The document as it is stored, locked until the transaction ends.

    Raises ValidationError, saying who replaced the file and when, if it is no
    longer the version that an editor `began_with`.
    """
    current = Document.objects.select_for_update().get(pk=document.pk)
    refuse_if_replaced(current, began_with or document.version)
    return current


def refuse_if_replaced(current: Document, began_with: int) -> None:
    """Raise ValidationError if `current` is not the version that an editor `began_with`."""
    if current.version <= began_with:
        return
    last = current.versions.select_related("replaced_by").first()
    raise ValidationError(
        format_html(
            "{} replaced the file on {} at {}, while you were working. Nothing is saved yet. "
            "If yours should take its place, choose your file again and save; the other one is "
            'kept as a version. <a href="{}">See the file that is there now</a>',
            name_of(last.replaced_by),
            date_format(timezone.localtime(last.replaced_at), "j F Y"),
            date_format(timezone.localtime(last.replaced_at), "H:i"),
            current.url,
        ),
        code="replaced",
    )


def name_of(user) -> str:
    """What colleagues call someone; “Somebody” when the account is gone."""
    return (user.get_full_name() or user.get_username()) if user else "Somebody"


def history(document: Document) -> list[DocumentVersion]:
    """Every version, the latest first, each with `made_by`: a name, or "" when unknown.

    The first is not stored as a version: it is what the document is now.
    """
    kept = list(document.versions.select_related("replaced_by"))
    rows = [_as_version(document), *kept]
    makers = [*(version.replaced_by for version in kept), document.uploaded_by_user]
    for row, maker in zip(rows, makers, strict=True):
        row.made_by = name_of(maker) if maker else ""
    return rows


def move_on(document: Document, current: Document, *, by) -> None:
    """Keep what `current` was as a version, and give `document` the next number.

    `document` has its new file already, and is saved after this. `by` is the user.
    """
    _as_version(current, replaced_by=by).save()
    document.version = current.version + 1
    document.dated = timezone.now()
    transaction.on_commit(partial(remove_unless_used, current.thumbnail), robust=True)


def remove_unless_used(file) -> None:
    """Delete a stored file that no document and no version has.

    Several may have the same: a version that was made the latest again shares its
    file with the document. Raises OSError.
    """
    if file and not (
        Document.objects.filter(Q(file=file.name) | Q(thumbnail=file.name)).exists()
        or DocumentVersion.objects.filter(file=file.name).exists()
    ):
        file.storage.delete(file.name)


def _as_version(document, **facts):
    return DocumentVersion(
        document=document,
        number=document.version,
        file=document.file.name,
        filename=document.filename,
        file_size=document.get_file_size() or 0,
        file_hash=document.file_hash,
        page_count=document.page_count,
        edition=document.edition,
        dated=document.dated,
        change_note=document.change_note,
        **facts,
    )


@contextmanager
def all_or_nothing(document: Document):
    """A transaction that, when it fails, leaves none of the files that `document` was given."""
    try:
        with transaction.atomic():
            yield
    except Exception:
        for file in (document.file, document.thumbnail):
            if dirname(file.name or ""):  # until it is written, a file has no folder
                with suppress(OSError):
                    remove_unless_used(file)
        raise


def make_latest(document: Document, number: int, *, by, began_with: int | None = None) -> Document:
    """Make version `number` the latest again; what is the latest now is kept as a version.

    Both share one stored file. Raises ValidationError if somebody has replaced
    the file since `began_with`, DocumentVersion.DoesNotExist, and OSError
    when the file can't be read.
    """
    chosen = DocumentVersion.objects.get(document=document, number=number)
    with transaction.atomic():
        current = lock(document, began_with)
        latest = copy(current)
        latest.file = chosen.file.name
        latest.edition = chosen.edition
        latest.change_note = f"Version {number} again."
        with all_or_nothing(latest):
            latest.read_file()
            move_on(latest, current, by=by)
            latest.save()
            log(instance=latest, action="wagtail.edit", user=by)
    return latest
