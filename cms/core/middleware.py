"""Middleware of the core."""

from django.http import JsonResponse

from . import references
from .files import CAN_NOT_BE_KEPT, is_stores_fault, unavailable


def references_middleware(get_response):
    """What blocks point at is read once for each request: see `cms.core.references`."""

    def middleware(request):
        with references.scope():
            return get_response(request)

    return middleware


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
