"""What follows when something of the core is saved."""

from functools import partial

from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver
from wagtail.images import get_image_model
from wagtail.signals import page_published

from .tasks import make_renditions, make_renditions_of_page


@receiver(post_save, sender=get_image_model())
def make_renditions_after_upload(instance, raw, update_fields, **kwargs):
    if not raw and update_fields is None:
        transaction.on_commit(partial(make_renditions.enqueue, instance.pk))


@receiver(page_published)
def make_renditions_after_publish(instance, **kwargs):
    transaction.on_commit(partial(make_renditions_of_page.enqueue, instance.pk))
