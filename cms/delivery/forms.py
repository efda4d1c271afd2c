"""What staff fill in for a webhook."""

from django import forms
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.models import get_page_models

from cms.events.log import recorded_models
from cms.events.models import Event

from .addresses import Refused, resolve, split


def type_choices() -> list[tuple[str, str]]:
    """All that the log of events tells of: pages first, as (“home.HomePage”, “Home page”)."""
    pages = [model for model in get_page_models() if model.is_creatable]
    return [
        (model._meta.label, model._meta.verbose_name.capitalize())
        for models in (pages, recorded_models())
        for model in sorted(models, key=lambda model: model._meta.verbose_name)
    ]


def type_label(label: str) -> str:
    """The name of a type for staff; as it is written, when it is no longer there."""
    return dict(type_choices()).get(label, label)


class EndpointForm(WagtailAdminModelForm):
    whats = forms.MultipleChoiceField(
        label="Events",
        choices=Event.What.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    types = forms.MultipleChoiceField(
        label="Types",
        choices=type_choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Tick none to tell of them all.",
    )

    def clean_url(self):
        url = self.cleaned_data["url"]
        try:
            resolve(split(url))
        except Refused as error:
            raise forms.ValidationError(str(error)) from error
        return url
