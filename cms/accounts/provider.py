"""Who comes from the organisation's own accounts, and what they may do here.

`oidc` speaks the protocol, and is imported when somebody signs in by it.
"""

import logging

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction
from wagtail.log_actions import LogContext

logger = logging.getLogger(__name__)

#: What a value in OIDC_GROUPS may stand for besides a group's name.
ADMINISTRATORS = "Administrators"
ONLY_ADMINISTRATORS = "administrators"  # may use a password besides


class RefusedError(Exception):
    """Nobody is signed in. The text says why, to the person."""


def is_used() -> bool:
    return bool(settings.OIDC_ISSUER)


def name() -> str:
    """What the button says; "" without a provider."""
    return settings.OIDC_NAME if is_used() else ""


def takes_password_of(user) -> bool:
    """Whether somebody may sign in with a password of ours."""
    return not is_used() or settings.LOCAL_PASSWORDS != ONLY_ADMINISTRATORS or user.is_superuser


def user_for(claims: dict):
    """The account of a person, with the groups that the claims give. Raises RefusedError.

    People are known by an email address that the provider has verified. Who has no
    account gets one without a password, if the claims give them a group. The groups
    that OIDC_GROUPS names follow the claims; others are left alone.
    """
    email = claims.get("email") or ""
    if not email or claims.get("email_verified") is not True:
        raise RefusedError(f"{name()} has not verified an email address of yours.")
    given = _given(claims)
    if not given:
        raise RefusedError(
            f"{name()} knows you, but you may not use this site yet. "
            "Ask whoever gives out access to add you to a group."
        )
    users = get_user_model().objects
    with transaction.atomic():
        user = users.select_for_update().filter(email__iexact=email).first()
        if user and not user.is_active:
            raise RefusedError("Your account here has been switched off. Ask an administrator.")
        if user is None:
            user = users.create_user(
                email,
                first_name=claims.get("given_name", "")[:150],
                last_name=claims.get("family_name", "")[:150],
            )
        with LogContext(user=user):
            _follow(user, given)
    return user


def _given(claims) -> set[str]:
    values = claims.get(settings.OIDC_GROUPS_CLAIM) or []
    values = [values] if isinstance(values, str) else values
    return {settings.OIDC_GROUPS[value] for value in values if value in settings.OIDC_GROUPS}


def _follow(user, given):
    named = set(settings.OIDC_GROUPS.values())
    wanted = set(Group.objects.filter(name__in=given - {ADMINISTRATORS}))
    if missing := given - {ADMINISTRATORS} - {group.name for group in wanted}:
        logger.error("OIDC_GROUPS names groups that there are not: %s", ", ".join(missing))
    there = set(user.groups.filter(name__in=named))
    user.groups.remove(*(there - wanted))
    user.groups.add(*(wanted - there))
    if ADMINISTRATORS in named:
        is_one = ADMINISTRATORS in given
        if user.is_superuser != is_one and (is_one or _is_another_administrator(user)):
            user.is_superuser = is_one
            user.save(update_fields=["is_superuser"])


def _is_another_administrator(user) -> bool:
    """Nobody takes the last one away."""
    others = get_user_model().objects.filter(is_superuser=True, is_active=True)
    return others.exclude(pk=user.pk).exists()


def has_second_factor(claims) -> bool:
    """Whether the provider has asked for a second factor.

    Without OIDC_SECOND_FACTOR that is left to the provider. With it, `acr` or one of `amr`
    must be among its values: https://www.rfc-editor.org/rfc/rfc8176
    """
    wanted = set(settings.OIDC_SECOND_FACTOR)
    used = claims.get("amr") or []
    used = {used} if isinstance(used, str) else set(used)
    return not wanted or bool(wanted & (used | {claims.get("acr")}))
