"""Varnish in front of a site, with the configuration that the guide gives."""

import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

from tests.served import ROOT

VCL = ROOT / "docs" / "edge" / "default.vcl"
GUIDE = ROOT / "docs" / "edge.md"


def varnishd() -> str | None:
    """The program, also where only root has it in the path; None where there is none."""
    return shutil.which("varnishd") or shutil.which("varnishd", path="/usr/sbin")


class Varnish:
    """A context manager: Varnish at `port`, in front of whatever answers at `site_port`."""

    def __init__(self, folder: Path):
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.process = None

    def start(self, site_port: int) -> None:
        vcl = self.folder / "site.vcl"
        text = VCL.read_text()
        assert text.count('"8000"') == 1
        vcl.write_text(text.replace('"8000"', f'"{site_port}"'))
        self.process = subprocess.Popen(  # noqa: S603
            [
                *(varnishd(), "-F", "-j", "none", "-n", self.folder / "varnish"),
                *("-a", f"127.0.0.1:{self.port}", "-f", vcl),
                *("-s", "malloc,64m", "-s", "others=malloc,64m"),
                *re.search(r"^ *ExecStart=/.* (-p \S+)$", GUIDE.read_text(), re.M)[1].split(),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(200):
            try:
                return socket.create_connection(("127.0.0.1", self.port)).close()
            except OSError:
                time.sleep(0.05)
        raise AssertionError("Varnish does not start.")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=20)
