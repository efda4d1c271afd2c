"""What our screens on wagtail-modeladmin share."""

from django.contrib.admin.utils import label_for_field
from django.template.response import TemplateResponse
from wagtail_modeladmin.options import ModelAdmin
from wagtail_modeladmin.views import HistoryView


class GuardedHistoryView(HistoryView):
    """Modeladmin shows its own to all who may sign in; this, to those who may change the thing."""

    def check_action_permitted(self, user):
        return self.permission_helper.user_can_edit_obj(user, self.instance)


class MendedModelAdmin(ModelAdmin):
    """A table of work in the settings menu, that can be read on a narrow screen too."""

    add_to_settings_menu = True
    history_view_class = GuardedHistoryView
    index_view_extra_css = ["css/admin/modeladmin.css"]
    inspect_view_extra_css = index_view_extra_css

    def get_extra_attrs_for_field_col(self, obj, field_name):
        # Where a row is a card, there are no heads of columns.
        return {"data-label": label_for_field(field_name, self.model, self).capitalize()}


def shown_once(request, *, title, value, explanation, back_url) -> TemplateResponse:
    """The screen that shows the secret `value`, one time.

    It answers the POST that made the secret, so no address leads back to it.
    """
    return TemplateResponse(
        request,
        "core/shown_once.html",
        {
            "page_title": title,
            "header_title": title,
            "header_icon": "key",
            "value": value,
            "explanation": explanation,
            "back_url": back_url,
        },
    )
