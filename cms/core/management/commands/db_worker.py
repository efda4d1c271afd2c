import threading

from django_tasks_db.management.commands import db_worker

from cms.core import left_over
from cms.core.watching import worker


class Command(db_worker.Command):
    """The library's, which says besides that it is alive, and takes up what others left."""

    def handle(self, *args, batch, worker_id, **options):
        if batch:  # it does what there is, and ends
            return super().handle(*args, batch=batch, worker_id=worker_id, **options)
        stop = threading.Event()
        besides = [
            threading.Thread(target=worker.give_signs, args=[stop], daemon=True),
            threading.Thread(target=left_over.give_signs, args=[worker_id, stop], daemon=True),
        ]
        for thread in besides:
            thread.start()
        try:
            return super().handle(*args, batch=batch, worker_id=worker_id, **options)
        finally:
            stop.set()
            for thread in besides:
                thread.join(timeout=5)
