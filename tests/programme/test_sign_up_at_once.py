"""Several requests in the same moment, on a database that serves them all."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client

from cms.api.content.api import PREFIX
from programme.models import SignUp, SignUpMessage
from programme.sign_ups import taking
from tests.factories import GetInvolvedPageFactory

from .conftest import ANSWERS

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(
        connection.vendor == "sqlite", reason="its test database serves one connection"
    ),
]


def at_once(times, work):
    start = Barrier(times)

    def each(number):
        start.wait(timeout=20)
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(each, range(times)))


@pytest.fixture
def answered(home):
    page = GetInvolvedPageFactory(parent=home)
    form = page.get_form(ANSWERS, page=page)
    assert form.is_valid()
    return page, form.cleaned_data


def test_of_four_with_one_key_one_makes_the_sign_up(answered):
    page, answers = answered
    kept = at_once(4, lambda _: taking.take(page, answers, key="k", sender="s").pk)
    assert len(set(kept)) == 1
    assert SignUp.objects.count() == 1
    assert SignUpMessage.objects.count() == 1


def test_of_four_confirmations_one_counts(answered):
    page, answers = answered
    sign_up = taking.take(page, answers, key="k", sender="s")
    said = at_once(4, lambda _: taking.confirm(SignUp.objects.get(pk=sign_up.pk)))
    assert sorted(said) == [False, False, False, True]


def test_of_two_managers_who_move_one_on_the_second_is_told(answered):
    page, answers = answered
    pk = taking.take(page, answers, key="k", sender="s").pk
    taking.confirm(SignUp.objects.get(pk=pk))
    at_the_start = [SignUp.objects.get(pk=pk) for _ in range(2)]

    def move(number):
        try:
            taking.move(at_the_start[number], ["contacted", "closed"][number])
        except taking.MoveError as error:
            return str(error)

    said = at_once(2, move)
    assert sorted(said, key=str)[1] is None or sorted(said, key=str)[0] is None
    assert any(words and "Somebody else" in words for words in said)


def test_of_four_that_come_over_the_api_with_one_idempotency_key_one_is_kept(home):
    page = GetInvolvedPageFactory(parent=home)
    path = f"{PREFIX}forms/{page.pk}/submissions/"
    given = {name: answer for name, answer in ANSWERS.items() if answer}

    def post(number):
        return Client().post(
            path,
            {"answers": {**given, "name": ["Amina", "Ama"][number % 2]}},
            content_type="application/json",
            headers={"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"},
        )

    answers = at_once(4, post)
    assert sorted(answer.status_code for answer in answers) == [202, 202, 422, 422]
    assert SignUp.objects.count() == 1
