"""What docs/webhooks.md tells developers to do works with what we send."""

import json
import re
import threading
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from cms.delivery import queue
from cms.delivery.models import Delivery
from cms.delivery.tasks import tell_endpoints
from tests.delivery.conftest import make_endpoint
from tests.factories import StandardPageFactory

GUIDE = (Path(__file__).parents[2] / "docs/webhooks.md").read_text()


def block(language):
    return re.search(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)[1]


@pytest.fixture
def served(home, monkeypatch):
    """The guide's own receiver in Python, and what it has remembered."""
    endpoint = make_endpoint("http://127.0.0.1/", types=["home.StandardPage"])
    monkeypatch.setenv("WEBHOOK_SECRET", endpoint.secret)
    remembered = []
    program = {"__name__": "guide", "remember": remembered.append}
    exec(compile(block("python"), "docs/webhooks.md", "exec"), program)  # noqa: S102
    server = make_server("127.0.0.1", 0, program["app"])
    threading.Thread(target=server.serve_forever, daemon=True).start()
    endpoint.url = f"http://127.0.0.1:{server.port}/hooks"
    endpoint.save()
    yield endpoint, remembered
    server.shutdown()
    server.server_close()


def test_the_receiver_in_python_takes_what_is_ours_and_nothing_else(served, home):
    endpoint, remembered = served
    StandardPageFactory(parent=home).save_revision().publish()
    tell_endpoints.call()
    assert Delivery.objects.get().status == 204
    (message,) = remembered
    assert message["type"] == "published"
    endpoint.renew_secret()
    assert queue.send_test(endpoint).status == 400
    assert len(remembered) == 1


def test_the_message_in_the_guide_has_the_fields_of_a_real_one(served, home):
    _, remembered = served
    StandardPageFactory(parent=home).save_revision().publish()
    tell_endpoints.call()
    written = json.loads(block("json"))
    assert written.keys() == remembered[0].keys()
    assert written["data"].keys() == remembered[0]["data"].keys()
