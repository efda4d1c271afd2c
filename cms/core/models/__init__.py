from .alert import Alert
from .image import Image, Rendition
from .page import BasePage
from .settings import SiteSettings
from .user import User

__all__ = ["Alert", "BasePage", "Image", "Rendition", "SiteSettings", "User"]
