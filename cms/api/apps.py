from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ApiConfig(AppConfig):
    name = "cms.api"
    verbose_name = "API"

    def ready(self):
        from cms.delivery.messages import find_in_the_api_by

        from .addresses import api_path

        # The APIs' own endpoints, and what each app adds to them.
        from .content import images, pages, previews, site  # noqa: F401

        find_in_the_api_by(api_path)
        autodiscover_modules("api")
