"""The WSGI application that the web server calls: the page cache, and limits, around Django."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.production")


def _with_limits_and_page_cache(django):
    # They read settings and models, which Django has by now.
    from django.conf import settings

    from cms.core.limits.database import limit_statements
    from cms.core.limits.layer import Limits
    from cms.core.watching.requests import watched
    from cms.delivery.page_cache import PageCache
    from cms.events import generation

    limit_statements()
    limited = Limits(django)
    if settings.DEBUG or not settings.PAGE_CACHE:
        return limited
    return PageCache(
        limited,
        generation.current(),
        entries=settings.PAGE_CACHE_ENTRIES,
        size=settings.PAGE_CACHE_BYTES,
        but_not=frozenset(watched()),
    )


application = _with_limits_and_page_cache(get_wsgi_application())
