"""How often one place may ask for what is made for it alone: 429 when that is too often.

What is sent without signing in is counted by the middleware, whichever view it is for.
A view that takes more work than others is wrapped in `throttled`, or calls `count` and
has its own words. What the page cache gives is not counted.
"""

import logging
import math
import time
from collections.abc import Callable
from functools import cache, wraps
from threading import Lock

from django.conf import settings
from django.utils.crypto import salted_hmac

from ..client_address import place
from ..refusals import refuse, when

logger = logging.getLogger(__name__)

SECONDS_AWAY = 5  # until what counts is asked again, after it has failed
SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}
WHY = "Very many requests have come from where you are."
#: How often each rate was exceeded, as this process saw it.
exceeded = dict.fromkeys(settings.RATES, 0)
_RATE_OF = {
    "wagtailcore_authenticate_with_password": "password",
    "wagtailcore_authenticate_with_password_for_collection": "password",
}


class TooManyError(Exception):
    """Try again after `seconds`. The text says why, to the person."""

    def __init__(self, seconds: int, why: str = WHY):
        super().__init__(why)
        self.seconds = seconds

    @property
    def when(self) -> str:
        """When it is worth trying again, in a sentence."""
        return when(self.seconds)


def count(rate: str, whose: str, *, writes: bool = False) -> None:
    """Count one request. Raises TooManyError when there were too many.

    `whose` is a place, or what else is counted; it is kept as a digest. When the
    count can't be had, requests that read are let through, and for one that
    `writes` each process counts by itself.
    """
    item = _parsed(settings.RATES[rate])
    if item is None:
        return
    from . import counts  # with a library that takes a while to import

    key = salted_hmac("cms.core.limits", whose, algorithm="sha256").hexdigest()[:32]
    limiter = None if _away.now() else counts.shared()
    if limiter is not None:
        try:
            _hit(limiter, item, rate, key)
        except counts.errors() as error:
            _away.note(error)
            limiter = None
    if limiter is None and writes:
        _hit(counts.of_this_process(), item, rate, key)


def _hit(limiter, item, rate, key):
    if not limiter.hit(item, rate, key):
        exceeded[rate] += 1
        until = limiter.get_window_stats(item, rate, key).reset_time
        raise TooManyError(max(1, math.ceil(until - time.time())))


@cache
def _parsed(rate: str):
    """Raises ValueError for what says no rate."""
    from limits import parse

    return parse(rate) if rate else None


def refused(request, rate: str, whose: str):
    """Count one request; what is answered when there were too many, else None."""
    try:
        count(rate, whose, writes=request.method not in SAFE)
    except TooManyError as error:
        return answer(request, error)
    return None


def answer(request, error: TooManyError):
    return refuse(request.path, 429, "Please wait a moment", str(error), error.seconds)


def throttled(which: Callable):
    """Refuse requests for the view that follows when there are too many.

    `which(request)` gives (the rate, whose it is). The middleware leaves the view
    alone, whatever is sent to it.
    """

    def decorate(view):
        @wraps(view)
        def counted(request, *args, **kwargs):
            if request.method == "OPTIONS":
                return view(request, *args, **kwargs)
            return refused(request, *which(request)) or view(request, *args, **kwargs)

        counted.counts_itself = True
        return counted

    return decorate


def of_place(rate: str) -> Callable:
    """For `throttled`: the same rate for each place."""
    return lambda request: (rate, place(request.META))


def throttling_middleware(get_response):
    """Counts what is sent by those who have not signed in."""

    def middleware(request):
        return get_response(request)

    def process_view(request, view, args, kwargs):
        if request.method in SAFE or getattr(view, "counts_itself", False):
            return None
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            return None
        rate = _RATE_OF.get(request.resolver_match.view_name, "post")
        return refused(request, rate, place(request.META))

    middleware.process_view = process_view
    return middleware


class _Away:
    """Whether what counts has failed a moment ago. The log has a line then, not for each."""

    def __init__(self):
        self._until, self._lock = 0.0, Lock()

    def now(self) -> bool:
        return bool(self._until) and time.monotonic() < self._until

    def note(self, error) -> None:
        with self._lock:
            said = self._until and time.monotonic() < self._until + SECONDS_AWAY
            self._until = time.monotonic() + SECONDS_AWAY
        if not said:
            logger.error(
                "Nothing can be counted: who only reads may ask as often as they like, and what "
                "is sent is counted by each process for itself. %s: %s",
                type(error).__name__,
                error,
            )


_away = _Away()


def forget() -> None:
    """Begin anew: for tests."""
    from . import counts

    counts.shared().storage.reset()
    counts.of_this_process().storage.reset()
    _away.__init__()
