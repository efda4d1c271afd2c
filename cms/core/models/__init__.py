from .alert import Alert
from .image import Image, Rendition
from .page import BasePage
from .preview import KeptDraft, PreviewLink
from .settings import SiteSettings
from .user import User

__all__ = [
    "Alert",
    "BasePage",
    "Image",
    "KeptDraft",
    "PreviewLink",
    "Rendition",
    "SiteSettings",
    "User",
]
