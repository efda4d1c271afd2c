"""What the core adds to the editor's screen."""

from django.core.exceptions import PermissionDenied
from django.urls import path
from django.utils import timezone
from wagtail import hooks
from wagtail.admin.ui.tables import DateColumn
from wagtail.admin.viewsets.pages import PageViewSet
from wagtail.models import Page
from wagtail.permissions import policy_registry

from .dashboard import ReviewPanel
from .link_handlers import BulkDocumentLinkHandler, BulkPageLinkHandler
from .page_permissions import may_submit
from .preview_links import PreviewLinksView, ShareButton, WithdrawView


@hooks.register("register_rich_text_features", order=100)
def register_link_handlers(features):
    features.register_link_type(BulkPageLinkHandler)
    features.register_link_type(BulkDocumentLinkHandler)


class ReviewColumn(DateColumn):
    """When a page should be read again; marked when that day has come."""

    cell_template_name = "wagtailadmin/tables/review_date_cell.html"

    def get_value(self, instance):
        return getattr(instance, "review_on", None)

    def get_cell_context_data(self, instance, parent_context):
        context = super().get_cell_context_data(instance, parent_context)
        date = self.get_value(instance)
        context["is_due"] = date is not None and date <= timezone.localdate()
        return context


class ReviewedPageViewSet(PageViewSet):
    """Wagtail's listings of pages, with the review date."""

    columns = [*PageViewSet.index_view_class.base_columns]
    columns.insert(-1, ReviewColumn("review_on", label="Review", width="12%"))


@hooks.register("register_admin_viewset")
def register_page_listings():
    return ReviewedPageViewSet()


@hooks.register("construct_page_action_menu")
def only_those_who_may_submit_see_the_button(menu_items, request, context):
    """On the screen of a new page Wagtail asks only whether there is a workflow."""
    parent = context.get("parent_page")
    if context["view"] == "create" and not may_submit(request.user, parent):
        menu_items[:] = [item for item in menu_items if item.name != "action-submit"]


@hooks.register("before_create_page")
def only_those_who_may_submit_can(request, parent_page, page_class):
    if "action-submit" in request.POST and not may_submit(request.user, parent_page):
        raise PermissionDenied


@hooks.register("construct_homepage_panels")
def show_pages_to_review(request, panels):
    if policy_registry.get_by_type(Page).user_has_any_permission(request.user, {"add", "change"}):
        panels.append(ReviewPanel())


@hooks.register("register_admin_urls")
def register_preview_links():
    return [
        path("pages/<int:page_id>/share/", PreviewLinksView.as_view(), name="preview_links"),
        path(
            "pages/<int:page_id>/share/<uuid:link_id>/withdraw/",
            WithdrawView.as_view(),
            name="withdraw_preview_link",
        ),
    ]


@hooks.register("register_page_header_buttons")
def offer_to_share_in_the_header(page, user, view_name, next_url=None):
    yield ShareButton(page=page, priority=64)


@hooks.register("register_page_listing_more_buttons")
def offer_to_share_in_listings(page, user, next_url=None):
    yield ShareButton(page=page, priority=45)


@hooks.register("register_log_actions")
def name_what_happens_to_preview_links(actions):
    actions.register_action("core.preview_link.made", "Share", "Link to the draft made")
    actions.register_action("core.preview_link.withdrawn", "Stop sharing", "Link withdrawn")
