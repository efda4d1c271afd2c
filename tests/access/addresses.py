"""Every address of the site, as Django's resolver, the APIs and the watching know them."""

import re
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern
from django.utils.regex_helper import normalize
from wagtail.admin.views.bulk_action.registry import bulk_action_registry
from wagtail.api.v3.urls import api as v3_api

from cms.api.content.api import PREFIX, content_api

V3 = "/api/v3-preview/"
#: Answered before any address is looked up: `cms.core.watching.requests`.
WATCHED = {"/health/live/", "/health/ready/", "/metrics/"}
#: One address at which many things are done: each of them has a row.
SEVERAL_AT_ONCE = "/admin/bulk/<app_label>/<model_name>/<action>/"
#: Of parts that have no name in their patterns.
_NAMES = {
    "/": "<anything else>/",
    "<_0>": "<address of a page>",
    "documents/<_0>/<_1>": "documents/<document_id>/<name>",
    "<_0>/<_1>": "<document_id>/<name>",
}


def addresses() -> set[str]:
    """Every address, as the table writes it: `/admin/pages/<page_id>/edit/`."""
    found = set(_walk(get_resolver().url_patterns))
    found.remove(SEVERAL_AT_ONCE)
    return found | WATCHED | set(_acts_on_several())


def operations() -> set[tuple[str, str]]:
    """(method, address) of every operation that the APIs describe."""
    return {
        (method.upper(), prefix + readable(path.rpartition(prefix)[2]).removeprefix("/"))
        for api, prefix in ((content_api, PREFIX), (v3_api, V3))
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method in methods
    }


def readable(route: str) -> str:
    """`pages/{int:id}/` and `pages/<int:id>/` as `pages/<id>/`."""
    return re.sub(r"[<{](?:\w+:)?(\w+)[>}]", r"<\1>", route)


def _walk(patterns, before="/") -> Iterator[str]:
    for each in patterns:
        route = before + _part(each)
        if isinstance(each, URLResolver):
            yield from _walk(each.url_patterns, route)
        else:
            yield route


def _part(each: URLPattern | URLResolver) -> str:
    written = str(each.pattern)
    if isinstance(each.pattern, RoutePattern) and "(?P" not in written:
        return readable(written)
    [(form, names), *_] = normalize(written)
    part = form % {name: f"<{name}>" for name in names}
    return _NAMES.get(part, part)


def _acts_on_several() -> Iterator[str]:
    bulk_action_registry.get_bulk_actions_for_model("wagtailcore", "page")  # reads all of them
    for app, models in bulk_action_registry.actions.items():
        for model, acts in models.items():
            for act in acts:
                yield f"/admin/bulk/{app}/{model}/{act}/"
