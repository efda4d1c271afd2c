"""A mail server that is there, away, and back."""

import email
import email.policy

from aiosmtpd.controller import Controller

from tests.ports import free_port


class Letterbox:
    """A context manager. `letters` are (to, letter)."""

    def __init__(self):
        self.letters = []
        self.port = free_port()
        self.controller = None

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.letters.append((envelope.rcpt_tos, letter))
        return "250 OK"

    def open(self):
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    def close(self):
        if self.controller is not None:
            self.controller.stop()
            self.controller = None

    def __enter__(self):
        self.open()
        return self

    def __exit__(self, *_):
        self.close()
