from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ApiConfig(AppConfig):
    name = "cms.api"
    verbose_name = "API"

    def ready(self):
        autodiscover_modules("api")  # what each app adds to the API
