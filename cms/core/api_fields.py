"""Fields for the APIs, which show what `representations` says.

Wagtail's API v2 asks each as a serializer: `to_representation`, with the request
from its context. The content API asks for `represent`, and for its `shape`.
"""

from typing import Any, get_type_hints

from rest_framework.fields import Field

from .representations import image_json, page_json, renditions_json, rich_text_json, sources_json
from .shapes import Image, PageLink, Renditions, Source


class JSONField(Field):
    """A field that makes JSON by `represent`, whose return type says what it makes."""

    def __init__(self, **kwargs):
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value):
        return self.represent(value, self.context.get("request"))

    def represent(self, value, request):
        raise NotImplementedError

    @property
    def shape(self) -> Any:
        """The type of what it gives, with None where it may give None."""
        return get_type_hints(self.represent)["return"]


class ImageField(JSONField):
    def represent(self, image, request) -> Image | None:
        return image_json(image, request)


class RenditionsField(JSONField):
    """Every named rendition of an image; `source="*"`, as it needs the image itself."""

    def represent(self, image, request) -> Renditions:
        return renditions_json(image, request)


class SourcesField(JSONField):
    """What a `picture` element takes, of an image; `source="*"` likewise."""

    def represent(self, image, request) -> list[Source]:
        return sources_json(image, request)


class JSONOf(JSONField):
    """What `make(instance, request)` gives: `APIField("versions", serializer=JSONOf(versions))`."""

    def __init__(self, make):
        super().__init__(source="*")
        self.make = make

    def represent(self, instance, request):
        return self.make(instance, request)

    @property
    def shape(self) -> Any:
        return get_type_hints(self.make)["return"]


class TagNamesField(JSONField):
    """The names of tags that were read with the listing, in order."""

    def represent(self, tags, request) -> list[str]:
        return sorted(tag.name for tag in tags.all())


class VisiblePagesField(JSONField):
    """A list of links to pages, without those that readers may not see."""

    def represent(self, pages, request) -> list[PageLink]:
        links = (page_json(page, request) for page in pages)
        return [link for link in links if link]


class RichTextField(JSONField):
    def represent(self, source, request) -> str:
        return rich_text_json(source, request)
