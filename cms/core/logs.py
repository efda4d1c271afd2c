"""What the logs say, and what they must not say."""

import json
import logging
import re
from datetime import UTC, datetime

from .watching.scope import about

_SECRETS = [
    # A value signed by Django: whoever has it may open what it leads to.
    (re.compile(r"[\w.-]+(?::[\w-]+)?:[\w-]{43}(?![\w-])"), "[signed]"),
    # Who signs in to a service, with the password.
    (re.compile(r"(?<=://)[^\s/@'\"]+@"), "[secret]@"),
    (re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"), "[email]"),
    # What somebody looked for, or the key of an address.
    (re.compile(r"(/[^\s?'\"<>]*)\?[^\s'\"<>]+"), r"\1?[query]"),
    # PostgreSQL shows the row that it could not take.
    (re.compile(r"(?<=DETAIL:)[^\n]*"), " [row]"),
]


def discreet(text: str) -> str:
    """`text` without signed links, passwords, email addresses, queries and rows."""
    for secret, instead in _SECRETS:
        text = secret.sub(instead, text)
    return text


class ForReaders(logging.Filter):
    """Leaves out what Django says of load balancers' requests: a line each few seconds.

    And of requests that were refused because there were too many, or the database is
    away: the log must not grow with them. That it is away is said by who found it.
    """

    def filter(self, record):
        path = getattr(getattr(record, "request", None), "path_info", "")
        status = getattr(record, "status_code", None)
        refused = status == 429 or (status == 503 and not record.exc_info)
        return not (refused or path.startswith("/health/"))


class NotOfCommands(logging.Filter):
    """Leaves out what is done outside of requests and tasks: a command's output is its own."""

    def filter(self, record):
        return bool(about(record))


class DiscreetFormatter(logging.Formatter):
    """A line to read, with its traceback. `%(about)s` is the request's id, or the task's."""

    def format(self, record):
        within = about(record)
        name = within.get("task_id") or within.get("request_id")
        record.about = f" [{name}]" if name else ""
        return discreet(super().format(record))


class JSONFormatter(logging.Formatter):
    """A JSON object on one line, for a program that collects logs.

    >>> logger.info("Answered", extra={"fields": {"status": 200, "milliseconds": 12}})
    {"time": "…", "level": "INFO", "logger": "cms.requests", "message": "Answered",
     "request_id": "…", "method": "GET", "path": "/about/", "status": 200, "milliseconds": 12}
    """

    def format(self, record):
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **about(record),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(
            {
                name: discreet(value) if isinstance(value, str) else value
                for name, value in line.items()
            },
            ensure_ascii=False,
        )
