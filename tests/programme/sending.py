"""Filling in the form over real HTTP, many times."""

import re
import urllib.error
import urllib.request
from urllib.parse import urlencode

MAKE_A_FORM = """
from wagtail.models import Page, Site
from tests.factories import GetInvolvedPageFactory, HomePageFactory
Page.objects.filter(depth=2).delete()
home = HomePageFactory(parent=Page.get_first_root_node())
Site.objects.update_or_create(is_default_site=True, defaults={
    "hostname": "127.0.0.1", "port": 80, "root_page": home})
print(GetInvolvedPageFactory(parent=home).slug)
"""
COUNT = """
from programme.models import SignUp
print(*SignUp.objects.order_by("email").values_list("email", flat=True))
"""


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


_opener = urllib.request.build_opener(_Stay)


def open_form(address: str) -> tuple[str, str]:
    """(where the form is sent, the token that it carries)"""
    with _opener.open(address, timeout=30) as answer:
        page = answer.read().decode()
    action = re.search(r'id="form" action="([^"]+)"', page)[1]
    return action, re.search(r'name="form_token" value="([^"]+)"', page)[1]


def send(url: str, token: str, email: str) -> int:
    """The status of the answer. Raises OSError when there was none."""
    answers = {
        "form_token": token,
        "name": "Amina",
        "email": email,
        "how_would_you_like_to_take_part": "Meetings",
    }
    try:
        with _opener.open(url, urlencode(answers).encode(), timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
