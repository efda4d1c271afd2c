"""Wagtail's own API v3, for scripts that edit as a person would. Off unless switched on.

Wagtail lets strangers read some of it. Here nobody does: every request needs the
token of somebody who edits pages, pictures or documents, so that there is one rule for
what strangers see, and it is the content API's.
"""

from functools import wraps

from django.conf import settings
from django.http import Http404
from django.urls import include
from wagtail.api.v3.auth import BearerTokenAuth
from wagtail.api.v3.urls import api

from cms.accounts import doors
from cms.core.client_address import place
from cms.core.limits.throttling import refused
from cms.core.refusals import problem

_WHO = BearerTokenAuth()


def urls():
    """`path("api/v3-preview/", urls())`; 404 while `WAGTAIL_API_V3_PREVIEW` is off."""
    patterns, app_name, namespace = api.urls
    for pattern in patterns:
        pattern.callback = _for_editors(pattern.callback)
    return include((patterns, app_name), namespace=namespace)


def _for_editors(view):
    @wraps(view, assigned=())
    def answer(request, *args, **kwargs):
        if not settings.WAGTAIL_API_V3_PREVIEW:
            raise Http404
        # It looks at no cookie, and puts the token's owner in place of a session's.
        known = _WHO(request) is not None
        response = refused(
            request,
            *("token", f"editor {request.user.pk}") if known else ("api", place(request.META)),
        )
        if response is not None:
            pass
        elif not known:
            response = problem(401, "A token of somebody who edits is needed here.")
            response["WWW-Authenticate"] = "Bearer"
        elif not doors.edits(request.user):
            response = problem(403, "The owner of this token edits nothing here.")
        else:
            response = view(request, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        return response

    answer.csrf_exempt = answer.counts_itself = True
    return answer
