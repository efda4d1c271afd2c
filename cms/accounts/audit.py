"""The audit log: who signed in, who may do what, what was taken away and what was erased.

It is a part of Wagtail's log, which keeps an entry for each thing that is done in the
editor: one store, one way to write to it, nobody who can write over it. An entry's user is who
did it, its object is what it was done to, and `data` says more. Nothing of a sign-up is
in it but its number.

Each entry is also written as a line of JSON to the logger `cms.audit`, which the live
settings send to standard output. There, people are numbers, and nobody's address stands.
"""

import logging
from functools import partial

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import Q
from wagtail.log_actions import log
from wagtail.models import Site

from cms.core.client_address import client_address
from cms.core.watching.scope import scope

logger = logging.getLogger(__name__)

PREFIX = "accounts."
#: What apps note themselves that belongs into the audit log too.
OF_APPS = {
    "programme.sign_up.exported",
    "programme.sign_up.downloaded",
    "programme.sign_up.erased",
    "wagtail.view_restriction.create",
    "wagtail.view_restriction.edit",
    "wagtail.view_restriction.delete",
}
#: What Wagtail notes of anything belongs into it if it is one of these.
CHANGES = {"wagtail.create", "wagtail.edit", "wagtail.delete"}
THINGS = {
    "core.user",
    "auth.group",
    "wagtailcore.site",
    "wagtailcore.apitoken",
    "api.token",
    "delivery.endpoint",
}
#: Of what apps note, this may stand in a line that leaves the site.
TOLD_OF_APPS = {"count", "format"}


def note(action: str, about=None, *, request=None, user=None, **data) -> None:
    """Note `accounts.<action>`. `about` is a user or a group; the site, if nobody we know.

    `user` is who did it; without one, whoever uses the editor at this moment. With a
    `request`, the network address is noted too.
    """
    about = about or Site.objects.order_by("-is_default_site").first()
    if about is None:
        return  # a site that is being set up
    if request is not None and (address := client_address(request.META)):
        data["address"] = address
    log(about, f"{PREFIX}{action}", user=user, data=data)


def which() -> Q:
    """The entries of Wagtail's log that are in the audit log."""
    wanted = Q()
    for thing in THINGS:
        app_label, model = thing.split(".")
        wanted |= Q(app_label=app_label, model=model)
    things = ContentType.objects.filter(wanted).values("pk")
    return (
        Q(action__startswith=PREFIX)
        | Q(action__in=OF_APPS)
        | Q(action__in=CHANGES, content_type__in=things)
    )


def is_audited(entry) -> bool:
    """The same of one entry."""
    return (
        entry.action.startswith(PREFIX)
        or entry.action in OF_APPS
        or (entry.action in CHANGES and _thing(entry) in THINGS)
    )


def mirror(entry) -> None:
    """Write an entry as a line, when it is sure to stay."""
    ours = entry.action.startswith(PREFIX)
    told = {
        name: value
        for name, value in entry.data.items()
        if (name != "address" if ours else name in TOLD_OF_APPS)
    }
    fields = {
        "action": entry.action,
        "by": entry.user_id,
        "thing": _thing(entry),
        "number": getattr(entry, "object_id", None) or getattr(entry, "page_id", None),
        **told,
    }
    transaction.on_commit(partial(_write, fields))


def say(action: str, **data) -> None:
    """Write a line, and no entry: of a backup or a restore, which leave a site as it was."""
    with scope(command=action):
        _write({"action": f"{PREFIX}{action}", **data})


def _write(fields):
    logger.info("%s", fields["action"], extra={"fields": fields})


def _thing(entry) -> str:
    try:
        kind = entry.content_type
    except ObjectDoesNotExist:
        kind = None
    return f"{kind.app_label}.{kind.model}" if kind else ""
