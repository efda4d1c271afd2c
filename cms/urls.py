"""The roof: every app's addresses, by name."""

from django.conf import settings
from django.urls import include, path, re_path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.contrib.sitemaps.views import sitemap
from wagtail.documents import urls as wagtaildocs_urls

from cms.api.content.api import content_urls
from cms.api.v2 import api_router
from cms.core.views import media
from cms.delivery.keeping import same_for_all

urlpatterns = [
    path("admin/", include(wagtailadmin_urls)),
    path("", include("resources.urls")),
    path("documents/", include(wagtaildocs_urls)),
    path("api/v2/", api_router.urls),
    path("api/content/v1/", content_urls()),
    path("sitemap.xml", same_for_all(sitemap)),
    path("search/", include("search.urls")),
    path("", include("programme.urls")),
    re_path(rf"^{settings.MEDIA_URL.lstrip('/')}(?P<path>.+)$", media),
    path("", include(wagtail_urls)),
]
