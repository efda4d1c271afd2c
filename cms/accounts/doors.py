"""Doors that Wagtail leaves open to all who may use the editor, and whom we let in.

Its choosers and bulk screens name any page, draft or alert to anyone who may sign in, and
say only when something is done that it may not be. Who answers sign-ups has no business there.
"""

from collections.abc import Callable

from django.apps import apps
from django.contrib.auth.models import Group
from django.http import Http404
from wagtail.admin.auth import permission_denied, user_has_any_page_permission
from wagtail.contrib.redirects.models import Redirect
from wagtail.contrib.settings.registry import registry as settings
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Site, Workflow
from wagtail.permissions import policy_registry
from wagtail.snippets.models import get_snippet_models

_ANY = {"add", "change", "choose", "delete", "publish", "view"}


def close(request):
    """The refusal of whoever is not let in; None for others. Raises PermissionDenied in a modal."""
    user, match = request.user, request.resolver_match
    if not user.has_perm("wagtailadmin.access_admin"):
        return None  # Wagtail asks them to sign in
    if _makes_a_snippet_in_a_chooser(match.view_name):
        raise Http404
    if user.is_superuser:
        return None
    for name, may in _DOORS.items():
        if match.view_name.startswith(name) and not may(user, **match.kwargs):
            return permission_denied(request)
    return None


def _makes_a_snippet_in_a_chooser(name) -> bool:
    """No snippet of ours has a form there, and Wagtail fails when one is sent."""
    return name.startswith("wagtailsnippetchoosers_") and name.endswith(":create")


def writes(user, **kwargs) -> bool:
    """Whether there is anything that `user` writes in which a page could be pointed at."""
    written = (Group, Redirect, Site, Workflow, *get_snippet_models(), *settings)
    return user_has_any_page_permission(user) or any(
        policy_registry.get_by_type(model).user_has_any_permission(user, {"add", "change"})
        for model in written
    )


def edits(user) -> bool:
    """Whether `user` may use the editor, and has anything there to edit."""
    models = get_image_model(), get_document_model()
    return user.has_perm("wagtailadmin.access_admin") and (
        writes(user) or any(_may_something(user, model) for model in models)
    )


def _keeps(get_model) -> Callable:
    return lambda user, **kwargs: _may_something(user, get_model())


def _acts_on(user, app_label, model_name, **kwargs) -> bool:
    try:
        return _may_something(user, apps.get_model(app_label, model_name))
    except LookupError:
        return True  # Wagtail says that there is no such thing


def _may_something(user, model) -> bool:
    return policy_registry.get_by_type(model).user_has_any_permission(user, _ANY)


def _administers(user, **kwargs) -> bool:
    return False  # who administers has passed


#: {how the names of addresses begin: who is let in}
_DOORS = {
    "wagtailadmin_api:documents:": _keeps(get_document_model),
    "wagtailadmin_api:images:": _keeps(get_image_model),
    "wagtailadmin_api:pages:": writes,
    "wagtailadmin_choose_": writes,
    "wagtailadmin_error_test": _administers,
    "wagtailadmin_pages:choose_parent": writes,
    "wagtailadmin_pages:move_confirm": writes,
    "wagtailadmin_workflows:task_cho": lambda user, **kwargs: _may_something(user, Workflow),
    "wagtailembeds:": writes,
    "wagtailsnippetchoosers_": writes,
    "wagtail_bulk_action": _acts_on,
}
