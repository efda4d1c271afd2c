"""What a document was before."""

from django.conf import settings
from django.db import models
from django.urls import reverse

from cms.core import draft_files


class DocumentVersion(models.Model):
    """A file that a newer one has replaced, at an address of its own for good."""

    document = models.ForeignKey(
        "resources.Document", on_delete=models.CASCADE, related_name="versions"
    )
    number = models.PositiveIntegerField()
    file = models.FileField(max_length=255)
    filename = models.CharField(max_length=255)
    file_size = models.PositiveBigIntegerField()
    file_hash = models.CharField(max_length=40)
    page_count = models.PositiveIntegerField(null=True)
    edition = models.CharField(max_length=60, blank=True)
    dated = models.DateTimeField()  # since when it was the latest
    change_note = models.CharField(max_length=300, blank=True)  # what was new in it
    replaced_at = models.DateTimeField(auto_now_add=True)
    replaced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    wagtail_reference_index_ignore = True  # it is no place where a document is shown

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="one_version_per_number")
        ]

    def __str__(self):
        return f"{self.document} ({self.number})"

    @property
    def url(self) -> str:
        return draft_files.address(
            reverse("document_version", args=[self.document_id, self.number])
        )
