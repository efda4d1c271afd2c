"""Whatever is asked, the answer is one that the document declares: tried by schemathesis.

Strangers ask, and tokens of each scope; where the API is open, and where it is not.
`make test` tries a few requests of each kind, `make test-api` some thousands.
"""

import os

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig

from cms.api.content.api import PREFIX
from cms.api.models import Scope
from programme.models import GetInvolvedPage
from tests.factories import StandardPageFactory

from .contract import keeps_to_it, operations
from .tokens import key_for

TRIES = int(os.environ.get("API_TRIES", "5"))  # requests for each operation
# What a schema can't say is refused as well: a cursor of another list, a page that is
# not there, an answer that no form asks for. And not everyone may ask everything.
REFUSALS = ["400", "401", "403", "404", "422", "429"]
CONFIG = {
    "checks": {
        "positive_data_acceptance": {"expected-statuses": ["2xx", *REFUSALS]},
        "negative_data_rejection": {"expected-statuses": [*REFUSALS, "413", "415"]},
    },
}


@pytest.fixture
def contract(home, library):
    for number in range(3):
        StandardPageFactory(parent=home, title=f"Page {number}", show_in_menus=True)
    return schemathesis.openapi.from_wsgi(
        f"{PREFIX}openapi.json",
        get_wsgi_application(),
        config=SchemathesisConfig.from_dict(CONFIG),
    )


@pytest.fixture
def form(library):
    return GetInvolvedPage.objects.get()


@pytest.fixture
def keys(db):
    """{scope: the key of a token that has it alone}, and "" for strangers."""
    return {"": "", **{scope: key_for(scope) for scope in Scope.values}}


def kinds_of_request():
    for path, method, operation in operations():
        yield path, method, GenerationMode.POSITIVE
        # Without a parameter there is nothing to get wrong.
        if any(parameter["in"] != "header" for parameter in operation["parameters"]):
            yield path, method, GenerationMode.NEGATIVE


def tried():
    return settings(
        max_examples=TRIES,
        deadline=None,
        database=None,
        derandomize="API_TRIES" not in os.environ,
        suppress_health_check=list(HealthCheck),
    )


@pytest.mark.parametrize(("path", "method", "mode"), list(kinds_of_request()))
def test_any_request_has_an_answer_that_is_declared(path, method, mode, contract, form, keys):
    @tried()
    @given(
        case=contract[path][method].as_strategy(generation_mode=mode),
        who=st.sampled_from(list(keys)),
        is_open=st.booleans(),
        is_there=st.booleans(),
    )
    def ask(case, who, is_open, is_there):
        # The client of these tests does not unpack what it is given.
        headers = {"Accept-Encoding": "identity"}
        if who:
            headers["Authorization"] = f"Bearer {keys[who]}"
        if is_there and mode is GenerationMode.POSITIVE and "page_id" in case.path_parameters:
            case.path_parameters["page_id"] = form.pk
        with override_settings(CONTENT_API_OPEN=is_open):
            case.call_and_validate(headers=headers)

    ask()


def test_any_answers_to_a_form_are_taken_or_refused_by_name(form, client):
    offered = st.sampled_from(["Meetings", "Online", "a@example.org", "07700 900 123", "Amina"])
    texts = offered | st.text()
    answer = texts | st.lists(texts) | st.floats() | st.integers() | st.booleans() | st.none()
    path = f"/forms/{form.pk}/submissions/"
    named = st.sampled_from([question.clean_name for question in form.get_form_fields()])

    @tried()
    @given(answers=st.dictionaries(named | st.text(), answer))
    def fill_in(answers):
        with override_settings(SIGN_UPS_FROM_ONE_PLACE=10_000, SIGN_UPS_FOR_ONE_EMAIL=10_000):
            response = client.post(
                PREFIX.rstrip("/") + path, {"answers": answers}, content_type="application/json"
            )
        if response.status_code == 400:
            assert "not JSON" in response.json()["detail"]  # NaN, or half a character
        else:
            assert response.status_code in (202, 422)
            keeps_to_it(response, path, response.status_code, "post")

    fill_in()
