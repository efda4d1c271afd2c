"""A message across the top of every page, for as long as it matters."""

from django.db import models
from wagtail.admin.panels import FieldPanel, PublishingPanel
from wagtail.models import DraftStateMixin, PreviewableMixin, RevisionMixin
from wagtail.snippets.models import register_snippet


@register_snippet
class Alert(PreviewableMixin, DraftStateMixin, RevisionMixin, models.Model):
    """Shown while it is published; schedule it to come and go by itself."""

    class Kind(models.TextChoices):
        INFORMATION = "information", "Information"
        WARNING = "warning", "Warning"

    title = models.CharField(max_length=80, help_text="The news itself, in a few words.")
    message = models.TextField(
        max_length=300, blank=True, help_text="What it means for people, and what to do."
    )
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.INFORMATION)
    page = models.ForeignKey(
        "wagtailcore.Page",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name="page to read more",
    )

    panels = [
        FieldPanel("title"),
        FieldPanel("message"),
        FieldPanel("kind"),
        FieldPanel("page"),
        PublishingPanel(),
    ]

    class Meta:
        ordering = ["-first_published_at", "pk"]

    def __str__(self):
        return self.title

    def get_preview_template(self, request, mode_name):
        return "core/alert_preview.html"
