"""The WSGI application that the web server calls: the page cache around Django."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.production")


def _with_page_cache(django):
    # They read settings and models, which Django has by now.
    from django.conf import settings

    from cms.delivery.page_cache import PageCache
    from cms.events import generation

    if settings.DEBUG or not settings.PAGE_CACHE:
        return django
    return PageCache(
        django,
        generation.current(),
        entries=settings.PAGE_CACHE_ENTRIES,
        size=settings.PAGE_CACHE_BYTES,
    )


application = _with_page_cache(get_wsgi_application())
