"""Changing several sign-ups at once."""

from django import forms
from django.http import QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from wagtail.admin import messages

from ..models import SignUp
from ..sign_ups import handling, taking
from .filters import Found, managers, owners
from .screens import INDEX, Act

MOST = 500  # each is moved, logged and perhaps told to somebody
MOST_NAMED = 20
LONGEST_NUMBER = 18  # digits that every database has room for
STATUS, OWNER = "status", "owner"


class ChangeForm(forms.Form):
    """Which sign-ups, and what is to become of them."""

    TICKED, ALL = "ticked", "all"

    which = forms.ChoiceField(
        choices=[(TICKED, "Those ticked"), (ALL, "All that were found")],
        initial=TICKED,
        widget=forms.RadioSelect,
    )
    change = forms.ChoiceField(
        label="Change", error_messages={"required": "Choose a status or an owner."}
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        others = [choice for choice in owners() if choice[0] != str(user.pk)]
        reached = {status for moves in SignUp.MOVES.values() for status in moves}
        self.fields["change"].choices = [
            ("", "Choose"),
            (
                "Status",
                [(f"{STATUS}:{s}", s.label) for s in SignUp.Status if s in reached],
            ),
            (
                "Owner",
                [
                    (f"{OWNER}:{user.pk}", "Me"),
                    *((f"{OWNER}:{pk}", name) for pk, name in others),
                    (f"{OWNER}:", "Nobody"),
                ],
            ),
        ]


class ChangeView(Act):
    """Does it for each that it is allowed for, and names the others."""

    def post(self, request):
        query = QueryDict(request.POST.get("query", ""))
        back = redirect(f"{reverse(INDEX)}?{query.urlencode()}")
        form = ChangeForm(request.POST, user=request.user)
        if not form.is_valid():
            messages.error(request, "Nothing was changed. Choose a status or an owner.")
            return back
        sign_ups = self._chosen(form.cleaned_data["which"], query)
        if not sign_ups:
            messages.error(request, "Nothing was changed. Tick at least one sign-up.")
        elif len(sign_ups) > MOST:
            messages.error(request, f"Nothing was changed. Choose at most {MOST} at once.")
        else:
            self._change(sign_ups, *form.cleaned_data["change"].split(":"))
        return back

    def _chosen(self, which, query):
        if which == ChangeForm.ALL:
            sign_ups = Found(query, self.request).sign_ups
        else:
            sign_ups = SignUp.objects.filter(pk__in=ticked(self.request))
        return list(sign_ups.select_related("page", "owner")[: MOST + 1])

    def _change(self, sign_ups, what, value):
        user = self.request.user
        owner = managers().get(pk=value) if what == OWNER and value else None
        left_alone = []
        for sign_up in sign_ups:
            try:
                if what == STATUS:
                    taking.move(sign_up, value, user)
                else:
                    handling.give(sign_up, owner, user)
            except (taking.MoveError, handling.ErasedError) as why:
                left_alone.append(str(why))
        changed = len(sign_ups) - len(left_alone)
        if changed:
            is_one = changed == 1
            messages.success(self.request, f"{changed} sign-up{'' if is_one else 's'} changed.")
        if left_alone:
            more = len(left_alone) - MOST_NAMED
            messages.warning(
                self.request,
                "Left alone. "
                + " ".join(left_alone[:MOST_NAMED])
                + (f" And {more} more." if more > 0 else ""),
            )


def ticked(request) -> list[int]:
    """The numbers of the sign-ups that were chosen on a screen; what is no number is left out."""
    keys = request.POST.getlist("sign_ups")
    return [int(key) for key in keys if key.isdecimal() and len(key) <= LONGEST_NUMBER]
