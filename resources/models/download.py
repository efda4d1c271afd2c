"""How often files are taken."""

from django.db import models


class DownloadCount(models.Model):
    """How often one file was taken on one day. It holds nothing about who took it.

    `key` is no foreign key: numbers stay when the thing that was taken is deleted.
    """

    class Kind(models.TextChoices):
        DOCUMENT = "document", "Document"
        TOOLKIT = "toolkit", "Toolkit"
        COLLECTION = "collection", "Collection"

    day = models.DateField()
    kind = models.CharField(max_length=20, choices=Kind)
    key = models.PositiveBigIntegerField()  # of the document, the page or the collection
    variant = models.CharField(max_length=20)  # a version's number, or a format
    count = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "kind", "key", "variant"], name="one_count_per_day"
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.key} ({self.variant}), {self.day}"
