"""Files that the system makes of what editors keep, and hands out until the next is ready."""

from django.core.files.base import ContentFile, File
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Collection, Page

from cms.events import uses
from cms.events.log import record
from cms.events.models import Event


class BuiltFile(models.Model):
    """A file made of a source; `digest` says which. The last good one stays until `keep`."""

    file = models.FileField(upload_to="built", blank=True, max_length=255)
    digest = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(default=0)  # bytes
    built_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)  # a sentence for an editor; empty after a good build

    class Meta:
        abstract = True

    def keep(self, content: File | bytes, *, name: str, digest: str, **facts) -> None:
        """Put a new file in the place of the last one, whole.

        `content` is a `File` where it is too large to be held in memory. `facts`
        are further fields. The row points at the new file once that is
        written, and the old file goes after the row is committed. Raises
        OSError when the store can't keep it; the last good file then stays.
        """
        before, store = self.file.name, self.file.storage
        if isinstance(content, bytes):
            content = ContentFile(content)
        size = content.size  # a store may close what it has taken
        self.file.save(name, content, save=False)
        self.digest, self.size, self.error = digest, size, ""
        self.built_at = timezone.now()
        for fact, value in facts.items():
            setattr(self, fact, value)
        self.save()
        record(Event.What.PUBLISHED, self, shown_on=self.shown_on)
        if before:
            transaction.on_commit(lambda: store.delete(before))

    @property
    def shown_on(self) -> list:
        """The page that shows it, as `cms.events.log.record` takes it."""
        return []

    @property
    def etag(self) -> str:
        """Another one for each file that was made."""
        return f"{self.digest[:32]}-{self.built_at:%Y%m%d%H%M%S%f}"

    def is_due(self, digest: str) -> bool:
        """Whether the file must be made of a source with this digest."""
        return not self.file or self.digest != digest or bool(self.error)

    def fail(self, error: str, **facts) -> None:
        """Note why there is no new file."""
        self.error = error
        for fact, value in facts.items():
            setattr(self, fact, value)
        self.save()


class PageExport(BuiltFile):
    """A toolkit or one of its chapters in a format to take away."""

    class Format(models.TextChoices):
        PDF = "pdf", "PDF"
        DOCX = "docx", "Word (DOCX)"
        ODT = "odt", "OpenDocument (ODT)"
        EPUB = "epub", "E-book (EPUB)"
        ZIP = "zip", "Everything (ZIP)"

    #: What each is good for, in a reader's words.
    USES = {
        Format.PDF: "To read and to print.",
        Format.DOCX: "To change in Word.",
        Format.ODT: "To change in LibreOffice and others.",
        Format.EPUB: "To read on a phone or an e-reader.",
        Format.ZIP: "All of these, and the templates.",
    }

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="exports")
    page.wagtail_reference_index_ignore = True  # not a use of the page by someone
    format = models.CharField(max_length=4, choices=Format)
    page_count = models.PositiveIntegerField(null=True)
    error_page = models.ForeignKey(Page, null=True, on_delete=models.SET_NULL, related_name="+")
    error_page.wagtail_reference_index_ignore = True
    error_block = models.CharField(max_length=36, blank=True)  # the block's id in its stream

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["page", "format"], name="one_export_per_format")
        ]

    def __str__(self):
        return f"{self.page}: {self.get_format_display()}"

    @property
    def shown_on(self) -> list:
        return [uses.page(self.page_id)]

    @property
    def use(self) -> str:
        return self.USES[self.format]

    @property
    def filename(self) -> str:
        """What the file is called on the reader's machine."""
        return f"{self.page.slug}.{self.format}"

    @property
    def editing_address(self) -> str:
        """Where the block at fault can be changed; "" when it is not known."""
        if self.error_page_id is None:
            return ""
        address = reverse("wagtailadmin_pages:edit", args=[self.error_page_id])
        return f"{address}#block-{self.error_block}-section" if self.error_block else address

    @property
    def path(self) -> str:
        """The stable path at which readers get it."""
        return self.page.specific_deferred.download_path(self.format)


class CollectionArchive(BuiltFile):
    """Every public document of a collection, in one ZIP."""

    collection = models.OneToOneField(Collection, on_delete=models.CASCADE, related_name="archive")
    collection.wagtail_reference_index_ignore = True
    #: {key of each document in it: hash of its file}
    holds = models.JSONField(default=dict)

    def __str__(self):
        return str(self.collection)
