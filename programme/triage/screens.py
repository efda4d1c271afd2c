"""What the screens have in common."""

from django import forms
from django.urls import reverse
from django.views import View
from django.views.generic import TemplateView
from wagtail.admin.views.generic import PermissionCheckedMixin, WagtailAdminTemplateMixin

from ..models import SignUp

INDEX = "programme_signup_modeladmin_index"
MEDIA = forms.Media(css={"all": ["css/admin/triage.css"]})


class Screen(PermissionCheckedMixin, WagtailAdminTemplateMixin, TemplateView):
    """A screen below the list, for those who may see sign-ups."""

    model = SignUp
    permission_required = "view"
    header_icon = "group"

    def get_breadcrumbs_items(self):
        return [
            *self.breadcrumbs_items,
            {"url": reverse(INDEX), "label": "Sign-ups"},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_context_data(self, **kwargs):
        policy, user = self.permission_policy, self.request.user
        return super().get_context_data(**kwargs) | {
            "media": MEDIA,
            "may_change": policy.user_has_permission(user, "change"),
            "may_erase": policy.user_has_permission(user, "delete"),
            "may_export": policy.user_has_permission(user, "export"),
        }


class Act(PermissionCheckedMixin, View):
    """Something that is done, by POST alone."""

    model = SignUp
    permission_required = "change"
    http_method_names = ["post"]
