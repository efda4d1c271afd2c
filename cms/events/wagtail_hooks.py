"""What Wagtail changes without a signal."""

from wagtail import hooks
from wagtail.models import Page

from .log import record
from .models import Event


@hooks.register("after_bulk_action")
def record_what_was_moved_together(request, action_type, objects, action_class_instance):
    """Several images or documents that went to another collection at once."""
    if action_type == "add_to_collection":
        for item in objects:
            if not isinstance(item, Page):
                item.refresh_from_db()  # the change was made in the database alone
                record(Event.What.PUBLISHED, item)
