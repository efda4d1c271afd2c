"""What shows a thing: Wagtail's index of references, at the moment when something changes.

Wagtail brings its index up to date in the background, some time after a save, and
forgets all references to a thing when that is deleted. Who must know which pages
have changed with a picture needs the index as it was at the change.
"""

from django.contrib.contenttypes.models import ContentType
from django.db.models.signals import pre_save
from wagtail.models import Collection, Page, ReferenceIndex

from cms.core.library import file_models

PAGE = Page._meta.label
_BEFORE = "files_shown_before"  # on an instance


def note(instance) -> list[list[str]]:
    """Bring the index up to date with what `instance` shows. Call it in a transaction.

    Gives [model, key] of the files and collections that it showed before, and no more.
    """
    if not ReferenceIndex.is_indexed(type(instance)):
        return []
    remember(instance)
    before = vars(instance).pop(_BEFORE, [])
    ReferenceIndex.create_or_update_for_object(instance)
    now = files_of(instance) if before else []
    return [shown for shown in before if shown not in now]


def remember(instance, **kwargs) -> None:
    """Before `instance` is saved: what it shows so far. Others may be quicker to index it anew."""
    if instance.pk is not None:
        known = vars(instance).setdefault(_BEFORE, [])
        known += [shown for shown in files_of(instance) if shown not in known]


def remember_before_saves_of(model) -> None:
    pre_save.connect(remember, sender=model, dispatch_uid="events.files_before")


def files_of(instance) -> list[list[str]]:
    """[model, key] of the pictures, documents and collections that `instance` shows.

    Whether these are public may depend on it: see `cms.core.library`. Files show none.
    """
    if isinstance(instance, file_models()):
        return []
    kinds = {
        kind.pk: model._meta.label
        for model, kind in ContentType.objects.get_for_models(*file_models(), Collection).items()
    }
    found = ReferenceIndex.get_references_for_object(instance).filter(to_content_type__in=kinds)
    pairs = found.values_list("to_content_type", "to_object_id").order_by().distinct()
    return [[kinds[kind], key] for kind, key in pairs]


def of(instance) -> list[list[str]]:
    """[model, key] of all that points at `instance`; of a page the model is always `Page`."""
    references = ReferenceIndex.get_references_to(instance)
    found = references.values_list("base_content_type", "object_id").order_by().distinct()
    models = ((ContentType.objects.get_for_id(kind).model_class(), key) for kind, key in found)
    return [[model._meta.label, key] for model, key in models if model is not None]


def page(key) -> list[str]:
    """How `shown_on` names a page."""
    return [PAGE, str(key)]
