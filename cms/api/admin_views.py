"""The screens for tokens."""

from django import forms
from django.utils.formats import date_format
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail_modeladmin.views import CreateView

from cms.core.modeladmin import MendedModelAdmin, shown_once

from .models import Scope, Token


class TokenForm(WagtailAdminModelForm):
    scopes = forms.MultipleChoiceField(
        label="May",
        choices=[(value, f"{label} ({value})") for value, label in Scope.choices],
        widget=forms.CheckboxSelectMultiple,
    )


class CreateTokenView(CreateView):
    def form_valid(self, form):
        key = form.instance.make_key()
        form.instance.created_by = self.request.user
        super().form_valid(form)
        return shown_once(
            self.request,
            title=f"The key of “{self.instance}”",
            value=key,
            explanation="The program sends this key with each request.",
            back_url=self.index_url,
        )


class TokenAdmin(MendedModelAdmin):
    model = Token
    menu_label = "Content API tokens"
    menu_icon = "key"
    menu_order = 612
    list_display = ["name", "may", "expires", "last_used_at"]
    create_view_class = CreateTokenView
    edit_handler = ObjectList(
        [FieldPanel(name) for name in ("name", "scopes", "expires_on")],
        base_form_class=TokenForm,
    )

    def may(self, token):
        return ", ".join(token.scopes)

    def expires(self, token):
        day = date_format(token.expires_on)
        return f"{day} (expired)" if token.has_expired else day

    expires.short_description = "last day"
    expires.admin_order_field = "expires_on"
