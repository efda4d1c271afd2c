"""What resources adds to the editor's screens."""

from django.urls import path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.permissions import policy_registry

from . import document_admin
from .admin_views import DownloadsView, failed_panel
from .models import Document
from .reports import DownloadsReport


@hooks.register("register_admin_urls")
def add_downloads_of_the_toolkit():
    return [
        path("toolkit/<int:page_id>/downloads/", DownloadsView.as_view(), name="toolkit_downloads")
    ]


@hooks.register("construct_homepage_panels")
def show_downloads_that_failed(request, panels):
    panel = failed_panel(request.user)
    if panel is not None:
        panels.append(panel)


@hooks.register("register_admin_urls", order=-1)  # before Wagtail's own, at the same addresses
def replace_screens_of_documents():
    views = document_admin
    return [
        path("documents/", views.IndexView.as_view()),
        path("documents/results/", views.IndexView.as_view(results_only=True)),
        path("documents/add/", views.CreateView.as_view()),
        path("documents/multiple/add/", views.AddMultipleView.as_view()),
        path("documents/edit/<int:document_id>/", views.EditView.as_view()),
        path("documents/usage/<int:document_id>/", views.UsageView.as_view()),
        path(
            "documents/versions/<int:document_id>/",
            views.VersionsView.as_view(),
            name="document_versions",
        ),
        path(
            "documents/versions/<int:document_id>/<int:number>/latest/",
            views.MakeLatestView.as_view(),
            name="document_make_latest",
        ),
    ]


@hooks.register("register_admin_urls")
def add_report_of_downloads():
    return [
        path("reports/downloads/", DownloadsReport.as_view(), name="downloads_report"),
        path(
            "reports/downloads/results/",
            DownloadsReport.as_view(results_only=True),
            name="downloads_report_results",
        ),
    ]


class DownloadsMenuItem(MenuItem):
    """For those who keep documents."""

    def is_shown(self, request):
        return policy_registry.get_by_type(Document).user_has_any_permission(
            request.user, DownloadsReport.any_permission_required
        )


@hooks.register("register_reports_menu_item")
def add_downloads_to_the_reports():
    return DownloadsMenuItem(
        "Downloads",
        reverse("downloads_report"),
        name="downloads",
        icon_name=DownloadsReport.header_icon,
        order=100,
    )
