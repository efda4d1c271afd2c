"""What follows when a document is deleted, or what a file was built of."""

from functools import partial

from django.db import transaction
from django.db.models.signals import post_delete, pre_delete
from django.dispatch import receiver

from cms.events.log import record
from cms.events.models import Event

from .models import CollectionArchive, Document, DocumentVersion, PageExport
from .versions import remove_unless_used


@receiver(pre_delete, sender=Document)
def remember_its_forms(instance, **kwargs):
    instance.forms_left = list(instance.other_forms.values_list("pk", flat=True))


@receiver(post_delete, sender=Document)
def the_next_form_takes_the_lead(instance, **kwargs):
    # Those that are deleted together with it are no longer there.
    left = Document.objects.filter(pk__in=instance.forms_left)
    first = left.order_by("title", "language", "pk").first()
    if first:
        left.exclude(pk=first.pk).update(form_of=first)


@receiver(post_delete, sender=Document)
def remove_its_thumbnail(instance, **kwargs):
    transaction.on_commit(partial(remove_unless_used, instance.thumbnail), robust=True)


@receiver(post_delete, sender=DocumentVersion)
def remove_its_file(instance, **kwargs):
    transaction.on_commit(partial(remove_unless_used, instance.file), robust=True)


@receiver(post_delete, sender=CollectionArchive)
@receiver(post_delete, sender=PageExport)
def remove_what_was_built(instance, **kwargs):
    if instance.file:
        record(Event.What.DELETED, instance)
        remove = partial(instance.file.storage.delete, instance.file.name)
        transaction.on_commit(remove, robust=True)
