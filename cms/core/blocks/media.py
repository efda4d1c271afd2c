"""Pictures, films and files."""

from django.core.exceptions import ValidationError
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.images import get_image_model

from ..representations import image_json
from ..shapes import Image
from .choosers import DocumentChooserBlock, ImageChooserBlock, TextBlock, request_of


def an_image():
    """Any image of the library, for the previews of blocks that show one."""
    return get_image_model().objects.order_by("pk").first()


class PictureValue(blocks.StructValue):
    @property
    def alt(self) -> str:
        """The alternative text here: the page's own words, else the image's description."""
        image = self.get("image")
        if not image or self.get("decorative"):
            return ""
        return self.get("alt_text") or image.description


_ONE_PICTURE = {"image", "decorative", "alt_text"}


class PictureBlock(blocks.StructBlock):
    """An image with the words that stand for it in this place. Others inherit from it."""

    image = ImageChooserBlock()
    decorative = blocks.BooleanBlock(
        required=False,
        label="Only decoration here",
        help_text="Tick when the picture adds nothing to the words: screen readers pass it by.",
    )
    alt_text = blocks.CharBlock(
        required=False,
        max_length=255,
        label="Other alternative text here",
        help_text="Leave empty to use the image's own description.",
    )

    class Meta:
        value_class = PictureValue

    def clean(self, value):
        value = super().clean(value)
        if value.get("decorative") and value.get("alt_text"):
            raise StructBlockValidationError(
                block_errors={
                    "alt_text": ValidationError(
                        "A picture that is only decoration has no alternative text. "
                        "Remove the text, or the tick."
                    )
                }
            )
        return value

    def get_api_representation(self, value, context=None):
        """`image` with the alternative text that holds here, in place of the three fields.

        {"image": {"id": 1, "title": "…", "alt": "…", "renditions": {…}, …}, …}
        """
        json = super().get_api_representation(value, context)
        json["image"] = image_json(value.get("image"), request_of(context), alt=value.alt)
        json.pop("decorative", None)
        json.pop("alt_text", None)
        return json

    @staticmethod
    def api_shape(fields: dict) -> dict:
        """What the method above makes of the shapes of the block's own fields."""
        left = {name: shape for name, shape in fields.items() if name not in _ONE_PICTURE}
        return {"image": Image | None, **left}


class OptionalPictureBlock(PictureBlock):
    image = ImageChooserBlock(required=False)


class ImageBlock(PictureBlock):
    caption = blocks.CharBlock(required=False, max_length=255)
    credit = blocks.CharBlock(
        required=False, max_length=120, help_text="Who made it, when that has to be said."
    )

    class Meta:
        icon = "image"
        label = "Picture"
        label_format = "{image}"
        description = "A picture with alternative text, and a caption where it helps."
        template = "blocks/image.html"

    def get_preview_value(self):
        return self.normalize({"image": an_image(), "caption": "The long line of the pier."})


class VideoBlock(OptionalPictureBlock):
    """A film elsewhere: linked, not embedded, so that reading the page calls no third party."""

    title = blocks.CharBlock(max_length=120)
    url = blocks.URLBlock(label="Address", help_text="Where the film can be watched.")
    transcript = TextBlock(help_text="All that is said, and what matters that is only seen.")

    class Meta:
        icon = "media"
        label = "Video"
        label_format = "{title}"
        description = "A film on another site, with a transcript for those who read."
        template = "blocks/video.html"
        form_layout = ["title", "url", "transcript", "image", "decorative", "alt_text"]

    def get_preview_value(self):
        return self.normalize(
            {
                "image": an_image(),
                "decorative": True,
                "title": "What is co-production?",
                "url": "https://www.example.org/film",
                "transcript": "<p>Two people sit at a table. One says: “Let's start again.”</p>",
            }
        )


class DocumentBlock(blocks.StructBlock):
    document = DocumentChooserBlock()
    description = blocks.CharBlock(
        required=False,
        max_length=255,
        help_text="Leave empty to use the document's own description.",
    )

    class Meta:
        icon = "doc-full"
        label = "Document"
        label_format = "{document}"
        description = "A file to download, with its type and size."
        template = "blocks/document.html"

    def get_preview_value(self):
        from wagtail.documents import get_document_model

        return self.normalize({"document": get_document_model().objects.order_by("pk").first()})
