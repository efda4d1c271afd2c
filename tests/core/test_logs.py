"""What stands in the logs."""

import json
import logging
import subprocess
import sys

import pytest
from django.core import signing

from cms.core.logs import DiscreetFormatter, ForReaders, JSONFormatter
from cms.core.watching.scope import scope


def record(message, *args, **options):
    return logging.LogRecord("name", logging.WARNING, "", 0, message, args, None, **options)


def line(message):
    return DiscreetFormatter("%(message)s").format(record(message))


def test_a_signed_link_is_not_in_a_line():
    for token in (signing.dumps([1, "a"]), signing.dumps(["a" * 200], compress=True)):
        assert line(f"Not Found: /sign-up/yours/{token}/") == "Not Found: /sign-up/yours/[signed]/"
    assert line(signing.Signer().sign("preview")) == "[signed]"


@pytest.mark.parametrize(
    ("said", "logged"),
    [
        ("No such user: amina.o'neill+x@example.org.", "No such user: amina.o'[email]."),
        ("GET '/search/?q=Amina'", "GET '/search/?[query]'"),
        (
            "https://hooks.example.org/?key=1 failed",
            "https://hooks.example.org/?[query] failed",
        ),
        ("redis://user:pass@cache:6379/1 is away", "redis://[secret]@cache:6379/1 is away"),
        (
            "null value\nDETAIL:  Failing row contains (1, Amina, 1980).\nHINT: None.",
            "null value\nDETAIL: [row]\nHINT: None.",
        ),
    ],
)
def test_nothing_personal_or_secret_is_in_a_line(said, logged):
    assert line(said) == logged


def test_anything_else_is():
    for words in (
        "Not Found: /a/b:c/",
        "12:30:01 10.0.0.1:8000 done",
        "x" * 60,
        "Why? Because.",
        "a @decorator, 3 @ 5",
    ):
        assert line(words) == words


def test_a_line_says_which_request_it_is_of():
    said = DiscreetFormatter("%(levelname)s %(name)s%(about)s %(message)s")
    assert said.format(record("Done")) == "WARNING name Done"
    with scope(request_id="abcdefgh"):
        assert said.format(record("Done")) == "WARNING name [abcdefgh] Done"
        with scope(task_id="12345678"):
            assert said.format(record("Done")) == "WARNING name [12345678] Done"


def test_a_process_that_ends_in_a_task_says_nothing_of_its_own_about_it():
    script = (
        "import django, types; django.setup(); from cms.core.watching.scope import task_begins; "
        "task = types.SimpleNamespace(module_path='a.task'); "
        "task_begins(types.SimpleNamespace(id=1, task=task))"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True)  # noqa: S603
    assert (done.returncode, done.stderr) == (0, "")


def test_json_is_one_line_whatever_is_said():
    try:
        raise ValueError('amina@example.org said "no"')
    except ValueError:
        failed = record("Two\nlines %s", "“ü”")
        failed.exc_info = sys.exc_info()
    said = JSONFormatter().format(failed)
    assert len(said.splitlines()) == 1
    found = json.loads(said)
    assert (found["message"], found["level"], found["logger"]) == (
        "Two\nlines “ü”",
        "WARNING",
        "name",
    )
    assert found["exception"].endswith('ValueError: [email] said "no"')


def test_load_balancers_are_not_in_the_log(rf):
    for path, logged in (("/health/ready/", False), ("/about/", True)):
        said = record("Service Unavailable")
        said.request = rf.get(path)
        assert ForReaders().filter(said) == logged
    assert ForReaders().filter(record("Of no request"))
