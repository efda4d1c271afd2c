"""The steps of signing in, before anybody is signed in."""

from urllib.parse import quote, urlencode

from django.contrib import messages
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView, View
from wagtail.admin.views.account import LoginView

from . import audit, provider, second_factor, sessions, throttle
from .forms import CodeForm

_NEXT, _AGAIN = "provider_next", "provider_again"


class SignInView(LoginView):
    """Wagtail's, up to the right password."""

    def form_valid(self, form):
        return sessions.go_on(self.request, form.get_user(), self.get_success_url())

    def get_context_data(self, **kwargs):
        to = urlencode({"next": self.get_success_url()})
        return super().get_context_data(
            provider=provider.name(), provider_url=f"{reverse('sign_in_provider')}?{to}", **kwargs
        )


@method_decorator([never_cache, sensitive_post_parameters()], name="dispatch")
class Step(FormView):
    """A step after the password, for whoever waits for it."""

    form_class = CodeForm

    def dispatch(self, request, *args, **kwargs):
        self.user, self.to = sessions.waiting(request)
        if self.user is None:
            messages.warning(request, "That took too long. Begin again.")
            return redirect("wagtailadmin_login")
        if throttle.is_locked(request, self.user):
            return throttle.locked(request, credentials={"username": self.user.get_username()})
        return super().dispatch(request, *args, **kwargs)

    def refuse(self, form, why):
        throttle.failed(self.request, self.user, "code")
        form.add_error("code", why)
        return self.form_invalid(form)


class CodeView(Step):
    template_name = "accounts/code.html"

    def form_valid(self, form):
        try:
            what = second_factor.check(self.user, form.cleaned_data["code"])
        except second_factor.WrongCodeError as wrong:
            return self.refuse(form, str(wrong))
        self.request.sign_in_step += f" and {what}"
        if what == "recovery code":
            left = second_factor.codes_left(self.user)
            messages.warning(
                self.request,
                f"You have used a recovery code. Codes left: {left}. To make new ones, select "
                "your name, then “Account”, then “Second factor”.",
            )
        return sessions.sign_in(self.request, self.user, self.to)


class SetUpView(Step):
    """For those who must have a second factor and have none yet."""

    template_name = "accounts/set_up_first.html"

    def dispatch(self, request, *args, **kwargs):
        user, _ = sessions.waiting(request)
        if user and second_factor.is_set_up(user):
            return redirect("sign_in_code")  # set up meanwhile, in another window
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**set_up_context(self.user), **kwargs)

    def form_valid(self, form):
        try:
            codes = second_factor.finish(self.user, form.cleaned_data["code"])
        except second_factor.WrongCodeError as wrong:
            return self.refuse(form, str(wrong))
        self.request.sign_in_step += " and app"
        sessions.sign_in(self.request, self.user, self.to)
        audit.note("second_factor_set_up", self.user, request=self.request, user=self.user)
        return show_codes(self.request, codes, self.to)


def set_up_context(user) -> dict:
    device = second_factor.begin(user)
    return {"picture": second_factor.picture(device), "key": second_factor.written(device)}


def show_codes(request, codes, to):
    """The screen that shows recovery codes, one time: it answers the POST that made them."""
    return TemplateResponse(
        request,
        "accounts/recovery_codes.html",
        {
            "page_title": "Your recovery codes",
            "header_title": "Your recovery codes",
            "header_icon": "key",
            "codes": codes,
            "file": quote("\n".join(codes) + "\n"),
            "to": to,
        },
    )


class ProviderView(View):
    """Sends people to the provider; `again`, to confirm who they are."""

    http_method_names = ["get"]

    def get(self, request):
        again = "again" in request.GET
        to = _inside(request, request.GET.get("next", ""))
        if not provider.is_used() or (again and not request.user.is_authenticated):
            return redirect("wagtailadmin_login")
        request.session[_NEXT], request.session[_AGAIN] = to, again
        back = request.build_absolute_uri(reverse("sign_in_provider_back"))
        try:
            return _oidc().send(request, back, again=again)
        except provider.RefusedError as refused:
            return _refuse(request, refused)


@method_decorator(never_cache, name="dispatch")
class ProviderBackView(View):
    """Where the provider sends people back to."""

    http_method_names = ["get"]

    def get(self, request):
        if not provider.is_used():
            return redirect("wagtailadmin_login")
        again = request.session.pop(_AGAIN, False)
        to = request.session.pop(_NEXT, "") or reverse("wagtailadmin_home")
        request.sign_in_step = sessions.BY_PROVIDER
        try:
            claims = _oidc().claims_of(request, again=again)
            user = provider.user_for(claims)
            if again and user != request.user:
                raise provider.RefusedError("That was somebody else. Nothing was confirmed.")
        except provider.RefusedError as refused:
            return _refuse(request, refused)
        if again:
            sessions.confirm(request)
            return redirect(to)
        if provider.has_second_factor(claims):
            return sessions.sign_in(request, user, to)
        return sessions.go_on(request, user, to)


def _oidc():
    from . import oidc  # with a library that takes a while to import

    return oidc


def _refuse(request, why):
    audit.note("sign_in_failed", request=request, step=sessions.BY_PROVIDER)
    messages.error(request, str(why))
    return redirect("wagtailadmin_login")


def _inside(request, url) -> str:
    """`url` if it leads into this site, or the editor's first screen."""
    fits = url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return url if fits else reverse("wagtailadmin_home")
