from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ApiConfig(AppConfig):
    name = "cms.api"
    verbose_name = "API"

    def ready(self):
        # The APIs' own endpoints, and what each app adds to them.
        from .content import images, pages, site  # noqa: F401

        autodiscover_modules("api")
