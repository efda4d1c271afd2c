"""Looks for known faults in what the site runs on, and lists its parts.

    var/audit/bin/python .ci/audit.py

Bandit reads our code. pip-audit asks the advisories of PyPI about what is locked: where
these can't be reached, that is skipped, and said. The list of parts is CycloneDX's, in
var/parts.cdx.json.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = Path(sys.executable).parent
OURS = ("cms", "home", "programme", "resources", "search")


def main() -> int:
    return code() | advisories() | parts()


def code() -> int:
    done = run("bandit", "--quiet", "--recursive", *OURS, "--severity-level", "medium")
    print(done.stdout if done.returncode else "Our code: bandit finds nothing.")
    return done.returncode


def advisories() -> int:
    done = run(
        "pip-audit",
        *("--requirement", "requirements.txt", "--require-hashes", "--disable-pip"),
        *("--format", "json", "--progress-spinner", "off", "--timeout", "20"),
    )
    try:
        found = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        last = (done.stderr.strip().splitlines() or ["no answer"])[-1]
        print(f"SKIPPED: the advisories can't be reached ({last}).")
        return 0
    asked = [part for part in found if "vulns" in part]
    if not asked:
        print("SKIPPED: the index that answers here has no advisories.")
        return 0
    faults = [(part, fault) for part in asked for fault in part["vulns"]]
    for part, fault in faults:
        mended = ", ".join(fault["fix_versions"]) or "no version yet"
        print(f"{part['name']} {part['version']}: {fault['id']}, mended in {mended}")
    print(
        f"Advisories: {len(faults)} for {len(asked)} packages; {len(found) - len(asked)} unknown."
    )
    return bool(faults)


def parts() -> int:
    (ROOT / "var").mkdir(exist_ok=True)
    done = run(
        "cyclonedx-py",
        *("requirements", "requirements.txt", "--output-format", "JSON", "--output-reproducible"),
        *("--pyproject", "pyproject.toml", "--output-file", "var/parts.cdx.json"),
    )
    if done.returncode:
        print(done.stderr)
        return 1
    listed = json.loads((ROOT / "var" / "parts.cdx.json").read_text())["components"]
    print(f"Parts: {len(listed)} in var/parts.cdx.json.")
    return 0


def run(program, *arguments):
    return subprocess.run(
        [PROGRAMS / program, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


if __name__ == "__main__":
    sys.exit(main())
