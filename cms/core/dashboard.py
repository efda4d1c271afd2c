"""What the editor's first screen shows of ours."""

from datetime import timedelta

from django.utils import timezone
from wagtail.admin.ui.components import Component
from wagtail.models import get_page_models
from wagtail.permissions import policy_registry

SOON = timedelta(days=30)
LONGEST_LIST = 10


class ReviewPanel(Component):
    """Pages that someone should read again: those that are due, and those of the next 30 days.

    Costs one query for each page type. Shows only pages that the person may change.
    """

    name = "pages_to_review"
    template_name = "core/review_panel.html"
    order = 150

    def get_context_data(self, parent_context):
        context = super().get_context_data(parent_context)
        user = parent_context["request"].user
        today = timezone.localdate()
        pages = [
            page
            for model in get_page_models()
            if hasattr(model, "review_on")
            for page in self._changeable(model, user)
            .filter(live=True, review_on__lte=today + SOON)
            .defer_streamfields()
            .order_by("review_on")[:LONGEST_LIST]
        ]
        pages.sort(key=lambda page: page.review_on)
        return context | {"pages": pages[:LONGEST_LIST], "today": today}

    @staticmethod
    def _changeable(model, user):
        policy = policy_registry.get_by_type(model)
        allowed = policy.instances_user_has_permission_for(user, "change")
        return model.objects.filter(pk__in=allowed.values("pk"))
