"""Does what docs/operations.md says, word by word, and sees that what it says is true.

    .venv/bin/python .ci/rehearsal

On a bare Debian machine inside this one (see machine.py). The manual's blocks of shell are
run as they stand there, but for what is in BY_HAND and INSTEAD. It needs root and Debian.
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
from machine import MAIL, REPOSITORY, STORE, Mail, Store, run
from manual import Manual
from web import Browser, Crowd, Editor, Person, expect

MANUAL = Manual((REPOSITORY / "docs" / "operations.md").read_text())
PACKAGES, UPGRADE = "### 1. What it runs on", "## Upgrade without downtime"
PREVIOUS = (REPOSITORY / ".ci" / "previous-release").read_text().strip()
VENV = Path(sys.prefix).resolve()
# The packages are here already, with their hashes looked at: `make run` of .ci/newcomer.py
# types pip's line. The repository is this one.
INSTEAD = {
    "https://git.example.org/co-production.git": f"file://{REPOSITORY}",
    'python3 -m venv "$release/.venv"': 'mkdir "$release/.venv"',
    '"$release/.venv/bin/pip" install --quiet --require-hashes -r "$release/requirements.txt"': (
        f'mount --bind {VENV} "$release/.venv"'
    ),
}
# Renditions and the toolkit's downloads take minutes, and the newcomer's machine makes them.
# Here, whoever asks for a picture first waits for it.
INSTEAD["manage.py set_up"] = """manage.py shell --verbosity 0 -c "
from dataclasses import replace
from django.core.management import call_command
from django_tasks_db.models import DBTaskResult
from cms.core import tasks as pictures
from resources import tasks as downloads
def nothing(*args, **options): pass
pictures.make_renditions = replace(pictures.make_renditions, func=nothing)
downloads.refresh_exports = replace(downloads.refresh_exports, func=nothing)
call_command('set_up')
DBTaskResult.objects.filter(queue_name=pictures.SLOW).delete()
" """
ADMIN = "you@example.org"
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
began = time.monotonic()


def say(what):
    print(f"{time.monotonic() - began:6.1f} s  {what}", flush=True)


@contextmanager
def step(what):
    print(f"\n=== {what}", flush=True)
    started = time.monotonic()
    yield
    say(f"This took {time.monotonic() - started:.0f} s.")


def type_blocks(heading, which=slice(None)):
    """Type the blocks of a section."""
    for block in MANUAL.blocks(heading)[which]:
        for words, others in INSTEAD.items():
            block = block.replace(words, others)
        run(block)
        say("\n          ".join(["Typed:", *block.strip().splitlines()]))


def main():
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
    with step("Each part is stopped"):
        stop_parts(site)
    with step("A backup is restored into another database, and equals the first"):
        restore()
    with step("Secrets are changed"):
        rotate(site)
    with step(f"Upgrade from {PREVIOUS[:7]}, with readers, an editor and sign-ups"):
        upgrade(site)
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


def wait_until(holds, seconds, otherwise):
    started = time.monotonic()
    while not holds():
        if time.monotonic() - started > seconds:
            sys.exit(f"{otherwise}\n{machine.last_words()}")
        time.sleep(0.1)
    return time.monotonic() - started


def set_by_hand(**settings):
    """What an operator writes into the file of settings."""
    file = Path("/etc/co-production/env")
    text = file.read_text()
    for name, value in settings.items():
        if re.search(rf"^{name}=", text, re.M):
            text = re.sub(rf"^{name}=.*$", f"{name}={value}", text, flags=re.M)
        else:
            text += f"{name}={value}\n"
    file.write_text(text)


def install(store):
    type_blocks(PACKAGES, slice(1, None))
    for number in ("### 2. A user and its folders", "### 3. A release"):
        type_blocks(number)
    expect(oct(Path("/etc/co-production/env").stat().st_mode)[-3:] == "600", "Anyone reads it.")
    set_by_hand(
        EMAIL_URL=f"smtp://127.0.0.1:{MAIL}",
        DEFAULT_FROM_EMAIL="co-production@council.test",
        AWS_S3_ENDPOINT_URL=f"http://127.0.0.1:{STORE}",
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


def ctl(action, *units):
    return lambda: run(f"systemctl {action} {' '.join(units)}")


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
        wait_until(lambda: answers(port) and varnish_sees_both(), 120, f"{unit} does not start.")  # noqa: B023
        say(f"{unit} is stopped: 20 pages that no cache had are read, and no request fails.")
    webs = ("co-production-web@8000", "co-production-web@8001")
    read("/about/")
    ctl("stop", *webs)()
    expect(read("/about/").status == 200, "Varnish does not give what it has.")
    expect(read("/toolkit/?n=5").status == 503, "A page that nobody has is not refused.")
    ctl("start", *webs)()
    wait_until(lambda: read("/toolkit/?n=6").status == 200, 30, "It is not read again.")
    say("Both web processes are stopped: Varnish gives what it has, and 503 for the rest.")


def varnish_sees_both() -> bool:
    return "sick" not in run("varnishadm backend.list")


def sql(query, database="co_production") -> str:
    return run(f'runuser -u postgres -- psql -At -d {database} -c "{query}"').strip()


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


def restore():
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
        expect(after[what] == things, f"After the restore, {what} differ.")
    counts = f"{sum(map(len, before['rows'].values()))} rows of {len(before['rows'])} tables"
    say(f"The same: {counts}, {len(before['files'])} files, {len(before['pages'])} pages.")
    run("runuser -u postgres -- dropdb co_production_try; systemctl start co-production-worker")


def rotate(site):
    type_blocks("### `SECRET_KEY`")
    type_blocks("### The others")
    expect(site.editor.get("/admin/").status == 200, "Who was signed in is so no more.")
    for port in (8000, 8001):
        expect(site.ready(port)[1] == "ok", "A process is not well with the new password.")
    expect(site.editor.publish(site.page, "With new secrets") == 302, "Nothing can be published.")
    say("With another SECRET_KEY and another password of the database, who was signed in still is.")


LEAVES = (
    "import django; django.setup(); from django.db.migrations.loader import MigrationLoader; "
    'print(*(f"{app}.{name}" for app, name in MigrationLoader(None).graph.leaf_nodes()))'
)


def leaves(release) -> dict:
    said = run(
        "set -a; . /etc/co-production/env; set +a; "
        f"cd {release}; runuser -u co-production -- .venv/bin/python -c '{LEAVES}'"
    )
    return dict(word.split(".") for word in said.split())


def as_before():
    """The release before this one, with the tables that it made."""
    run("systemctl stop co-production-web@8000 co-production-web@8001 co-production-worker")
    old = f"/opt/co-production/releases/{PREVIOUS[:7]}"
    run(f"""
        mkdir -p {old}/.venv
        git -C {REPOSITORY} archive {PREVIOUS} | tar -x -C {old}
        mount --bind {VENV} {old}/.venv
    """)
    then, now = leaves(old), leaves("/opt/co-production/current")
    for app, name in now.items():
        if then.get(app) != name:
            run(f"manage.py migrate --verbosity 0 {app} {then.get(app, 'zero')}")
            say(f"Went back: {app} to {then.get(app, 'zero')}")
    run(f"ln -sfn {old} /opt/co-production/current")
    run("manage.py collectstatic --noinput --verbosity 0; manage.py purge_edge || true")
    if "--alone" not in Path(f"{old}/cms/core/management/commands/serve.py").read_text():
        folder = Path("/etc/systemd/system/co-production-web@.service.d")
        folder.mkdir()
        (folder / "before.conf").write_text(
            "[Service]\nWorkingDirectory=/opt/co-production/current\nExecStart=\n"
            f"ExecStart={old}/.venv/bin/python -m granian --interface=wsgi --host=127.0.0.1 "
            "--port=%i --workers=2 --blocking-threads=28 --log-level=error cms.wsgi:application\n"
        )
    run("systemctl start co-production-web@8000 co-production-web@8001 co-production-worker")
    if not Path(f"{old}/cms/core/watching").exists():
        # It says nothing of its health, so Varnish would take it for dead.
        for backend in ("first", "second"):
            run(f"varnishadm backend.set_health {backend} healthy")
    for port in (8000, 8001):
        wait_until(lambda: answers(port), 60, "The release before does not start.")  # noqa: B023
    run("rm -rf /etc/systemd/system/co-production-web@.service.d")


def answers(port) -> bool:
    try:
        return Browser(port).get("/about/").status == 200
    except OSError:
        return False


def upgrade(site):
    as_before()
    say("The release before this one serves, with its own tables.")
    editor = Editor()
    editor.sign_in(ADMIN, site.password)
    crowd = Crowd(editor, site.page).start()
    time.sleep(3)
    expect(not crowd.failed, f"Before the upgrade: {crowd.failed[:5]}")
    type_blocks("### 3. A release", slice(0, 1))
    # The first block backs up, which the release in use must know how to.
    knows_backups = Path("/opt/co-production/current/cms/backup").exists()
    type_blocks(UPGRADE, slice(0 if knows_backups else 1, None))
    time.sleep(2)
    middle = dict(crowd.done)
    say(f"Upgraded. So far: {middle}; failed: {len(crowd.failed)}.")
    started = time.monotonic()
    ctl("restart", "co-production-worker")()
    took = time.monotonic() - started
    expect(took < 60, f"The worker takes {took:.0f} s to end the task that it is at.")
    say(f"The worker was started anew meanwhile, in {took:.1f} s.")
    crowd.end()
    expect(not crowd.failed, "\n".join(["Failed:", *crowd.failed[:20], machine.last_words()]))
    expect(crowd.title in Browser().get("/rehearsal/").text, "The last publish is lost.")
    kept = sql("SELECT count(*) FROM programme_signup WHERE email LIKE 'person-%'")
    expect(int(kept) == len(crowd.emails), f"{len(crowd.emails)} were taken, {kept} are kept.")
    say(f"No request failed of {crowd.done}; all that was taken is there.")


def install_packages():
    """On this machine itself, once whoever else installs something has done so."""
    packages = ["bash", "-euo", "pipefail", "-c", MANUAL.blocks(PACKAGES)[0]]
    while True:
        done = subprocess.run(packages, capture_output=True, text=True, timeout=300)
        if not done.returncode:
            return
        if "Could not get lock" not in done.stderr or time.monotonic() - began > 120:
            sys.exit(done.stderr[-2000:])
        time.sleep(2)


if __name__ == "__main__":
    if os.geteuid() != 0:
        sys.exit("The rehearsal makes a machine inside this one: it needs root.")
    if not machine.is_inside():
        install_packages()
        say("Debian's packages are there.")
        sys.exit(machine.enter())
    main()
