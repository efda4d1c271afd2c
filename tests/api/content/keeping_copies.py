"""A copy of the site, kept in step as `docs/api.md` says; and the site as it is."""

from urllib.parse import urlsplit

from .contract import keeps_to_it, read

KINDS = {
    "page": ("/pages/", {"fields": "*", "order": "id"}),
    "image": ("/images/", {}),
    "document": ("/documents/", {}),
    "partner": ("/partners/", {}),
    "redirect": ("/redirects/", {}),
}
PARTS = ("menus", "settings", "alerts", "collections")


class Copy:
    """What a front end keeps: {(kind, id): JSON}, and the parts of the site."""

    def __init__(self, client, **query):
        self.client = client
        self.query = query
        self.next_url = None
        self.things = {}
        self.parts = {}

    def ask(self, **query) -> dict:
        """The next answer, checked against the contract; nothing is taken from it."""
        if self.next_url is None:
            return read(self.client, "/sync/", **self.query, **query)
        parts = urlsplit(self.next_url)
        address = f"{parts.path}?{parts.query}" + "".join(f"&{k}={v}" for k, v in query.items())
        return keeps_to_it(self.client.get(address), "/sync/")

    def take(self) -> tuple[list[dict], bool]:
        """One answer, and whether there is more to ask for at once."""
        answer = self.ask()
        for item in answer["items"]:
            if item["kind"] == "changed":
                self.parts[item["what"]] = read(self.client, f"/{item['what']}/")
            elif item["kind"] == "removed":
                self.things.pop((item["of"], item["id"]), None)
            else:
                self.things[item["kind"], item["id"]] = item[item["kind"]]
        self.next_url = answer["next_url"]
        return answer["items"], answer["has_more"]

    def follow(self) -> list[dict]:
        """Everything that there is to take now."""
        items, more = self.take()
        while more:
            others, more = self.take()
            items += others
        return items


def the_site(client) -> dict:
    """All that the API lists: {(kind, id): JSON}."""
    things = {}
    for kind, (path, query) in KINDS.items():
        cursor = {}
        while cursor is not None:
            body = read(client, path, limit=100, **query, **cursor)
            things |= {(kind, row["id"]): row for row in body["items"]}
            cursor = {"cursor": body["next_cursor"]} if body["next_cursor"] else None
    return things


def assert_in_step(copy: Copy) -> None:
    """The copy equals the site, thing by thing."""
    site = the_site(copy.client)
    assert copy.things.keys() == site.keys()
    for key, thing in site.items():
        assert copy.things[key] == thing, key
    for part in PARTS:
        assert copy.parts[part] == read(copy.client, f"/{part}/"), part


def told(items):
    """What a list of items says in short: ("page", 5), ("removed", 5), ("changed", "menus")."""
    return [(item["kind"], item.get("what", item.get("id"))) for item in items]
