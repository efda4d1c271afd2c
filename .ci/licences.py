"""Lists the licence of each package that the site runs on, in docs/licences.md.

.venv/bin/python .ci/licences.py           # writes it
.venv/bin/python .ci/licences.py --check   # says whether it is right
"""

import re
import sys
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIST = ROOT / "docs" / "licences.md"
HEAD = """# Licences

What the site runs on, as `requirements.txt` locks it. `make licences` writes this list, and
`make lint` says when a package is missing. Those for other systems are left out.

| package | licence |
|---|---|
"""
# Where a package says nothing, or not all.
KNOWN = {
    "crawler-user-agents": "MIT",
    "pypandoc-binary": "MIT; brings pandoc (GPL-2.0-or-later), which runs as a program of its own",
    "pypdfium2": "BSD-3-Clause, Apache-2.0; brings PDFium (BSD-3-Clause)",
    "pyrage": "MIT",
}


def main(*arguments) -> int:
    names = re.findall(r"^([\w.-]+)(?:\[.*\])?==", (ROOT / "requirements.txt").read_text(), re.M)
    rows = [(name, found) for name in sorted(set(names)) if (found := licence(name)) is not None]
    untold = [name for name, found in rows if not found]
    if untold:
        print(f"Look up the licence of {', '.join(untold)}, and add it to KNOWN.")
        return 1
    if "--check" not in arguments:
        LIST.write_text(HEAD + "".join(f"| {name} | {found} |\n" for name, found in rows))
        return 0
    listed = set(re.findall(r"^\| ([\w.-]+) \|", LIST.read_text(), re.M)) - {"package"}
    wrong = ({name for name, _ in rows} - listed) | (listed - set(names))
    if wrong:
        print(f"docs/licences.md is out of date ({', '.join(wrong)}): type `make licences`.")
    return bool(wrong)


def licence(name: str) -> str | None:
    """As the package itself says; None when it is not installed here."""
    try:
        told = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return None
    classified = [
        line.rpartition(" :: ")[2]
        for line in told.get_all("Classifier", [])
        if line.startswith("License :: ") and line != "License :: OSI Approved"
    ]
    return (
        KNOWN.get(name)
        or told.get("License-Expression")
        or "; ".join(classified)
        or (told.get("License") or "").partition("\n")[0]
    )


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
