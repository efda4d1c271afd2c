"""While the database is away: 503 at once, for all, and no restart when it is back.

Who waits for a connection holds a thread. So when one could not get any, the others
are refused, and the database is looked at until it answers: `watching.services`.
Connections that were cut while nobody used them are replaced, and nobody notices: who
sends something gets one that was tried first, and who only reads is answered again.
"""

import sqlite3
import sys

from django.conf import settings
from django.contrib.sessions.exceptions import SessionInterrupted
from django.db import InterfaceError, InternalError, OperationalError, connection

from .. import refusals
from ..refusals import refuse, server_error
from ..watching import services

RETRY_AFTER = 10  # seconds
IDLE_TOO_LONG = "25P03"  # in a transaction; psycopg calls that an InternalError
PATIENCE = 0.2  # seconds for a look; it goes on meanwhile, for who asks next
_seen_away = False


def is_databases_fault(error: BaseException | None) -> bool:
    """Whether `error` says that the database is away, full, too slow or in use: not that we err."""
    cause = getattr(error, "__cause__", None)
    if isinstance(error, InternalError):
        return getattr(cause, "sqlstate", "") == IDLE_TOO_LONG
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    return getattr(cause, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR


def fault(request):
    """Django's `handler500`."""
    global _seen_away
    error = sys.exc_info()[1]
    if not is_databases_fault(error):
        return server_error(request)
    response = away(request)
    response.connection_was_cut = _was_cut(error)
    _seen_away = not response.connection_was_cut
    return response


def bad_request(request, exception):
    """Django's `handler400`: its own, unless a session could not be kept by our fault."""
    if isinstance(exception, SessionInterrupted):
        cause = exception
        while (cause := cause.__context__) is not None:
            if is_databases_fault(cause):
                return away(request)
    return refusals.bad_request(request, exception)


def away(request):
    return refuse(
        request.path,
        503,
        "We can’t show this just now",
        "Our database does not answer. It is not your fault, and nothing that you sent us before "
        "is lost. If you were sending a form, go back: what you typed is still there.",
        RETRY_AFTER,
    )


def database_middleware(get_response):
    def middleware(request):
        if _is_away():
            return away(request)
        only_reads = request.method in ("GET", "HEAD", "OPTIONS")
        if not only_reads and _is_pooled():
            connection.ensure_connection()
            if not connection.is_usable():
                _replace_what_was_cut()
        response = get_response(request)
        if getattr(response, "connection_was_cut", False):
            _replace_what_was_cut()
            if only_reads:
                return get_response(request)
        return response

    return middleware


def _is_pooled() -> bool:
    return connection.vendor == "postgresql" and bool(connection.pool)


def _replace_what_was_cut() -> None:
    connection.close()
    connection.pool.check()  # all others


def _was_cut(error) -> bool:
    """Whether PostgreSQL, or the network, ended a connection of the pool that was open."""
    if not _is_pooled():
        return False
    from psycopg_pool import PoolTimeout

    cause = error.__cause__
    # None: the connection was closed. Else: somebody, or a restart, has ended it.
    return not isinstance(cause, PoolTimeout) and getattr(cause, "sqlstate", "") in (
        None,
        "57P01",
        "57P02",
        "57P03",
    )


def _is_away() -> bool:
    global _seen_away
    if _seen_away:
        _seen_away = services.look_at("database", PATIENCE).status == "away"
    return _seen_away


def limit_statements() -> None:
    """Have PostgreSQL end queries of this process that take too long, and what they held.

    Before the first connection. For processes that serve: commands and the worker may take long.
    """
    options = settings.DATABASES["default"].get("OPTIONS", {})
    if settings.DATABASES["default"]["ENGINE"].endswith("postgresql") and (
        seconds := settings.STATEMENT_SECONDS
    ):
        options["options"] = (
            f"{options.get('options', '')} -c statement_timeout={seconds}s "
            f"-c idle_in_transaction_session_timeout={3 * seconds}s"
        )
