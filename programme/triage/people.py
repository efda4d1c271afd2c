"""For someone who telephones: what we hold of an address, a copy of it, and an end to it."""

from django import forms
from django.core.exceptions import BadRequest
from django.db.models import Q
from django.http import JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from wagtail.admin import messages
from wagtail.log_actions import log

from ..models import SignUp
from ..models.sign_up import normalise
from ..sign_ups import rights
from .screens import INDEX, Act, Screen
from .several import ticked

REASONS = [
    rights.BY_STAFF,
    "The person asked by telephone.",
    "The person asked in writing.",
    rights.BY_THE_PERSON,
    "It was sent by mistake, or twice.",
]


class FindForm(forms.Form):
    email = forms.EmailField(
        label="Email address",
        help_text="The whole address, as the person gave it.",
        error_messages={
            "invalid": "Enter an email address in the right form, like name@example.org."
        },
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )


class EraseForm(forms.Form):
    because = forms.ChoiceField(
        label="Why",
        choices=[(reason, reason) for reason in REASONS],
        widget=forms.RadioSelect,
        help_text="This is all that is kept of it.",
        error_messages={"required": "Choose why."},
    )


class FindView(Screen):
    """Everything that is held of one address. By POST, so that no address is in an address."""

    template_name = "programme/triage/find.html"
    page_title = "Find by email"

    def get(self, request):
        return self._show(FindForm())

    def post(self, request):
        form = FindForm(request.POST)
        if not form.is_valid():
            return self._show(form, status=422)
        email = normalise(form.cleaned_data["email"])
        found = SignUp.objects.held().filter(Q(email=email) | Q(new_email=email))
        return self._show(form, found=found.select_related("page"))

    def _show(self, form, found=None, status=200):
        context = self.get_context_data(form=form, found=found)
        return self.render_to_response(context, status=status)


class DownloadView(Act):
    """What is held in the chosen sign-ups as JSON, with the notes: a list of `rights.held`."""

    permission_required = "export"

    def post(self, request):
        sign_ups = _chosen(request)
        for sign_up in sign_ups:
            log(sign_up, "programme.sign_up.downloaded", user=request.user)
        return JsonResponse(
            [rights.held(sign_up, notes=True) for sign_up in sign_ups],
            safe=False,
            json_dumps_params={"ensure_ascii": False, "indent": 2},
            headers={"Content-Disposition": 'attachment; filename="sign-ups.json"'},
        )


class EraseView(Screen):
    """Says what would go and asks why; then erases it."""

    http_method_names = ["post"]
    permission_required = "delete"
    template_name = "programme/triage/erase.html"
    page_title = "Erase"

    def post(self, request):
        sign_ups = _chosen(request)
        form = EraseForm(request.POST if "confirmed" in request.POST else None)
        if not form.is_valid():
            context = self.get_context_data(form=form, sign_ups=sign_ups)
            return self.render_to_response(context, status=422 if form.is_bound else 200)
        for sign_up in sign_ups:
            rights.erase(sign_up, form.cleaned_data["because"], request.user)
        number = len(sign_ups)
        messages.success(request, f"{number} sign-up{'' if number == 1 else 's'} erased.")
        return redirect(reverse(INDEX))


def _chosen(request) -> list[SignUp]:
    """The chosen ones that are still held. Raises BadRequest when there are none."""
    sign_ups = SignUp.objects.held().filter(pk__in=ticked(request)).select_related("page")
    found = list(sign_ups.prefetch_related("notes", "messages"))
    if not found:
        raise BadRequest("None of the sign-ups is there any more.")
    return found
