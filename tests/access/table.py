"""The tables, as rows."""

from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent


class Row(NamedTuple):
    section: str  # the heading above it
    named: tuple[str, ...]  # its first cells, by which it is known
    said: dict[str, str]  # {column: word}


def read(name: str, named: int) -> list[Row]:
    """The rows of a file's tables. The first `named` cells of each say what it is about."""
    rows, section, heads = [], "", []
    for line in (HERE / name).read_text().splitlines():
        if line.startswith("## "):
            section, heads = line.removeprefix("## "), []
        elif line.startswith("|"):
            cells = [cell.strip().strip("`") for cell in line.strip("|").split("|")]
            if not heads:
                heads = cells
            elif set(line) - set("|-: "):
                said = dict(zip(heads[named:], cells[named:], strict=True))
                rows.append(Row(section, tuple(cells[:named]), said))
        elif heads:
            heads = []
    return rows
