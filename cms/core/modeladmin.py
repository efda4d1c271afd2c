"""What our screens on wagtail-modeladmin share."""

from django.template.response import TemplateResponse
from wagtail_modeladmin.views import HistoryView


class GuardedHistoryView(HistoryView):
    """Modeladmin shows its own to all who may sign in; this, to those who may change the thing."""

    def check_action_permitted(self, user):
        return self.permission_helper.user_can_edit_obj(user, self.instance)


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
