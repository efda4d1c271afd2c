"""Taking what people send."""

from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from wagtail.models import Site

from cms.core.visibility import public_pages

from .models import GetInvolvedPage


@csrf_exempt  # no cookie is set or read here: `_refuse_other_origins` stands in for the token
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_up(request, page_id):
    """Take a form. With a mistake it comes back, filled in, under an error summary."""
    page = _form_page(request, page_id)
    if request.method != "POST":
        return HttpResponseRedirect(page.get_url(request))
    _refuse_other_origins(request)
    form = page.get_form(request.POST, page=page)
    if form.is_valid():
        page.process_form_submission(form)
        # See other, so that a reload sends nothing again.
        return HttpResponseRedirect(reverse("sign_up_thanks", args=[page.pk]), status=303)
    context = page.get_context(request)
    context["form"] = form
    return TemplateResponse(request, page.get_template(request), context, status=422)


@never_cache
def sign_up_thanks(request, page_id):
    """What happens next."""
    return _form_page(request, page_id).render_landing_page(request)


def _form_page(request, page_id):
    """A form that the public may see, on the site that was asked for."""
    site = Site.find_for_request(request)
    if site is None:
        raise Http404
    pages = GetInvolvedPage.objects.descendant_of(site.root_page)
    return get_object_or_404(public_pages(pages), pk=page_id)


def _refuse_other_origins(request):
    """Let only this site's own pages send the form.

    A form that no one signs in to has no session to abuse, so what other sites
    could do is only to make people's browsers send rubbish. Browsers say where
    a POST comes from: https://www.w3.org/TR/fetch-metadata/ and the Origin header
    of older ones. A client that says neither is not a browser, and may.
    """
    fetch_site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if fetch_site:
        foreign = fetch_site not in ("same-origin", "none")
    else:
        foreign = bool(origin) and urlsplit(origin).netloc != request.get_host()
    if foreign:
        raise PermissionDenied("This form can only be sent from its own page.")
