from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "cms.core"
    label = "core"
    verbose_name = "Core"

    def ready(self):
        from django.conf import settings
        from django_tasks.signals import task_finished, task_started

        from . import signals  # noqa: F401
        from .limits import watching as limits
        from .watching import examinations, readings, scope, services, worker  # noqa: F401

        task_started.connect(scope.task_begins)
        task_finished.connect(scope.task_ends)
        services.add_those_of_every_site()
        readings.add(worker.readings)
        limits.watch()
        if settings.SENTRY_DSN:
            from .watching import errors  # with a library that takes a while to import

            errors.report_to(settings.SENTRY_DSN, settings.SENTRY_ENVIRONMENT)
