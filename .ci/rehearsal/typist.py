"""What an operator does: types the manual's blocks of shell, writes settings, waits and looks."""

import re
import sys
import time
from pathlib import Path

import machine
from machine import REPOSITORY, run
from manual import Manual
from web import Browser

MANUAL = Manual((REPOSITORY / "docs" / "operations.md").read_text())
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
_began = time.monotonic()


def say(what):
    print(f"{time.monotonic() - _began:6.1f} s  {what}", flush=True)


def type_blocks(heading, which=slice(None), on=None):
    """Type the blocks of a section; `on` another machine, if not on this one."""
    for block in MANUAL.blocks(heading)[which]:
        for words, others in INSTEAD.items():
            block = block.replace(words, others)
        run(block, on=on)
        say("\n          ".join(["Typed:", *block.strip().splitlines()]))


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


def ctl(action, *units):
    return lambda: run(f"systemctl {action} {' '.join(units)}")


def varnish_sees_all() -> bool:
    return "sick" not in run("varnishadm backend.list")


def sql(query, database="co_production") -> str:
    return run(f'runuser -u postgres -- psql -At -d {database} -c "{query}"').strip()


def answers(port, at="127.0.0.1") -> bool:
    try:
        return Browser(port, at).get("/about/").status == 200
    except OSError:
        return False
