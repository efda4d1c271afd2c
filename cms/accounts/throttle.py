"""How many times someone may try to sign in, and how long they wait after that.

django-axes counts failures in the database, so all processes see the same number. It is
told here what to count by: the pair of the name that is typed and the network address
that it comes from, and, with a higher limit, the address alone. Never the name alone:
whoever knows a colleague's email address could keep them out.

What is typed as a name may be a password, so a keyed digest of it is kept.
"""

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username, get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_login_failed
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import salted_hmac

from cms.core.client_address import place

from . import audit


class Handler(AxesDatabaseHandler):
    """Axes has one limit; we have two."""

    def get_failures(self, request, credentials=None) -> int:
        name = get_client_username(request, credentials)
        return settings.AXES_FAILURE_LIMIT if locked_until(name, request.axes_ip_address) else 0

    def user_login_failed(self, sender, credentials, request=None, **kwargs):
        if request is None:
            return
        was_locked = request.axes_locked_out
        super().user_login_failed(sender, credentials, request, **kwargs)
        if was_locked:
            return  # that is noted once
        whose = get_user_model().objects.filter(email__iexact=_name(credentials)).first()
        audit.note("sign_in_failed", whose, request=request, step=step_of(request))
        if request.axes_locked_out:
            audit.note("locked", whose, request=request)


def failed(request, user, step: str) -> None:
    """Count a failure that is not of a password."""
    request.sign_in_step = step
    user_login_failed.send(__name__, credentials={"username": user.get_username()}, request=request)


def step_of(request) -> str:
    """What somebody is trying: "password", "code" …"""
    return getattr(request, "sign_in_step", "password")


def name_of(request, credentials=None) -> str:
    """What is kept of the name that was typed."""
    return digest(_name(credentials))


def digest(name: str) -> str:
    return salted_hmac(__name__, name.strip().lower(), algorithm="sha256").hexdigest()


def _name(credentials) -> str:
    return (credentials or {}).get("username") or ""


def address_of(request) -> str | None:
    """What counts as one place: an address, or a network of IPv6 that one client has."""
    address = place(request.META).partition("/")[0]
    try:
        return str(ip_address(address))
    except ValueError:
        return None


def locked_until(name: str, address: str | None) -> datetime | None:
    """When a pair, or its address, may try again. `name` is a digest."""
    here = list(_recent().filter(ip_address=address))
    pair = [row for row in here if row.username == name]
    ends = [
        _end(pair, settings.AXES_FAILURE_LIMIT),
        _end(here, settings.SIGN_IN_TRIES_FROM_ADDRESS) if address else None,
    ]
    return max(filter(None, ends), default=None)


def _recent():
    """The failures that count, the newest first."""
    now, counts_for = timezone.now(), get_cool_off()
    # What is much later than now was noted by a clock that has been put right since.
    return AccessAttempt.objects.filter(
        attempt_time__gt=now - counts_for, attempt_time__lt=now + counts_for
    ).order_by("-attempt_time")


def _end(attempts, most) -> datetime | None:
    """When there will be fewer than `most` of them."""
    failures = 0
    for attempt in attempts:
        failures += attempt.failures_since_start
        if failures >= most:
            return attempt.attempt_time + get_cool_off()
    return None


@dataclass(frozen=True)
class Lock:
    """Who can't try for a while. Without a name (a digest), nobody from the address can."""

    address: str | None
    name: str
    until: datetime


def locks() -> list[Lock]:
    """All that there are now, the latest first; one query."""
    pairs, places = defaultdict(list), defaultdict(list)
    for attempt in _recent():
        pairs[attempt.ip_address, attempt.username].append(attempt)
        places[attempt.ip_address].append(attempt)
    found = [
        Lock(address, name, _end(attempts, settings.AXES_FAILURE_LIMIT))
        for (address, name), attempts in pairs.items()
    ] + [
        Lock(address, "", _end(attempts, settings.SIGN_IN_TRIES_FROM_ADDRESS))
        for address, attempts in places.items()
        if address
    ]
    return sorted((lock for lock in found if lock.until), key=lambda lock: lock.until, reverse=True)


def lift(name: str, address: str | None) -> None:
    """Let a pair try again; without a name, all from the address."""
    attempts = AccessAttempt.objects.filter(ip_address=address)
    (attempts.filter(username=name) if name else attempts).delete()


def is_locked(request, user) -> bool:
    return bool(locked_until(digest(user.get_username()), address_of(request)))


def locked(request, original_response=None, credentials=None):
    """The answer to who has tried too often: how long to wait."""
    until = locked_until(name_of(request, credentials), address_of(request))
    wait = (until - timezone.now()).total_seconds() if until else 0
    seconds = max(1, math.ceil(wait))
    context = {"minutes": math.ceil(seconds / 60)}
    response = render(request, "accounts/locked.html", context, status=429)
    response["Retry-After"] = str(seconds)
    response["Cache-Control"] = "no-store"
    return response


def keep_no_more_than_is_counted(instance, **kwargs):
    """Axes would keep what was posted with a failure: other fields, and what they hold."""
    instance.get_data = instance.post_data = instance.http_accept = ""
