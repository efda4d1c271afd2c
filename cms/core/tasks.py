"""Work that a request hands over."""

import logging
from datetime import timedelta

from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from django_tasks import task
from wagtail.images import get_image_model
from wagtail.models import Page, ReferenceIndex

from . import pictures
from .renditions import AVIF, missing

logger = logging.getLogger(__name__)

SLOW = "slow"  # the queue of what nobody waits for
TRIED_AGAIN_AFTER = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=2))


@task()
def make_renditions(image_id: int, attempt: int = 0) -> None:
    """Make the sizes of an image that are made quickly; then have the others made."""
    left = _make(make_renditions, image_id, attempt, but_not=AVIF.values())
    if left:
        make_avif.enqueue(image_id)


@task(priority=-10, queue_name=SLOW)
def make_avif(image_id: int, attempt: int = 0) -> None:
    """Make the sizes that take a second or two, when every picture has some to show."""
    _make(make_avif, image_id, attempt)


def _make(this_task, image_id, attempt, but_not=()) -> list[str]:
    """Make what is missing of an image; give what is left.

    Whatever goes wrong is tried again three times; then the task counts as failed.
    `manage.py make_renditions`, once a day, begins anew.
    """
    image = get_image_model().objects.filter(pk=image_id).first()
    if image is None:
        return []
    wanted = missing(image)
    try:
        pictures.make(image, [spec for spec in wanted if spec not in but_not])
    except Exception as error:
        logger.error("The sizes of image %s could not be made: %s", image_id, error)
        later = this_task.get_backend().supports_defer
        if not later or attempt >= len(TRIED_AGAIN_AFTER):
            raise
        when = timezone.now() + TRIED_AGAIN_AFTER[attempt]
        this_task.using(run_after=when).enqueue(image_id, attempt + 1)
        return []
    return [spec for spec in wanted if spec in but_not]


@task()
def make_renditions_of_page(page_id: int) -> None:
    """See that the pictures of a page that has been published have every size."""
    page = Page.objects.filter(pk=page_id).first()
    if page is None:
        return
    model = get_image_model()
    references = ReferenceIndex.get_references_for_object(page.specific).filter(
        to_content_type=ContentType.objects.get_for_model(model)
    )
    keys = {int(key) for key in references.values_list("to_object_id", flat=True)}
    for image in model.for_display().filter(pk__in=keys):
        if missing(image):
            make_renditions.enqueue(image.pk)
