"""How often files are taken, per day: numbers, and nothing about who took them.

Each process adds up in memory, and one thread of it writes what has come
together to the database. No download waits for that or fails by it.
"""

import logging
import os
import threading
from collections import Counter

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from .models.download import DownloadCount  # alone, for pages are models and hand out files

logger = logging.getLogger(__name__)


class _Pending:
    def __init__(self):
        self.counts = Counter()  # {(day, kind, key, variant): number}
        self.lock = threading.Lock()
        self.writer = None


_pending = _Pending()


def forget() -> None:
    """Begin anew: a forked process has none of its parent's counts to write, and no thread."""
    global _pending
    _pending = _Pending()


os.register_at_fork(after_in_child=forget)


def add(request, kind: str, key: int, variant: str) -> None:
    """Count a download, unless a robot takes it or a browser fetches it just in case."""
    if is_prefetch(request) or is_robot(request.headers.get("User-Agent", "")):
        return
    with _pending.lock:
        _pending.counts[timezone.localdate(), kind, key, str(variant)] += 1
        if _pending.writer is None and settings.DOWNLOADS_COUNTED_EVERY:
            # Said plainly, for it would be as the server's threads are: ended with the process.
            _pending.writer = threading.Thread(target=_write_until_the_end, daemon=False)
            _pending.writer.start()


def is_prefetch(request) -> bool:
    purpose = request.headers.get("Sec-Purpose", "") or request.headers.get("Purpose", "")
    return "prefetch" in purpose


def is_robot(user_agent: str) -> bool:
    """Whether a crawler names itself. A program such as curl is a person's tool."""
    # A large list, which those who give out no files can spare.
    from crawleruseragents import CRAWLER_USER_AGENTS_DATA, matching_crawlers

    return any(
        "http-library" not in CRAWLER_USER_AGENTS_DATA[number].get("tags", ())
        for number in matching_crawlers(user_agent[:500])
    )


def nothing_is_pending() -> bool:
    return not _pending.counts


def write() -> bool:
    """Add what has been counted to the database; what can't be written now is kept for later."""
    with _pending.lock:
        counts, _pending.counts = _pending.counts, Counter()
    try:
        with transaction.atomic():
            # In one order, so that two processes never wait for each other.
            for (day, kind, key, variant), number in sorted(counts.items()):
                DownloadCount.objects.update_or_create(
                    day=day,
                    kind=kind,
                    key=key,
                    variant=variant,
                    defaults={"count": F("count") + number},
                    create_defaults={"count": number},
                )
    except Exception:  # whatever it is, the counts must not go with it
        logger.exception("Downloads could not be counted. They are kept, and written later.")
        with _pending.lock:
            _pending.counts.update(counts)
        return False
    return True


def _write_until_the_end():
    """Until the process stops in good order, and once more then.

    The interpreter waits for this thread at its end, after the main thread is
    done: with any server, and without a handler for signals.
    """
    main = threading.main_thread()
    while main.is_alive():
        main.join(timeout=settings.DOWNLOADS_COUNTED_EVERY)
        if not nothing_is_pending():
            write()
            connection.close()
