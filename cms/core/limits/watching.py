"""What an operator sees of limits: what was refused, and settings that can't be right."""

import resource

from django.conf import settings
from django.core.checks import Error
from django.core.checks import Warning as Advice

from ..watching import readings
from ..watching.examinations import examine
from .layer import refused
from .throttling import exceeded


def watch() -> None:
    readings.tally(
        "cms_refused_requests",
        "Requests that were refused before anyone worked on them: their address, encoding, size or "
        "pace; or too many bodies or downloads at once.",
        "why",
        refused,
    )
    readings.tally(
        "cms_too_many_requests", "Requests that were answered with 429, by rate.", "rate", exceeded
    )


@examine("How often one may ask")
def _rates():
    from limits import parse

    for name, rate in settings.RATES.items():
        try:
            if rate:
                parse(rate)
        except ValueError:
            yield Error(
                f"RATE_{name.upper()} is “{rate}”, which is no rate.",
                hint=f"Set RATE_{name.upper()} to such as 120/minute, or to nothing for no limit.",
            )


@examine("Who stands in front of the site")
def _in_front():
    in_front = [
        name
        for name, said in (
            ("BEHIND_PROXY", settings.SECURE_PROXY_SSL_HEADER),
            ("EDGE_PURGE_URL", settings.EDGE_PURGE_URL),
        )
        if said
    ]
    if in_front and not settings.TRUSTED_PROXIES:
        yield Error(
            f"{in_front[0]} says that a proxy stands in front, and TRUSTED_PROXIES names none: all "
            "readers are taken for one, and refused when they are many.",
            hint="Set TRUSTED_PROXIES to the networks of your proxies, such as 127.0.0.1/32.",
        )


@examine("How many connections may be open")
def _connections():
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if most != resource.RLIM_INFINITY and most < settings.CONNECTIONS:
        yield Advice(
            f"CONNECTIONS is {settings.CONNECTIONS}, and the system lets a process open {most} "
            "files: so many connections are kept, and others wait.",
            hint="Raise the limit of open files (LimitNOFILE= of the service), or lower "
            "CONNECTIONS.",
        )
