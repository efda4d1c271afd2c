"""What webhooks add to the editor's screens, and which pages may be kept."""

from wagtail import hooks
from wagtail_modeladmin.options import modeladmin_register

from .admin_views import DeliveryAdmin, EndpointAdmin
from .edge import tags
from .keeping import mark
from .notices import paused_panel

modeladmin_register(EndpointAdmin)
modeladmin_register(DeliveryAdmin)


@hooks.register("construct_homepage_panels")
def show_webhooks_that_are_paused(request, panels):
    panel = paused_panel(request.user)
    if panel is not None:
        panels.append(panel)


@hooks.register("before_serve_page", order=1000)
def say_that_all_readers_get_the_same(page, request, args, kwargs):
    """After Wagtail's own hook, which answers by itself for a private page."""
    mark(request, parameters=page.query_parameters, of_one=True)
    tags.note(tags.tag_of(page._meta.label, page.pk))  # a home page is not read each time
