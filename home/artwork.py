"""Pictures and publications, made from their sources in ``starter_content/art``.

Typst does all of the drawing: see `cms.core.typesetting`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from cms.core.typesetting import typeset

#: The date written into every file: the starter content's first edition.
MADE_ON = datetime(2026, 11, 1, tzinfo=UTC)


def draw(svg_path: Path, width: int) -> bytes:
    """Return a PNG of an SVG, ``width`` pixels wide and as tall as its shape asks.

    What the SVG leaves empty stays transparent. An SVG that needs another
    file (a linked picture, a font) is drawn without it.

    Raises ``ValueError`` for a width under one pixel, ``FileNotFoundError``
    for a path that leads nowhere, ``typst.TypstError`` for broken SVG.
    """
    if width < 1:
        raise ValueError(f"A picture cannot be {width} pixels wide.")
    if not svg_path.is_file():
        raise FileNotFoundError(svg_path)
    page = (
        f"#set page(width: {width}pt, height: auto, margin: 0pt, fill: none)\n"
        f'#image("{svg_path.name}", width: 100%)'
    )
    return typeset(page.encode(), root=svg_path.parent, kind="png", made_on=MADE_ON)


def publish(
    source: Path,
    *,
    words: Path | None = None,
    size: str | None = None,
    format: Literal["pdf", "png"] = "pdf",  # noqa: A002 - Typst's own word, and documents.toml's
) -> bytes:
    """Return a finished publication: a PDF/UA-1 file, or one PNG.

    ``source`` is one of:

    - a Typst file in a folder of the art, such as ``art/publications/poster.typ``.
      It may use any file under ``art``. It reads ``sys.inputs.words`` (the path
      of a language's words, from the root of the art) and ``sys.inputs.size``
      (a name the source knows, such as ``a3``);
    - an SVG, with ``format="png"`` and ``size`` its width in pixels.

    Raises ``ValueError`` when ``words`` lies outside the art, when an SVG is
    asked for as PDF or without a width, or when a PNG would need more than one
    page; ``FileNotFoundError`` when the source is missing;
    ``typst.TypstError`` when it does not compile, or would break PDF/UA-1
    (ISO 14289-1): no title, a picture with no alternative text.
    """
    if source.suffix == ".svg":
        if format != "png" or size is None:
            raise ValueError(f"{source.name}: an SVG is published as PNG, and size is its width.")
        return draw(source, int(size))
    if not source.is_file():
        raise FileNotFoundError(source)

    root = source.resolve().parent.parent
    inputs = {}
    if words is not None:
        inputs["words"] = f"/{words.resolve().relative_to(root).as_posix()}"
    if size is not None:
        inputs["size"] = size
    return typeset(source.resolve(), root=root, kind=format, made_on=MADE_ON, inputs=inputs)
