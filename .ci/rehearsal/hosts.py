"""More web processes than two, and another machine, behind one Varnish."""

from pathlib import Path

from machine import OTHER_ADDRESS, Other, last_words, run
from typist import answers, ctl, say, sql, type_blocks, varnish_sees_all, wait_until
from web import Browser, Editor, Person, expect

HERE = ("co-production-web@8000", "co-production-web@8001", "co-production-web@8002")
SETTINGS = "etc/co-production/env"


def several(site):
    type_blocks("### Another process on this machine")
    _see("third", 8002)
    run("restart-web third=8002")
    say("A third process is there, and is started anew as the others are.")
    other = Other()
    type_blocks("### Another machine", slice(0, 1))
    run("restart-web third=8002")
    type_blocks("### Another machine", slice(1, 2))
    for heading in ("### 2. A user and its folders", "### 3. A release"):
        type_blocks(heading, on=other)
    (other.root / SETTINGS).write_text(Path("/", SETTINGS).read_text())
    type_blocks("### Another machine", slice(2, None), on=other)
    _see("other", 8000, OTHER_ADDRESS)
    _publish_on_both(site)
    _clients_are_known()
    ctl("stop", *HERE)()
    for number in range(20):
        status = Browser().get(f"/toolkit/?alone={number}").status
        expect(status == 200, f"The other machine alone answers {status}.")
    # What is sent is not sent again to another, so not before Varnish has found who is gone.
    wait_until(_varnish_sees_only_one, 30, "Varnish does not find that the others are gone.")
    answer = Person().signs_up("other@example.org").status
    expect(answer == 303, f"The other machine alone answers {answer} to a form.")
    ctl("start", *HERE)()
    wait_until(varnish_sees_all, 60, "Varnish does not see all of them again.")
    say("With no web process here, the other machine answers: pages that nobody had, and a form.")


def _see(name, port, at="127.0.0.1"):
    wait_until(lambda: answers(port, at), 60, f"{name} does not answer.")
    wait_until(varnish_sees_all, 60, f"Varnish does not find {name} well.")
    expect(name in run("varnishadm backend.list"), f"Varnish does not know {name}.")


def _varnish_sees_only_one() -> bool:
    return run("varnishadm backend.list").count("sick") == len(HERE)


def _publish_on_both(site):
    """What is published at one machine is seen at the other, and through Varnish, at once."""
    there = Editor(8000, OTHER_ADDRESS)
    there.cookies = site.editor.cookies
    for number in range(3):
        for editor, name in ((site.editor, "here"), (there, "there")):
            title = f"Published {name} for the {number}th time"
            readers = Browser(), Browser(8000), Browser(8002), Browser(8000, OTHER_ADDRESS)
            for reader in readers:
                reader.get("/rehearsal/")
            status = editor.publish(site.page, title)
            expect(status == 302, f"Publishing {name} answers {status}.\n{last_words()}")
            for reader in readers[1:]:
                seen = reader.get("/rehearsal/").text
                expect(title in seen, f"{title}: {reader.at}:{reader.port} shows an old page.")
            wait_until(
                lambda: title in Browser().get("/rehearsal/").text,  # noqa: B023
                1,
                f"{title}: Varnish shows an old page.",
            )
    say("What is published on one machine is seen on the other at once, and through Varnish.")


def _clients_are_known():
    """Whom Varnish speaks for is believed there, too."""
    client = Browser(8000, OTHER_ADDRESS)
    through = {"X-Forwarded-For": "203.0.113.7, 127.0.0.1", "X-Forwarded-Proto": "https"}
    page = client.get("/admin/login/").text
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    wrong = {"csrfmiddlewaretoken": token, "username": "nobody@example.org", "password": "wrong"}
    client.ask("/admin/login/", wrong, headers=through)
    address = sql("SELECT host(ip_address) FROM axes_accessattempt ORDER BY id DESC LIMIT 1")
    expect(address == "203.0.113.7", f"Who comes through Varnish seems to come from {address}.")
