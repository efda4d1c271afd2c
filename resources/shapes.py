"""The shapes of the JSON of documents, named as in OpenAPI. Sizes are in bytes."""

from datetime import datetime
from typing import Literal

from typing_extensions import TypedDict

from cms.core.shapes import CollectionName, Rendition

# Models name the functions that make these, so they can't be asked here.
Kind = Literal[
    "poster", "leaflet", "social_image", "logo", "guide", "template", "toolkit", "other"
]  # fmt: skip
Format = Literal["pdf", "docx", "odt", "epub", "zip"]


class DocumentFile(TypedDict):
    """A file where it is shown. `dated` says since when this file is the latest version.

    `language_name` is what its own speakers call the language. `form_of` is the id of the
    document of which this is another language or format.
    """

    id: int
    form_of: int | None
    title: str
    description: str
    kind: Kind
    language: str
    language_name: str
    edition: str
    type: str
    size: int | None
    page_count: int | None
    url: str
    thumbnail: Rendition | None
    version: int
    dated: datetime
    change_note: str


class OtherForm(TypedDict):
    """The same thing in another language or format."""

    id: int
    title: str
    language: str
    language_name: str
    type: str
    size: int | None
    url: str


class DocumentVersion(TypedDict):
    """What a document was before, at an address that stays."""

    number: int
    edition: str
    dated: datetime
    change_note: str
    size: int
    page_count: int | None
    url: str


class Document(DocumentFile):
    """A file, with all that is known of it."""

    collection: CollectionName
    other_forms: list[OtherForm]
    versions: list[DocumentVersion]


class Archive(TypedDict):
    """Every document of a collection in one ZIP."""

    url: str
    size: int
    document_count: int


class Collection(TypedDict):
    """A collection of documents; `document_count` counts those inside the ones below it too."""

    id: int
    name: str
    parent: int | None
    document_count: int
    archive: Archive | None
    children: "list[Collection]"


class Download(TypedDict):
    """A page as a file to take away: `name` says its format, and `use` what it is good for."""

    format: Format
    name: str
    use: str
    url: str
    size: int
    page_count: int | None
    made_at: datetime
