"""Fields for Wagtail's API v2, which show what `representations` says.

Each takes the request from the serializer's context, as Wagtail's own do.
"""

from rest_framework.fields import Field

from .representations import document_json, image_json, page_json, renditions_json, rich_text_json


class _RequestField(Field):
    def __init__(self, **kwargs):
        super().__init__(read_only=True, **kwargs)

    @property
    def request(self):
        return self.context.get("request")


class ImageField(_RequestField):
    def to_representation(self, image):
        return image_json(image, self.request)


class RenditionsField(_RequestField):
    """Every named rendition of an image; `source="*"`, as it needs the image itself."""

    def to_representation(self, image):
        return renditions_json(image, self.request)


class JSONOf(_RequestField):
    """What `make(instance, request)` gives: `APIField("versions", serializer=JSONOf(versions))`."""

    def __init__(self, make):
        super().__init__(source="*")
        self.make = make

    def to_representation(self, instance):
        return self.make(instance, self.request)


class TagNamesField(_RequestField):
    """The names of tags that were read with the listing, in order."""

    def to_representation(self, tags):
        return sorted(tag.name for tag in tags.all())


class DocumentField(_RequestField):
    def to_representation(self, document):
        return document_json(document, self.request)


class VisiblePagesField(_RequestField):
    """A list of links to pages, without those that readers may not see."""

    def to_representation(self, pages):
        links = (page_json(page, self.request) for page in pages)
        return [link for link in links if link]


class RichTextField(_RequestField):
    def to_representation(self, source):
        return rich_text_json(source, self.request)
