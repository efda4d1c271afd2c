"""A front end of another address, as small as can be: it shows the draft that a token leads to."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

_PAGE = """<!DOCTYPE html>
<html lang="en">
    <head>
        <meta charset="utf-8">
        <title>Front end</title>
        <meta name="viewport" content="width=device-width">
        <link rel="icon" href="data:,">
    </head>
    <body>
        <main><h1></h1><p></p></main>
        <script type="module">
            const token = new URLSearchParams(location.search).get("token");
            const answer = await fetch(`%s/api/content/v1/preview/${token}/?include=settings`);
            const draft = await answer.json();
            document.querySelector("h1").textContent = draft.page?.title ?? draft.title;
            document.querySelector("p").textContent = draft.page?.summary ?? draft.detail;
            const editor = "%s";
%s
        </script>
    </body>
</html>
"""


def _as_documented() -> str:
    """The script of `docs/api.md` by which the editor's panel keeps its place."""
    docs = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
    return docs.split("```js\nconst editor = ", 1)[1].split("\n", 1)[1].split("```", 1)[0]


class FrontEnd:
    """A context manager; `preview_address` is what goes into the site's settings.

    >>> with FrontEnd(site.address) as front_end: ...
    """

    def __init__(self, api_at: str):
        page = (_PAGE % (api_at, api_at, _as_documented())).encode()
        self.asked = asked = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append((self.path, dict(self.headers)))
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Referrer-Policy", "no-referrer")
                self.end_headers()
                self.wfile.write(page)

            def log_message(self, *args):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        # By another name than the site: cookies know no ports.
        self.address = f"http://localhost:{self._server.server_port}"
        self.preview_address = f"{self.address}/preview?token={{token}}"

    def __enter__(self):
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
