"""Finding some of the sign-ups."""

import django_filters
from django import forms
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.forms.search import SearchForm
from wagtail.admin.utils import get_user_display_name
from wagtail.permissions import policy_registry

from ..models import GetInvolvedPage, SignUp, SignUpChoice
from ..sign_ups import retention

MINE, NOBODYS = "mine", "nobody"
WAITING_DAYS = [3, 7, 14, 30]
ERASED_SOON = 30  # days
Kind = SignUpChoice.Kind


def managers():
    """Those who may be a sign-up's owner."""
    policy = policy_registry.get_by_type(SignUp)
    return policy.users_with_permission("change").filter(is_active=True).order_by("pk")


def owners() -> list[tuple[str, str]]:
    return [(str(user.pk), get_user_display_name(user)) for user in managers()]


def _chosen(kind):
    """What people have chosen, as choices: read when the filter is shown."""

    def choices():
        values = SignUpChoice.objects.filter(kind=kind).order_by("value")
        return [(value, value) for value in values.values_list("value", flat=True).distinct()]

    return choices


class SignUpFilterSet(WagtailFilterSet):
    status = django_filters.MultipleChoiceFilter(
        label="Status", choices=SignUp.Status, widget=forms.CheckboxSelectMultiple
    )
    waiting = django_filters.ChoiceFilter(
        label="New, and waiting for more than",
        choices=[(days, f"{days} days") for days in WAITING_DAYS],
        method="filter_waiting",
        empty_label="Any time",
    )
    owner = django_filters.ChoiceFilter(
        label="Owner",
        choices=lambda: [(MINE, "Me"), (NOBODYS, "Nobody"), *owners()],
        method="filter_owner",
        empty_label="Anyone",
    )
    # Named as the kinds of choices are.
    interest = django_filters.MultipleChoiceFilter(
        label="Interested in",
        choices=_chosen(Kind.INTEREST),
        method="filter_chosen",
        widget=forms.CheckboxSelectMultiple,
    )
    language = django_filters.MultipleChoiceFilter(
        label="Language",
        choices=_chosen(Kind.LANGUAGE),
        method="filter_chosen",
        widget=forms.CheckboxSelectMultiple,
    )
    page = django_filters.ModelChoiceFilter(
        label="Form",
        queryset=GetInvolvedPage.objects.only("title"),
        empty_label="Any form",
    )
    created_at = django_filters.DateFromToRangeFilter(
        label="Sent between", widget=DateRangePickerWidget
    )
    erased_within = django_filters.ChoiceFilter(
        label="Erased because of age",
        choices=[(ERASED_SOON, f"Within {ERASED_SOON} days")],
        method="filter_erased_within",
        empty_label="At any time",
    )

    class Meta:
        model = SignUp
        fields = []

    def filter_queryset(self, queryset):
        if not self.form.cleaned_data["status"]:
            queryset = queryset.held()  # what is erased is found when it is asked for
        return super().filter_queryset(queryset)

    def filter_waiting(self, queryset, name, days):
        return queryset.waiting(int(days))

    def filter_owner(self, queryset, name, owner):
        if owner == NOBODYS:
            return queryset.filter(owner=None)
        return queryset.filter(owner=self.request.user.pk if owner == MINE else owner)

    def filter_chosen(self, queryset, kind, values):
        chose = SignUpChoice.objects.filter(kind=kind, value__in=values)
        return queryset.filter(pk__in=chose.values("sign_up")) if values else queryset

    def filter_erased_within(self, queryset, name, days):
        return queryset.filter(pk__in=retention.soon(int(days)).values("pk"))


class Found:
    """What the list shows for a query: the sign-ups, newest first, and by what they were found.

    `query` is the QueryDict of the list's address.
    """

    def __init__(self, query, request):
        self.filters = SignUpFilterSet(query, SignUp.objects.all(), request=request)
        search = SearchForm(query)
        self.words = search.cleaned_data["q"] if search.is_valid() else ""

    @property
    def sign_ups(self):
        if not self.filters.is_valid():
            return SignUp.objects.none()
        found = self.filters.filter_queryset(SignUp.objects.all())
        return found.about(self.words) if self.words else found

    @property
    def said(self) -> dict:
        """The filters as they were set, for the audit log. Words that were looked for may be
        somebody's name: of them it says only that there were some."""
        if not self.filters.is_valid():
            return {}
        chosen = {
            name: self.filters.form[name].value() if name != "created_at" else _dates(value)
            for name, value in self.filters.form.cleaned_data.items()
            if value
        }
        return chosen | ({"words": True} if self.words else {})


def _dates(between: slice) -> list:
    return [moment and moment.date().isoformat() for moment in (between.start, between.stop)]
