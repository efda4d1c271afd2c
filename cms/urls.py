"""The roof: every app's addresses, by name."""

from django.conf import settings
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from cms.api import v3_preview
from cms.api.content.api import content_urls
from cms.api.v2 import api_router
from cms.core import sitemap
from cms.core.views import media, shared_draft, whole_picture
from cms.delivery.keeping import same_for_all

MEDIA = settings.MEDIA_URL.lstrip("/")

handler400 = "cms.core.limits.database.bad_request"
handler500 = "cms.core.limits.database.fault"

urlpatterns = [
    path("admin/", include("cms.accounts.urls")),
    path("admin/", include(wagtailadmin_urls)),
    # Wagtail's own, for private pages, asks for a password alone.
    path(
        "_util/login/",
        RedirectView.as_view(pattern_name="wagtailadmin_login", query_string=True),
        name="wagtailcore_login",
    ),
    path("", include("resources.urls")),
    path("documents/", include(wagtaildocs_urls)),
    path("api/v2/", api_router.urls),
    path("api/content/v1/", content_urls()),
    path("api/v3-preview/", v3_preview.urls()),
    path("sitemap.xml", same_for_all(sitemap.index)),
    path("sitemap-<int:number>.xml", same_for_all(sitemap.part), name="sitemap_part"),
    path("search/", include("search.urls")),
    # Only what looks like a token: an editor may have a page at /preview/ too.
    re_path(r"^preview/(?P<token>[0-9a-f]{32}:[\w-]{43})/$", shared_draft, name="shared_draft"),
    path("", include("programme.urls")),
    path(f"{MEDIA}pictures/<int:image_id>", whole_picture, name="whole_picture"),
    re_path(rf"^{MEDIA}(?P<path>.+)$", media),
    path("", include(wagtail_urls)),
]
