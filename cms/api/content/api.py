"""The content API, at `/api/content/v1/`: the product's own contract with every front end.

Its endpoints are read, like those of API v2, from the `api.py` of each app, which adds
its own router: `content_api.add_router("partners/", router)`. What asks who someone
is (tokens and their scopes) is the `auth` of such a router.
"""

import json
import re
from functools import cached_property, wraps

from django.http import Http404, HttpResponse
from django.urls import include, re_path
from ninja import NinjaAPI, Swagger

from .problems import MEDIA_TYPE, not_found, problem, register

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
        return self._schema

    @cached_property
    def _schema(self) -> dict:
        schema = super().get_openapi_schema(path_prefix="")
        for operations in schema["paths"].values():
            for operation in operations.values():
                _declare(operation)
        used = _referenced(schema["paths"], schema["components"]["schemas"])
        schema["components"] = {**schema["components"], "schemas": used}
        schema["servers"] = [{"url": PREFIX.rstrip("/")}]
        return schema


def _referenced(paths, shapes) -> dict:
    """Those of `shapes` that `paths` point at, and what these point at, by name."""
    found, unseen = set(), [paths]
    while unseen:
        names = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(unseen.pop()))) - found
        found |= names
        unseen += [shapes[name] for name in names]
    return {name: shapes[name] for name in sorted(found)}


def _declare(operation) -> None:
    """What Ninja can't know of an operation: its headers, 304, how errors are written."""
    responses = operation["responses"]
    for status, response in list(responses.items()):
        response["headers"] = {}
        if int(status) >= 400 and "content" in response:
            response["content"] = {MEDIA_TYPE: response["content"].pop("application/json")}
        elif int(status) == 200:
            response["headers"] = _headers(*_HEADERS)
    if 200 in responses:
        responses[304] = {
            "description": "What you have is still right: `If-None-Match` names it.",
            "headers": _headers("ETag", "Last-Modified", "Cache-Control"),
        }
        operation["parameters"].append(
            {
                "in": "header",
                "name": "If-None-Match",
                "required": False,
                "schema": {"type": "string"},
                "description": "The ETag of the answer that you have.",
            }
        )


_HEADERS = {
    "ETag": "Another one whenever the answer changes.",
    "Last-Modified": "When something that readers can see last changed.",
    "Cache-Control": "How long a cache in between may keep it.",
    "Cache-Tag": "Names to purge it by, with commas between them.",
    "Surrogate-Key": "The same names, with spaces between them.",
}


def _headers(*names):
    return {name: {"schema": {"type": "string"}, "description": _HEADERS[name]} for name in names}


content_api = ContentAPI(
    title="Content API",
    version="1",
    description="Everything public on the site, as typed JSON.",
    urls_namespace="content_api",
    openapi_url="openapi.json",
    docs_url="docs/",
    docs=Swagger({"tryItOutEnabled": True, "validatorUrl": None}),
    docs_decorator=_only_from_here,
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


@_answering
def nothing(request):
    """Whatever is asked for below the API, and is not there."""
    return not_found()


def content_urls():
    """`path("api/content/v1/", content_urls())`. Ask when all routers are added."""
    patterns, app_name, namespace = content_api.urls
    for pattern in patterns:
        pattern.callback = _answering(pattern.callback)
    return include(([*patterns, re_path(r"^.*/$", nothing)], app_name), namespace=namespace)
