"""Work that a request hands over."""

from django_tasks import task
from wagtail.images import get_image_model

from .renditions import renditions


@task()
def make_renditions(image_id: int) -> None:
    """Make every named rendition of an image, so that no reader waits for one."""
    image = get_image_model().objects.filter(pk=image_id).first()
    if image is not None:
        renditions(image)
