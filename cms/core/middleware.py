"""Middleware of the core."""

from copy import copy

from django.http import JsonResponse
from django.utils.functional import SimpleLazyObject
from wagtail.contrib.redirects.middleware import RedirectMiddleware, get_redirect
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Site

from . import references
from .files import CAN_NOT_BE_KEPT, is_stores_fault, unavailable
from .kept import kept
from .visibility import not_over


def references_middleware(get_response):
    """What blocks point at is read once for each request: see `cms.core.references`."""

    def middleware(request):
        with references.scope():
            return get_response(request)

    return middleware


def site_middleware(get_response):
    """The record of the site that is asked for is read once until a change.

    Wagtail reads it once for each request, and remembers it there by a name of its own.
    What needs no site, needs no database for it either.
    """

    def middleware(request):
        request._wagtail_site = SimpleLazyObject(lambda: site_of(request))
        return get_response(request)

    def site_of(request):
        host = (request.get_host(), request.get_port())
        site = copy(kept(("site", host), lambda: _read_site(request)))
        if site is not None:
            site.root_page = root_of(site.root_page)
        return site

    def root_of(page):
        # Copies, as pages keep things about the request. Wagtail asks for the home page
        # of its own type to find what is at an address.
        root = copy(page)
        root.specific = SimpleLazyObject(
            lambda: copy(kept(("root", page.pk), lambda: copy(page).specific))
        )
        return root

    return middleware


def _read_site(request):
    asked = copy(request)
    del asked._wagtail_site
    return Site.find_for_request(asked)


class DiscreetRedirectMiddleware(RedirectMiddleware):
    """Wagtail's, but for pages that nobody can open now: the address of a draft may say too much.

    A private page is led to. Who may read it knows its old address.
    """

    def process_response(self, request, response):
        answer = super().process_response(request, response)
        if answer is response or not self._leads_nowhere(request):
            return answer
        return response

    def _leads_nowhere(self, request) -> bool:
        path = Redirect.normalise_path(request.get_full_path(), decode_unicode=False)
        redirect = get_redirect(request, path) or get_redirect(request, path.partition("?")[0])
        page = redirect.redirect_page
        return page is not None and not (page.live and not_over(page))


def store_middleware(get_response):
    """A store of files that is full, slow or away is said in a sentence, not as a fault."""

    def middleware(request):
        return get_response(request)

    def process_exception(request, exception):
        if not is_stores_fault(exception):
            return None
        response = unavailable(request, exception)
        if "files[]" in request.FILES:
            # As Wagtail's screen for many files hears of any other that is refused.
            return JsonResponse({"success": False, "error_message": CAN_NOT_BE_KEPT})
        return response

    middleware.process_exception = process_exception
    return middleware
