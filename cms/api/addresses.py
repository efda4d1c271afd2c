"""Where the API has a thing, for those below who write its address without a request."""

from django.apps import apps


def api_path(model: str, key: str) -> str | None:
    """The path of a thing in the API; None when the API has no things of that model.

    >>> api_path("home.HomePage", "3")
    '/api/v2/pages/3/'
    """
    from .v2 import api_router  # reads every model

    try:
        found = apps.get_model(model)
    except LookupError:
        return None  # an event of an app that has been taken out
    return api_router.get_object_detail_urlpath(found, key)
