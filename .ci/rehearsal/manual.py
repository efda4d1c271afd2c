"""docs/operations.md, as something that can be done: its blocks of shell, and its tables."""

import re


class Manual:
    def __init__(self, text: str):
        self.text = text

    def section(self, heading: str) -> str:
        """What stands below a heading, up to the next of its level or a higher one."""
        level = len(heading) - len(heading.lstrip("#"))
        _, found, below = self.text.partition(f"\n{heading}\n")
        if not found:
            raise LookupError(f"The manual has no heading “{heading}”.")
        return re.split(rf"^#{{1,{level}}} ", below, maxsplit=1, flags=re.M)[0]

    def blocks(self, heading: str) -> list[str]:
        """The blocks that are marked `sh`, in their order."""
        return re.findall(r"^```sh\n(.*?)^```$", self.section(heading), re.M | re.S)

    def table(self, heading: str, of: str) -> dict[str, list[str]]:
        """The rows of the table whose first column is headed `of`: {first cell: the others}."""
        lines = self.section(heading).splitlines()
        start = next(i for i, line in enumerate(lines) if line.startswith(f"| {of} |"))
        rows = {}
        for line in lines[start + 2 :]:
            if not line.startswith("|"):
                break
            first, *others = (cell.strip() for cell in line.strip("|").split("|"))
            rows[first.strip("`")] = others
        return rows
