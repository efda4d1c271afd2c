"""Every block of a stream with its preview value, as the database keeps it."""

from wagtail.fields import StreamField


def whole_stream(page_model, name="body"):
    """One block of each type that the field allows, with its preview value."""
    block = page_model._meta.get_field(name).stream_block
    return block.normalize(
        [(name, child.get_preview_value()) for name, child in block.child_blocks.items()]
    )


def empty_stream(page_model, name="body"):
    """The same, each as it is when someone has added it and typed nothing yet."""
    block = page_model._meta.get_field(name).stream_block
    return block.normalize(
        [(name, child.get_default()) for name, child in block.child_blocks.items()]
    )


def stream_fields(model):
    return [field for field in model._meta.get_fields() if isinstance(field, StreamField)]


def all_blocks(block):
    """`block` and every block inside it."""
    yield block
    children = list(getattr(block, "child_blocks", {}).values())
    if hasattr(block, "child_block"):
        children.append(block.child_block)
    for child in children:
        yield from all_blocks(child)
