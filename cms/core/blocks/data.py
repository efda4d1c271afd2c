"""Things in order and things in rows."""

from django.core.exceptions import ValidationError
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock

from .choosers import TextBlock
from .media import PictureBlock, an_image


class StepBlock(blocks.StructBlock):
    title = blocks.CharBlock(max_length=120)
    text = TextBlock()

    class Meta:
        icon = "order-down"
        label = "Step"
        label_format = "{title}"
        description = "One step: what to do, and how."
        template = "blocks/step.html"
        preview_value = {"title": "Ask people", "text": "<p>Go where they are already.</p>"}


class StepsBlock(blocks.StructBlock):
    heading = blocks.CharBlock(required=False, max_length=120)
    steps = blocks.ListBlock(StepBlock(), min_num=2)

    class Meta:
        icon = "list-ol"
        label = "Steps"
        label_format = "{heading}"
        description = "What to do, one thing after the other."
        template = "blocks/steps.html"
        preview_value = {
            "heading": "How it works",
            "steps": [
                {"title": "Ask", "text": "<p>Go where people are already.</p>"},
                {"title": "Plan", "text": "<p>Decide together what to try first.</p>"},
                {"title": "Do", "text": "<p>Share the work, and the credit.</p>"},
            ],
        }


class ChecklistBlock(blocks.StructBlock):
    heading = blocks.CharBlock(max_length=120)
    items = blocks.ListBlock(blocks.CharBlock(max_length=255), min_num=1)

    class Meta:
        icon = "tasks"
        label = "Checklist"
        label_format = "{heading}"
        description = "Things to tick off, on the screen or on paper."
        template = "blocks/checklist.html"
        preview_value = {
            "heading": "The room",
            "items": ["Step-free way in", "A quiet space", "Water within reach"],
        }


class TableBlock(blocks.StructBlock):
    caption = blocks.CharBlock(max_length=200, help_text="What the table shows, in one line.")
    row_headers = blocks.BooleanBlock(
        required=False,
        label="The first column names its row",
        help_text="Screen readers then say that name with each cell.",
    )
    table = TypedTableBlock(
        [
            ("text", blocks.CharBlock(required=False, label="Text")),
            ("number", blocks.DecimalBlock(required=False, label="Number")),
            ("rich_text", TextBlock(required=False, label="Text with links")),
        ],
        help_text="Give every column a heading.",
    )

    class Meta:
        icon = "table"
        label = "Table"
        label_format = "{caption}"
        description = "Facts to compare, with a heading for each column."
        template = "blocks/table.html"
        preview_value = {
            "caption": "Two ways to decide",
            "row_headers": True,
            "table": {
                "columns": [
                    {"type": "text", "heading": ""},
                    {"type": "text", "heading": "Consultation"},
                    {"type": "text", "heading": "Co-production"},
                ],
                "rows": [
                    {"values": ["Who decides", "The council", "Everyone in the team"]},
                    {"values": ["When", "At the end", "From the first day"]},
                ],
            },
        }

    def get_preview_value(self):
        return self.to_python(self.meta.preview_value)

    def clean(self, value):
        value = super().clean(value)
        columns = value["table"].columns if value.get("table") else []
        first = 1 if value.get("row_headers") else 0
        if not self.is_deferred_validation and (
            not columns or any(not column["heading"].strip() for column in columns[first:])
        ):
            raise StructBlockValidationError(
                block_errors={
                    "table": ValidationError(
                        "Give every column a heading: without it a screen reader can't say what a "
                        "cell means."
                        if columns
                        else "Add at least one column."
                    )
                }
            )
        return value


class EasyReadPairBlock(PictureBlock):
    text = blocks.CharBlock(max_length=160, help_text="One short sentence.")

    class Meta:
        icon = "glasses"
        label = "Picture and sentence"
        label_format = "{text}"
        description = "One picture, one short sentence."
        template = "blocks/easy_read_pair.html"

    def get_preview_value(self):
        return self.normalize(
            {"image": an_image(), "decorative": True, "text": "We plan services together."}
        )


class EasyReadBlock(blocks.StructBlock):
    pairs = blocks.ListBlock(EasyReadPairBlock(), min_num=1)

    class Meta:
        icon = "glasses"
        label = "Easy read"
        description = "Pictures and short sentences, in pairs, for people who find reading hard."
        template = "blocks/easy_read.html"

    def get_preview_value(self):
        pair = self.child_blocks["pairs"].child_block.get_preview_value()
        return self.normalize({"pairs": [pair, pair]})
