"""How the downloads of a page stand, for the people who edit it."""

from cms.core.visibility import is_public
from cms.events.log import is_behind

from ..models import PageExport
from ..tasks import READER


def state_of(page) -> dict:
    """{"exports": [...], "being_made": bool, "public": bool} of a toolkit or a chapter."""
    exports = list(PageExport.objects.filter(page=page.pk))
    order = list(PageExport.Format)
    exports.sort(key=lambda made: order.index(made.format))
    return {
        "page": page,
        "exports": exports,
        "being_made": is_behind(READER),
        "public": is_public(page),
    }


def failed_exports():
    """Downloads of all pages that could not be made, with the page and the block at fault."""
    return (
        PageExport.objects.exclude(error="").select_related("page", "error_page").order_by("page")
    )
