"""A change of a page and its row in the log are one: both are there, or neither is.

Wagtail saves a page and says so afterwards, in no transaction. Who was killed between the
two left a page that readers saw and nobody was told of: no cache, no webhook, no feed.
"""

from django.db import transaction
from wagtail.actions.copy_page import CopyPageAction
from wagtail.actions.delete_page import DeletePageAction
from wagtail.actions.move_page import MovePageAction
from wagtail.actions.publish_revision import PublishRevisionAction
from wagtail.actions.unpublish import UnpublishAction
from wagtail.actions.unpublish_page import UnpublishPageAction

_ACTIONS = (
    CopyPageAction,
    DeletePageAction,
    MovePageAction,
    PublishRevisionAction,  # of pages too
    UnpublishAction,
    UnpublishPageAction,
)


def have_changes_in_transactions() -> None:
    """For the editor, the API and the scheduler alike: they all act by these."""
    for action in _ACTIONS:
        action.execute = transaction.atomic(action.execute)
