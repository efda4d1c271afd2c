"""Making the files: pandoc for Word, OpenDocument and EPUB, and with Typst for PDF."""

import base64
import io
import json
import re
import subprocess
import tempfile
import zipfile
from datetime import datetime
from functools import lru_cache
from itertools import chain
from pathlib import Path

import pypandoc
from bs4 import BeautifulSoup
from django.utils.html import escape, format_html, format_html_join
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from cms.core.typesetting import typeset_apart

from .source import LAYOUT, Publication, language_tag

TIMEOUT = 120  # seconds for one file; a toolkit of 150 pages takes a few
_PICTURE_IN_TYPST = re.compile(r'image\("(picture-\d+\.\w+)"')
_CHECKLIST_IN_TYPST = re.compile(r"(?m)(?:^- ☐ .*\n?)+")
_NO_LETTER = re.compile(r'the text `"(.+?)"` could not be displayed')
_PICTURE = re.compile(r'\["(picture-\d+\.\w+)",""\]')  # a target, in pandoc's JSON


class FormatError(Exception):
    """A converter refused: with its own first words, for the log and for an administrator."""


def make(
    publication: Publication, kind: str, *, made_on: datetime, html: str | None = None
) -> bytes:
    """`publication` as a file of `kind`: pdf, docx, odt or epub; or only `html` of it.

    Raises FormatError.
    """
    html = publication.html if html is None else html
    document = _read(f"{_head(publication, made_on)}{html}")
    if kind == "pdf":
        return _pdf(publication, document, made_on)
    # Pictures travel inside the document, because the sandbox reads no other file: first
    # as blanks of the same size. Pandoc takes minutes, and gigabytes, for real ones.
    blanks = {picture.name: _blank(picture) for picture in publication.pictures}
    addresses = {
        picture.name: f"data:{picture.media_type};base64,"
        + base64.b64encode(blanks[picture.name]).decode()
        for picture in publication.pictures
    }
    document = _PICTURE.sub(lambda found: f'["{addresses[found[1]]}",""]', document)
    options = ["--standalone", "--toc", "--toc-depth=2", "--metadata=toc-title=Contents"]
    if kind == "epub":
        options += ["--split-level=1", "--epub-title-page=true"]
    made = _pandoc(document, "--from=json", f"--to={kind}", *options)
    pictures = {blanks[picture.name]: picture.content for picture in publication.pictures}
    return _finished(made, pictures, html)


@lru_cache(maxsize=1)  # the formats of one publication are made one after the other
def _read(html: str) -> str:
    """`html` as pandoc's own JSON. Reading is what takes it most time and memory."""
    return _pandoc(html, "--from=html", "--to=json").decode()


def _blank(picture) -> bytes:
    """A picture of the same size and kind with nothing on it, like no other of the publication."""
    buffer = io.BytesIO()
    with Image.open(io.BytesIO(picture.content)) as real:
        blank = Image.new("L", real.size)
    if picture.media_type == "image/png":
        name = PngInfo()
        name.add_text("name", picture.name)
        blank.save(buffer, "PNG", pnginfo=name)
    else:
        blank.save(buffer, "JPEG", quality=1, comment=picture.name)
    return buffer.getvalue()


def _finished(made: bytes, pictures: dict[bytes, bytes], html: str) -> bytes:
    """The file with its real pictures; and with their words, where pandoc leaves them out."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as source, zipfile.ZipFile(buffer, "w") as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "content.xml":
                content = _with_alternative_texts(content.decode(), html).encode()
            target.writestr(entry, pictures.get(content, content))
    return buffer.getvalue()


def _with_alternative_texts(odt: str, html: str) -> str:
    """Pandoc 3.9 writes pictures to OpenDocument without their words: they are put in here.

    In `svg:desc` of each frame (ODF 1.3 part 3, 10.3.18), in the pictures' order.
    """
    alts = [image["alt"] for image in BeautifulSoup(html, "html.parser").find_all("img")]
    parts = odt.split("</draw:frame>")
    if len(parts) != len(alts) + 1:
        raise FormatError("Not every picture is in the file.")
    words = [f"<svg:desc>{escape(alt)}</svg:desc></draw:frame>" for alt in alts]
    return "".join([*chain.from_iterable(zip(parts, words, strict=False)), parts[-1]])


def _head(publication, made_on) -> str:
    """What the file says about itself. As HTML, where no value has a meaning of its own."""
    told = {
        "subtitle": publication.kicker,
        "author": publication.publisher,
        "date": f"{made_on:%Y-%m-%d}",
        "rights": publication.licence[0],
        "identifier": publication.url,
        "description": publication.introduction,
    }
    return format_html(
        '<!doctype html><html lang="{}"><head><title>{}</title>{}</head>',
        language_tag(),
        publication.title,
        format_html_join("", '<meta name="{}" content="{}">', told.items()),
    )


def _pdf(publication, document, made_on):
    body = _pandoc(document, "--from=json", "--to=typst", "--wrap=none").decode()
    alts = {picture.name: picture.alt for picture in publication.pictures}
    # Pandoc 3.9 knows the alternative text and does not write it to Typst.
    body = _PICTURE_IN_TYPST.sub(
        lambda found: f"{found[0]}, alt: {json.dumps(alts[found[1]], ensure_ascii=False)}", body
    )
    # Its lists have a bullet before the box, and its tables stand in the middle.
    body = _CHECKLIST_IN_TYPST.sub(_with_boxes, body).replace(
        "align(center)[#table(", "align(left)[#table("
    )
    language, _, region = language_tag().partition("-")
    facts = {
        "title": publication.title,
        "kicker": publication.kicker,
        "introduction": publication.introduction,
        "facts": [*publication.facts, ("Made on", f"{made_on:%-d %B %Y}")],
        "licence": {"name": publication.licence[0], "address": publication.licence[1]},
        "publisher": publication.publisher,
        "url": publication.url,
        "language": language,
        "region": region or None,
        "contents": len(publication.chapters) > 1,
        "contents_title": "Contents",
    }
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "facts.json").write_text(json.dumps(facts))
        (root / "main.typ").write_text(f"{LAYOUT.read_text()}\n{body}")
        for picture in publication.pictures:
            (root / picture.name).write_bytes(picture.content)
        try:
            return typeset_apart(root / "main.typ", made_on=made_on, timeout=TIMEOUT)
        except ValueError as error:
            unknown = _NO_LETTER.search(str(error))
            if unknown:
                raise FormatError(
                    f"No font here has the character “{_readable(unknown[1])}”. Write it in words, "
                    "or have a font that has it installed on the server."
                ) from error
            raise FormatError(str(error)[:500]) from error


def _readable(text: str) -> str:
    r"""Typst's “\u{1f389}” as the character itself."""
    return re.sub(r"\\u\{([0-9a-f]+)\}", lambda found: chr(int(found[1], 16)), text)


def _with_boxes(checklist: re.Match) -> str:
    items = checklist[0].replace("- ☐ ", "- ")
    return f"#[\n#set list(marker: [☐])\n{items}\n]\n"


def _pandoc(document: str, *options: str) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and people's words come as input
            [pypandoc.get_pandoc_path(), "--sandbox", "--output=-", *options],
            input=document.encode(),
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise FormatError(f"pandoc took longer than {TIMEOUT} seconds") from error
    if done.returncode:
        raise FormatError(done.stderr.decode(errors="replace")[:500])
    return done.stdout
