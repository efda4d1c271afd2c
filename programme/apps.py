from django.apps import AppConfig


class ProgrammeConfig(AppConfig):
    name = "programme"
    verbose_name = "Programme"

    def ready(self):
        from cms.core import left_over
        from cms.core.library import shows_files
        from cms.delivery.edge.tags import shown_where_read
        from cms.events.log import record_changes_of

        from . import watching
        from .models import Partner
        from .tasks import send_what_waits

        record_changes_of(Partner)
        shown_where_read(Partner)
        shows_files(Partner)
        left_over.look(send_what_waits)
        watching.watch()
