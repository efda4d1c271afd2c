#!/usr/bin/env python3
"""systemctl for a machine on which systemd does not run: reads the same unit files.

It starts what ExecStart says, as the user, in the folder and with the environment that the
unit names. Of the fences it raises those that a wrong unit would trip over: a file system
that can't be written to but for ReadWritePaths, a /tmp of its own, no new privileges. What it
does not know of a unit, it leaves out; `systemd-analyze verify` reads all of it.
"""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections import defaultdict
from contextlib import suppress
from pathlib import Path

STATE = Path("/run/rehearsal/units")
FOLDERS = [Path("/etc/systemd/system"), Path("/lib/systemd/system")]
LONGEST_START = 60  # seconds
FENCED = """
for at in $(awk '{print $2}' /proc/self/mounts); do
    case "$at" in
        /proc*|/sys*|/dev*) ;;
        *) mount -o remount,bind,ro "$at" 2>/dev/null || true ;;
    esac
done
"""


def main(action, names):
    STATE.mkdir(parents=True, exist_ok=True)
    if action == "daemon-reload":
        return
    for name in names:
        if "." not in name:
            name += ".service"
        acts = (enable, start, stop, restart, reload, keep)
        next(act for act in acts if act.__name__ == action)(name)


def enable(name):
    if name.endswith(".timer"):
        timer = read(name)["Timer"]
        subprocess.run(
            ["systemd-analyze", "calendar", timer["OnCalendar"][-1]],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        read(name.replace(".timer", ".service"))  # it is there
    elif not read(name).get("Install"):
        sys.exit(f"{name} has no [Install].")
    elif "--now" in sys.argv:
        start(name)


def restart(name):
    stop(name)
    start(name)


def reload(name):
    service = read(name)["Service"]
    for command in service["ExecReload"]:
        run(command, service)


def start(name):
    if name == "postgresql.service":  # which starts the clusters, by a generator of Debian's
        name = f"postgresql@{next(Path('/etc/postgresql').glob('*')).name}-main.service"
    if is_running(name):
        return
    unit = read(name)
    service = unit["Service"]
    kind = service.get("Type", ["simple"])[-1]
    for command in service.get("ExecStartPre", []):
        run(command, service)
    command = service["ExecStart"][-1]
    if kind in ("oneshot", "forking"):
        run(command, service)
    else:
        ready = Ready() if kind == "notify" else None
        more = {"NOTIFY_SOCKET": ready.path} if ready else {}
        if service.get("Restart") == ["always"]:
            again = [sys.executable, __file__, "keep", name]
            quiet = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
            process = subprocess.Popen(again, env={**os.environ, **more}, **quiet)
        else:
            process = spawn(command, service, name, **more)
        (STATE / name).write_text(str(process.pid))
        if ready:
            ready.wait_for(process, name)
        time.sleep(0.2)
        if process.poll() is not None:
            sys.exit(f"{name} has ended at once: {log(name).read_text()[-2000:]}")
    for command in service.get("ExecStartPost", []):
        run(command, service)


def keep(name):
    """Restart=always: start it, and again when it has ended; until we are told to stop."""
    os.setsid()
    service = read(name)["Service"]
    pause = int(service.get("RestartSec", ["1"])[-1])
    more = {key: os.environ[key] for key in ("NOTIFY_SOCKET",) if key in os.environ}
    child, stopping = None, False

    def stop(*_):
        nonlocal stopping
        stopping = True
        if child:
            child.terminate()

    signal.signal(signal.SIGTERM, stop)
    while not stopping:
        child = spawn(service["ExecStart"][-1], service, name, **more)
        child.wait()
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)  # whoever is left of it
        if not stopping:
            time.sleep(pause)


def stop(name):
    if name == "postgresql.service":
        name = f"postgresql@{next(Path('/etc/postgresql').glob('*')).name}-main.service"
    service = read(name)["Service"]
    if service.get("Type", ["simple"])[-1] == "forking":
        for command in service.get("ExecStop", []):
            run(command, service)
        return
    if not is_running(name):
        return
    pid = int((STATE / name).read_text())
    os.kill(pid, signal.SIGTERM)
    patience = int(re.sub(r"\D", "", service.get("TimeoutStopSec", ["90"])[-1]) or 90)
    end = time.monotonic() + patience
    while is_running(name) and time.monotonic() < end:
        time.sleep(0.05)
    # Whoever is left of it; what is kept has a group of its own below its keeper's.
    left = [pid]
    with suppress(OSError):
        left += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    for group in left:
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
    (STATE / name).unlink()


def is_running(name) -> bool:
    try:
        stat = Path(f"/proc/{(STATE / name).read_text()}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def read(name) -> dict:
    """{section: {key: [values]}} of a unit and what was dropped in beside it."""
    template = re.sub(r"@.*\.", "@.", name)
    instance = name.partition("@")[2].rpartition(".")[0]
    file = next((f / n for f in FOLDERS for n in (name, template) if (f / n).exists()), None)
    if file is None:
        sys.exit(f"There is no unit {name}.")
    files = [file]
    for folder in FOLDERS:
        for each in dict.fromkeys([name, template]):
            files += sorted((folder / f"{each}.d").glob("*.conf"))
    unit = defaultdict(lambda: defaultdict(list))
    for file in files:
        section = ""
        for line in file.read_text().replace("\\\n", " ").splitlines():
            line = line.strip()
            if line.startswith("["):
                section = line.strip("[]")
            elif line and line[0] not in "#;":
                key, _, value = line.partition("=")
                # The name of a cluster comes with "-" for "/".
                value = value.replace("%%", "\0").replace("%i", instance).replace("\0", "%")
                unit[section][key] = [] if not value else [*unit[section][key], value]
    return unit


def spawn(command, service, name="", **more):
    words = [word.replace("$MAINPID", "") for word in shlex.split(command.lstrip("-!@+"))]
    environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
    environment["LANG"] = "C.UTF-8"
    for file in service.get("EnvironmentFile", []):
        for line in Path(file).read_text().splitlines():
            if line and line[0] not in "#;":
                key, _, value = line.partition("=")
                environment[key] = shlex.split(value)[0] if value else ""
    script, user = "", service.get("User", [""])[-1]
    if service.get("ProtectSystem", [""])[-1] == "strict":
        paths = [
            path.lstrip("-")
            for key in ("ReadWritePaths", "ReadWriteDirectories")
            for path in " ".join(service.get(key, [])).split()
        ]
        paths += [f"/run/{name}" for name in service.get("RuntimeDirectory", [])]
        paths = [path for path in paths if Path(path).exists()]
        script += "".join(f"mount --bind {path} {path}\n" for path in paths)
        script += FENCED
        script += "".join(f"mount -o remount,bind,rw {path}\n" for path in paths)
        if service.get("PrivateTmp", [""])[-1] == "true":
            script += "mount -t tmpfs -o mode=1777 tmp /tmp\n"
    become = ["setpriv"]
    if user:
        group = service.get("Group", [user])[-1]
        become += [f"--reuid={user}", f"--regid={group}", "--init-groups"]
    if service.get("NoNewPrivileges", [""])[-1] in ("true", "yes"):
        become += ["--no-new-privs"]
    argv = [*become, "--", *words] if len(become) > 1 else words
    if script:
        argv = ["unshare", "--mount", "sh", "-ec", f'{script}\nexec "$@"', "fenced", *argv]
    with log(name or words[0].rpartition("/")[2]).open("ab") as output:
        return subprocess.Popen(
            argv,
            env={**environment, **more},
            cwd=service.get("WorkingDirectory", ["/"])[-1],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def run(command, service):
    code = spawn(command, service).wait()
    if code and not command.startswith("-"):
        name = shlex.split(command)[0].rpartition("/")[2]
        sys.exit(f"“{command}” ended with {code}: {log(name).read_text()[-2000:]}")


def log(name) -> Path:
    folder = Path("/run/rehearsal/log")
    folder.mkdir(parents=True, exist_ok=True)
    return folder / name


class Ready:
    """Where a service of Type=notify says that it is up."""

    def __init__(self):
        self.path = f"/run/rehearsal/notify-{os.getpid()}"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        os.chmod(self.path, 0o777)  # noqa: S103 - whoever the service runs as
        self.socket.settimeout(0.2)

    def wait_for(self, process, name):
        end = time.monotonic() + LONGEST_START
        while process.poll() is None:
            with suppress(TimeoutError):
                if b"READY=1" in self.socket.recv(4096):
                    return
            if time.monotonic() > end:
                sys.exit(f"{name} does not say that it is up: {log(name).read_text()[-2000:]}")


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if not word.startswith("-")]
    main(words[0], words[1:])
