"""A bare Debian machine inside this one: what is done in it leaves no trace outside.

Its own network, processes, mounts and users. The packages are this machine's; whatever is
written to /etc, /var, /opt, /usr/local and /run is gone when it ends.
"""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
INSIDE = "REHEARSAL_INSIDE"
SHELL = {
    "PATH": "/run/rehearsal/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG": "C.UTF-8",
    "HOME": "/run/rehearsal",
    "DEBIAN_FRONTEND": "noninteractive",
}
HERE_ADDRESS, OTHER_ADDRESS = "10.9.0.1", "10.9.0.2"  # as the manual has them
STORE, STORE_BEHIND, MAIL = 9000, 9001, 2525
COVERED = ("/etc", "/var", "/opt", "/usr/local")
LONGEST, LONGEST_BLOCK = 900, 300  # seconds: of all, and of one script


OWN = f"""
    mount -t tmpfs -o mode=755 run /run
    install -D -m 755 {HERE}/systemctl.py /run/rehearsal/bin/systemctl
"""


def enter() -> int:
    """Start this program again, inside. All of its processes end with it."""
    command = ["unshare", "--mount", "--net", "--pid", "--fork", "--mount-proc", "--kill-child"]
    again = [*command, sys.executable, sys.argv[0], *sys.argv[1:]]
    # It has an end of its own before this one, which says where it was.
    return subprocess.run(again, env={**os.environ, INSIDE: "yes"}, timeout=LONGEST + 30).returncode


def is_inside() -> bool:
    return os.environ.get(INSIDE) == "yes"


def end_in_time() -> None:
    """Whatever waits for ever, the rehearsal does not."""

    def end(*_):
        sys.exit(f"This took longer than {LONGEST} seconds.\n{last_words()}")

    signal.signal(signal.SIGALRM, end)
    signal.alarm(LONGEST)


def furnish() -> None:
    """As Debian is after the packages were installed, and before anything was done with them."""
    run("mount -t tmpfs layers /mnt")
    for folder in COVERED:
        run(f"mkdir -p /mnt/bare{folder}; mount --bind {folder} /mnt/bare{folder}")
        cover(Path(folder))
    # The Python that this runs on may be where only root may look.
    for folder in reversed(Path(sys.base_prefix).resolve().parents):
        if not folder.stat().st_mode & 0o001:
            cover(folder)
            folder.chmod(0o711)
    run(OWN)
    run(f"""
        sysctl -q -w net.core.somaxconn=4096 || true
        ip link set lo up
        ip link add here type veth peer name there
        ip address add {HERE_ADDRESS}/24 dev here
        ip link set here up
    """)
    with Path("/etc/hosts").open("a") as hosts:
        hosts.write("127.0.0.1 localhost www.example.org\n")
    # What this machine keeps for its own work is not there.
    for kept in ("postgresql", "redis", "varnish", "nginx"):
        shutil.rmtree(f"/var/lib/{kept}", ignore_errors=True)
    run("""
        rm -rf /etc/postgresql/* /etc/nginx/sites-enabled/*
        install -d -o postgres -g postgres /var/lib/postgresql
        install -d -o postgres -g postgres -m 2775 /run/postgresql
        install -d -o redis -g redis /var/lib/redis /var/log/redis /run/redis
        install -d /var/lib/varnish /var/lib/nginx /var/log/nginx
    """)
    # Of a machine that was made from a picture of another, keys are taken out.
    run("make-ssl-cert generate-default-snakeoil --force-overwrite")
    version = sorted(os.listdir("/usr/lib/postgresql"))[-1]
    run(f"pg_createcluster {version} main -- --no-sync >/dev/null")
    # Nothing of this has to survive a power cut.
    Path(f"/etc/postgresql/{version}/main/conf.d/rehearsal.conf").write_text("fsync = off\n")


def cover(folder: Path) -> None:
    """Have what is written to a folder kept elsewhere, and lost at the end."""
    upper, work = (Path("/mnt", *folder.parts[1:], which) for which in ("upper", "work"))
    upper.mkdir(parents=True)
    work.mkdir()
    layers = f"lowerdir={folder},upperdir={upper},workdir={work}"
    run(f"mount -t overlay overlay -o {layers} {folder}")


class Other:
    """Another machine, as bare, on the same network. Where `pid` is, things are done on it."""

    def __init__(self):
        apart = ["unshare", "--net", "--mount", "sleep", "infinity"]
        self.pid = subprocess.Popen(apart).pid
        self.root = Path(f"/proc/{self.pid}/root")
        while Path(f"/proc/{self.pid}/comm").read_text() != "sleep\n":
            time.sleep(0.05)
        run(f"ip link set there netns {self.pid}")
        for folder in COVERED:
            upper, work = f"/mnt/other{folder}/upper", f"/mnt/other{folder}/work"
            layers = f"lowerdir=/mnt/bare{folder},upperdir={upper},workdir={work}"
            run(f"mkdir -p {upper} {work}")
            run(f"mount -t overlay overlay -o {layers} {folder}", on=self)
        run(OWN, on=self)
        run(
            f"""
            ip link set lo up
            ip address add {OTHER_ADDRESS}/24 dev there
            ip link set there up
            """,
            on=self,
        )


def run(script: str, on: Other | None = None, **environment) -> str:
    """What a script says, typed by root. Ends the rehearsal if it fails."""
    there = ["nsenter", f"--target={on.pid}", "--net", "--mount", "--"] if on else []
    try:
        done = subprocess.run(
            [*there, "bash", "-euo", "pipefail", "-c", script],
            env={**SHELL, **environment},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LONGEST_BLOCK,
        )
    except subprocess.TimeoutExpired as error:
        said = (error.output or b"").decode(errors="replace")[-6000:]
        sys.exit(f"No end after {LONGEST_BLOCK} seconds:\n\n{script}\n{said}\n{last_words()}")
    if done.returncode:
        sys.exit(f"This failed:\n\n{script}\n{done.stdout[-6000:]}\n{last_words()}")
    return done.stdout


def last_words() -> str:
    logs = sorted(Path("/").glob("run/rehearsal/log/co-production*"))
    for process in Path("/proc").glob("[0-9]*"):  # the other machine is the sleeping one
        with suppress(OSError):
            if (process / "comm").read_text() == "sleep\n":
                logs += sorted((process / "root").glob("run/rehearsal/log/co-production*"))
    return "\n".join(f"--- {log.name}\n{log.read_text()[-3000:]}" for log in logs)


class Store:
    """An S3 server that asks for a key, and holds to what the key may do.

    It stands behind a door on the port that the site knows, as it forgets all when it ends.
    """

    bucket = "co-production"

    def __init__(self, policy: dict):
        import boto3

        start(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(STORE_BEHIND)],
            "store",
            # Five acts of ours, then keys and what they may are looked at.
            INITIAL_NO_AUTH_ACTION_COUNT="5",
        )
        wait_for_port(STORE_BEHIND)
        ours = {
            "endpoint_url": f"http://127.0.0.1:{STORE_BEHIND}",
            "region_name": "eu-west-2",
            "aws_access_key_id": "ours",
            "aws_secret_access_key": "ours",
        }
        boto3.client("s3", **ours).create_bucket(
            Bucket=self.bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-2"}
        )
        people = boto3.client("iam", **ours)
        people.create_user(UserName="site")
        people.put_user_policy(
            UserName="site", PolicyName="site", PolicyDocument=json.dumps(policy)
        )
        self.key, self.secret = _make_key(people)
        # From here on nobody may do what is done to keys, so the second one is made now.
        self.next_key, self.next_secret = _make_key(people)
        self._loop = asyncio.new_event_loop()
        self._server, self._open = None, set()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self.start()

    def start(self):
        async def listen():
            return await asyncio.start_server(self._pass_on, HERE_ADDRESS, STORE)

        self._server = asyncio.run_coroutine_threadsafe(listen(), self._loop).result(10)

    def stop(self):
        async def close():
            self._server.close()
            for writer in list(self._open):
                writer.transport.abort()

        asyncio.run_coroutine_threadsafe(close(), self._loop).result(10)

    async def _pass_on(self, reader, writer):
        theirs, ours = await asyncio.open_connection("127.0.0.1", STORE_BEHIND)
        self._open.add(writer)

        async def pump(source, target):
            with suppress(OSError):
                while data := await source.read(65536):
                    target.write(data)
                    await target.drain()
            target.close()

        await asyncio.gather(pump(reader, ours), pump(theirs, writer))
        self._open.discard(writer)


def _make_key(people) -> tuple[str, str]:
    key = people.create_access_key(UserName="site")["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]


class Mail:
    """A mail server that keeps what it is sent."""

    folder = Path("/run/rehearsal/mail")

    def start(self):
        handler = ["-c", "aiosmtpd.handlers.Mailbox", str(self.folder)]
        command = [sys.executable, "-m", "aiosmtpd", "-n", "-l", f"{HERE_ADDRESS}:{MAIL}", *handler]
        self.process = start(command, "mail")
        wait_for_port(MAIL, HERE_ADDRESS)

    def stop(self):
        self.process.kill()
        self.process.wait()

    def letters(self) -> int:
        return len(list(self.folder.glob("new/*")))


def start(command, name, **environment):
    folder = Path("/run/rehearsal/log")
    folder.mkdir(exist_ok=True)
    with (folder / name).open("ab") as output:
        return subprocess.Popen(
            command,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def wait_for_port(port, address="127.0.0.1"):
    import socket

    for _ in range(300):
        with suppress(OSError):
            return socket.create_connection((address, port)).close()
        time.sleep(0.1)
    sys.exit(f"Nothing answers at port {port}.")
