"""The form that a page's questions make."""

from django import forms
from django.core.validators import RegexValidator
from wagtail.contrib.forms.forms import BaseForm, FormBuilder

MAX_LINES_LENGTH = 5_000  # characters in an answer of several lines
MAX_DIGITS = 40
MAX_EMAIL_LENGTH = 254  # https://www.rfc-editor.org/errata/eid1690


class SignUpForm(BaseForm):
    """Questions under their groups, answers without stray spaces or control characters."""

    error_css_class = "field--error"

    @property
    def groups(self):
        """[(legend, [bound field, …]), …]: neighbours with the same legend belong together."""
        groups = []
        for bound in self:
            legend = getattr(bound.field, "group", "")
            if groups and legend and groups[-1][0] == legend:
                groups[-1][1].append(bound)
            else:
                groups.append((legend, [bound]))
        return groups


class SignUpFormBuilder(FormBuilder):
    """Adds input types, autocomplete, groups and a maximum of choices to Wagtail's builder."""

    def get_field_options(self, field):
        options = super().get_field_options(field)
        # Wagtail escapes help text for HTML here; our template does that itself.
        options["help_text"] = field.help_text
        if field.max_choices:
            options["help_text"] = f"{field.help_text} Choose at most {field.max_choices}.".strip()
        options["error_messages"] = {"required": f"{_ask(field)}: {field.label}"}
        return options

    def create_multiline_field(self, field, options):
        options["max_length"] = MAX_LINES_LENGTH
        options["widget"] = forms.Textarea(attrs={"rows": 5})
        return super().create_multiline_field(field, options)

    def create_telephone_field(self, field, options):
        return forms.CharField(
            max_length=30,
            validators=[
                RegexValidator(
                    r"^[0-9+() .\-]{7,30}$",
                    "Enter a telephone number, like 01632 960 123 or 07700 900 123.",
                )
            ],
            widget=forms.TextInput(attrs={"type": "tel"}),
            **options,
        )

    def create_number_field(self, field, options):
        return super().create_number_field(field, {**options, "max_digits": MAX_DIGITS})

    def create_date_field(self, field, options):
        return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), **options)

    def create_email_field(self, field, options):
        options["max_length"] = MAX_EMAIL_LENGTH
        options["error_messages"]["invalid"] = (
            "Enter an email address in the right form, like name@example.org."
        )
        return super().create_email_field(field, options)

    def create_checkboxes_field(self, field, options):
        form_field = super().create_checkboxes_field(field, options)
        if field.max_choices:
            form_field.validators.append(_AtMost(field.max_choices))
        return form_field

    def get_formatted_field_initial(self, field):
        # Wagtail turns an empty default into [""].
        return [value for value in super().get_formatted_field_initial(field) if value]

    @property
    def formfields(self):
        form_fields = super().formfields
        for field, form_field in zip(self.fields, form_fields.values(), strict=True):
            form_field.group = field.group
            form_field.max_choices = field.max_choices
            form_field.help_for_choice = field.help_for_choice
            form_field.help_when_chosen = field.help_when_chosen
            if field.autocomplete:
                form_field.widget.attrs["autocomplete"] = field.autocomplete
        return form_fields

    def get_form_class(self):
        return type("SignUpForm", (SignUpForm,), self.formfields)


class _AtMost:
    """Refuses more ticked boxes than staff allow."""

    def __init__(self, number):
        self.number = number

    def __call__(self, value):
        if len(value) > self.number:
            raise forms.ValidationError(f"Choose at most {self.number}.")


def _ask(field) -> str:
    """What a person is asked to do who left this question out."""
    return {
        "checkbox": "Tick the box",
        "checkboxes": "Choose at least one",
        "radio": "Choose one",
        "dropdown": "Choose one",
    }.get(field.field_type, "Answer this question")
