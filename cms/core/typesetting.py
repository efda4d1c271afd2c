"""Typst, with the project's own faces: the same bytes on every machine.

Typst brings its own serif (Libertinus Serif), and the ``font-source-sans-pro``
package brings the sans, so a machine needs no fonts of its own.
"""

import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Literal

import font_source_sans_pro
import typst

_ROOT = Path(__file__).resolve().parents[2]

#: The faces that publications may use; the package holds 24.
FACES = ("SourceSansPro", "SourceSansProIt", "SourceSansProSemibold", "SourceSansProBold")

#: Typst measures pages in points. At 72 to the inch, a point is one pixel.
PIXELS_PER_INCH = 72


def typeset(
    document: bytes | Path,
    *,
    root: Path,
    kind: Literal["pdf", "png"],
    made_on: datetime,
    inputs: dict[str, str] | None = None,
    system_fonts: bool = False,
) -> bytes:
    """Return a PDF/UA-1 file, or one PNG, of a Typst source.

    ``document`` may read files under ``root``, and ``inputs`` as ``sys.inputs``.
    ``made_on`` is the date written into the file. With ``system_fonts``, the
    machine's own fonts are used for what the project's have no letters for.

    Raises ``ValueError`` when a PNG would need more than one page;
    ``typst.TypstError`` when the source does not compile, or would break
    PDF/UA-1 (ISO 14289-1): no title, a picture with no alternative text.
    """
    made = typst.compile(
        document,
        root=root,
        font_paths=_fonts(system_fonts),
        format=kind,
        ppi=PIXELS_PER_INCH,
        sys_inputs=inputs or {},
        pdf_standards="ua-1" if kind == "pdf" else [],
        timestamp=made_on.astimezone(UTC).replace(microsecond=0),  # all that Typst takes
    )
    if isinstance(made, list):
        raise ValueError(f"A PNG is one page; this source makes {len(made)}.")
    return made


def try_out() -> None:
    """Raises whatever keeps Typst from making a page."""
    typst.compile(b"#set document(title: [Try])\nTry", font_paths=_fonts(False), format="pdf")


def typeset_apart(document: Path, *, made_on: datetime, timeout: int) -> bytes:
    """`typeset` to PDF in a process of its own, with the system's fonts as well.

    For large documents: Typst keeps hundreds of megabytes until its process ends.
    Everything that ``document`` reads is beside it. Raises ``ValueError`` with what
    Typst says, and when it takes longer than ``timeout`` seconds.
    """
    command = [sys.executable, "-m", __name__, str(document), made_on.isoformat()]
    try:
        done = subprocess.run(  # noqa: S603 - this module, and a path of ours
            command, cwd=_ROOT, capture_output=True, timeout=timeout, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ValueError(f"Typst took longer than {timeout} seconds.") from error
    if done.returncode:
        raise ValueError(done.stderr.decode(errors="replace"))
    return done.stdout


def _main(document: str, made_on: str) -> None:
    path = Path(document)
    date = datetime.fromisoformat(made_on)
    try:
        made = typeset(path, root=path.parent, kind="pdf", made_on=date, system_fonts=True)
    except typst.TypstError as error:
        sys.exit(str(error))
    sys.stdout.buffer.write(made)


@cache
def _fonts(system_fonts: bool) -> typst.Fonts:
    # The package holds each face twice (OTF and TTF) in one folder, and Typst
    # takes whichever the disk lists first. A folder of links to the TTF files
    # makes the choice the same everywhere. Typst keeps the files' real paths,
    # so the folder can go as soon as it is read.
    with tempfile.TemporaryDirectory() as folder:
        for face in FACES:
            file = Path(font_source_sans_pro.font_files_ttf[face])
            (Path(folder) / file.name).symlink_to(file)
        return typst.Fonts(include_system_fonts=system_fonts, font_paths=[folder])


if __name__ == "__main__":
    _main(*sys.argv[1:])
