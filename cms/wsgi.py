"""The WSGI application that the web server calls: the page cache around Django."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.production")

application = get_wsgi_application()

from django.conf import settings  # noqa: E402 - when Django is set up

from cms.delivery.page_cache import PageCache  # noqa: E402
from cms.events import generation  # noqa: E402

if settings.PAGE_CACHE and not settings.DEBUG:
    application = PageCache(
        application,
        generation.current(),
        entries=settings.PAGE_CACHE_ENTRIES,
        size=settings.PAGE_CACHE_BYTES,
    )
