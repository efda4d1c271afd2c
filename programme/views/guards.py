"""What every page of a sign-up has in common: who may send to it, and that nobody keeps it."""

from functools import wraps

from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from cms.core.origins import is_foreign

from ..models import SignUpMessage
from ..sign_ups import links, messages


def personal(view):
    """A page about one person: kept by no cache, and sent only from our own pages.

    It sets no cookie, so that a check of where a POST comes from stands in for
    Django's token.
    """

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if request.method == "POST":
            _refuse_other_origins(request)
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex"
        return response

    return csrf_exempt(never_cache(require_http_methods(["GET", "HEAD", "POST"])(guarded)))


def opened_by(purpose: str):
    """Hand the view what a link is for. A link that does not work gets a page that says so.

    One that was good and is too old offers to send a new one, to the address that we hold.
    """

    def decorate(view):
        @wraps(view)
        def opened(request, token):
            try:
                sign_up = links.read(purpose, token)
            except links.BadLinkError:
                return TemplateResponse(request, "programme/sign_up/bad_link.html", status=404)
            except links.OldLinkError as error:
                return _old_link(request, purpose, error.sign_up)
            return view(request, sign_up)

        return opened

    return decorate


def _old_link(request, purpose, sign_up):
    kind = _RENEWED_BY.get(purpose)
    asked = bool(kind) and request.method == "POST"
    if asked:
        messages.send_again(sign_up, kind)
    context = {"form_page": sign_up.page, "can_renew": bool(kind), "asked": asked}
    return TemplateResponse(
        request, "programme/sign_up/old_link.html", context, status=200 if asked else 410
    )


_RENEWED_BY = {
    links.CONFIRM: SignUpMessage.Kind.CONFIRM,
    links.NEW_ADDRESS: SignUpMessage.Kind.NEW_ADDRESS,
    links.YOURS: SignUpMessage.Kind.LINK,
}


def _refuse_other_origins(request):
    """Let only this site's own pages send a form.

    A form that no one signs in to has no session to abuse, so what other sites
    could do is only to make people's browsers send rubbish.
    """
    if is_foreign(request):
        raise PermissionDenied("This form can only be sent from its own page.")
