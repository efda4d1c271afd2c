"""What editors can and can't save in a block, and what readers then see."""

import pytest
from django.core.exceptions import ValidationError
from wagtail.blocks.stream_block import StreamBlockValidationError
from wagtail.blocks.struct_block import StructBlockValidationError

from cms.core.blocks import ContactBlock, ImageBlock, LinkBlock, StoryBlock, TableBlock, outline
from tests.factories import ImageFactory, StandardPageFactory


def story(*items):
    return StoryBlock().to_python([{"type": kind, "value": value} for kind, value in items])


def heading(text, level, anchor=""):
    return ("heading", {"text": text, "level": level, "anchor": anchor})


class TestHeadings:
    def test_a_level_that_is_skipped_is_refused_at_the_block_at_fault(self):
        stream = story(heading("One", "h2"), heading("Too deep", "h4"), heading("Fine", "h2"))
        with pytest.raises(StreamBlockValidationError) as refused:
            StoryBlock().clean(stream)
        assert list(refused.value.block_errors) == [1]
        assert "Too deep" in str(refused.value.block_errors[1])

    def test_the_first_heading_is_a_section(self):
        with pytest.raises(StreamBlockValidationError):
            StoryBlock().clean(story(heading("One", "h3")))

    def test_a_draft_may_be_saved_before_its_headings_are_right(self):
        StoryBlock().clean_deferred(story(heading("One", "h4")))

    def test_each_has_an_anchor_of_its_own(self):
        stream = story(
            heading("The room", "h2"),
            heading("The room", "h3"),
            heading("Other", "h2", "the-room"),
            heading("日本", "h2"),
        )
        anchors = [entry.anchor for entry in outline(stream)]
        assert anchors == ["the-room", "the-room-2", "the-room-3", "section"]

    def test_a_heading_inside_a_block_is_one_level_below_the_nearest_above_it(self, home, client):
        steps = {"heading": "How", "steps": [{"title": "Ask", "text": "<p>a</p>"}] * 2}
        page = StandardPageFactory(
            parent=home,
            body=[
                {"type": "steps", "value": steps},
                {"type": "heading", "value": {"text": "Section", "level": "h2"}},
                {"type": "steps", "value": steps},
                {"type": "heading", "value": {"text": "Part", "level": "h3"}},
                {"type": "steps", "value": steps},
            ],
        )
        content = client.get(page.get_url()).content.decode()
        found = [level for level in ("h2", "h3", "h4") if f">How</{level}>" in content]
        assert found == ["h2", "h3", "h4"]


class TestLinks:
    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"text": "Go"}, "page"),
            ({"text": "", "url": "https://www.example.org/", "page": None}, "text"),
        ],
    )
    def test_need_words_and_somewhere_to_go(self, values, field):
        block = LinkBlock()
        with pytest.raises(StructBlockValidationError) as refused:
            block.clean(block.to_python(values))
        assert field in refused.value.block_errors

    def test_lead_to_one_place_not_two(self, home):
        block = LinkBlock()
        value = block.to_python({"text": "Go", "url": "https://www.example.org/", "page": home.pk})
        with pytest.raises(StructBlockValidationError) as refused:
            block.clean(value)
        assert "not both" in str(refused.value.block_errors["url"])


def test_a_contact_needs_at_least_one_way(db):
    block = ContactBlock()
    with pytest.raises(StructBlockValidationError) as refused:
        block.clean(block.to_python({"name": "Team"}))
    assert "email" in refused.value.block_errors
    block.clean(block.to_python({"name": "Team", "telephone": "01632 960123"}))


class TestPictures:
    def test_a_decorative_one_has_no_other_text(self, db):
        block = ImageBlock()
        value = block.to_python(
            {"image": ImageFactory().pk, "decorative": True, "alt_text": "Something"}
        )
        with pytest.raises(StructBlockValidationError) as refused:
            block.clean(value)
        assert "alt_text" in refused.value.block_errors

    def test_their_alternative_text_is_on_the_page(self, home, client):
        image = ImageFactory(description="The pier & the tide.")
        page = StandardPageFactory(
            parent=home, body=[{"type": "image", "value": {"image": image.pk}}]
        )
        assert 'alt="The pier &amp; the tide."' in client.get(page.get_url()).content.decode()

    def test_can_not_be_uploaded_without_a_description(self, db):
        image = ImageFactory.build(description="")
        with pytest.raises(ValidationError) as refused:
            image.full_clean(exclude=["collection", "width", "height"])
        assert "description" in refused.value.message_dict


class TestTables:
    def table(self, columns):
        return {
            "caption": "What we compare",
            "row_headers": True,
            "table": {
                "columns": [{"type": "text", "heading": heading} for heading in columns],
                "rows": [{"values": ["Row", "Cell"]}],
            },
        }

    def test_need_a_heading_for_each_column_but_the_one_that_names_rows(self):
        block = TableBlock()
        block.clean(block.to_python(self.table(["", "Who"])))
        with pytest.raises(StructBlockValidationError) as refused:
            block.clean(block.to_python(self.table(["", ""])))
        assert "table" in refused.value.block_errors

    def test_have_a_caption_and_header_cells(self, home, client):
        page = StandardPageFactory(
            parent=home, body=[{"type": "table", "value": self.table(["", "Who"])}]
        )
        content = client.get(page.get_url()).content.decode()
        assert "What we compare</caption>" in content
        assert '<th scope="col">Who</th>' in content
        assert '<th scope="row">Row</th>' in content


def test_a_video_is_a_link_with_a_transcript_and_calls_no_third_party(home, client):
    page = StandardPageFactory(
        parent=home,
        body=[
            {
                "type": "video",
                "value": {
                    "title": "A film",
                    "url": "https://video.example.org/1",
                    "transcript": "<p>Someone says hello.</p>",
                },
            }
        ],
    )
    content = client.get(page.get_url()).content.decode()
    assert "Someone says hello." in content
    assert 'href="https://video.example.org/1"' in content
    assert "<iframe" not in content
