import threading

from django_tasks_db.management.commands import db_worker

from cms.core import left_over
from cms.core.watching import worker


class Command(db_worker.Command):
    """The library's, which says besides that it is alive, and takes up what others left."""

    def handle(self, *args, batch, **options):
        if batch:  # it does what there is, and ends
            return super().handle(*args, batch=batch, **options)
        stop = threading.Event()
        besides = [threading.Thread(target=worker.give_signs, args=[stop], daemon=True)]
        if name := options.get("worker_id"):  # which the command line always has
            besides.append(
                threading.Thread(target=left_over.give_signs, args=[name, stop], daemon=True)
            )
        for thread in besides:
            thread.start()
        try:
            return super().handle(*args, batch=batch, **options)
        finally:
            stop.set()
            for thread in besides:
                thread.join(timeout=5)
