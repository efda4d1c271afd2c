"""What this release of the site is: another value when its code, or a library, is another."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from django.apps import apps
from django.conf import settings


@cache
def release() -> str:
    """64 hexadecimal digits, read once in a process from the files that make answers.

    What was made and kept by another release is not trusted: its code may make it
    otherwise, also where no shape tells.
    """
    root = Path(settings.BASE_DIR)
    ours = {Path(app.path) for app in apps.get_app_configs() if root in Path(app.path).parents}
    ours = [app for app in ours if not {".venv", "site-packages"}.intersection(app.parts)]
    files = {file for app in ours for file in app.rglob("*.py")}
    files.update((root / "templates").rglob("*.html"))
    files.add(root / "requirements.txt")
    known = sha256()
    for file in sorted(files):
        known.update(f"{file.relative_to(root)}\n".encode() + file.read_bytes())
    return known.hexdigest()
