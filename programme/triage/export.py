"""Taking the found sign-ups away as a spreadsheet."""

import codecs
import csv
from datetime import datetime

from django.http import QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from wagtail.admin import messages
from wagtail.admin.utils import get_user_display_name
from wagtail.admin.views.mixins import Echo, SpreadsheetExportMixin
from wagtail.log_actions import log

from cms.core.spreadsheets import harmless

from ..models import GetInvolvedPage
from ..sign_ups import answers
from .filters import Found
from .screens import INDEX, Act

AT_ONCE = 500  # rows in memory
ABOUT = {
    "number": "Number",
    "form": "Form",
    "created_at": "Sent",
    "confirmed_at": "Confirmed",
    "status": "Status",
    "status_since": "Status since",
    "owner": "Owner",
}
ASKED = "asked"


class ExportView(SpreadsheetExportMixin, Act):
    """What the list has found, as CSV or XLSX. Noted in the log, without anybody's data.

    A column for each question as it was asked: a question that staff have since
    reworded has two.
    """

    permission_required = "export"
    export_filename = "sign-ups"

    def post(self, request):
        query = QueryDict(request.POST.get("query", ""))
        found = Found(query, request)
        sign_ups = found.sign_ups.order_by("-created_at", "-pk")
        kind = request.POST.get("format")
        count = sign_ups.count()
        if kind not in self.FORMATS or not count:
            messages.error(request, "Nothing was found to export.")
            return redirect(f"{reverse(INDEX)}?{query.urlencode()}")
        # Of nobody in particular, so it stands under the name of who did it.
        log(
            request.user,
            "programme.sign_up.exported",
            user=request.user,
            data={"filters": found.said, "count": count, "format": kind},
        )
        self.forms = dict(GetInvolvedPage.objects.values_list("pk", "title"))
        self.list_export = [*ABOUT, *((ASKED, question) for question in _questions(sign_ups))]
        rows = sign_ups.select_related("owner").iterator(chunk_size=AT_ONCE)
        return self.as_spreadsheet(rows, kind)

    def get_heading(self, queryset, field):
        return harmless(ABOUT[field] if field in ABOUT else field[1])

    def to_row_dict(self, sign_up):
        row = dict.fromkeys(self.list_export, "") | {
            "number": sign_up.pk,
            "form": self.forms[sign_up.page_id],
            "created_at": _local(sign_up.created_at),
            "confirmed_at": _local(sign_up.confirmed_at),
            "status": sign_up.get_status_display(),
            "status_since": _local(sign_up.status_since),
            "owner": get_user_display_name(sign_up.owner) if sign_up.owner else "",
        }
        for answer in sign_up.answers:
            column = (ASKED, answer["question"])
            # One that has come since the questions were counted has no column.
            if column in row:
                row[column] = "; ".join(filter(None, [row[column], _cell(answer)]))
        return row

    def preprocess_field_value(self, field, value, export_format):
        return harmless(super().preprocess_field_value(field, value, export_format))

    def stream_csv(self, queryset):
        # A mark for programs that would guess the encoding; quotes around everything, so
        # that those that split at semicolons find no formula behind one.
        yield codecs.BOM_UTF8
        writer = csv.DictWriter(Echo(), fieldnames=self.list_export, quoting=csv.QUOTE_ALL)
        yield writer.writerow({name: self.get_heading(queryset, name) for name in self.list_export})
        for sign_up in queryset:
            yield self.write_csv_row(writer, self.to_row_dict(sign_up))


def _questions(sign_ups) -> list[str]:
    """All that were asked, in the order of the newest form."""
    asked = {}
    for given in sign_ups.values_list("answers", flat=True).iterator(chunk_size=AT_ONCE):
        asked |= dict.fromkeys(answer["question"] for answer in given)
    return list(asked)


def _cell(answer) -> str:
    value = answer["answer"]
    return "; ".join(value) if isinstance(value, list) else answers.readable(answer)


def _local(moment) -> datetime | str:
    """As clocks show it here: a spreadsheet knows no time zones."""
    return timezone.make_naive(moment) if moment else ""
