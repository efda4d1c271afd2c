"""A form by which people signed up stays while anything of theirs does."""

from django.shortcuts import redirect
from wagtail.admin import messages

from ..models import GetInvolvedPage, SignUp


def refuse_to_delete(request, page):
    """The answer to someone who would delete a form that is in use, or a page above one.

    None when nothing is in the way. Says that there are sign-ups, and nothing else of them.
    """
    forms = GetInvolvedPage.objects.descendant_of(page, inclusive=True)
    if not SignUp.objects.filter(page__in=forms).exists():
        return None
    title = page.get_admin_display_title()
    messages.error(
        request,
        f"“{title}” can't be deleted: there are sign-ups that came by its form, or by one below "
        "it. Unpublish it instead. Once the sign-ups are erased, it can be deleted.",
    )
    return redirect("wagtailadmin_explore", page.get_parent().pk)
