"""What a person can do with the links in their emails."""

from django.http import HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse

from ..models import GetInvolvedPage
from ..sign_ups import answers, links, rights, taking
from .guards import opened_by, personal

CHANGED, NEW_ADDRESS = "changed", "new-address"


@personal
@opened_by(links.CONFIRM)
def confirm(request, sign_up):
    """A button, since programs that look for viruses open every link; pressing it confirms."""
    if request.method == "POST":
        taking.confirm(sign_up)
        return _see("sign_up_thanks", sign_up)
    return _page(request, "confirm", sign_up)


@personal
@opened_by(links.YOURS)
def thanks(request, sign_up):
    return thank(request, sign_up)


def thank(request, sign_up):
    """The words of staff, and what was sent."""
    page = sign_up.page
    context = page.get_context(request)
    context["summary"] = answers.summary(sign_up)
    context["yours"] = links.path(links.YOURS, sign_up)
    return TemplateResponse(request, page.get_landing_page_template(request), context)


@personal
@opened_by(links.YOURS)
def yours(request, sign_up):
    """Everything that is held, and what the person can do about it."""
    return _page(
        request,
        "yours",
        sign_up,
        summary=answers.summary(sign_up),
        done=request.GET.get("done"),
    )


@personal
@opened_by(links.YOURS)
def change(request, sign_up):
    """The form again, filled in."""
    page = sign_up.page
    if request.method == "POST":
        form = page.get_form(request.POST, page=page)
        if form.is_valid():
            rights.correct(sign_up, form.cleaned_data)
            return _see("sign_up_yours", sign_up, NEW_ADDRESS if sign_up.new_email else CHANGED)
    else:
        form = page.get_form(initial=answers.initial(sign_up), page=page)
    return _page(request, "change", sign_up, status=422 if form.errors else 200, form=form)


@personal
@opened_by(links.YOURS)
def download(request, sign_up):
    """Everything that is held, as JSON."""
    response = JsonResponse(
        rights.held(sign_up), json_dumps_params={"ensure_ascii": False, "indent": 2}
    )
    response["Content-Disposition"] = f'attachment; filename="sign-up-{sign_up.pk}.json"'
    return response


@personal
@opened_by(links.YOURS)
def withdraw(request, sign_up):
    """Asks once, and erases."""
    if request.method == "POST":
        rights.erase(sign_up, rights.BY_THE_PERSON)
        goodbye_page = reverse("sign_up_goodbye", args=[sign_up.page_id])
        return HttpResponseRedirect(goodbye_page, status=303)
    return _page(request, "withdraw", sign_up)


@personal
def goodbye(request, page_id):
    page = get_object_or_404(GetInvolvedPage, pk=page_id)
    return TemplateResponse(request, "programme/sign_up/goodbye.html", {"form_page": page})


@personal
@opened_by(links.NEW_ADDRESS)
def new_address(request, sign_up):
    """From now on, messages go to the address that this link was sent to."""
    if request.method == "POST":
        rights.use_new_address(sign_up)
        return _see("sign_up_yours", sign_up, CHANGED)
    return _page(request, "new_address", sign_up)


def _see(name, sign_up, done=""):
    address = reverse(name, args=[links.token(links.YOURS, sign_up)])
    return HttpResponseRedirect(f"{address}?done={done}" if done else address, status=303)


def _page(request, template, sign_up, *, status=200, **context):
    context |= {
        "form_page": sign_up.page,
        "sign_up": sign_up,
        "yours": links.path(links.YOURS, sign_up),
    }
    return TemplateResponse(request, f"programme/sign_up/{template}.html", context, status=status)
