"""The Nu HTML checker, the one behind validator.w3.org."""

import json
import subprocess
from pathlib import Path

from . import tools


def errors(folder: Path, *options: str) -> list[str]:
    """What is wrong with the files in `folder`, each as "file:line: message: the place"."""
    done = subprocess.run(
        [
            tools.java(), "-jar", str(tools.html_checker()), "--errors-only", "--format", "json",
            "--exit-zero-always", *options, str(folder),
        ],
        capture_output=True,
        text=True,
        check=True,
    )  # fmt: skip
    return [
        f"{message['url'].rsplit('/', 1)[-1]}:{message.get('lastLine', '?')}: "
        f"{message['message']}: {message.get('extract', '').strip()}"
        for message in json.loads(done.stderr)["messages"]
    ]
