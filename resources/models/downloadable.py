"""Pages that can be taken away as files."""

from copy import copy

from django.http import Http404
from django.template.response import TemplateResponse
from wagtail.admin.panels import ObjectList, Panel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path

from cms.core import references
from cms.core.kept import Newest, kept
from cms.core.references import MOST_KEPT
from cms.core.visibility import is_public

from ..serving import Counted, send_file
from .built import PageExport

SECONDS_TO_WAIT = 60  # until a reader may ask again for a file that is being made


class DownloadableMixin(RoutablePageMixin):
    """A page whose files, in each of `download_formats`, are at `download/<format>/` below it."""

    download_formats: tuple[str, ...] = ()

    @property
    def downloads(self) -> list[PageExport]:
        """The files that are ready, in the formats' order.

        One query for all pages that are shown together, or none until a change.

        None for a page that is not public.
        """
        known = references.remember("downloads", dict)
        if self.pk not in known:
            beside = references.together(self)
            asked = {page.pk for page in beside if isinstance(page, DownloadableMixin)}
            known |= _files_of(asked - known.keys())
        if not is_public(self):
            return []
        return sorted(known[self.pk], key=lambda made: self.download_formats.index(made.format))

    def download_path(self, kind: str) -> str:
        """The stable path of a file, from the root of the site."""
        return f"{self.url}{self.reverse_subpage('download', args=[kind])}"

    def serve(self, request, *args, **kwargs):
        # Routes are not served by `BasePage.serve`, which looks at this.
        if self.is_expired:
            raise Http404
        return super().serve(request, *args, **kwargs)

    @path("download/<str:kind>/", name="download")
    def download(self, request, kind):
        """A file, or for a moment a page that says that it is being made."""
        if kind not in self.download_formats or not is_public(self):
            raise Http404
        export = next((made for made in self.downloads if made.format == kind), None)
        if export is None:
            return TemplateResponse(
                request,
                "resources/being_made.html",
                {"page": self, "format": PageExport.Format(kind).label},
                status=503,
                headers={"Retry-After": str(SECONDS_TO_WAIT)},
            )
        return send_file(
            request,
            export.file,
            name=export.filename,
            etag=export.etag,
            private=False,
            counted=Counted("toolkit", self.pk, kind),
        )


def _files_of(keys: set[int]) -> dict[int, list[PageExport]]:
    """{key of a page: its files that are ready}"""
    files = kept("files to take away", lambda: Newest(MOST_KEPT))
    ready = {key: files.get(key) for key in keys}
    if missing := [key for key in keys if ready[key] is None]:
        read = {key: [] for key in missing}
        for export in PageExport.objects.filter(page__in=missing).exclude(file=""):
            read[export.page_id].append(export)
        files.put(read)
        ready |= read
    # Copies, for they may remember their page.
    found = {key: [copy(export) for export in made] for key, made in ready.items()}
    references.given.send(PageExport, objects=[each for made in found.values() for each in made])
    return found


class DownloadsPanel(Panel):
    """How each file of a page stands, on the page's editing screen."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "resources/admin/downloads_panel.html"

        def get_context_data(self, parent_context=None):
            from ..exports.state import state_of  # which reads the models of this package

            return super().get_context_data(parent_context) | state_of(self.instance)


DOWNLOADS_TAB = ObjectList(
    [DownloadsPanel(heading="Files that readers can take away")], heading="Downloads"
)
