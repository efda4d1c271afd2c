"""A sign-in from its first step to its end.

Nobody is signed in before the last step: until then the session holds only who waits
for it. So nothing has to look at the second factor later, on any page.

A session ends when it has not been used for `SESSION_IDLE_MINUTES` (Django's own limit,
renewed while the editor is used), after `SESSION_HOURS` whatever happens, and with the browser.
"""

import time

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import BACKEND_SESSION_KEY, SESSION_KEY, get_user_model, login, logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.utils.crypto import constant_time_compare

from . import second_factor

BACKEND = "django.contrib.auth.backends.ModelBackend"
BY_PROVIDER = "provider"

_WAITS = "sign_in_waits"
_SIGNED_IN, _SEEN, _CONFIRMED, _BY = "signed_in_at", "seen_at", "confirmed_at", "signed_in_by"
SECONDS_TO_FINISH = 10 * 60  # also time to install an app
SECONDS_BETWEEN_NOTES = 60  # that the editor is being used
SECONDS_APART = 60  # that the clocks of two hosts may be, or that one may be set back by


def go_on(request, user, to: str):
    """The answer to a right password: the next step, or into the editor, at `to`."""
    step = second_factor.next_step(user)
    if step is None:
        return sign_in(request, user, to)
    request.session.cycle_key()
    request.session[_WAITS] = {
        "user": user.pk,
        "hash": user.get_session_auth_hash(),  # another password ends the wait
        "by": step_by(request),
        "until": time.time() + SECONDS_TO_FINISH,
        "to": to,
    }
    return redirect("sign_in_code" if step == second_factor.CODE else "sign_in_set_up")


def waiting(request):
    """(user, where to) of a sign-in that is under way; (None, "") if there is none."""
    waits = request.session.get(_WAITS)
    if not waits or waits["until"] < time.time():
        return None, ""
    user = get_user_model().objects.filter(pk=waits["user"], is_active=True).first()
    if user is None or not constant_time_compare(user.get_session_auth_hash(), waits["hash"]):
        return None, ""
    request.sign_in_step = waits["by"]
    return user, waits["to"]


def sign_in(request, user, to: str):
    """The last step."""
    request.session.pop(_WAITS, None)
    login(request, user, backend=BACKEND)
    return redirect(to)


def step_by(request) -> str:
    return getattr(request, "sign_in_step", "password")


def begin(request) -> None:
    """Note in a new session when it began and by what; signing in confirms who it is, too."""
    now = time.time()
    session = request.session
    session[_SIGNED_IN] = session[_SEEN] = session[_CONFIRMED] = now
    session[_BY] = step_by(request)


def is_by_provider(request) -> bool:
    return request.session.get(_BY, "").startswith(BY_PROVIDER)


def confirm(request) -> None:
    request.session[_CONFIRMED] = time.time()


def is_confirmed(request) -> bool:
    """Whether who it is has been shown within the last minutes."""
    confirmed = request.session.get(_CONFIRMED, 0)
    # Not much later than now either: a clock that is set back must not make it hold for longer.
    return -SECONDS_APART <= time.time() - confirmed < settings.CONFIRM_MINUTES * 60


def keep_or_end(request):
    """None while a session may go on; else the answer that ends it. For the editor's pages."""
    session = request.session
    if SESSION_KEY not in session or BACKEND_SESSION_KEY not in session:
        return None
    now = time.time()
    began = session.setdefault(_SIGNED_IN, now)
    if now - began > settings.SESSION_HOURS * 60 * 60:
        logout(request)
        if request.headers.get("X-Requested-With") == "XMLHttpRequest":
            raise PermissionDenied
        messages.warning(
            request,
            f"You were signed in for {settings.SESSION_HOURS} hours. Sign in again to go on.",
        )
        to = request.get_full_path() if request.method == "GET" else ""
        return redirect_to_login(to)
    if now - session.get(_SEEN, 0) > SECONDS_BETWEEN_NOTES:
        session[_SEEN] = now
    return None
