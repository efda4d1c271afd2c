"""Where the API has a thing, for those below who write its address without a request."""

from django.apps import apps
from django.urls import NoReverseMatch, reverse
from wagtail.models import Page


def api_path(model: str, key: str) -> str | None:
    """The path of a thing in the content API; None when that has no things of that model.

    >>> api_path("home.HomePage", "3")
    '/api/content/v1/pages/3/'
    """
    try:
        found = apps.get_model(model)
    except LookupError:
        return None  # an event of an app that has been taken out
    name = "page" if issubclass(found, Page) else found._meta.model_name
    try:
        return reverse(f"content_api:get_{name}", args=[key])
    except NoReverseMatch:
        return None
