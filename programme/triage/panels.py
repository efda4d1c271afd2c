"""What sign-up managers see on the editor's first screen."""

from django.db.models import Count, Q
from django.urls import reverse
from wagtail.admin.ui.components import Component
from wagtail.permissions import policy_registry

from ..models import SignUp
from ..models.sign_up import WAITS_TOO_LONG
from ..sign_ups import retention
from .filters import ERASED_SOON
from .screens import INDEX

Status = SignUp.Status


class WaitingPanel(Component):
    """How many wait for what. One query."""

    name = "sign_ups_waiting"
    template_name = "programme/triage/waiting_panel.html"
    order = 110

    def get_context_data(self, parent_context):
        too_long = Q(pk__in=SignUp.objects.waiting(WAITS_TOO_LONG).values("pk"))
        numbers = SignUp.objects.aggregate(
            new=Count("pk", filter=Q(status=Status.NEW)),
            too_long=Count("pk", filter=too_long),
            spam=Count("pk", filter=Q(status=Status.SPAM)),
            unconfirmed=Count("pk", filter=Q(status=Status.UNCONFIRMED)),
        )
        index = reverse(INDEX)
        rows = [
            ("New", numbers["new"], f"{index}?status={Status.NEW}"),
            (
                f"New, and waiting for more than {WAITS_TOO_LONG} days",
                numbers["too_long"],
                f"{index}?waiting={WAITS_TOO_LONG}",
            ),
            ("Suspected spam", numbers["spam"], f"{index}?status={Status.SPAM}"),
            ("Not confirmed", numbers["unconfirmed"], f"{index}?status={Status.UNCONFIRMED}"),
        ]
        return super().get_context_data(parent_context) | {"rows": rows}


class ErasedSoonPanel(Component):
    """What retention takes away next."""

    name = "sign_ups_erased_soon"
    template_name = "programme/triage/erased_soon_panel.html"
    order = 111

    def __init__(self, number):
        self.number = number

    def get_context_data(self, parent_context):
        return super().get_context_data(parent_context) | {
            "number": self.number,
            "days": ERASED_SOON,
            "address": f"{reverse(INDEX)}?erased_within={ERASED_SOON}",
        }


def panels_for(user) -> list[Component]:
    if not policy_registry.get_by_type(SignUp).user_has_permission(user, "view"):
        return []
    number = retention.soon(ERASED_SOON).count()
    return [WaitingPanel(), *([ErasedSoonPanel(number)] if number else [])]
