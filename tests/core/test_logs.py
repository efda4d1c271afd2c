"""What stands in the logs."""

import logging

from django.core import signing

from cms.core.logs import DiscreetFormatter


def line(message):
    record = logging.LogRecord("name", logging.WARNING, "", 0, message, None, None)
    return DiscreetFormatter("%(message)s").format(record)


def test_a_signed_link_is_not_in_a_line():
    for token in (signing.dumps([1, "a"]), signing.dumps(["a" * 200], compress=True)):
        assert line(f"Not Found: /sign-up/yours/{token}/") == "Not Found: /sign-up/yours/[signed]/"
    assert line(signing.Signer().sign("preview")) == "[signed]"


def test_anything_else_is():
    for words in ("Not Found: /a/b:c/", "12:30:01 10.0.0.1:8000 done", "x" * 60):
        assert line(words) == words
