"""nginx, giving a file: what a web server can do that makes nothing."""

import shutil
import socket
import subprocess
from pathlib import Path

CONFIGURATION = """
daemon off;
worker_processes auto;
error_log {folder}/nginx.log;
pid {folder}/nginx.pid;
events {{ worker_connections 1024; }}
http {{
    sendfile on;
    tcp_nopush on;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    root {folder}/root;
    default_type "text/html; charset=utf-8";
    add_header Content-Encoding br;
    server {{
        listen 127.0.0.1:{as_debian};
        access_log {folder}/access.log;
    }}
    server {{
        listen 127.0.0.1:{quickest};
        access_log off;
        open_file_cache max=10 inactive=1h;
        keepalive_requests 1000000000;
    }}
}}
"""


def nginx() -> str | None:
    """The program, also where only root has it in the path; None where there is none."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


class Nginx:
    """A context manager: `body` as the home page, twice.

    `as_debian` is the port where it writes a log of requests, as Debian sets it up. At
    the port `quickest` it writes none, and holds the file open.
    """

    def __init__(self, folder: Path, body: bytes):
        with socket.socket() as one, socket.socket() as other:
            for free in (one, other):
                free.bind(("127.0.0.1", 0))
            self.as_debian, self.quickest = (free.getsockname()[1] for free in (one, other))
        folder.mkdir()
        for each in (folder, folder.parent):
            each.chmod(0o755)  # nginx reads as a user of its own
        (folder / "root").mkdir()
        (folder / "root" / "index.html").write_bytes(body)
        self.configuration = folder / "nginx.conf"
        self.configuration.write_text(
            CONFIGURATION.format(folder=folder, as_debian=self.as_debian, quickest=self.quickest)
        )

    def __enter__(self):
        self.process = subprocess.Popen([nginx(), "-c", self.configuration])  # noqa: S603
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=20)
