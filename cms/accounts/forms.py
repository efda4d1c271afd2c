"""The forms of signing in."""

from django import forms
from django.core.exceptions import ValidationError
from wagtail.admin.forms.auth import LoginForm

from . import provider


class SignInForm(LoginForm):
    """Wagtail's, so that password managers know its fields. A session ends with the browser."""

    remember = None
    username = forms.CharField(
        label="Email address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        label="Password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        del self.fields["username"].widget.attrs["placeholder"]

    def confirm_login_allowed(self, user):
        super().confirm_login_allowed(user)
        if not provider.takes_password_of(user):
            raise ValidationError(f"Sign in with {provider.name()}, below.", code="provider")


class CodeForm(forms.Form):
    code = forms.CharField(
        label="Code",
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "autocapitalize": "none",
                "spellcheck": "false",
            }
        ),
        error_messages={"required": "Type the code."},
    )
