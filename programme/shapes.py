"""The shapes of the programme's JSON, named as in OpenAPI."""

from typing_extensions import TypedDict

from cms.core.shapes import Image


class Partner(TypedDict):
    """An organisation that works with us."""

    id: int
    name: str
    description: str
    website: str | None
    logo: Image | None
