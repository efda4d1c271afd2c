from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "cms.events"
    label = "events"
    verbose_name = "Publishing events"

    def ready(self):
        from cms.core import kept, left_over

        from . import log, signals, version, whole  # noqa: F401

        kept.follow(version.current, version.at_hand)
        whole.have_changes_in_transactions()
        left_over.look(log.tell_again)
