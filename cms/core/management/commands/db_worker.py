import threading

from django_tasks_db.management.commands import db_worker

from cms.core.watching import worker


class Command(db_worker.Command):
    """The library's, which says besides that it is alive."""

    def handle(self, *args, batch, **options):
        if batch:  # it does what there is, and ends
            return super().handle(*args, batch=batch, **options)
        stop = threading.Event()
        signs = threading.Thread(target=worker.give_signs, args=[stop], daemon=True)
        signs.start()
        try:
            return super().handle(*args, batch=batch, **options)
        finally:
            stop.set()
            signs.join(timeout=5)
