"""Does what docs/operations.md says, word by word, and sees that what it says is true.

    .venv/bin/python .ci/rehearsal                      # all of it
    .venv/bin/python .ci/rehearsal Secrets machine      # the trials with these words

On a bare Debian machine inside this one (see machine.py). The manual's blocks of shell are
run as they stand there, but for what is in INSTEAD (typist.py). It needs root and Debian.
"""

import json
import os
import re
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import machine
from hosts import several
from machine import HERE_ADDRESS, MAIL, STORE, Mail, Store, run
from typist import (
    ADMIN,
    MANUAL,
    answers,
    ctl,
    say,
    set_by_hand,
    sql,
    type_blocks,
    varnish_sees_all,
    wait_until,
)
from upgrading import PREVIOUS, upgrade
from web import Browser, Editor, Person, expect

PACKAGES = "### 1. What it runs on"

# What the manual's own policy for the bucket's key says.
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": ["s3:ListBucket"],
            "Resource": f"arn:aws:s3:::{Store.bucket}",
        },
        {
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
            "Resource": f"arn:aws:s3:::{Store.bucket}/*",
        },
    ],
}
# What /health/ready/ must say, and what the manual says of it: a changed sentence wants a
# changed trial.
AWAY = {
    "database": "503. Pages that the page cache has are still given, as old copies",
    "cache": "pages are made anew for each reader",
    "media": "pictures and downloads fail; uploads are refused with a sentence",
    "mail": "sign-ups are kept. Emails are tried again for three days",
    "worker": "pages and forms work. Emails, webhooks and downloads wait",
    "edge": "publishing works. Readers may see an old page until the edge is told",
}


@contextmanager
def step(what):
    print(f"\n=== {what}", flush=True)
    started = time.monotonic()
    yield
    say(f"This took {time.monotonic() - started:.0f} s.")


def main(wanted):
    machine.end_in_time()
    with step("Install"):
        machine.furnish()
        mail = Mail()
        mail.start()
        store = Store(POLICY)
        site = Site(store, mail)
        install(store)
    with step("A page is published, and seen through the edge"):
        publish(site)
    trials = {
        "Each part is stopped": stop_parts,
        "A backup is restored into another database, and equals the first": restore,
        "Secrets are changed": rotate,
        f"Upgrade from {PREVIOUS[:7]}, with readers, an editor and sign-ups": upgrade,
        "A third web process, and another machine": several,
    }
    for what, trial in trials.items():
        if not wanted or any(word in what for word in wanted):
            with step(what):
                trial(site)
    say("All that was tried is as the manual says.")


class Site:
    def __init__(self, store, mail):
        self.store, self.mail, self.editor, self.page = store, mail, Editor(), ""

    def ready(self, port=8000):
        """(status, what is away) of one web process."""
        answer = Browser(port).ask("/health/ready/")
        said = json.loads(answer.body)
        away = [name for name, it in said["services"].items() if it["status"] == "away"]
        return answer.status, said["status"], away


def install(store):
    type_blocks(PACKAGES, slice(1, None))
    for number in ("### 2. A user and its folders", "### 3. A release"):
        type_blocks(number)
    expect(oct(Path("/etc/co-production/env").stat().st_mode)[-3:] == "600", "Anyone reads it.")
    set_by_hand(
        EMAIL_URL=f"smtp://{HERE_ADDRESS}:{MAIL}",
        DEFAULT_FROM_EMAIL="co-production@council.test",
        AWS_S3_ENDPOINT_URL=f"http://{HERE_ADDRESS}:{STORE}",
        AWS_ACCESS_KEY_ID=store.key,
        AWS_SECRET_ACCESS_KEY=store.secret,
        # All who come here come from one place.
        SIGN_UPS_FROM_ONE_PLACE="10000",
        RATE_SEARCH="",
        RATE_FORM="",
        DJANGO_SUPERUSER_PASSWORD="a bridge over two rivers".replace(" ", "-"),
    )
    type_blocks("### 4. Settings")
    type_blocks("### 5. The site")
    type_blocks("### 6. Varnish and https")
    type_blocks("### 7. See that it works")


def publish(site):
    password = re.search(
        r"^DJANGO_SUPERUSER_PASSWORD=(.*)$", Path("/etc/co-production/env").read_text(), re.M
    )[1]
    site.password = password
    site.editor.sign_in(ADMIN, password)
    say("An administrator signs in over https, and sets up an app for codes.")
    title = "Seen at once"
    site.page = site.editor.make_page(title)
    started = time.monotonic()
    Browser().get("/rehearsal/")
    for title in ("Changed once", "Changed twice"):
        expect(site.editor.publish(site.page, title) == 302, "It is not published.")
        started = time.monotonic()
        wait_until(lambda: title in Browser().get("/rehearsal/").text, 1, "It is not seen.")  # noqa: B023
        say(
            f"“{title}” is seen through nginx and Varnish {time.monotonic() - started:.2f} s later."
        )
    answers = {Browser().get("/rehearsal/").headers["X-Cache"] for _ in range(3)}
    expect("edge" in answers, f"Varnish keeps nothing: {answers}.")
    plain = Browser(80).ask("/", headers={"X-Forwarded-Proto": "http"})
    expect(plain.status == 301, "http is not sent on to https.")


@contextmanager
def away(site, service, stop, start, status=200, within=10):
    """A part is stopped, is found to be away, is started, and all is well without a restart."""
    rows = MANUAL.table("### Health", "service")
    expect(rows[service][1] == AWAY[service], f"The manual says something else of {service}.")
    stop()
    word = "down" if status == 503 else "degraded"
    took = wait_until(
        lambda: site.ready()[:2] == (status, word) and service in site.ready()[2],
        within,
        f"/health/ready/ does not say that {service} is away: {site.ready()}.",
    )
    say(f"{service} is stopped. /health/ready/ says {status} and “{word}” {took:.1f} s later.")
    yield
    start()
    took = wait_until(
        lambda: all(site.ready(port) == (200, "ok", []) for port in (8000, 8001)),
        60,
        f"With {service} back, it is not well: {site.ready()}.",
    )
    say(f"{service}: {AWAY[service]} — so it is. All is well {took:.1f} s after it came back.")


def stop_parts(site):
    read = Browser().get
    sent = site.mail.letters()
    worker = "co-production-worker"
    with away(site, "worker", ctl("stop", worker), ctl("start", worker), within=45):
        expect(read("/toolkit/?n=1").status == 200, "Pages do not work.")
        expect(Person().signs_up("one@example.org").status == 303, "Forms do not work.")
        time.sleep(1)
        expect(site.mail.letters() == sent, "The email did not wait.")
    wait_until(lambda: site.mail.letters() > sent, 90, "The email that waited is not sent.")
    sent = site.mail.letters()
    with away(site, "mail", site.mail.stop, site.mail.start, within=45):
        expect(Person().signs_up("two@example.org").status == 303, "The sign-up is not taken.")
        kept = sql("SELECT count(*) FROM programme_signup WHERE email = 'two@example.org'")
        expect(kept == "1", "The sign-up is not kept.")
    redis = "redis-server"
    with away(site, "cache", ctl("stop", redis), ctl("start", redis)):
        expect(read("/toolkit/?n=2").status == 200, "Pages do not work without Redis.")
        expect(site.editor.publish(site.page, "Without Redis") == 302, "Nothing can be published.")
    picture = re.search(r'src="(/media/[^"]+)"', read("/").text)
    with away(site, "media", site.store.stop, site.store.start, within=20):
        expect(read("/toolkit/?n=3").status == 200, "Pages do not work without the bucket.")
        if picture:
            direct = Browser(8000).get(picture[1]).status
            expect(direct >= 500, f"A picture answers {direct} without the bucket.")
    with away(site, "edge", ctl("stop", "varnish"), ctl("start", "varnish"), within=20):
        started = time.monotonic()
        answer = Editor(8000)
        answer.cookies = site.editor.cookies
        expect(answer.publish(site.page, "Without Varnish") == 302, "Nothing can be published.")
        expect(time.monotonic() - started < 5, "Publishing waits for Varnish.")
    wait_until(lambda: "Without Varnish" in read("/rehearsal/").text, 10, "It shows an old page.")
    for port in (8000, 8001):
        for _ in range(20):  # until each of its workers keeps the page
            Browser(port).get("/about/")
    database = "postgresql"
    with away(site, "database", ctl("stop", database), ctl("start", database), status=503):
        for port in (8000, 8001):
            kept = Browser(port).get("/about/").status
            expect(kept == 200, f"A page that was kept answers {kept} at {port}.")
        refused = read("/toolkit/?n=4")
        expect(
            refused.status == 503 and refused.headers["Retry-After"],
            f"What was not kept answers {refused.status}.",
        )
    for unit in ("co-production-web@8001", "co-production-web@8000"):
        ctl("stop", unit)()
        for number in range(20):
            answer = read(f"/toolkit/?one={unit[-1]}{number}")
            said = f"{answer.status} {dict(answer.headers)} {answer.text[:500]}"
            backends = run("varnishadm backend.list")
            expect(answer.status == 200, f"Without {unit}, readers get {said}\n{backends}")
        ctl("start", unit)()
        port = int(unit[-4:])
        wait_until(lambda: answers(port) and varnish_sees_all(), 120, f"{unit} does not start.")  # noqa: B023
        say(f"{unit} is stopped: 20 pages that no cache had are read, and no request fails.")
    webs = ("co-production-web@8000", "co-production-web@8001")
    ctl("stop", worker)()  # or a picture that it ends just now has Varnish forget the page
    read("/about/")
    ctl("stop", *webs)()
    given = read("/about/").status
    expect(given == 200, f"Varnish does not give what it has, but {given}.")
    expect(read("/toolkit/?n=5").status == 503, "A page that nobody has is not refused.")
    ctl("start", *webs, worker)()
    wait_until(lambda: read("/toolkit/?n=6").status == 200, 30, "It is not read again.")
    say("Both web processes are stopped: Varnish gives what it has, and 503 for the rest.")


SEEN = "import django, json; django.setup(); from tests.backup import whole_site; "
SEEN += "print(json.dumps(whole_site.seen(), sort_keys=True))"


def seen(**environment) -> dict:
    """All that can be compared of a site: rows, files, pages, and who may do what."""
    environment |= {"WAGTAILADMIN_BASE_URL": "http://testserver", "ALLOWED_HOSTS": "*"}
    script = (
        'given=$(export -p); set -a; . /etc/co-production/env; set +a; eval "$given"; '
        "cd -P /opt/co-production/current; "
        f"runuser -u co-production -- .venv/bin/python -c '{SEEN}' "
        "2>>/run/rehearsal/log/co-production-seen"
    )
    return json.loads(run(script, **environment).strip().splitlines()[-1])


def restore(site):
    run("systemctl stop co-production-worker; systemctl start co-production-backup")
    before = seen()
    type_blocks("### Try it")
    live = re.search(r"^DATABASE_URL=(.*)$", Path("/etc/co-production/env").read_text(), re.M)[1]
    after = seen(
        DATABASE_URL=f"{live}_try",
        AWS_STORAGE_BUCKET_NAME="",
        MEDIA_ROOT="/var/lib/co-production/try/media",
        VAR_DIR="/var/lib/co-production/try",
        STATIC_ROOT="/var/lib/co-production/static",
        CACHE_URL="",
        EDGE_PURGE_URL="",
    )
    for what, things in before.items():
        if isinstance(things, dict):
            differ = [key for key in things if things[key] != after[what].get(key)]
            expect(not differ, f"After the restore, {what} differ: {differ[:5]}")
        differ = difference(things, after[what])
        expect(not differ, f"After the restore, {what} differ: {differ}")
    counts = f"{sum(map(len, before['rows'].values()))} rows of {len(before['rows'])} tables"
    say(f"The same: {counts}, {len(before['files'])} files, {len(before['pages'])} pages.")
    run("runuser -u postgres -- dropdb co_production_try; systemctl start co-production-worker")


def difference(one, other, where="") -> str:
    """The first place in which two things of JSON differ, and what is there; "" if none."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        parts = ((f"{where}.{key}", one[key], other[key]) for key in one)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        parts = (
            (f"{where}[{number}]", *pair)
            for number, pair in enumerate(zip(one, other, strict=True))
        )
    else:
        return "" if one == other else f"{where}: {one!r:.300} and {other!r:.300}"
    found = (difference(*pair, place) for place, *pair in parts)
    return next(filter(None, found), "")


def rotate(site):
    type_blocks("### `SECRET_KEY`")
    token, password = "another-token-for-metrics", "another-password-for-redis"
    set_by_hand(
        METRICS_TOKEN=token,
        BACKUP_KEY=re.search(r"age1\w+", run("manage.py backup --make-key"))[0],
        AWS_ACCESS_KEY_ID=site.store.next_key,
        AWS_SECRET_ACCESS_KEY=site.store.next_secret,
        CACHE_URL=f"redis://:{password}@127.0.0.1:6379/0",
    )
    with Path("/etc/redis/redis.conf").open("a") as settings:
        settings.write(f"requirepass {password}\n")
    run("systemctl restart redis-server")
    for port in (8000, 8001):
        wait_until(lambda: "cache" in site.ready(port)[2], 10, "Redis asks for no password.")  # noqa: B023
    expect(Browser().get("/toolkit/?n=7").status == 200, "Pages are not read in between.")
    type_blocks("### The others")
    expect(site.editor.get("/admin/").status == 200, "Who was signed in is so no more.")
    for port in (8000, 8001):
        expect(site.ready(port)[1:] == ("ok", []), f"A process is not well: {site.ready(port)}.")
        for word, status in ((token, 200), ("the one before", 401)):
            asked = {"Authorization": f"Bearer {word}"}
            answer = Browser(port).ask("/metrics/", headers=asked).status
            expect(answer == status, f"/metrics/ answers {answer} for a token.")
    expect(site.editor.publish(site.page, "With new secrets") == 302, "Nothing can be published.")
    run("systemctl start co-production-backup")
    say("With other secrets of each kind that is here, who was signed in still is.")


def install_packages():
    """On this machine itself, once whoever else installs something has done so."""
    started = time.monotonic()
    packages = ["bash", "-euo", "pipefail", "-c", MANUAL.blocks(PACKAGES)[0]]
    while True:
        done = subprocess.run(packages, capture_output=True, text=True, timeout=300)
        if not done.returncode:
            return
        if "Could not get lock" not in done.stderr or time.monotonic() - started > 120:
            sys.exit(done.stderr[-2000:])
        time.sleep(2)


if __name__ == "__main__":
    if os.geteuid() != 0:
        sys.exit("The rehearsal makes a machine inside this one: it needs root.")
    if not machine.is_inside():
        install_packages()
        say("Debian's packages are there.")
        sys.exit(machine.enter())
    main(sys.argv[1:])
