"""What follows when a document is deleted, or what a file was built of."""

from functools import partial

from django.db import transaction
from django.db.models import Q
from django.db.models.signals import post_delete, pre_delete, pre_save
from django.dispatch import receiver

from cms.events.log import record
from cms.events.models import Event

from .models import CollectionArchive, Document, DocumentVersion, PageExport
from .versions import remove_unless_used


@receiver(pre_save, sender=Document)
def remember_its_work(instance, **kwargs):
    kept = Document.objects.filter(pk=instance.pk).only("form_of").first()
    instance.work_before = kept.work_id if kept else None


def other_forms_shown_with(document) -> list:
    """The other forms of the work that a document is of, or was of before it was saved.

    Each shows it, so that they change with it: see `cms.events.log.record`.
    """
    works = {document.work_id, getattr(document, "work_before", None)} - {None}
    forms = Document.objects.filter(Q(pk__in=works) | Q(form_of__in=works))
    keys = forms.exclude(pk=document.pk).values_list("pk", flat=True)
    return [[Document._meta.label, str(key)] for key in keys]


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
        record(Event.What.DELETED, instance, shown_on=instance.shown_on)
        remove = partial(instance.file.storage.delete, instance.file.name)
        transaction.on_commit(remove, robust=True)
