"""Pictures: each has words for people who don't see it."""

from django.conf import settings
from django.db import models
from taggit.managers import TaggableManager
from wagtail.api import APIField
from wagtail.images.models import (
    AbstractImage,
    AbstractRendition,
    ImageQuerySet,
    WagtailImageField,
    WagtailImageFieldFile,
    get_upload_to,
)
from wagtail.search import index

from .. import draft_files
from ..api_fields import RenditionsField, SourcesField
from ..filing import file_under
from ..pictures import CleanFilter, lies_on_its_side
from ..renditions import EVERY_SPEC

DEFAULT_COLLECTION = "Pictures"


class UprightFile(WagtailImageFieldFile):
    """Its width and height are those that one sees, however the camera was held."""

    def get_image_dimensions(self):
        width, height = super().get_image_dimensions()
        return (height, width) if lies_on_its_side(self) else (width, height)


class UprightImageField(WagtailImageField):
    attr_class = UprightFile

    def deconstruct(self):
        """To the database it is Wagtail's own."""
        name, _, args, kwargs = super().deconstruct()
        return name, "wagtail.images.models.WagtailImageField", args, kwargs


class Image(AbstractImage):
    """A picture whose alternative text is asked for when it is uploaded."""

    file = UprightImageField(
        "file", upload_to=get_upload_to, width_field="width", height_field="height"
    )

    # Wagtail's own model, though it has no table here, has the default accessors.
    tags = TaggableManager("tags", blank=True, related_name="tagged_images")
    uploaded_by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="uploaded by",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="uploaded_images",
    )

    uploaded_by_user.wagtail_reference_index_ignore = True

    description = models.CharField(
        "alternative text",
        max_length=255,
        help_text=(
            "What someone who can't see the picture needs to know, in one sentence. "
            "Don't start with “image of”. Where a page needs other words, or the picture is "
            "only decoration there, you can say so on that page."
        ),
    )

    admin_form_fields = (
        "title",
        "file",
        "description",
        "collection",
        "tags",
        "focal_point_x",
        "focal_point_y",
        "focal_point_width",
        "focal_point_height",
    )
    search_fields = [*AbstractImage.search_fields, index.FilterField("id")]
    api_fields = [
        APIField("description"),
        APIField("renditions", serializer=RenditionsField(source="*")),
        APIField("sources", serializer=SourcesField(source="*")),
    ]

    class Meta(AbstractImage.Meta):
        verbose_name = "image"
        verbose_name_plural = "images"
        permissions = [("choose_image", "Can choose image")]

    def save(self, *args, **kwargs):
        file_under(self, DEFAULT_COLLECTION)
        super().save(*args, **kwargs)

    def generate_rendition_file(self, wanted, *, source=None):
        """Of every size, also those that the editor and the downloads ask for, a clean one."""
        if not isinstance(wanted, CleanFilter):
            wanted = CleanFilter(wanted.spec)
        return super().generate_rendition_file(wanted, source=source)

    @classmethod
    def for_display(cls) -> ImageQuerySet:
        """Images with the renditions that pages and the API show, in two queries."""
        return cls.objects.select_related("collection").prefetch_renditions(*EVERY_SPEC)


class Rendition(AbstractRendition):
    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="renditions")

    @property
    def url(self) -> str:
        return draft_files.address(super().url)

    class Meta:
        # Every request for a picture asks by its file.
        indexes = [models.Index(fields=["file"], name="rendition_file")]
        constraints = [
            models.UniqueConstraint(
                fields=["image", "filter_spec", "focal_point_key"], name="unique_rendition"
            )
        ]
