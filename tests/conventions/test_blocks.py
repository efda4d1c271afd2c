"""What every block must have."""

import re

import pytest
from django.template.loader import get_template
from wagtail.admin.icons import get_icons
from wagtail.blocks import StreamBlock, StructBlock
from wagtail.models import Page, get_page_models

from tests.blocks import all_blocks, stream_fields

# The names of the icons that Wagtail has, from the sprite that it serves.
ICONS = set(re.findall(r'id="icon-([\w-]+)"', get_icons()))

NAMED_BLOCKS = {
    type(block): block
    for model in get_page_models()
    if model is not Page
    for field in stream_fields(model)
    for outer in field.stream_block.child_blocks.values()
    for block in all_blocks(outer)
    if isinstance(block, StructBlock) or block is outer
    if not isinstance(block, StreamBlock)
}


@pytest.mark.parametrize("block", NAMED_BLOCKS.values(), ids=lambda block: type(block).__name__)
class TestEveryBlock:
    def test_has_an_icon_of_its_own(self, block):
        assert block.meta.icon != "placeholder"
        assert block.meta.icon in ICONS

    def test_says_what_it_is_for(self, block):
        assert block.get_description()

    def test_has_a_template(self, block):
        get_template(block.meta.template)

    def test_can_be_previewed(self, block):
        assert block.is_previewable

    @pytest.mark.django_db
    def test_makes_json_of_its_preview_value(self, block):
        value = block.get_preview_value()
        json = block.get_api_representation(value, {"request": None})
        assert json is not None
