from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "cms.events"
    label = "events"
    verbose_name = "Publishing events"

    def ready(self):
        from . import signals  # noqa: F401
