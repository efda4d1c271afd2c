"""What browsers may do with what they get from here: https://www.w3.org/TR/CSP3/ and its kin.

Three policies. The site runs its own scripts and styles, and nothing that is
written into a page. The editor is Wagtail's: its forms come with scripts in them, so
it may run these, but no text as code. What is no page at all, the APIs' answers, may
do nothing.
"""

from urllib.parse import urlsplit

from csp.constants import HEADER, NONE, SELF, UNSAFE_INLINE
from csp.middleware import CSPMiddleware
from django.urls import reverse

from .kept import kept
from .models import SiteSettings

_FRAMES = "frame-ancestors"

SITE = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF],
    "connect-src": [SELF],
    "form-action": [SELF],
    "base-uri": [NONE],
    _FRAMES: [NONE],
}
EDITOR = {
    **SITE,
    "script-src": [SELF, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
    "font-src": [SELF, "data:"],
    "frame-src": [SELF],
}
DATA = {"default-src": [NONE], "base-uri": [NONE], "form-action": [NONE], _FRAMES: [NONE]}

# Features of the device that no page here uses: https://www.w3.org/TR/permissions-policy/
UNUSED = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture",
    "encrypted-media", "geolocation", "gyroscope", "hid", "idle-detection", "magnetometer",
    "microphone", "midi", "payment", "publickey-credentials-create", "serial", "usb",
    "xr-spatial-tracking",
)  # fmt: skip
PERMISSIONS = ", ".join(f"{feature}=()" for feature in UNUSED)


class PolicyMiddleware(CSPMiddleware):
    """Writes the policies. A view that has written its own keeps that.

    Stands above what writes `X-Frame-Options`, by which Wagtail lets its editor frame
    its previews.
    """

    def process_response(self, request, response):
        if response.get("X-Frame-Options") == "SAMEORIGIN":
            # A preview: Wagtail makes it by a request within this one, which had the site's.
            response.headers.pop(HEADER, None)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        # Front ends elsewhere show our pictures, and read our JSON.
        shared = "same-origin" if _is_page(response) else "cross-origin"
        response.headers.setdefault("Cross-Origin-Resource-Policy", shared)
        return super().process_response(request, response)

    def get_policy_parts(self, request, response, report_only=False):
        parts = super().get_policy_parts(request, response, report_only)
        if not report_only and parts.config is None:
            parts.config = _policy(request, response)
        return parts


def _policy(request, response) -> dict:
    if not _is_page(response):
        return DATA
    is_editors = request.path_info.startswith(reverse("wagtailadmin_home"))
    policy = dict(EDITOR if is_editors else SITE)
    if is_editors and "/pages/" in request.path_info:  # where previews are
        policy["frame-src"] = [SELF, *kept("front ends in frames", _front_ends)]
    if response.get("X-Frame-Options") == "SAMEORIGIN":
        policy[_FRAMES] = [SELF]
    return policy


def _is_page(response) -> bool:
    return response.get("Content-Type", "").startswith("text/html")


def _front_ends() -> list[str]:
    """The origins of the front ends that show drafts within the editor."""
    found = SiteSettings.objects.exclude(preview_address="")
    parts = map(urlsplit, found.values_list("preview_address", flat=True))
    return sorted({f"{part.scheme}://{part.netloc}" for part in parts})
