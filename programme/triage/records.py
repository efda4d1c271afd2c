"""What was purged, and what was taken away as a spreadsheet."""

from wagtail.models import ModelLogEntry

from ..models import SignUpPurge
from .screens import Screen

LATEST = 100


class RecordsView(Screen):
    """The latest purges and exports. Numbers only: neither says anything about a person."""

    template_name = "programme/triage/records.html"
    page_title = "Purges and exports"
    header_icon = "history"

    def get_context_data(self, **kwargs):
        exports = ModelLogEntry.objects.filter(action="programme.sign_up.exported")
        return super().get_context_data(**kwargs) | {
            "purges": SignUpPurge.objects.all()[:LATEST],
            "exports": exports.select_related("user").order_by("-timestamp")[:LATEST],
        }
