"""Files that people take away."""

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import models
from django.urls import reverse
from django.utils import timezone
from taggit.managers import TaggableManager
from wagtail.api import APIField
from wagtail.documents.models import AbstractDocument, DocumentQuerySet
from wagtail.search import index
from wagtail.utils.file import hash_filelike

from cms.core import draft_files
from cms.core.api_fields import JSONOf
from cms.core.filing import file_under

from .. import files, representations
from ..languages import LANGUAGES
from ..shapes import DocumentFile
from ..usage import is_shown, references_to


def folder_of(document, filename: str) -> str:
    """Where a file is stored. One that replaces another has a folder of its own, so it keeps its
    name, and the document its address."""
    folder = f"{document.pk}/{document.version}/" if document.pk else ""
    return f"documents/{folder}{filename}"


class Document(AbstractDocument):
    """A file with what a reader wants to know before they take it."""

    file = models.FileField(upload_to=folder_of, max_length=255)
    # Wagtail's own model, though it has no table here, has the default accessors.
    tags = TaggableManager("tags", blank=True, related_name="tagged_documents")
    uploaded_by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="uploaded by",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="uploaded_documents",
    )

    uploaded_by_user.wagtail_reference_index_ignore = True

    class Kind(models.TextChoices):
        POSTER = "poster", "Poster"
        LEAFLET = "leaflet", "Leaflet"
        SOCIAL_IMAGE = "social_image", "Social media image"
        LOGO = "logo", "Logo"
        GUIDE = "guide", "Guide"
        TEMPLATE = "template", "Template"
        TOOLKIT = "toolkit", "Toolkit"
        OTHER = "other", "Other"

    kind = models.CharField(
        max_length=20,
        choices=Kind,
        default=Kind.OTHER,
        help_text="Readers see it first. It also says in which collection a new document goes.",
    )
    language = models.CharField(
        max_length=10, choices=LANGUAGES, default="en", help_text="The language it is written in."
    )
    description = models.TextField(
        max_length=400, blank=True, help_text="What it is and whom it is for, in a sentence."
    )
    edition = models.CharField(
        max_length=60, blank=True, help_text="Such as “Second edition, May 2027”."
    )
    page_count = models.PositiveIntegerField(null=True, blank=True, editable=False)
    thumbnail = models.ImageField(
        upload_to="thumbnails",
        blank=True,
        editable=False,
    )
    thumbnail_width = models.PositiveIntegerField(null=True, editable=False)
    thumbnail_height = models.PositiveIntegerField(null=True, editable=False)

    version = models.PositiveIntegerField(default=1, editable=False)
    dated = models.DateTimeField(
        default=timezone.now, editable=False, help_text="Since when this file is the latest."
    )
    change_note = models.CharField(
        max_length=300,
        blank=True,
        help_text="What is new in this file, for a reader. Left empty, the note stays as it is; a "
        "new file then has none.",
    )
    form_of = models.ForeignKey(
        "self",
        verbose_name="another form of",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="other_forms",
        help_text="Choose a document that is the same thing in another language or format. "
        "Readers then see both as one item.",
    )
    form_of.wagtail_reference_index_ignore = True  # no page shows it by this

    admin_form_fields = (
        "title",
        "file",
        "change_note",
        "kind",
        "language",
        "edition",
        "description",
        "form_of",
        "collection",
        "tags",
    )
    search_fields = [
        *AbstractDocument.search_fields,
        index.SearchField("description"),
        index.AutocompleteField("description"),
        index.FilterField("kind"),
        index.FilterField("language"),
        index.RelatedFields("collection", [index.FilterField("path")]),
    ]
    api_fields = [
        "description",
        "kind",
        "language",
        "edition",
        APIField("file_type", serializer=JSONOf(representations.file_type_json)),
        "file_size",
        "page_count",
        APIField("thumbnail", serializer=JSONOf(representations.thumbnail_json)),
        APIField("collection", serializer=JSONOf(representations.collection_json)),
        "version",
        "dated",
        "change_note",
        APIField("other_forms", serializer=JSONOf(representations.forms_json)),
        APIField("versions", serializer=JSONOf(representations.versions_json)),
    ]

    class Meta(AbstractDocument.Meta):
        verbose_name = "document"
        verbose_name_plural = "documents"
        permissions = [("choose_document", "Can choose document")]

    def save(self, *args, **kwargs):
        file_under(self, COLLECTIONS.get(self.kind))
        if self.form_of_id:
            self._follow_the_leader()
        super().save(*args, **kwargs)

    def _follow_the_leader(self):
        """A form of a form is a form of the leader, and the forms of this one come along."""
        if self.form_of.form_of_id:
            self.form_of = self.form_of.form_of
        if self.form_of_id == self.pk:
            self.form_of = None
        elif self.pk:
            self.other_forms.update(form_of=self.form_of)

    @staticmethod
    def is_shown(is_used):
        """Whether readers meet it: see `cms.core.library`."""
        return is_shown(is_used)

    def get_usage(self):
        """Where readers meet it: see `resources.usage`. Wagtail counts only direct references."""
        return references_to(self).group_by_source_object()

    def as_json(self, request) -> DocumentFile:
        return representations.document_json(self, request)

    @classmethod
    def for_display(cls) -> DocumentQuerySet:
        return cls.objects.select_related("collection", "form_of__collection")

    @property
    def url(self) -> str:
        return draft_files.address(super().url)

    @property
    def work_id(self) -> int:
        """The key of the document that leads this one's forms; its own if it leads."""
        return self.form_of_id or self.pk

    @property
    def thumbnail_url(self) -> str:
        """The address of the first page's picture, another for another file; "" if it has none.

        Its view looks at the document's collection, as the document's own does.
        """
        if not self.thumbnail:
            return ""
        address = reverse("document_thumbnail", args=[self.pk, self.file_hash[:16] or "first"])
        return draft_files.address(address)

    @property
    def proportions(self) -> str:
        """ "tall", "wide" or "square": how the first page stands on a shelf."""
        if not self.thumbnail_width or self.thumbnail_width == self.thumbnail_height:
            return "square"
        return "wide" if self.thumbnail_width > self.thumbnail_height else "tall"

    def read_file(self) -> None:
        """Set what is known from the file itself: size, hash, pages, a picture of the first one.

        Call it when `file` has changed, before `save()`. Raises ValueError when
        the file is a PDF that can't be opened.
        """
        extension = self.file_extension.lower()
        picture, self.page_count = files.first_page(self.file, extension)
        if picture:
            self.thumbnail = ContentFile(picture, name="thumbnail.webp")
            # Kept by ourselves: Django's own dimension fields read the file at each query.
            self.thumbnail_width, self.thumbnail_height = files.size(picture)
        else:
            self.thumbnail = ""
            self.thumbnail_width = self.thumbnail_height = None
        self.file_size = self.file.size
        self.file.seek(0)
        self.file_hash = hash_filelike(self.file)
        self.file.seek(0)


# Where a new document goes that nobody has put anywhere.
COLLECTIONS = {
    Document.Kind.POSTER: "Posters",
    Document.Kind.LEAFLET: "Leaflets",
    Document.Kind.SOCIAL_IMAGE: "Social media images",
    Document.Kind.LOGO: "Logos and brand guide",
    Document.Kind.TEMPLATE: "Toolkit templates",
}
