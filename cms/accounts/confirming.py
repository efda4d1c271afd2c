"""Asking who it is once more, before a dangerous act, so that nothing is lost.

The question stands at the address of the act itself. Its form sends back what was posted,
with the password beside it, and the act goes on as if nothing had been asked. An act that
begins with a form asks before it shows the form.
"""

from django.contrib.auth import authenticate
from django.http import HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from . import provider, sessions
from .dangerous import is_dangerous

PASSWORD, BEFORE = "confirm_password", "confirm_before"
_OURS = (PASSWORD, BEFORE, "csrfmiddlewaretoken")
WRONG = "That is not your password. Try again."
NOT_YET = "You have not confirmed it yet."


def ask(request):
    """None when the act may go on; else the question."""
    if not is_dangerous(request.resolver_match) or not request.user.is_authenticated:
        return None
    user = request.user
    before = request.POST.get(BEFORE)
    if before is None:
        return None if sessions.is_confirmed(request) else _question(request)
    error = ""
    if request.POST.get(PASSWORD) and may_use_password(user):
        request.sign_in_step = "confirming"
        found = authenticate(request, username=user.get_username(), password=request.POST[PASSWORD])
        if found == user:
            sessions.confirm(request)
        else:
            error = WRONG
    if not sessions.is_confirmed(request):
        return _question(request, error or NOT_YET)
    if before == "GET":
        return HttpResponseRedirect(request.get_full_path())
    request.POST = _without_ours(request)
    return None


def may_use_password(user) -> bool:
    return user.has_usable_password() and provider.takes_password_of(user)


def _question(request, error=""):
    # What was posted goes round with the question; what is only looked at comes by itself.
    was_get = request.POST.get(BEFORE) == "GET" or request.method != "POST"
    kept = [] if was_get else _without_ours(request).lists()
    context = {
        "page_title": "Confirm that it is you",
        "header_title": "Confirm that it is you",
        "header_icon": "lock",
        "error": error,
        "before": "GET" if was_get else "POST",
        "kept": [(name, value) for name, values in kept for value in values],
        "files_are_lost": bool(request.FILES),
        "with_password": may_use_password(request.user),
        "provider": provider.name() if sessions.is_by_provider(request) else "",
    }
    status = 422 if error else 200
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        html = render_to_string("accounts/confirm_modal.html", context, request)
        # The one modal that is dangerous; its script sends any form that stands in it.
        response = JsonResponse({"step": "set_privacy", "html": html})
    else:
        response = render(request, "accounts/confirm.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _without_ours(request):
    posted = request.POST.copy()
    for name in _OURS:
        posted.pop(name, None)
    return posted
