from .benefits import BenefitsPage
from .get_involved import FormField, GetInvolvedPage
from .partners import Partner, PartnersPage

__all__ = ["BenefitsPage", "FormField", "GetInvolvedPage", "Partner", "PartnersPage"]
