"""What webhooks add to the editor's screens."""

from wagtail import hooks
from wagtail_modeladmin.options import modeladmin_register

from .admin_views import DeliveryAdmin, EndpointAdmin
from .notices import paused_panel

modeladmin_register(EndpointAdmin)
modeladmin_register(DeliveryAdmin)


@hooks.register("construct_homepage_panels")
def show_webhooks_that_are_paused(request, panels):
    panel = paused_panel(request.user)
    if panel is not None:
        panels.append(panel)
