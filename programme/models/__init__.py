from .benefits import BenefitsPage
from .get_involved import FormField, GetInvolvedPage
from .message import SignUpMessage
from .partners import Partner, PartnersPage
from .sign_up import SignUp, SignUpChoice, SignUpNote, SignUpPurge

__all__ = [
    "BenefitsPage",
    "FormField",
    "GetInvolvedPage",
    "Partner",
    "PartnersPage",
    "SignUp",
    "SignUpChoice",
    "SignUpMessage",
    "SignUpNote",
    "SignUpPurge",
]
