from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "cms.delivery"
    label = "delivery"
    verbose_name = "Delivery"

    def ready(self):
        from django.conf import settings

        from cms.events.log import at_once, follow

        from . import queue, watching
        from .edge import purging, tags
        from .tasks import tell_edges, tell_endpoints

        tags.connect()
        watching.watch()
        follow(tell_endpoints, queue.READER)
        if settings.EDGE_PURGE_URL:
            at_once(purging.forget)
            follow(tell_edges, purging.READER)
