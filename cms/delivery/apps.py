from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "cms.delivery"
    label = "delivery"
    verbose_name = "Delivery"

    def ready(self):
        from cms.events.log import follow

        from .tasks import tell_endpoints

        follow(tell_endpoints)
