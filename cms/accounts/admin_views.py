"""The screens of the editor for the second factor, for locks and for the audit log."""

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.views.generic import FormView, TemplateView, View
from wagtail.admin import messages
from wagtail.admin.utils import get_user_display_name
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.admin.views.reports.audit_logging import LogEntriesView
from wagtail.admin.widgets.button import Button
from wagtail.permissions import policy_registry

from cms.core.spreadsheets import harmless

from . import audit, second_factor, throttle
from .forms import CodeForm
from .views import set_up_context, show_codes

YOURS = "second_factor"


class Screen(WagtailAdminTemplateMixin):
    """A screen whose breadcrumbs end in its own title."""

    def get_breadcrumbs_items(self):
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.get_page_title()}]


class Yours(WagtailAdminTemplateMixin):
    """A screen about one's own second factor."""

    header_icon = "lock"
    page_title = "Second factor"

    def dispatch(self, request, *args, **kwargs):
        if second_factor.is_off():
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self):
        return [
            *self.breadcrumbs_items,
            {"url": reverse("wagtailadmin_account"), "label": "Account"},
            {"url": reverse(YOURS), "label": "Second factor"},
        ]


class SecondFactorView(Yours, TemplateView):
    """Whether it is set up, and what can be done about it."""

    template_name = "accounts/second_factor.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        return super().get_context_data(
            since=second_factor.since(user),
            codes_left=second_factor.codes_left(user),
            must_have=second_factor.must_have(user),
            **kwargs,
        )


class SetUpView(Yours, FormView):
    """A first app, or another in place of it."""

    template_name = "accounts/set_up.html"
    page_title = "Set up your app"
    form_class = CodeForm

    def get_context_data(self, **kwargs):
        return super().get_context_data(**set_up_context(self.request.user), **kwargs)

    def form_valid(self, form):
        user = self.request.user
        try:
            codes = second_factor.finish(user, form.cleaned_data["code"])
        except second_factor.WrongCodeError as wrong:
            form.add_error("code", str(wrong))
            return self.form_invalid(form)
        audit.note("second_factor_set_up", user, request=self.request)
        return show_codes(self.request, codes, reverse(YOURS))

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=422)


class CodesView(Yours, View):
    """New recovery codes."""

    http_method_names = ["post"]

    def post(self, request):
        if not second_factor.is_set_up(request.user):
            return redirect(YOURS)
        codes = second_factor.make_recovery_codes(request.user)
        audit.note("recovery_codes_made", request.user, request=request)
        return show_codes(request, codes, reverse(YOURS))


class OffView(Yours, View):
    http_method_names = ["post"]

    def post(self, request):
        if second_factor.must_have(request.user):
            raise PermissionDenied
        second_factor.remove(request.user)
        audit.note("second_factor_off", request.user, request=request)
        messages.success(request, "The second factor is off. Your password alone signs you in.")
        return redirect(YOURS)


class ConfirmedView(Screen, TemplateView):
    """Where a provider's tab ends, when it was opened to confirm who it is."""

    template_name = "accounts/confirmed.html"
    page_title = "It is you"
    header_icon = "check"


class ResetButton(Button):
    """Among the actions of an account in the list of users."""

    def __init__(self, user):
        super().__init__(
            "Second factor",
            reverse("second_factor_reset", args=[user.pk]),
            icon_name="lock",
            priority=40,
        )


def may_reset(request_user, user) -> bool:
    """Who may change an account may; one of an administrator, only administrators."""
    policy = policy_registry.get_by_type(get_user_model())
    return (
        not second_factor.is_off()
        and user.pk != request_user.pk
        and policy.user_has_permission(request_user, "change")
        and (request_user.is_superuser or not user.is_superuser)
    )


class ResetView(Screen, TemplateView):
    """Somebody's second factor, which they have lost."""

    template_name = "accounts/reset.html"
    page_title = "Second factor"
    header_icon = "lock"

    def dispatch(self, request, *args, **kwargs):
        if not may_reset(request.user, self.person):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def person(self):
        return get_object_or_404(get_user_model(), pk=self.kwargs["pk"])

    def get_page_subtitle(self):
        return get_user_display_name(self.person)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            person=self.person,
            since=second_factor.since(self.person),
            codes_left=second_factor.codes_left(self.person),
            must_have=second_factor.must_have(self.person),
            **kwargs,
        )

    def post(self, request, pk):
        second_factor.remove(self.person)
        audit.note("second_factor_reset", self.person, request=request)
        messages.success(
            request, f"The second factor of {get_user_display_name(self.person)} is gone."
        )
        return redirect("wagtailusers_users:index")


class ForAdministrators:
    def dispatch(self, request, *args, **kwargs):
        if not request.user.is_superuser:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)


class LocksView(ForAdministrators, Screen, TemplateView):
    """Who has tried too often, and a button to let them try again."""

    template_name = "accounts/locks.html"
    page_title = "Sign-in locks"
    header_icon = "lock"

    def get_context_data(self, **kwargs):
        people = {
            throttle.digest(email): email
            for email in get_user_model().objects.values_list("email", flat=True)
        }
        rows = [(lock, people.get(lock.name)) for lock in throttle.locks()]
        return super().get_context_data(rows=rows, **kwargs)

    def post(self, request):
        name, address = (request.POST.get(each, "") for each in ("name", "address"))
        lock = next(
            (
                each
                for each in throttle.locks()
                if (each.name, each.address or "") == (name, address)
            ),
            None,
        )
        if lock is None:
            messages.info(request, "That lock has ended by itself.")
        else:
            throttle.lift(lock.name, lock.address)
            users = get_user_model().objects
            whose = next((u for u in users.all() if throttle.digest(u.email) == lock.name), None)
            audit.note("lock_lifted", whose, address=lock.address)
            messages.success(request, "They can try again now.")
        return redirect("sign_in_locks")


class AuditLogView(ForAdministrators, LogEntriesView):
    """Wagtail's report of its log, of what is in the audit log, with its details."""

    page_title = "Audit log"
    header_icon = "history"
    index_url_name = "audit_log"
    index_results_url_name = "audit_log_results"
    results_template_name = "accounts/audit_log_results.html"
    list_export = [*LogEntriesView.list_export, "message", "comment"]
    export_headings = {
        **LogEntriesView.export_headings,
        "message": "What happened",
        "comment": "Details",
    }

    def filter_queryset(self, queryset):
        return super().filter_queryset(queryset.filter(audit.which()))

    def preprocess_field_value(self, field, value, export_format):
        return harmless(super().preprocess_field_value(field, value, export_format))

    def get_heading(self, queryset, field):
        return capfirst(super().get_heading(queryset, field))
