from django.core.management.base import BaseCommand
from wagtail.images import get_image_model

from cms.core.renditions import missing
from cms.core.tasks import make_renditions


class Command(BaseCommand):
    help = (
        "Has every size of every picture made that is missing: after an update that brings other "
        "sizes, or when making some went wrong. The background worker makes them."
    )

    def handle(self, *args, **options):
        number = 0
        for image in get_image_model().for_display().iterator(chunk_size=100):
            if missing(image):
                make_renditions.enqueue(image.pk)
                number += 1
        self.stdout.write(f"Pictures with sizes to be made: {number}")
