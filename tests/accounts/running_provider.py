"""A provider of OpenID Connect in a process of its own: oidc-provider-mock, over HTTP.

    python -m tests.accounts.running_provider PORT

It is made stricter here: it gives a code only for a PKCE challenge and a nonce, and a
token only for the verifier. `PUT /users/<sub>` says who there is and what is claimed.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.parse import parse_qs, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener, urlopen

from tests.ports import free_port


class Provider:
    """A context manager. `has("pat", email=…)` makes a person; `agree(url, "pat")` signs in."""

    def __enter__(self):
        self.port = free_port()
        self.issuer = f"http://127.0.0.1:{self.port}"
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "tests.accounts.running_provider", str(self.port)],
            cwd=Path(__file__).parents[2],
            env={**os.environ, "AUTHLIB_INSECURE_TRANSPORT": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(200):
            try:
                urlopen(f"{self.issuer}/jwks", timeout=5).close()  # noqa: S310
                return self
            except (URLError, OSError):
                time.sleep(0.1)
        self.__exit__()
        raise AssertionError("The provider does not answer.")

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait(timeout=20)

    def has(self, sub: str, **claims) -> None:
        body = json.dumps(claims).encode()
        headers = {"Content-Type": "application/json"}
        request = Request(f"{self.issuer}/users/{sub}", body, headers, method="PUT")  # noqa: S310
        urlopen(request, timeout=10).close()  # noqa: S310

    def agree(self, url: str, sub: str) -> str:
        """What the person's browser does there; the address that it is sent back to."""
        request = Request(url, f"sub={sub}".encode(), method="POST")  # noqa: S310
        try:
            _opener.open(request, timeout=10)
        except _Sent as sent:
            return sent.to
        raise AssertionError("The provider did not send anybody back.")


class _Sent(Exception):  # noqa: N818
    def __init__(self, to):
        super().__init__(to)
        self.to = to


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, request, fp, code, msg, headers, newurl):
        raise _Sent(newurl)


_opener = build_opener(_Stay)


def main(port: int) -> None:
    import flask
    import oidc_provider_mock
    from authlib.oauth2.rfc7636 import create_s256_code_challenge
    from werkzeug.serving import make_server

    app = oidc_provider_mock.app(require_nonce=True)
    challenges = {}

    @app.before_request
    def ask_for_pkce():
        request = flask.request
        if request.path == "/oauth2/authorize":
            if request.args.get("code_challenge_method") != "S256":
                flask.abort(400, "There is no PKCE challenge.")
        elif request.path == "/oauth2/token":
            wanted = challenges.pop(request.form.get("code"), None)
            if wanted != create_s256_code_challenge(request.form.get("code_verifier", "")):
                flask.abort(400, "That is not the verifier.")

    @app.after_request
    def keep_the_challenge(response):
        if flask.request.path == "/oauth2/authorize" and response.location:
            code = parse_qs(urlsplit(response.location).query).get("code")
            if code:
                challenges[code[0]] = flask.request.args["code_challenge"]
        return response

    make_server("127.0.0.1", port, app, threaded=True).serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]))
