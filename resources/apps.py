from django.apps import AppConfig


class ResourcesConfig(AppConfig):
    name = "resources"
    verbose_name = "Resources"

    def ready(self):
        from cms.delivery.edge.tags import shown_where_read
        from cms.events.log import follow, record_changes_of

        from . import signals, watching  # noqa: F401
        from .models import CollectionArchive, Document, PageExport
        from .shelves import DOCUMENTS
        from .tasks import ARCHIVES, READER, refresh_archives, refresh_exports

        record_changes_of(Document, shown_on=signals.other_forms_shown_with)
        shown_where_read(PageExport)
        # A shelf shows documents that were not there when it was made.
        shown_where_read(Document, DOCUMENTS)
        shown_where_read(CollectionArchive, DOCUMENTS)
        follow(refresh_exports, READER)
        follow(refresh_archives, ARCHIVES)
