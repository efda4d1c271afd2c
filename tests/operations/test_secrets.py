"""What holds while SECRET_KEY is changed, and what does not: the manual's table."""

from datetime import timedelta

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.core import signing
from django.test import Client, RequestFactory
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from cms.api.content import cursors
from cms.api.content.problems import BadRequestError
from cms.core import draft_files
from cms.core.models import PreviewLink, preview
from cms.delivery.models import Endpoint
from programme.sign_ups import links, tokens
from tests.factories import GetInvolvedPageFactory, SignUpFactory, user_in

OLD, NEW = "the-old-key-of-this-site", "the-new-key-of-this-site"
SIGNERS = (
    (tokens, "_SIGNER"),
    (draft_files, "_signer"),
    (preview, "_EDITORS"),
    (preview, "_LINKS"),
)


@pytest.fixture
def start(settings, monkeypatch):
    """`start(NEW, OLD)`: as processes do with another SECRET_KEY, and older ones."""

    def start(key, *older):
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = key, list(older)
        for module, name in SIGNERS:
            fresh = signing.Signer(salt=getattr(module, name).salt)
            monkeypatch.setattr(module, name, fresh)

    start(OLD)
    return start


@pytest.fixture
def form(home):
    return GetInvolvedPageFactory(parent=home)


def _session(form):
    client = Client()
    client.force_login(user_in("Editors"))
    return lambda: client.get("/admin/").status_code == 200


def _links_in_emails(form):
    sign_up = SignUpFactory(page=form, new_email="other@example.org")
    made = {purpose: links.token(purpose, sign_up) for purpose in links.GOOD_FOR}

    def hold():
        try:
            return all(links.read(purpose, text) == sign_up for purpose, text in made.items())
        except links.BadLinkError:
            return False

    return hold


def _form_being_filled_in(form):
    made = tokens.make(form)

    def hold():
        try:
            return bool(tokens.read(made, form))
        except tokens.UnknownTokenError:
            return False

    return hold


def _link_to_a_draft(form):
    link = PreviewLink.objects.create(
        page=form, created_by=user_in("Editors"), ends_at=timezone.now() + timedelta(days=1)
    )
    token = link.token
    return lambda: preview.key_in_links_token(token) == link.pk


def _file_of_a_draft(form):
    later = timezone.now() + timedelta(minutes=5)
    with draft_files.shown_to(draft_files.holder_until(later)):
        address = draft_files.address("/media/images/a.jpg")
    return lambda: draft_files.opens(RequestFactory().get(address))


def _cursor(form):
    request = RequestFactory().get("/api/content/v1/pages/")
    made = cursors.make(request, [3])

    def hold():
        try:
            return cursors.read(request, made) == [3]
        except BadRequestError:
            return False

    return hold


def _link_to_set_a_password(form):
    person = user_in("Editors")
    made = default_token_generator.make_token(person)
    # It reads the keys once.
    fresh = type(default_token_generator)
    return lambda: fresh().check_token(person, made)


def _webhook(form):
    endpoint = Endpoint.objects.create(name="App", url="https://www.example.org/")
    secret, now = endpoint.secret, timezone.now()

    def hold():
        headers = {
            "webhook-id": "msg_1",
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": endpoint.signatures("msg_1", now, "{}"),
        }
        try:
            return Webhook(secret).verify("{}", headers) == {}
        except WebhookVerificationError:
            return False

    return hold


MADE = pytest.mark.parametrize(
    "made",
    [
        _session,
        _links_in_emails,
        _form_being_filled_in,
        _link_to_a_draft,
        _file_of_a_draft,
        _cursor,
        _link_to_set_a_password,
        _webhook,
    ],
)


@MADE
@pytest.mark.django_db
def test_it_holds_while_the_old_key_is_among_the_fallbacks(made, start, form):
    holds = made(form)
    start(NEW, OLD)
    assert holds()


@MADE
@pytest.mark.django_db
def test_it_is_worth_nothing_once_the_old_key_is_gone(made, start, form):
    holds = made(form)
    start(NEW)
    assert not holds()


@pytest.mark.django_db
def test_a_receiver_with_a_new_secret_takes_what_comes_while_both_keys_sign(start, form):
    endpoint = Endpoint.objects.create(name="App", url="https://www.example.org/")
    start(NEW, OLD)
    secret, now = endpoint.renew_secret(), timezone.now()
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": endpoint.signatures("msg_1", now, "{}"),
    }
    assert Webhook(secret).verify("{}", headers) == {}
