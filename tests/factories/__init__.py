from .files import DocumentFactory, ImageFactory
from .pages import (
    BenefitsPageFactory,
    GetInvolvedPageFactory,
    HomePageFactory,
    MaterialsPageFactory,
    PartnerFactory,
    PartnersPageFactory,
    StandardPageFactory,
    ToolkitChapterPageFactory,
    ToolkitPageFactory,
)
from .sign_ups import SignUpFactory
from .users import UserFactory, user_in

__all__ = [
    "BenefitsPageFactory",
    "DocumentFactory",
    "GetInvolvedPageFactory",
    "HomePageFactory",
    "ImageFactory",
    "MaterialsPageFactory",
    "PartnerFactory",
    "PartnersPageFactory",
    "SignUpFactory",
    "StandardPageFactory",
    "ToolkitChapterPageFactory",
    "ToolkitPageFactory",
    "UserFactory",
    "user_in",
]
