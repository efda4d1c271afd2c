"""What shows a thing: Wagtail's index of references, at the moment when something changes.

Wagtail brings its index up to date in the background, some time after a save, and
forgets all references to a thing when that is deleted. Who must know which pages
have changed with a picture needs the index as it was at the change.
"""

from django.contrib.contenttypes.models import ContentType
from wagtail.models import Page, ReferenceIndex

PAGE = Page._meta.label


def note(instance) -> None:
    """Bring the index up to date with what `instance` shows. Call it in a transaction."""
    if ReferenceIndex.is_indexed(type(instance)):
        ReferenceIndex.create_or_update_for_object(instance)


def of(instance) -> list[list[str]]:
    """[model, key] of all that points at `instance`; of a page the model is always `Page`."""
    references = ReferenceIndex.get_references_to(instance)
    found = references.values_list("base_content_type", "object_id").order_by().distinct()
    models = ((ContentType.objects.get_for_id(kind).model_class(), key) for kind, key in found)
    return [[model._meta.label, key] for model, key in models if model is not None]


def page(key) -> list[str]:
    """How `shown_on` names a page."""
    return [PAGE, str(key)]
