"""What editors see of the toolkit's downloads."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.generic import TemplateView
from wagtail.admin.ui.components import Component
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.models import Page

from .exports.state import failed_exports, state_of
from .models import ToolkitChapterPage, ToolkitPage
from .tasks import remake_exports


class DownloadsView(WagtailAdminTemplateMixin, TemplateView):
    """How the downloads of a toolkit or a chapter stand; a POST has them all made again."""

    header_icon = "download"
    template_name = "resources/admin/downloads.html"

    def dispatch(self, request, page_id):
        self.page = get_object_or_404(
            Page.objects.type(ToolkitPage, ToolkitChapterPage), pk=page_id
        ).specific
        if not self.page.permissions_for_user(request.user).can_edit():
            raise PermissionDenied
        return super().dispatch(request, page_id)

    def get_page_title(self):
        return f"Downloads of “{self.page.get_admin_display_title()}”"

    def get_breadcrumbs_items(self):
        return [
            *self.breadcrumbs_items,
            {
                "url": reverse("wagtailadmin_pages:edit", args=[self.page.pk]),
                "label": self.page.get_admin_display_title(),
            },
            {"url": "", "label": "Downloads"},
        ]

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | state_of(self.page)

    def post(self, request, page_id):
        toolkit = self.page
        if isinstance(toolkit, ToolkitChapterPage):
            toolkit = toolkit.get_parent()
        remake_exports.enqueue(toolkit.pk)
        messages.success(request, "The files are being made again. It takes about a minute.")
        return redirect("toolkit_downloads", page_id)


class FailedDownloadsPanel(Component):
    """On the first screen, for those who may change pages; only when something failed."""

    name = "failed_downloads"
    template_name = "resources/admin/failed_panel.html"
    order = 120

    def __init__(self, exports):
        self.exports = exports

    def get_context_data(self, parent_context):
        return super().get_context_data(parent_context) | {"exports": self.exports}


def failed_panel(user) -> FailedDownloadsPanel | None:
    """The panel, when `user` may change a page whose download failed."""
    failed = [made for made in failed_exports() if made.page.permissions_for_user(user).can_edit()]
    return FailedDownloadsPanel(failed) if failed else None
