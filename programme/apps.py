from django.apps import AppConfig


class ProgrammeConfig(AppConfig):
    name = "programme"
    verbose_name = "Programme"

    def ready(self):
        from cms.events.log import record_changes_of

        from .models import Partner

        record_changes_of(Partner)
