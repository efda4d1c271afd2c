"""What this app adds to the content API: the partners, and forms."""

from . import forms, partners  # noqa: F401
