"""One request to receivers that are good, slow, broken or hostile."""

import socket
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cms.delivery import addresses, sending
from cms.delivery.sending import post
from tests.delivery.receiver import Receiver


def timed(function, *args):
    started = time.monotonic()
    return function(*args), time.monotonic() - started


def test_a_message_arrives_as_it_is(receiver):
    answer = post(receiver.url, '{"a": "ü"}', {"Content-Type": "application/json"})
    assert answer.is_taken
    assert (answer.status, answer.text, answer.error) == (200, "Thanks", "")
    (request,) = receiver.requests
    assert request.path == "/hooks?key=1"
    assert request.body.decode() == '{"a": "ü"}'
    assert request.headers["Host"] == f"127.0.0.1:{receiver.port}"
    assert request.headers["Content-Type"] == "application/json"


def test_a_failure_says_its_status_and_its_text_without_what_a_database_can_not_keep(receiver):
    receiver.behave = "fail"
    answer = post(receiver.url, "{}", {})
    assert not answer.is_taken
    assert answer.error == "It answered 500."
    assert answer.text == "<b>Oh no</b>\ufffd"


def test_a_redirect_is_not_followed(receiver):
    receiver.behave = "redirect"
    answer = post(receiver.url, "{}", {})
    assert not answer.is_taken
    assert answer.error == "It answered 301. Redirects are not followed."
    assert [request.path for request in receiver.requests] == ["/hooks?key=1"]


def test_a_connection_that_is_closed_is_an_error_in_a_sentence(receiver):
    receiver.behave = "close"
    answer = post(receiver.url, "{}", {})
    assert answer.status is None
    assert answer.error.startswith("There was no answer: ")


def test_nobody_at_the_address_is_an_error_in_a_sentence():
    with Receiver() as gone:
        url = gone.url
    assert post(url, "{}", {}).error.startswith("There was no answer: ")


@pytest.mark.parametrize("behave", ["wait", "dribble"])
def test_a_slow_receiver_costs_no_more_than_its_time(receiver, behave):
    receiver.behave = behave
    answer, took = timed(post, receiver.url, "{}", {})
    assert answer.status is None
    assert answer.error.startswith("It took longer than")
    assert 0.4 < took < 1.5


def test_a_good_status_counts_though_the_text_never_ends(receiver):
    receiver.behave = "dribble_text"
    answer, took = timed(post, receiver.url, "{}", {})
    assert answer.is_taken
    assert answer.text.startswith("yesaa")
    assert took < 1.5


def test_of_ten_megabytes_a_few_kilobytes_are_read(receiver):
    receiver.behave = "flood"
    answer = post(receiver.url, "{}", {})
    assert answer.is_taken
    assert len(answer.text) == sending.MOST_READ
    assert receiver.sent < 9_000_000  # what the network holds, and not all of it


def test_a_handshake_that_never_ends_costs_no_more_than_its_time():
    with socket.create_server(("127.0.0.1", 0)) as server:
        stop = threading.Event()

        def dribble():
            taken, _ = server.accept()
            with taken:
                # The beginning of a long TLS record, a byte at a time.
                taken.sendall(b"\x16\x03\x03\x3f\xff")
                while not stop.wait(0.05):
                    try:
                        taken.sendall(b"\x02")
                    except OSError:
                        return

        thread = threading.Thread(target=dribble)
        thread.start()
        answer, took = timed(post, f"https://127.0.0.1:{server.getsockname()[1]}/", "{}", {})
        stop.set()
        thread.join()
    assert answer.error.startswith("It took longer than")
    assert took < 1.5


class TestTls:
    @pytest.fixture
    def certified(self, tmp_path, monkeypatch):
        """A server for `hooks.example.org`, whose certificate is our own authority's."""
        certificate, context = certificate_for("hooks.example.org", tmp_path)
        make = ssl.create_default_context

        def trusting():
            trusting = make()
            trusting.load_verify_locations(certificate)
            return trusting

        monkeypatch.setattr(ssl, "create_default_context", trusting)
        with Receiver() as receiver:
            receiver.server.socket = context.wrap_socket(receiver.server.socket, server_side=True)
            yield receiver

    @pytest.fixture(autouse=True)
    def _names(self, monkeypatch):
        found = socket.getaddrinfo

        def here(host, port, *args, **kwargs):
            return found(
                "127.0.0.1" if host.endswith(".example.org") else host, port, *args, **kwargs
            )

        monkeypatch.setattr(addresses.socket, "getaddrinfo", here)

    def test_the_certificate_must_be_of_the_name_and_not_of_the_address(self, certified):
        assert post(f"https://hooks.example.org:{certified.port}/", "{}", {}).is_taken
        assert certified.requests[0].headers["Host"] == f"hooks.example.org:{certified.port}"
        answer = post(f"https://other.example.org:{certified.port}/", "{}", {})
        assert answer.error.startswith("Its certificate is not valid: Hostname mismatch")

    def test_a_certificate_that_nobody_vouches_for_is_refused(self, certified, monkeypatch):
        monkeypatch.undo()
        answer = post(f"https://127.0.0.1:{certified.port}/", "{}", {})
        assert answer.error == "Its certificate is not valid: self-signed certificate."


class TestPrivateNetworks:
    @pytest.fixture(autouse=True)
    def _closed(self, settings):
        settings.WEBHOOK_ALLOW_PRIVATE_NETWORKS = False

    @pytest.mark.parametrize(
        "address",
        [
            "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0",  # noqa: S104
            "100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%1", "fd00::1",
            "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::",
            "2002:7f00:1::1",
        ],
    )  # fmt: skip
    def test_an_address_inside_one_is_not_public(self, address):
        assert not addresses.is_public(address)

    @pytest.mark.parametrize(
        "address", ["93.184.215.14", "2606:4700::6810:84e5", "::ffff:93.184.215.14"]
    )
    def test_an_address_of_the_whole_internet_is_public(self, address):
        assert addresses.is_public(address)

    @pytest.mark.parametrize(
        "host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"]
    )
    def test_nothing_is_sent_to_one_however_it_is_written(self, host, receiver):
        answer = post(f"https://{host}:{receiver.port}/", "{}", {})
        assert "inside a private network" in answer.error
        assert receiver.requests == []

    def test_a_name_that_has_a_private_address_among_others_is_refused(self, monkeypatch):
        monkeypatch.setattr(addresses.socket, "getaddrinfo", names("93.184.215.14", "10.0.0.1"))
        answer = post("https://hooks.example.org/", "{}", {})
        assert answer.error == "hooks.example.org is inside a private network."

    def test_a_name_that_changes_after_the_check_changes_nothing(
        self, receiver, monkeypatch, settings
    ):
        asked = []
        public, private = names("93.184.215.14"), names("127.0.0.1")

        def rebinding(*args, **kwargs):
            asked.append(args[0])
            return (public if len(asked) == 1 else private)(*args, **kwargs)

        connected = []

        def connect(self, address):
            connected.append(address)
            raise ConnectionRefusedError("no network in tests")

        monkeypatch.setattr(addresses.socket, "getaddrinfo", rebinding)
        monkeypatch.setattr(socket.socket, "connect", connect)
        answer = post(f"https://hooks.example.org:{receiver.port}/", "{}", {})
        assert answer.error == "There was no answer: no network in tests."
        assert asked == ["hooks.example.org"]
        assert connected == [("93.184.215.14", receiver.port)]
        assert receiver.requests == []

    @pytest.mark.parametrize(
        ("url", "sentence"),
        [
            ("http://93.184.215.14/", "must begin with https://"),
            ("ftp://93.184.215.14/", "not an address that can be called"),
            ("file:///etc/passwd", "not an address that can be called"),
            ("https://", "not an address that can be called"),
            ("https://[::1/", "not an address that can be called"),
            ("https://a.example:99999/", "not an address that can be called"),
            ("https://münchen.example/", "not an address that can be called"),
            ("https://me:secret@93.184.215.14/", "must not hold a name or a password"),
            (f"https://{'a' * 70}.example/", "could not be found"),
            ("https://nothing-here.invalid/", "could not be found"),
        ],
    )
    def test_what_is_no_address_for_us_is_refused_in_a_sentence(self, url, sentence):
        assert sentence in post(url, "{}", {}).error


def certificate_for(name, folder):
    """A certificate that vouches for itself, as a file, and a server's context with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    whose = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(whose)
        .issuer_name(whose)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    certificate_file, key_file = folder / "certificate.pem", folder / "key.pem"
    certificate_file.write_bytes(certificate.public_bytes(encoding))
    key_file.write_bytes(
        key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate_file, key_file)
    return certificate_file, context


def names(*addresses):
    """A look-up that gives these addresses for any name."""

    def look_up(host, port, *args, **kwargs):
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses
        ]

    return look_up
