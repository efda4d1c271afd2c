"""Who may read what people send: sign-up managers, and administrators."""

from django.urls import path
from wagtail import hooks
from wagtail.contrib.forms.utils import get_form_types
from wagtail.contrib.forms.views import FormPagesListView
from wagtail.models import Page

MAY_READ = "wagtailforms.view_formsubmission"


@hooks.register("filter_form_submissions_for_user")
def only_for_sign_up_managers(user, pages):
    """Wagtail shows answers to those who may edit the form's page. Here it is a job of its own."""
    if user.has_perm(MAY_READ):
        return Page.objects.filter(content_type__in=get_form_types())
    return pages.none()


class SignUpFormsView(FormPagesListView):
    """Wagtail's list of forms, for those who read sign-ups rather than edit pages."""

    def user_has_any_permission(self, permissions):
        return self.request.user.has_perm(MAY_READ)


@hooks.register("register_admin_urls", order=-1)
def list_forms_for_sign_up_managers():
    """Before Wagtail's own, at the same address."""
    return [
        path("forms/", SignUpFormsView.as_view(), name="sign_up_forms"),
        path("forms/results/", SignUpFormsView.as_view(results_only=True)),
    ]
