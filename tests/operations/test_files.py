"""The files of docs/operations/, the Dockerfile and compose.yaml: each name in them is real."""

import ast
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands, load_command_class

from tests.varnish import varnishd

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "docs" / "operations"
UNITS = sorted((HERE / "systemd").glob("co-production*"))
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()
# Read by the interpreter, and by commands.
NOT_SETTINGS = {"DJANGO_SETTINGS_MODULE", "DJANGO_SUPERUSER_EMAIL", "PATH"}


def read_by_settings() -> set[str]:
    """The variables that cms/settings asks the environment for."""
    names = set()
    for file in (ROOT / "cms" / "settings").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if (
                isinstance(node, ast.Call)
                and ast.unparse(node.func).split(".")[0] == "env"
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                names.add(node.args[0].value)
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_REQUIRED":
                names |= set(ast.literal_eval(node.value))
    return names


def of_site() -> dict:
    """The services of compose.yaml that are ours."""
    return {name: it for name, it in COMPOSE["services"].items() if it["image"] == "co-production"}


def is_a_command(words: list[str]) -> bool:
    """Whether `manage.py` knows the command and takes these options."""
    app = get_commands()[words[0]]
    command = load_command_class(app, words[0]) if isinstance(app, str) else app
    options = set(command.create_parser("manage.py", words[0]).format_help().split())
    options = {option.strip("[],") for option in options}
    return {word.partition("=")[0] for word in words[1:]} <= options


@pytest.mark.parametrize("file", ["env.example", "compose.env.example"])
def test_each_line_of_the_files_of_settings_is_a_setting_that_the_site_reads(file):
    names = set(re.findall(r"^([A-Z0-9_]+)=", (HERE / file).read_text(), re.M))
    of_others = {"POSTGRES_PASSWORD"} if file.startswith("compose") else set()
    assert names - read_by_settings() - NOT_SETTINGS == of_others


def test_each_setting_of_compose_is_one_that_the_site_reads():
    for name, service in of_site().items():
        assert set(service["environment"]) - read_by_settings() <= NOT_SETTINGS, name


def test_compose_asks_for_nothing_that_its_file_of_settings_does_not_name():
    text = (ROOT / "compose.yaml").read_text()
    asked = set(re.findall(r"\$\{([A-Z0-9_]+):\?", text))
    named = set(re.findall(r"^([A-Z0-9_]+)=", (HERE / "compose.env.example").read_text(), re.M))
    assert asked <= named


def test_the_image_sets_what_the_site_reads_and_keeps_no_secret():
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    names = set(re.findall(r"\b([A-Z][A-Z0-9_]+)=", last.partition("WORKDIR")[0]))
    pythons = {"PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}
    assert names - pythons - NOT_SETTINGS <= read_by_settings()
    assert "SECRET_KEY" not in last
    assert not re.search(r"^(ENV|ARG) .*SECRET_KEY", DOCKERFILE, re.M)


def test_what_is_copied_into_the_image_is_there_and_let_in():
    let_in = set((ROOT / ".dockerignore").read_text().split())
    for what in re.findall(r"^COPY (?!--from)(\S+) ", DOCKERFILE, re.M):
        assert (ROOT / what).exists()
        assert f"!{what}" in let_in
    assert "*" in let_in


def test_containers_of_the_site_run_without_root_and_write_nowhere_but_to_memory():
    assert re.search(r"^USER 10001:10001$", DOCKERFILE.rpartition("\nFROM ")[2], re.M)
    for name, service in of_site().items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert not service.get("volumes"), name
        assert {mount.partition(":")[0] for mount in service["tmpfs"]} == {
            "/tmp",  # noqa: S108 - in the container
            "/var/lib/co-production",
        }, name


def test_each_command_of_the_containers_is_one_that_there_is():
    commands = [yaml.safe_load(re.findall(r"^CMD (\[.*\])$", DOCKERFILE, re.M)[-1])]
    commands += [service["command"] for service in of_site().values() if "command" in service]
    found = []
    for command in commands:
        said = " ".join(command)
        for line in re.findall(r"manage\.py ([^\n|]+)", said):
            found.append(line)
            assert is_a_command(shlex.split(line))
    assert len(found) == 5  # web, worker, two that are timed, set_up


def test_the_images_check_of_health_asks_an_address_that_there_is(client):
    path = re.search(r"127\.0\.0\.1:8000(/health/\w+/)", DOCKERFILE)[1]
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_each_unit_starts_a_command_that_there_is(unit):
    lines = re.findall(r"^ExecStart=(.*)$", unit.read_text(), re.M)
    if unit.suffix == ".timer":
        assert unit.with_suffix(".service") in UNITS
        return
    assert len(lines) == 1
    words = re.search(r"/usr/local/sbin/manage\.py ([^\"']+)", lines[0])[1].replace("%i", "8000")
    assert is_a_command(shlex.split(words))


def test_systemd_takes_the_units(tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd is not here.")
    for unit in UNITS:
        # What they start is not installed here.
        text = unit.read_text().replace("/usr/local/sbin/manage.py", "/bin/true")
        (tmp_path / unit.name).write_text(text)
    done = subprocess.run(  # noqa: S603
        ["systemd-analyze", "verify", *map(str, sorted(tmp_path.iterdir()))],  # noqa: S607
        capture_output=True,
        text=True,
    )
    ours = [line for line in done.stderr.splitlines() if "co-production" in line]
    assert not ours


@pytest.mark.edge
def test_varnish_takes_several_processes_here_and_in_containers(tmp_path):
    if not varnishd():
        pytest.skip("Varnish is not here.")
    folder = tmp_path / "vcl"
    folder.mkdir()
    for file in ("default.vcl", "several.vcl"):
        shutil.copy(ROOT / "docs" / "edge" / file, folder)
    assert _compiles(folder, folder / "several.vcl", tmp_path)
    # As the container makes them anew, with names that are known here.
    script = COMPOSE["services"]["varnish"]["command"][-1]
    inside = tmp_path / "inside"
    inside.mkdir()
    script = script.replace("cd /etc/varnish", f"cd {inside}").replace("/vcl/", f"{folder}/")
    script = script[: script.index("exec varnishd")].replace("$$", "$")
    subprocess.run(["sh", "-ec", script], check=True)  # noqa: S603, S607
    made = "".join(file.read_text() for file in inside.iterdir())
    assert '"127.0.0.1"' not in made
    assert made.count('"172.30.7.0"/24;') == 2
    backends = re.findall(r'backend (\w+) {\n\s*.host = "(.+)";\n\s*.port = "(.+)";', made)
    assert sorted(backends) == [
        ("default", "web-1", "8000"), ("first", "web-1", "8000"), ("second", "web-2", "8000"),
    ]  # fmt: skip
    for file in inside.iterdir():
        text = file.read_text()
        file.write_text(text.replace('"web-1"', '"127.0.0.1"').replace('"web-2"', '"127.0.0.1"'))
    assert _compiles(inside, inside / "several.vcl", tmp_path)


def _compiles(folder, file, tmp_path) -> bool:
    file.write_text(file.read_text().replace("/etc/varnish/", f"{folder}/"))
    done = subprocess.run(  # noqa: S603
        [
            varnishd(),
            "-C",
            "-j",
            "none",
            "-n",
            tmp_path / "n",
            "-f",
            file,
            "-s",
            "others=malloc,10m",
        ],
        capture_output=True,
        text=True,
    )
    assert not done.returncode, done.stderr[-2000:]
    return True
