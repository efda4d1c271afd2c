from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ApiConfig(AppConfig):
    name = "cms.api"
    verbose_name = "API"

    def ready(self):
        from cms.delivery.messages import find_in_the_api_by
        from cms.events.log import follow

        from .addresses import api_path

        # The APIs' own endpoints, and what each app adds to them.
        from .content import images, pages, previews, site  # noqa: F401
        from .tasks import bring_feed_on

        find_in_the_api_by(api_path)
        follow(bring_feed_on)
        autodiscover_modules("api")
        # It gives things of every kind, so it comes when all are known.
        from .content import sync  # noqa: F401
