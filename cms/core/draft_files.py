"""Files that a draft shows to someone without an account: each address has a key.

A file that is used only in drafts is given to nobody. Who reads a shared draft has no
session to be known by. So while such a draft is made, `address` signs the address of
each file, for that file alone. The key works for as long as what it was made for: a link,
until it ends or is withdrawn; an editor's own preview, until its token is over.
"""

from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from urllib.parse import unquote

from django.core import signing
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

PARAMETER = "draft"
_signer = SimpleLazyObject(lambda: signing.Signer(salt="cms.core.draft_files"))
_holder: ContextVar[str] = ContextVar("draft_holder", default="")


def holder_of_link(link) -> str:
    """Who may see what a draft shows: everyone with this link."""
    return link.pk.hex


def holder_until(moment: datetime) -> str:
    """Everyone, until then."""
    return str(int(moment.timestamp()))


@contextmanager
def shown_to(holder: str):
    """Sign the address of each file that is asked for in the block."""
    token = _holder.set(holder)
    try:
        yield
    finally:
        _holder.reset(token)


def is_shown() -> bool:
    """Whether a draft is being made, of which nothing may be kept for others."""
    return bool(_holder.get())


def address(path: str) -> str:
    """The path at which a file is, with its key while a draft is being made."""
    holder = _holder.get()
    if not holder:
        return path
    return f"{path}?{PARAMETER}={holder}.{_signer.signature(_signed(holder, unquote(path)))}"


def opens(request) -> bool:
    """Whether the address that was asked for has a key, and the key works."""
    holder, _, signature = request.GET.get(PARAMETER, "").partition(".")
    if not signature:
        return False
    try:
        _signer.unsign(f"{_signed(holder, request.path)}:{signature}")
    except signing.BadSignature:
        return False
    return _is_there(holder)


def _signed(holder, path):
    return f"{holder} {path}"


def _is_there(holder) -> bool:
    if len(holder) < 32:
        return int(holder) > timezone.now().timestamp()
    from .models import PreviewLink  # whose page shows pictures, which have addresses

    link = PreviewLink.objects.select_related("page", "created_by").filter(pk=holder).first()
    return link is not None and link.works
