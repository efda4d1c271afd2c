"""Who uses the site while things break: by the real forms, over real HTTP."""

import urllib3

TOKEN = "a" * 32  # Django compares the one in the cookie and the one in the form
COMMENTS = {
    "comments-TOTAL_FORMS": "0",
    "comments-INITIAL_FORMS": "0",
    "comments-MIN_NUM_FORMS": "0",
    "comments-MAX_NUM_FORMS": "",
}
WORDS = (
    '{"blocks": [{"key": "a", "text": "Words", "type": "unstyled", "depth": 0,'
    ' "inlineStyleRanges": [], "entityRanges": []}], "entityMap": {}}'
)


class Editor:
    """Somebody who has signed in. Each method gives (status, body); OSError: no answer."""

    def __init__(self, address: str, session: str, timeout=30):
        self.address, self.timeout = address, timeout
        self.headers = {"Cookie": f"sessionid={session}; csrftoken={TOKEN}"}

    def ask(self, method, path, **options):
        try:
            answer = urllib3.request(
                method, self.address + path, headers=self.headers, retries=False,
                redirect=False, timeout=self.timeout, **options,
            )  # fmt: skip
        except urllib3.exceptions.HTTPError as error:
            raise OSError(str(error)) from error
        return answer.status, answer.data.decode(errors="replace")

    def post(self, path, fields, **files):
        fields = {**fields, "csrfmiddlewaretoken": TOKEN}
        return self.ask("POST", path, fields=fields | files)

    def publish(self, key, slug, title):
        fields = {
            "title": title,
            "slug": slug,
            "summary": f"{title}.",
            "content_owner_name": "Robin",
            "content_owner_email": "robin@example.org",
            "body-count": "1",
            "body-0-deleted": "",
            "body-0-order": "0",
            "body-0-type": "rich_text",
            "body-0-id": "",
            "body-0-value": WORDS,
            **COMMENTS,
            "action-publish": "1",
        }
        return self.post(f"/admin/pages/{key}/edit/", fields)

    def upload_document(self, title, content: bytes, name="words.txt"):
        return self.post("/admin/documents/add/", self._document(title), file=(name, content))

    def replace(self, key, title, content: bytes, name="words.txt"):
        fields = {**self._document(title), "began_with": "1"}
        return self.post(f"/admin/documents/edit/{key}/", fields, file=(name, content))

    def upload_picture(self, title, content: bytes):
        fields = {"title": title, "description": f"What {title} shows.", "collection": "1"}
        return self.post("/admin/images/add/", fields, file=(f"{title}.png", content))

    @staticmethod
    def _document(title):
        return {"title": title, "kind": "other", "language": "en", "collection": "1"}
