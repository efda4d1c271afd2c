"""Pictures and documents with real content: small, but what they say they are."""

from datetime import UTC, datetime
from io import BytesIO

import factory
from django.core.files.base import ContentFile
from PIL import Image as Pillow

from cms.core.models import Image
from resources.models import Document

MINIMAL_PDF = (
    b"%PDF-1.4\n"
    b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n"
    b"%%EOF\n"
)


def picture(width=120, height=80, colour="#0b4f6c", kind="PNG") -> bytes:
    buffer = BytesIO()
    Pillow.new("RGB", (width, height), colour).save(buffer, kind)
    return buffer.getvalue()


class ImageFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Image

    title = factory.Sequence(lambda number: f"Picture {number}")
    description = factory.LazyAttribute(lambda image: f"What {image.title} shows.")
    file = factory.LazyFunction(lambda: ContentFile(picture(), name="picture.png"))


class DocumentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Document
        skip_postgeneration_save = True

    title = factory.Sequence(lambda number: f"Document {number:03}")
    description = "For notice boards."
    kind = Document.Kind.POSTER
    dated = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    file = factory.LazyFunction(lambda: ContentFile(MINIMAL_PDF, name="poster.pdf"))

    @factory.post_generation
    def read(self, create, extracted, **kwargs):
        if create:
            self.read_file()
            self.save()
