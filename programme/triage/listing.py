"""The list of sign-ups."""

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from wagtail.admin.ui.tables import BaseColumn, Column, DateColumn, StatusTagColumn, TitleColumn
from wagtail.admin.utils import get_user_display_name
from wagtail.admin.views.generic import IndexView
from wagtail.admin.widgets.button import Button, HeaderButton

from ..models import SignUp
from .filters import Found, Kind, SignUpFilterSet
from .screens import INDEX, MEDIA
from .several import ChangeForm

NAMELESS = "No name"


class TickColumn(BaseColumn):
    header_template_name = "programme/triage/tick_header.html"
    cell_template_name = "programme/triage/tick_cell.html"


class PersonColumn(TitleColumn):
    """The name, and the number by which messages call the sign-up."""

    cell_template_name = "programme/triage/person_cell.html"


class WaitingColumn(Column):
    """For one that is new: how many days it has waited, and since when."""

    cell_template_name = "programme/triage/waiting_cell.html"

    def get_value(self, sign_up):
        return sign_up.status_since if sign_up.status == SignUp.Status.NEW else None

    def get_cell_context_data(self, sign_up, parent_context):
        context = super().get_cell_context_data(sign_up, parent_context)
        if since := self.get_value(sign_up):
            context["days"] = (timezone.now() - since).days
        return context


def interests(sign_up) -> str:
    # The choices were fetched with the list: no query for a row.
    return ", ".join(
        choice.value for choice in sign_up.choices.all() if choice.kind == Kind.INTEREST
    )


class ListView(IndexView):
    model = SignUp
    model_admin = None  # given by ModelAdmin
    template_name = "programme/triage/list.html"
    results_template_name = "programme/triage/list_results.html"
    any_permission_required = ["view"]
    page_title = "Sign-ups"
    header_icon = "group"
    index_url_name = INDEX
    index_results_url_name = "sign_ups_results"
    filterset_class = SignUpFilterSet
    is_searchable = True
    default_ordering = "-created_at"
    paginate_by = 50
    FORMATS = ()  # an export is a deliberate act: see `export`
    columns = [
        TickColumn("tick", label="Choose"),
        PersonColumn(
            "name",
            label="Name",
            accessor=lambda sign_up: sign_up.name or sign_up.email or NAMELESS,
            get_url=SignUp.get_admin_url,
            sort_key="name",
        ),
        StatusTagColumn(
            "status",
            label="Status",
            accessor="get_status_display",
            primary=lambda sign_up: sign_up.status == SignUp.Status.NEW,
            sort_key="status",
        ),
        WaitingColumn("waiting", label="Waiting since", sort_key="status_since"),
        Column("interests", label="Interested in", accessor=interests),
        Column(
            "owner",
            label="Owner",
            accessor=lambda sign_up: get_user_display_name(sign_up.owner) if sign_up.owner else "",
        ),
        DateColumn("created_at", label="Sent", sort_key="created_at"),
    ]

    @property
    def header_buttons(self):
        return [HeaderButton("Find by email", url=reverse("sign_ups_find"), icon_name="search")]

    @property
    def header_more_buttons(self):
        return [Button("Purges and exports", url=reverse("sign_ups_records"), icon_name="history")]

    def get_queryset(self):
        found = self.order_queryset(Found(self.request.GET, self.request).sign_ups)
        return found.select_related("owner").prefetch_related("choices")

    def order_queryset(self, queryset):
        # The number makes the order complete, so that no row is on two pages or on none.
        return super().order_queryset(queryset).order_by(self.ordering, "-pk")

    def get_table_kwargs(self):
        return super().get_table_kwargs() | {"caption": "Sign-ups"}

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        context["media"] += MEDIA
        context |= {
            "form": ChangeForm(user=self.request.user, auto_id="change_%s"),
            "query": self.request.GET.urlencode(),
            "counts": self._counts(),
            "may_change": self.user_has_permission("change"),
            "may_export": self.user_has_permission("export"),
        }
        return context

    @staticmethod
    def _counts() -> list[tuple[SignUp.Status, int]]:
        """How many there are of each status, in the order in which they come about."""
        numbers = dict(SignUp.objects.order_by().values_list("status").annotate(Count("pk")))
        return [(status, numbers[status]) for status in SignUp.Status if status in numbers]
