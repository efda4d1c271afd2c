"""Keeping the downloads of every toolkit as new as the toolkit."""

import logging
import tempfile

from bs4 import BeautifulSoup
from django.core.files import File
from django.utils import timezone
from wagtail.models import Site

from cms.core import references
from cms.core.models import SiteSettings
from cms.core.visibility import is_public

from .. import files
from ..models import PageExport, ToolkitPage
from . import archive, formats
from .source import Publication, SourceError, chapter_html, read_chapters

logger = logging.getLogger(__name__)

WHOLE = ("pdf", "docx", "odt", "epub")
CHAPTER = ("pdf", "docx")


def refresh_all(*, force=False) -> None:
    """Make what is out of date of every toolkit, and take away what readers may not have."""
    with references.scope():
        toolkits = [page for page in ToolkitPage.objects.all() if is_public(page)]
        shown = {page.pk for page in toolkits}
        for toolkit in toolkits:
            shown |= {chapter.pk for chapter in toolkit.chapters}
    for export in PageExport.objects.exclude(page__in=shown):
        export.delete()  # and its file: see `resources.signals`
    for toolkit in toolkits:
        with references.scope():
            refresh(toolkit, force=force)


def refresh_one(page_id: int) -> None:
    """Make every file of one toolkit anew, whether it is due or not; nothing if it isn't public."""
    with references.scope():
        toolkit = ToolkitPage.objects.filter(pk=page_id).first()
        if is_public(toolkit):
            refresh(toolkit, force=True)


def refresh(toolkit: ToolkitPage, *, force=False) -> None:
    """Make the files of one public toolkit and its chapters that are out of date.

    Call it inside `references.scope()`. A file that can't be made keeps the last
    good one, and its row says why; a database or a store that is away is raised.
    """
    whole = describe(toolkit, read_chapters(toolkit.chapters))
    wanted = [(whole, kind) for kind in WHOLE]
    for number in range(len(whole.chapters)):
        chapter = describe_chapter(whole, number)
        wanted += [(chapter, kind) for kind in CHAPTER]
    exports = {
        (export.page_id, export.format): export
        for export in PageExport.objects.filter(page__in={made.page_id for made, _ in wanted})
    }
    made_on = timezone.localtime()
    for publication, kind in wanted:
        export = exports.setdefault(
            (publication.page_id, kind), PageExport(page_id=publication.page_id, format=kind)
        )
        try:
            if publication.error:
                raise publication.error
            if force or export.is_due(publication.digest):
                _make(export, publication, made_on)
        except SourceError as error:
            place = error.place
            export.fail(
                str(error),
                error_page_id=place.page_id if place else None,
                error_block=place.block_id if place else "",
            )
    _refresh_archive(whole, [exports[whole.page_id, kind] for kind in WHOLE], made_on, force)


def _make(export, publication, made_on):
    try:
        content = formats.make(publication, export.format, made_on=made_on)
    except formats.FormatError as error:
        logger.error("%s as %s: %s", publication.title, export.format, error)
        raise _blamed(publication, export.format, made_on, error) from error
    export.keep(
        content,
        name=f"{publication.slug}.{export.format}",
        digest=publication.digest,
        page_count=files.page_count(content) if export.format == "pdf" else None,
        error_page=None,
        error_block="",
    )


def _blamed(publication, kind, made_on, error) -> SourceError:
    """`error` for an editor, with the first block that can't be made even by itself."""
    problem = f"it can't be made into {PageExport.Format(kind).label}. {error}"

    def fails(chapter, blocks=None):
        html = chapter_html(chapter, blocks)
        try:
            formats.make(publication, kind, made_on=made_on, html=html)
        except formats.FormatError:
            return True
        return False

    for chapter in publication.chapters:
        if fails(chapter, []):
            return SourceError(None, f"The title or introduction of “{chapter.title}”: {problem}")
        for place, html in chapter.blocks:
            if fails(chapter, [(place, html)]):
                return SourceError(place, problem)
    return SourceError(None, f"“{publication.title}”: {problem}")


def _refresh_archive(whole, exports, made_on, force):
    """The ZIP of the files that there are; of the last good ones, where one could not be made."""
    exports = [export for export in exports if export.file]
    digest = archive.digest([export.digest for export in exports], whole.documents)
    row, _ = PageExport.objects.get_or_create(page_id=whole.page_id, format="zip")
    if not exports or not (force or row.is_due(digest)):
        return
    try:
        with tempfile.TemporaryFile() as file:
            archive.pack(file, whole, exports, made_on=made_on)
            row.keep(File(file), name=f"{whole.slug}.zip", digest=digest)
    except OSError as error:
        row.fail(f"A file that a chapter offers can't be read, or the ZIP not kept: {error}")


def describe(toolkit: ToolkitPage, chapters) -> Publication:
    """The whole toolkit as a publication."""
    site = toolkit.get_site() or Site.objects.get(is_default_site=True)
    settings = SiteSettings.for_site(site)
    return Publication(
        page_id=toolkit.pk,
        slug=toolkit.slug,
        title=toolkit.seo_title or toolkit.title,
        kicker=toolkit.edition,
        introduction=_plain(toolkit.introduction),
        facts=[("Edition", toolkit.edition)],
        licence=(toolkit.licence_name, toolkit.licence_url),
        publisher=settings.organisation,
        url=toolkit.full_url,
        chapters=chapters,
    )


def describe_chapter(whole: Publication, number: int) -> Publication:
    """One chapter (`number` counts from 0) as a publication of its own."""
    chapter = whole.chapters[number]
    return Publication(
        page_id=chapter.page_id,
        slug=f"{whole.slug}-{chapter.slug}",
        title=chapter.title,
        kicker=f"{whole.title}, chapter {number + 1}",
        introduction=chapter.introduction,
        facts=whole.facts,
        licence=whole.licence,
        publisher=whole.publisher,
        url=chapter.url,
        chapters=[chapter],
    )


def _plain(html: str) -> str:
    return BeautifulSoup(html, "html.parser").get_text(" ", strip=True)
