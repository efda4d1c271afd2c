"""What editors are told about downloads."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Sum
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django_filters import DateFromToRangeFilter
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.views.reports import ReportView
from wagtail.models import Collection, Page
from wagtail.permissions import policy_registry

from cms.core.spreadsheets import harmless

from .models import Document, DownloadCount, PageExport

DAYS_AT_FIRST = 30
MOST_DAYS = 92  # a longer time is drawn by months
BAR, CHART = 10, 100  # width of a bar with its gap, and height of the chart
Kind = DownloadCount.Kind
_TITLES = {
    Kind.DOCUMENT: (Document, "title"),
    Kind.TOOLKIT: (Page, "title"),
    Kind.COLLECTION: (Collection, "name"),
}


@dataclass
class Taken:
    """A thing that was taken: `variants` are its versions or formats with their numbers."""

    kind: str
    title: str
    variants: list[tuple[str, int]] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(number for _, number in self.variants)


@dataclass
class Row:
    """A line of the spreadsheet."""

    title: str
    kind: str
    variant: str
    downloads: int


def taken(counts) -> list[Taken]:
    """All that `counts` (a queryset) hold, most taken first; four queries at most."""
    sums = list(
        counts.order_by("kind", "key", "variant")
        .values_list("kind", "key", "variant")
        .annotate(downloads=Sum("count"))
    )
    titles = {
        kind: dict(model.objects.filter(pk__in=keys).values_list("pk", name))
        for kind, (model, name) in _TITLES.items()
        if (keys := {key for its, key, _, _ in sums if its == kind})
    }
    things = {}
    for kind, key, variant, downloads in sums:
        label = Kind(kind).label
        title = titles[kind].get(key, f"{label} {key} (deleted)")
        thing = things.setdefault((kind, key), Taken(label, title))
        thing.variants.append((variant_label(kind, variant), downloads))
    return sorted(things.values(), key=lambda thing: (-thing.total, thing.title))


def variant_label(kind, variant) -> str:
    if kind == Kind.DOCUMENT:
        return f"Version {variant}"
    return dict(PageExport.Format.choices).get(variant, variant.upper())


def chart(counts, first, last) -> list[dict]:
    """A bar for each day from `first` to `last`, or each month: {label, number, x, y, height}."""
    days = dict(counts.order_by("day").values_list("day").annotate(Sum("count")))
    if not days:
        return []
    first, last = first or min(days), last or max(days)
    if (last - first).days < MOST_DAYS:
        wanted = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        bars = {date_format(day, "j F Y"): days.get(day, 0) for day in wanted}
    else:
        bars = defaultdict(int)
        for day, number in days.items():
            bars[date_format(day, "F Y")] += number
    highest = max(bars.values())
    return [
        {
            "label": label,
            "number": number,
            "x": place * BAR,
            "y": CHART - round(CHART * number / highest),
            "height": round(CHART * number / highest),
        }
        for place, (label, number) in enumerate(bars.items())
    ]


class DownloadsFilterSet(WagtailFilterSet):
    day = DateFromToRangeFilter(label="Days", widget=DateRangePickerWidget)

    class Meta:
        model = DownloadCount
        fields = ["day"]


class DownloadsReport(ReportView):
    """Numbers of downloads between two days, the last 30 if none are given."""

    page_title = "Downloads"
    header_icon = "download"
    index_url_name = "downloads_report"
    index_results_url_name = "downloads_report_results"
    results_template_name = "resources/downloads_report.html"
    filterset_class = DownloadsFilterSet
    any_permission_required = ["add", "change"]
    model = DownloadCount
    list_export = ["title", "kind", "variant", "downloads"]
    export_headings = {
        "title": "What",
        "kind": "Kind",
        "variant": "Version or format",
        "downloads": "Downloads",
    }
    export_filename = "downloads"
    custom_field_preprocess = {
        "title": {ReportView.FORMAT_CSV: harmless, ReportView.FORMAT_XLSX: harmless}
    }

    @cached_property
    def permission_policy(self):
        return policy_registry.get_by_type(Document)

    def get_filterset_kwargs(self):
        kwargs = super().get_filterset_kwargs()
        if not {"day_from", "day_to"} & set(kwargs["data"]):
            today = timezone.localdate()
            kwargs["data"] = kwargs["data"].copy()
            kwargs["data"]["day_from"] = str(today - timedelta(days=DAYS_AT_FIRST - 1))
            kwargs["data"]["day_to"] = str(today)
        return kwargs

    def get_queryset(self):
        return DownloadCount.objects.all()

    def get_filtered_queryset(self):
        self.counts = super().get_filtered_queryset()
        self.things = taken(self.counts)
        return self.things

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        if not self.is_export:
            chosen = self.filters.form.cleaned_data.get("day")
            context["bars"] = chart(
                self.counts,
                chosen.start and chosen.start.date() if chosen else None,
                chosen.stop and chosen.stop.date() if chosen else None,
            )
            context["chart"] = {"width": len(context["bars"]) * BAR, "height": CHART}
            context["total"] = sum(thing.total for thing in self.things)
        return context

    def as_spreadsheet(self, things, spreadsheet_format):
        rows = [
            Row(thing.title, thing.kind, variant, number)
            for thing in things
            for variant, number in thing.variants
        ]
        return super().as_spreadsheet(rows, spreadsheet_format)
