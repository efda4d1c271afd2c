"""Words set apart from the run of the text."""

from wagtail import blocks

from .choosers import TextBlock


class InsetBlock(blocks.StructBlock):
    text = TextBlock()

    class Meta:
        icon = "info-circle"
        label = "Inset text"
        label_format = "{text}"
        description = "Something worth noticing beside the text: an example, a note, a link."
        template = "blocks/inset.html"
        preview_value = {"text": "<p>You can bring a friend, a carer or an interpreter.</p>"}


class WarningBlock(blocks.StructBlock):
    text = TextBlock()

    class Meta:
        icon = "warning"
        label = "Warning"
        label_format = "{text}"
        description = "What could go wrong or cost something. Use it rarely."
        template = "blocks/warning.html"
        preview_value = {"text": "<p>Payment can change the benefits that someone receives.</p>"}


class DetailsBlock(blocks.StructBlock):
    summary = blocks.CharBlock(max_length=120, help_text="What is inside, as a reader would ask.")
    text = TextBlock()

    class Meta:
        icon = "collapse-down"
        label = "Details"
        label_format = "{summary}"
        description = "What only some readers need: it opens when they ask."
        template = "blocks/details.html"
        preview_value = {
            "summary": "Can I bring my children?",
            "text": "<p>Yes. Tell us their ages, and we arrange someone to play with them.</p>",
        }


class AccordionSectionBlock(blocks.StructBlock):
    heading = blocks.CharBlock(max_length=120)
    text = TextBlock()

    class Meta:
        icon = "title"
        label = "Section"
        label_format = "{heading}"
        description = "One section that opens and closes."
        template = "blocks/accordion_section.html"
        preview_value = {"heading": "Who can take part?", "text": "<p>Anyone who lives here.</p>"}


class AccordionBlock(blocks.StructBlock):
    sections = blocks.ListBlock(AccordionSectionBlock(), min_num=2)

    class Meta:
        icon = "list-ul"
        label = "Accordion"
        description = "Several questions and answers. Each opens by itself."
        template = "blocks/accordion.html"
        preview_value = {
            "sections": [
                {"heading": "Who can take part?", "text": "<p>Anyone who lives here.</p>"},
                {"heading": "Will I be paid?", "text": "<p>Yes, for your time and costs.</p>"},
            ]
        }
