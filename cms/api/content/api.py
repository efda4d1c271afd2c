"""The content API, at `/api/content/v1/`: the product's own contract with every front end.

Its endpoints are read, like those of API v2, from the `api.py` of each app, which adds
its own router: `content_api.add_router("partners/", router)`. What asks who someone
is (tokens and their scopes) is the `auth` of such a router.
"""

from functools import cached_property, wraps

from django.http import Http404, HttpResponse
from django.urls import include, re_path
from ninja import NinjaAPI, Swagger

from cms.core.limits.throttling import throttled

from ..tokens import rate_of
from .openapi import completed
from .problems import not_found, problem, register
from .writing import StrictParser

PREFIX = "/api/content/v1/"
_DOCS_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)


def _only_from_here(view):
    """The interactive documentation may load from this site and nowhere else."""

    @wraps(view, assigned=())
    def answer(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        response["Content-Security-Policy"] = _DOCS_POLICY
        return response

    return answer


class ContentAPI(NinjaAPI):
    def get_openapi_schema(self, **kwargs) -> dict:
        """The OpenAPI document; the same wherever it is served, so it is made once."""
        return self._document

    @cached_property
    def _document(self) -> dict:
        return completed(super().get_openapi_schema(path_prefix=""), PREFIX)


content_api = ContentAPI(
    title="Content API",
    version="1",
    description="Everything public on the site, as typed JSON; and the forms that people fill in.",
    urls_namespace="content_api",
    openapi_url="openapi.json",
    docs_url="docs/",
    docs=Swagger({"tryItOutEnabled": True, "validatorUrl": None}),
    docs_decorator=_only_from_here,
    parser=StrictParser(),
)
register(content_api)


def _answering(view):
    """`view`, which also answers HEAD and OPTIONS, and says as a problem what it can't do."""

    @wraps(view, assigned=())
    def answer(request, *args, **kwargs):
        asked = request.method
        if asked == "HEAD":
            request.method = "GET"
        try:
            response = view(request, *args, **kwargs)
        except Http404:
            response = not_found()
        if response.status_code == 405:
            response = _with_methods(request, response)
        if asked == "HEAD":
            response["Content-Length"] = str(len(response.content))
            response.content = b""
        return response

    answer.csrf_exempt = True
    return answer


def _with_methods(request, response):
    allowed = {method.strip() for method in response["Allow"].split(",")} | {"OPTIONS"}
    if "GET" in allowed:
        allowed.add("HEAD")
    if request.method == "OPTIONS":
        response = HttpResponse(status=204)
    else:
        response = problem(405, f"{request.method} is not for this address.")
    response["Allow"] = ", ".join(sorted(allowed))
    return response


_counted = throttled(rate_of)


@_counted
@_answering
def nothing(request):
    """Whatever is asked for below the API, and is not there."""
    return not_found()


def content_urls():
    """`path("api/content/v1/", content_urls())`. Ask when all routers are added."""
    patterns, app_name, namespace = content_api.urls
    for pattern in patterns:
        pattern.callback = _counted(_answering(pattern.callback))
    return include(([*patterns, re_path(r"^.*/$", nothing)], app_name), namespace=namespace)
