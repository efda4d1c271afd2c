"""The server is killed while people sign up: what it has acknowledged is there."""

import time
from concurrent.futures import ThreadPoolExecutor

from tests.served import Served

from .sending import COUNT, MAKE_A_FORM, open_form, send

KILLED_AFTER = [1, 8, 15]  # sign-ups were acknowledged
PEOPLE = 40  # each time


def test_a_kill_at_any_moment_loses_no_sign_up_that_was_acknowledged(tmp_path):
    acknowledged = []

    def sign_up(url, token, email):
        try:
            if send(url, token, email) == 303:
                acknowledged.append(email)
        except OSError:
            pass  # no answer: the person was told nothing

    with Served(tmp_path, SIGN_UPS_FROM_ONE_PLACE="10000") as site:
        page = f"/{site.run(MAKE_A_FORM)}/"
        for number, enough in enumerate(KILLED_AFTER):
            site.start(page)
            forms = [open_form(site.address + page) for _ in range(PEOPLE)]
            time.sleep(2.1)  # as long as a person takes at least
            before = len(acknowledged)
            with ThreadPoolExecutor(8) as people:
                for person, (action, token) in enumerate(forms):
                    email = f"person-{number}-{person}@example.org"
                    people.submit(sign_up, site.address + action, token, email)
                deadline = time.monotonic() + 30
                while len(acknowledged) < before + enough and time.monotonic() < deadline:
                    time.sleep(0.001)
                site.kill()
        kept = site.run(COUNT).split()
    assert sum(KILLED_AFTER) <= len(acknowledged) < len(KILLED_AFTER) * PEOPLE
    assert set(acknowledged) <= set(kept)
    assert len(kept) == len(set(kept))
