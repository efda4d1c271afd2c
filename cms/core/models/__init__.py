from .alert import Alert
from .daily import DailyWork
from .image import Image, Rendition
from .page import BasePage
from .preview import KeptDraft, PreviewLink
from .settings import SiteSettings
from .user import User
from .worker import Worker

__all__ = [
    "Alert",
    "BasePage",
    "DailyWork",
    "Image",
    "KeptDraft",
    "PreviewLink",
    "Rendition",
    "SiteSettings",
    "User",
    "Worker",
]
