"""When sign-ups go: never confirmed, suspected spam, or kept as long as their form says."""

from datetime import datetime, time, timedelta

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ..models import GetInvolvedPage, SignUp, SignUpMessage, SignUpPurge

SUSPECTS_KEPT = timedelta(days=30)
SENDERS_KEPT = timedelta(days=1)
Status = SignUp.Status


def due(now=None) -> dict[str, list[int]]:
    """The keys of the sign-ups whose time is up, by the names of SignUpPurge's counts."""
    now = now or timezone.now()
    found = {"kept_long_enough": set(), "never_confirmed": set(), "suspected_spam": set()}
    for page in GetInvolvedPage.objects.all():
        sign_ups = SignUp.objects.filter(page=page)
        old = sign_ups.filter(created_at__lt=oldest(page, now))
        found["kept_long_enough"].update(old.values_list("pk", flat=True))
        # Who could not be written to has not had the chance: they wait until they have.
        asked = SignUpMessage.objects.filter(
            kind=SignUpMessage.Kind.CONFIRM,
            sign_up__page=page,
            sign_up__status=Status.UNCONFIRMED,
        )
        since = now - timedelta(days=page.unconfirmed_days)
        in_vain = asked.filter(sent_at__lte=since) | asked.filter(
            given_up=True, failed_at__lte=since
        )
        still = asked.filter(created_at__gt=since).values("sign_up")
        found["never_confirmed"].update(
            in_vain.exclude(sign_up__in=still).values_list("sign_up", flat=True)
        )
    suspects = SignUp.objects.filter(status=Status.SPAM, status_since__lte=now - SUSPECTS_KEPT)
    found["suspected_spam"].update(suspects.values_list("pk", flat=True))
    found["never_confirmed"] -= found["kept_long_enough"]
    found["suspected_spam"] -= found["kept_long_enough"]
    return {name: sorted(keys) for name, keys in found.items()}


def oldest(page, now):
    """The moment before which this form's sign-ups are not kept.

    It is the end of the last day whose sign-ups have `keep_until` today or earlier. Months
    are not of one length: on the last day of February, January's 28th to 31st all go.
    """
    today = timezone.localdate(now)
    day = today - relativedelta(months=page.retention_months)
    month_end = relativedelta(day=31)
    if today == today + month_end:
        day += month_end
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def soon(days: int):
    """The sign-ups that hold somebody's data and go within `days` days, because of their age."""
    later = timezone.now() + timedelta(days=days)
    going = Q(pk__in=[])
    for page in GetInvolvedPage.objects.only("retention_months"):
        going |= Q(page=page, created_at__lt=oldest(page, later))
    return SignUp.objects.held().filter(going)


def purge(now=None) -> dict[str, int]:
    """Erase what is due, and keep the counts. Safe to run twice, and side by side."""
    now = now or timezone.now()
    SignUp.objects.filter(created_at__lte=now - SENDERS_KEPT).exclude(sender="").update(sender="")
    with transaction.atomic():
        counts = {
            name: SignUp.objects.filter(pk__in=keys).delete()[1].get(SignUp._meta.label, 0)
            for name, keys in due(now).items()
        }
        if any(counts.values()):
            SignUpPurge.objects.create(**counts)
    return counts
