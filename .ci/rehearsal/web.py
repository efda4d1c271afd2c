"""Readers, an editor, and people who fill in the form: over https, as they come."""

import http.client
import itertools
import json
import re
import ssl
import threading
import time
from base64 import b32decode
from html import unescape
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

HOST = "www.example.org"
CERTIFICATE = "/etc/co-production/tls/certificate.pem"
FORM = "/get-involved/"
_numbers = itertools.count(1)


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self):
        return self.body.decode()


class Browser:
    def __init__(self, port: int = 443, at: str = HOST):
        self.port, self.at, self.cookies = port, at, {}

    def ask(self, path, data=None, method=None, headers=None) -> Answer:
        """One request, without following where it leads. Raises OSError."""
        kind, more = http.client.HTTPConnection, {"X-Forwarded-Proto": "https"}
        options = {"timeout": 30}
        if self.port == 443:
            kind, more = http.client.HTTPSConnection, {}
            options["context"] = ssl.create_default_context(cafile=CERTIFICATE)
        connection = kind(self.at, self.port, **options)
        more |= {"Host": HOST, **(headers or {})}
        if self.cookies:
            more["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body = None
        if data is not None:
            body = urlencode(data, doseq=True)
            more |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Referer": f"https://{HOST}{path}",
            }
        try:
            connection.request(method or ("GET" if data is None else "POST"), path, body, more)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        for header in answer.headers.get_all("Set-Cookie") or ():
            for name, morsel in SimpleCookie(header).items():
                self.cookies[name] = morsel.value
        return Answer(answer.status, answer.headers, text)

    def get(self, path) -> Answer:
        return self.ask(path)

    def send(self, path, data) -> Answer:
        """Fill in what a page asks for, with the token that it carries."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get(path).text)
        return self.ask(path, {"csrfmiddlewaretoken": token[1], **data})


class Editor(Browser):
    """An administrator, who has set up an app where that is asked."""

    def sign_in(self, email, password):
        answer = self.send("/admin/login/", {"username": email, "password": password})
        expect(answer.status == 302, f"Signing in answers {answer.status}: {answer.text[:500]}")
        if answer.headers["Location"].endswith("/set-up/"):
            page = self.get("/admin/login/set-up/").text
            self.key = b32decode(
                re.search(r'accounts-key">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
            )
            answer = self.send("/admin/login/set-up/", {"code": self.code()})
            expect(answer.status == 200, "The code of the app is not taken.")
        expect(self.get("/admin/").status == 200, "The editor does not open.")

    def code(self):
        from django_otp.oath import TOTP

        totp = TOTP(self.key)
        totp.time = time.time()
        return f"{totp.token():06}"

    def make_page(self, title) -> str:
        """The path in the editor of a new page, published below the home page."""
        found = json.loads(self.get("/api/v2/pages/?type=home.HomePage").text)
        home = found["items"][0]["id"]
        path = f"/admin/pages/add/home/standardpage/{home}/"
        answer = self.send(path, _words_of_page(title))
        expect(answer.status == 302, f"The page is not made: {answer.status} {answer.text[:3000]}")
        number = json.loads(self.get("/api/v2/pages/?type=home.StandardPage&slug=rehearsal").text)
        return f"/admin/pages/{number['items'][0]['id']}/edit/"

    def publish(self, page, title) -> int:
        """The status of the answer; 302 is well."""
        return self.send(page, _words_of_page(title)).status


def _words_of_page(title):
    words = {"key": "a", "text": title, "type": "unstyled", "depth": 0}
    words |= {"inlineStyleRanges": [], "entityRanges": []}
    return {
        "title": title,
        "slug": "rehearsal",
        "summary": "Tried out.",
        "content_owner_name": "Robin",
        "content_owner_email": "robin@example.org",
        "body-count": "1",
        "body-0-deleted": "",
        "body-0-order": "0",
        "body-0-type": "rich_text",
        "body-0-id": "",
        "body-0-value": json.dumps({"entityMap": {}, "blocks": [words]}),
        "comments-TOTAL_FORMS": "0",
        "comments-INITIAL_FORMS": "0",
        "comments-MIN_NUM_FORMS": "0",
        "comments-MAX_NUM_FORMS": "",
        "action-publish": "1",
    }


class Person(Browser):
    """Somebody who signs up."""

    def signs_up(self, email) -> Answer:
        page = self.get(FORM)
        expect(page.status == 200, f"The form answers {page.status}.")
        action = re.search(r'id="form" action="([^"]+)"', page.text)[1]
        form = page.text[page.text.index('id="form"') :]
        form = form[: form.index("</form>")]
        answers = {}
        for field in re.findall(r"<(?:input|select|textarea)[^>]*>", form):
            name, kind, value = (
                unescape(found[1]) if (found := re.search(rf'\b{key}="([^"]*)"', field)) else ""
                for key in ("name", "type", "value")
            )
            if kind == "hidden":
                answers[name] = value
            elif kind == "email":
                answers[name] = email
            elif "required" in field or name == "name":
                answers.setdefault(name, value or "Amina")
            elif kind in ("radio", "checkbox"):
                answers.setdefault(name, value)
        time.sleep(2.1)  # as long as a person takes at least
        return self.ask(urlsplit(action).path, answers)


class Crowd:
    """All at once, until `end`: whoever was not served well is in `failed`."""

    pause = 0.2  # seconds; without it, they leave no time to what is upgraded

    def __init__(self, editor, page):
        self.editor, self.page = editor, page
        self.done = {"read": 0, "published": 0, "signed up": 0}
        self.failed, self.emails, self.title = [], [], ""
        self._end = threading.Event()
        self._threads = [
            threading.Thread(target=self._until_end, args=(work,), daemon=True)
            for work in (self._read, self._read_anew, self._publish, self._sign_up)
        ]

    def start(self):
        for thread in self._threads:
            thread.start()
        return self

    def end(self):
        self._end.set()
        for thread in self._threads:
            thread.join(60)
            expect(not thread.is_alive(), f"Somebody waits for ever; failed: {self.failed[:5]}")

    def _until_end(self, work):
        while not self._end.is_set():
            at = time.strftime("%H:%M:%S")
            try:
                work()
            except Exception as error:
                self.failed.append(f"{at} {work.__name__}: {type(error).__name__} {error}")
            time.sleep(self.pause)

    def _look(self, path):
        answer = Browser().get(path)
        if answer.status != 200:
            raise AssertionError(f"{path} answers {answer.status}")
        self.done["read"] += 1
        return answer

    def _read(self):
        """A page, and whatever style it wants."""
        page = self._look("/about/")
        self._look(re.search(r'href="(/static/css/[^"]+)"', page.text)[1])

    def _read_anew(self):
        """What no cache can have."""
        self._look(f"/toolkit/?n={next(_numbers)}")
        self._look("/search/?q=meeting")

    def _publish(self):
        title = f"Published for the {next(_numbers)}th time"
        status = self.editor.publish(self.page, title)
        if status != 302:
            raise AssertionError(f"publishing answers {status}")
        seen = self._look("/rehearsal/").text
        if title not in seen:
            raise AssertionError("what was published is not seen")
        self.title = title
        self.done["published"] += 1
        time.sleep(2)  # or the release before goes on making downloads, and its worker never ends

    def _sign_up(self):
        email = f"person-{next(_numbers)}@example.org"
        answer = Person().signs_up(email)
        if answer.status != 303:
            raise AssertionError(f"a sign-up answers {answer.status}")
        self.emails.append(email)
        self.done["signed up"] += 1


def expect(holds, otherwise):
    if not holds:
        raise SystemExit(otherwise)
