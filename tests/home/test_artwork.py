import tomllib
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image as Picture

from home.artwork import draw, publish

CONTENT = Path("home/starter_content")
ART = CONTENT / "art"
DOCUMENTS = tomllib.loads((CONTENT / "documents.toml").read_text())["document"]
IMAGES = tomllib.loads((CONTENT / "images.toml").read_text())["image"]

PIXELS = {"square": (1080, 1080), "wide": (1200, 630)}


def published(row):
    return publish(
        ART / row["source"],
        words=ART / row["words"] if "words" in row else None,
        size=row.get("size"),
        format=row["format"],
    )


def size_of(png, tmp_path):
    file = tmp_path / "picture.png"
    file.write_bytes(png)
    with Picture.open(file) as picture:
        return picture.size


def keys(table, path=""):
    for key, value in table.items():
        yield f"{path}{key}"
        if isinstance(value, dict):
            yield from keys(value, f"{path}{key}.")
        elif isinstance(value, list):
            yield f"{path}{key}: {len(value)}"


@pytest.mark.parametrize("row", IMAGES, ids=lambda row: row["slug"])
def test_each_picture_is_drawn_as_wide_as_asked(row, tmp_path):
    assert size_of(draw(ART / row["file"], 300), tmp_path)[0] == 300


@pytest.mark.parametrize("row", DOCUMENTS, ids=lambda row: row["slug"])
def test_each_publication_is_made_in_its_format(row, tmp_path):
    made = published(row)
    if row["format"] == "png":
        width, height = size_of(made, tmp_path)
        assert (width, height) == PIXELS.get(row["size"], (width, height))
        return
    with pypdfium2.PdfDocument(made) as pdf:
        assert len(pdf) == {"poster": 1, "leaflet": 4, "guide": 4}.get(row["kind"], len(pdf))
        assert len(pdf) <= 4
        assert pdf.get_metadata_value("Title")
        assert pdf.is_tagged()


def test_a_publication_made_twice_is_the_same_file():
    row = DOCUMENTS[0]
    assert published(row) == published(row)


def test_every_language_has_the_same_words():
    files = sorted((ART / "publications" / "words").glob("*.toml"))
    english, *others = [
        sorted(keys(tomllib.loads(file.read_text())))
        for file in sorted(files, key=lambda file: file.stem != "en")
    ]
    assert others
    assert all(other == english for other in others)


def test_words_from_outside_the_art_are_refused(tmp_path):
    words = tmp_path / "words.toml"
    words.write_text("")
    with pytest.raises(ValueError, match="words"):
        publish(ART / "publications" / "poster.typ", words=words, size="a4")


def test_an_svg_is_not_published_as_pdf():
    with pytest.raises(ValueError, match="PNG"):
        publish(ART / "logos" / "mark.svg")


def test_a_png_of_more_than_one_page_is_refused():
    with pytest.raises(ValueError, match="one page"):
        publish(
            ART / "publications" / "leaflet.typ",
            words=ART / "publications" / "words" / "en.toml",
            format="png",
        )
