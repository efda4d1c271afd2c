"""Taking what people send."""

from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse

from cms.core.client_address import place
from cms.core.limits.throttling import TooManyError, count
from cms.core.visibility import public_pages

from ..models import GetInvolvedPage, SignUpMessage
from ..sign_ups import links, spam, taking, throttle, tokens
from .guards import opened_by, personal
from .yours import thank


@personal
def sign_up(request, page_id):
    """Take a form. With a mistake it comes back, filled in, under an error summary."""
    page = _form_page(page_id)
    if request.method != "POST":
        return HttpResponseRedirect(page.get_url(request))
    form = page.get_form(request.POST, page=page)
    carried = request.POST.get(tokens.FIELD, "")
    try:
        count("form", place(request.META), writes=True)
    except TooManyError as error:
        return _too_many(request, page, form, carried, error)
    try:
        token = tokens.read(carried, page)
    except tokens.UnknownTokenError:
        return _again(
            request, page, form, notice="We could not tell where this form came from. Check "
            "your answers, and send them again.",
        )  # fmt: skip
    except tokens.OldTokenError:
        return _again(
            request, page, form, notice="This form was open for more than a day. Check your "
            "answers, and send them again.",
        )  # fmt: skip
    dropped = _no_longer_asked(request.POST, token, form)
    if dropped:
        return _again(
            request, page, form, notice="We changed this form while you were filling it in, and no "
            "longer ask something that you answered. Your answer was: “"
            + "”, “".join(dropped)
            + "”. Check the form, and send it again.",
        )  # fmt: skip
    if not form.is_valid():
        return _again(request, page, form, token=carried)
    try:
        kept = taking.take(
            page,
            form.cleaned_data,
            key=token.key(form.cleaned_data),
            sender=throttle.sender(place(request.META)),
            suspicion=spam.suspicion(
                form.cleaned_data,
                trap=request.POST.get(spam.TRAP, ""),
                too_quick=token.is_too_quick,
            ),
        )
    except TooManyError as error:
        return _too_many(request, page, form, carried, error)
    # See other, so that a reload sends nothing again.
    return HttpResponseRedirect(links.path(links.SENT, kept), status=303)


@personal
@opened_by(links.SENT)
def sent(request, kept):
    """What happens next: an email to confirm, or thanks at once when there is no address."""
    if not kept.email and kept.status != kept.Status.SPAM:
        return thank(request, kept)
    context = {
        "form_page": kept.page,
        "sign_up": kept,
        "message": kept.messages.filter(kind=SignUpMessage.Kind.CONFIRM).last(),
        "mail_is_down": SignUpMessage.mail_is_down(),
    }
    return TemplateResponse(request, "programme/sign_up/sent.html", context)


def _form_page(page_id):
    """A form that the public may see, on one of our sites."""
    page = get_object_or_404(public_pages(GetInvolvedPage.objects.all()), pk=page_id)
    if page.get_url_parts() is None:
        raise Http404
    return page


def _again(request, page, form, *, notice="", token="", status=422):
    """The form as it was filled in, with what is wrong."""
    form.is_valid()
    if notice:
        form.add_error(None, notice)
    context = page.get_context(request)
    context["form"] = form
    if token:
        context["form_token"] = token
    return TemplateResponse(request, page.get_template(request), context, status=status)


def _too_many(request, page, form, carried, error):
    """The same, when it is better to wait."""
    notice = f"{error} {error.when} Nothing has been lost: your answers are below."
    response = _again(request, page, form, token=carried, status=429, notice=notice)
    response["Retry-After"] = str(error.seconds)
    return response


def _no_longer_asked(data, token, form) -> list[str]:
    """Answers to questions that were there when the form was opened, and are not now."""
    gone = [name for name in token.questions if name not in form.fields]
    return [value for name in gone for value in data.getlist(name) if value.strip()]
