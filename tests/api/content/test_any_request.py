"""Whatever is asked, the answer is one that the document declares: tried by schemathesis.

`make test` tries a few requests of each kind, `make test-api` some thousands.
"""

import os

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig

from cms.api.content.api import PREFIX
from cms.api.models import Scope, Token
from tests.factories import StandardPageFactory

from .contract import document

TRIES = int(os.environ.get("API_TRIES", "5"))  # requests for each operation
CONFIG = {
    "checks": {
        # What a schema can't say is refused as well: a cursor of another list, a page
        # that is not there, a field that no page has.
        "positive_data_acceptance": {"expected-statuses": ["2xx", "400", "404"]},
    },
}


@pytest.fixture
def contract(home, library):
    for number in range(3):
        StandardPageFactory(parent=home, title=f"Page {number}", show_in_menus=True)
    token = Token(name="Server", scopes=[Scope.DRAFTS_READ])
    key = token.make_key()
    token.save()
    schema = schemathesis.openapi.from_wsgi(
        f"{PREFIX}openapi.json",
        get_wsgi_application(),
        config=SchemathesisConfig.from_dict(CONFIG),
    )
    schema.key = key
    return schema


def kinds_of_request():
    for path, operations in document()["paths"].items():
        yield path, GenerationMode.POSITIVE
        # Without a parameter there is nothing to get wrong.
        if any(parameter["in"] != "header" for parameter in operations["get"]["parameters"]):
            yield path, GenerationMode.NEGATIVE


@pytest.mark.parametrize(("path", "mode"), list(kinds_of_request()))
def test_any_request_has_an_answer_that_is_declared(path, mode, contract):
    key = {"Authorization": f"Bearer {contract.key}"} if path.startswith("/drafts/") else {}

    @settings(
        max_examples=TRIES,
        deadline=None,
        database=None,
        derandomize="API_TRIES" not in os.environ,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=contract[path]["GET"].as_strategy(generation_mode=mode))
    def ask(case):
        # The client of these tests does not unpack what it is given.
        case.call_and_validate(headers={"Accept-Encoding": "identity", **key})

    ask()
