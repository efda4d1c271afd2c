"""Middleware of the accounts: for the editor's addresses alone, so that readers cost nothing."""

from django.urls import reverse_lazy

from . import confirming, doors, sessions

EDITOR = reverse_lazy("wagtailadmin_home")


def accounts_middleware(get_response):
    """Ends sessions that have lasted long enough, closes doors, and asks before a dangerous act."""

    def middleware(request):
        if request.path_info.startswith(str(EDITOR)):
            ended = sessions.keep_or_end(request)
            if ended:
                return ended
        return get_response(request)

    def process_view(request, view, args, kwargs):
        if request.path_info.startswith(str(EDITOR)):
            return doors.close(request) or confirming.ask(request)
        return None

    middleware.process_view = process_view
    return middleware
