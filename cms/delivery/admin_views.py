"""The screens for webhooks and for the log of what was sent."""

from django.contrib.admin import SimpleListFilter
from django.shortcuts import redirect
from django.urls import re_path
from wagtail.admin import messages
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.log_actions import log
from wagtail_modeladmin.helpers import ButtonHelper, PermissionHelper
from wagtail_modeladmin.views import CreateView, InspectView, InstanceSpecificView

from cms.core.modeladmin import MendedModelAdmin, shown_once
from cms.events.models import Event

from . import queue
from .forms import EndpointForm, type_label
from .models import Delivery, Endpoint
from .tasks import send_to


def _show_secret(request, endpoint, secret, url_helper):
    return shown_once(
        request,
        title=f"The secret of “{endpoint}”",
        value=secret,
        explanation=(
            "The receiver needs this secret to tell our messages from anyone else's. "
            "Give it to the people who run the receiver, in a safe way."
        ),
        back_url=url_helper.get_action_url("inspect", endpoint.pk),
    )


class CreateEndpointView(CreateView):
    def form_valid(self, form):
        super().form_valid(form)
        return _show_secret(self.request, self.instance, self.instance.secret, self.url_helper)


class EndpointActionView(InstanceSpecificView):
    """A button: each is a POST, by someone who may change the webhook."""

    http_method_names = ["post"]

    def check_action_permitted(self, user):
        return self.permission_helper.user_can_edit_obj(user, self.instance)

    def post(self, request):
        return self.act(request) or redirect(
            self.url_helper.get_action_url("inspect", self.instance.pk)
        )


class TestView(EndpointActionView):
    def act(self, request):
        answer = queue.send_test(self.instance)
        if answer.is_taken:
            messages.success(request, f"The test has arrived: it answered {answer.status}.")
        else:
            messages.error(request, f"The test has not arrived. {answer.error}")


class NewSecretView(EndpointActionView):
    def act(self, request):
        secret = self.instance.renew_secret()
        log(instance=self.instance, action="wagtail.edit")
        return _show_secret(request, self.instance, secret, self.url_helper)


class ResumeView(EndpointActionView):
    def act(self, request):
        queue.resume(self.instance)
        log(instance=self.instance, action="wagtail.edit")
        send_to.enqueue(self.instance.pk)
        messages.success(request, "It is told again, and first of all that has waited.")


class EndpointView(InspectView):
    """How a webhook stands, its buttons, and what was sent to it last."""

    def get_page_title(self):
        return "Webhook"

    def get_context_data(self, **kwargs):
        deliveries = self.instance.deliveries
        return super().get_context_data(
            what_labels=[Event.What(what).label for what in self.instance.whats],
            type_labels=[type_label(label) for label in self.instance.types],
            waiting=deliveries.filter(state=Delivery.State.WAITING).count(),
            latest=deliveries.all()[:10],
            may_change=self.permission_helper.user_can_edit_obj(self.request.user, self.instance),
            **kwargs,
        )


class EndpointButtons(ButtonHelper):
    def inspect_button(self, *args, **kwargs):
        return {
            **super().inspect_button(*args, **kwargs),
            "label": "Test and log",
            "title": "Test this webhook, and see what was sent",
        }


class EndpointAdmin(MendedModelAdmin):
    model = Endpoint
    menu_label = "Webhooks"
    menu_icon = "globe"
    menu_order = 610
    list_display = ["name", "url", "state"]
    create_view_class = CreateEndpointView
    inspect_view_enabled = True
    inspect_view_class = EndpointView
    button_helper_class = EndpointButtons
    inspect_view_fields = ["name"]
    edit_handler = ObjectList(
        [FieldPanel(name) for name in ("name", "url", "whats", "types", "active")],
        base_form_class=EndpointForm,
    )
    actions = {"test": TestView, "secret": NewSecretView, "resume": ResumeView}

    def get_admin_urls_for_registration(self):
        return (
            *super().get_admin_urls_for_registration(),
            *(_action_url(self, name, view) for name, view in self.actions.items()),
        )


def _action_url(model_admin, name, view):
    def act(request, instance_pk):
        return view.as_view(model_admin=model_admin, instance_pk=instance_pk)(request)

    helper = model_admin.url_helper
    return re_path(helper.get_action_url_pattern(name), act, name=helper.get_action_url_name(name))


class DeliveryPermissions(PermissionHelper):
    """The log is written by nobody, and read by those who may work with webhooks."""

    def __init__(self, model, inspect_view_enabled=False):
        super().__init__(model, inspect_view_enabled)
        self.endpoints = PermissionHelper(Endpoint)

    def user_has_any_permissions(self, user):
        return self.endpoints.user_has_any_permissions(user)

    def user_can_create(self, user):
        return False

    def user_can_edit_obj(self, user, obj):
        return False

    def user_can_delete_obj(self, user, obj):
        return False

    def user_can_send_again(self, user, delivery):
        return delivery.event is not None and self.endpoints.user_can_edit_obj(
            user, delivery.endpoint
        )


class DeliveryView(InspectView):
    """One message, and the last answer to it."""

    def get_page_title(self):
        return "Webhook delivery"

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            may_send_again=self.permission_helper.user_can_send_again(
                self.request.user, self.instance
            ),
            **kwargs,
        )


class SendAgainView(InstanceSpecificView):
    http_method_names = ["post"]

    def check_action_permitted(self, user):
        return self.permission_helper.user_can_send_again(user, self.instance)

    def post(self, request):
        endpoint = self.instance.endpoint
        if endpoint.state == "On":
            queue.send_again(self.instance)
            send_to.enqueue(endpoint.pk)
            messages.success(request, "It is on its way again.")
        else:
            messages.error(
                request, f"“{endpoint}” is {endpoint.state.lower()}. Switch it on first."
            )
        return redirect(self.url_helper.get_action_url("inspect", self.instance.pk))


class DeliveryButtons(ButtonHelper):
    def inspect_button(self, *args, **kwargs):
        return {
            **super().inspect_button(*args, **kwargs),
            "label": "Open",
            "title": "See the message and the answer",
        }


class EndpointFilter(SimpleListFilter):
    """Modeladmin's own filter by a relation asks Django's admin site, which is not installed."""

    title = "webhook"
    parameter_name = "webhook"

    def lookups(self, request, model_admin):
        return Endpoint.objects.values_list("pk", "name")

    def queryset(self, request, queryset):
        chosen = self.value()
        if chosen is None:
            return queryset
        return queryset.filter(endpoint=chosen) if chosen.isdecimal() else queryset.none()


class DeliveryAdmin(MendedModelAdmin):
    model = Delivery
    menu_label = "Webhook deliveries"
    menu_icon = "history"
    menu_order = 611
    list_display = ["created_at", "what", "subject", "endpoint", "state", "outcome", "attempts"]
    list_filter = ["state", EndpointFilter, "what"]
    list_select_related = ["endpoint"]
    list_per_page = 50
    search_fields = ["subject", "message_id"]
    history_view_enabled = False
    inspect_view_enabled = True
    inspect_view_class = DeliveryView
    inspect_view_fields = ["message_id"]
    permission_helper_class = DeliveryPermissions
    button_helper_class = DeliveryButtons

    def get_admin_urls_for_registration(self):
        views = super().get_admin_urls_for_registration()
        return (*views, _action_url(self, "again", SendAgainView))
