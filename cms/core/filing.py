"""Where new images and documents go that nobody has put anywhere."""

from wagtail.models import Collection


def file_under(item, name: str | None) -> None:
    """Move `item` to the collection called `name`, if it lies at the root and there is one.

    What an editor has put somewhere stays there.
    """
    root = Collection.get_first_root_node()
    if name and root and item.collection_id in (None, root.pk):
        found = Collection.objects.filter(name=name).order_by("path").first()
        if found:
            item.collection = found
