from django.apps import AppConfig


class ResourcesConfig(AppConfig):
    name = "resources"
    verbose_name = "Resources"

    def ready(self):
        from cms.events.log import follow, record_changes_of

        from . import signals
        from .models import Document
        from .tasks import refresh_archives, refresh_exports

        record_changes_of(Document, shown_on=signals.other_forms_shown_with)
        follow(refresh_exports)
        follow(refresh_archives)
