"""The containers: the file is valid, says what it must, and each of its commands really starts."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from ops.commands import PASSWORDS, SECRETS, secrets, with_password
from ops.container.healthy import answers, first_process_runs
from ops.places import ROOT, free_port
from ops.postgres import APP, OWNER
from ops.process import Child, wait_until
from ops.servers import Stack
from ops.services import NAMES, without_addresses

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}


def test_compose_file_is_valid() -> None:
    schema = json.loads(Path(__file__).with_name("compose-spec.json").read_text())

    jsonschema.Draft201909Validator(schema).validate(COMPOSE)


def test_every_process_of_the_product_is_a_service() -> None:
    assert {service["command"][0] for service in OURS.values()} == {"prepare", "manage", *NAMES}


@pytest.mark.parametrize("name", [name for name in SERVICES if name not in ("prepare", "command")])
def test_every_service_has_a_health_check(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]


@pytest.mark.parametrize("name", OURS)
def test_our_services_run_without_privileges(name: str) -> None:
    assert SERVICES[name]["cap_drop"] == ["ALL"]
    assert SERVICES[name]["read_only"] is True
    assert re.search(r"^USER tab$", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)


def test_secrets_are_files_that_the_command_makes(tmp_path: Path) -> None:
    secrets([str(tmp_path / "secrets")])

    made = {path.name for path in (tmp_path / "secrets").iterdir()}
    assert made == set(COMPOSE["secrets"]) == {*SECRETS, *PASSWORDS}
    used = {secret for service in SERVICES.values() for secret in service.get("secrets", [])}
    assert used == made
    assert not re.search(r"(PASSWORD|SECRET|KEY): ", (ROOT / "docker-compose.yml").read_text())


def test_only_nginx_is_reached_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if service.get("ports")] == ["nginx"]


def test_nginx_knows_our_services_and_does_not_buffer_the_stream() -> None:
    text = (ROOT / "ops" / "nginx" / "nginx.conf").read_text()
    servers = {name: port for _, name, port in re.findall(r"set \$(\w+) (\w+):(\d+);", text)}
    stream = text[text.index("location /events/") :].split("}")[0]

    assert servers == {name: SERVICES[name]["environment"]["PORT"] for name in ("web", "live")}
    assert "proxy_buffering off;" in stream
    assert "proxy_pass http://$live;" in stream
    assert "resolver 127.0.0.11" in text
    assert not re.search(r"proxy_pass http://\w|^ *upstream", text, flags=re.MULTILINE), (
        "a name that is no variable is asked for once"
    )


@pytest.mark.parametrize("name", SERVICES)
def test_no_service_fills_the_disk_with_its_log(name: str) -> None:
    assert SERVICES[name]["logging"]["options"] == {"max-size": "10m", "max-file": "5"}


def test_database_is_asked_over_tcp() -> None:
    """The server of the first start, which makes the roles, answers on its socket alone and goes away again."""
    assert "pg_isready -h 127.0.0.1" in SERVICES["postgres"]["healthcheck"]["test"][1]


def test_image_and_label_name_the_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    dockerfile = (ROOT / "Dockerfile").read_text()

    assert f"ARG VERSION={version}\nLABEL org.opencontainers.image.version=$VERSION" in dockerfile
    for service in OURS.values():
        assert _without_variables(service["image"]) == f"there-and-back:{version}"
        assert _without_variables(service["labels"]["org.opencontainers.image.version"]) == version
        assert _without_variables(service["build"]["args"]["VERSION"]) == version


@pytest.mark.parametrize(("origin", "secure"), [("https://care.example.org", True), ("http://10.1.2.3:8080", False)])
def test_cookies_are_secure_exactly_where_browsers_see_https(containers: Containers, origin: str, secure: bool) -> None:
    """Secure cookies on plain port 8080 never came back: nobody could sign in."""
    asked = "from django.conf import settings as s; print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE)"
    environment = {**containers.environment("web"), "PAGE_ORIGIN": origin, "DJANGO_SETTINGS_MODULE": "config.settings"}

    ended = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )

    assert ended.stdout.split() == [str(secure)] * 2


def test_password_goes_into_the_address() -> None:
    assert with_password("postgres://me@db:5432/x?a=b", "p/w@1") == "postgres://me:p%2Fw%401@db:5432/x?a=b"


def test_first_process_that_is_stopped_is_not_healthy(tmp_path: Path) -> None:
    status = tmp_path / "status"

    status.write_text("Name:\tpython\nState:\tS (sleeping)\n")
    assert first_process_runs(status)
    status.write_text("Name:\tpython\nState:\tT (stopped)\n")
    assert not first_process_runs(status)


class Containers:
    """The product's services as processes, with the environment of the compose file, against real databases."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stack = Stack(folder / "servers")
        self.port = free_port()
        secrets([str(folder / "secrets")])

    def environment(self, name: str) -> dict[str, str]:
        """Return a service's environment; only names of hosts, folders and ports become those of this machine."""
        given = {key: _without_variables(str(value)) for key, value in SERVICES[name]["environment"].items()}
        server, valkey = self.stack.databases.postgres, self.stack.databases.valkey
        assert server is not None
        assert valkey is not None
        role = OWNER if name in ("prepare", "command") else APP
        assert given["DATABASE_URL"] == f"postgres://{role}@postgres:5432/there_and_back"
        here = {
            "DATABASE_URL": server.url(role),
            "DATABASE_PASSWORD_FILE": str(self.folder / "secrets" / Path(given["DATABASE_PASSWORD_FILE"]).name),
            "REDIS_URL": valkey.url,
            "DATA_DIR": str(self.folder / "data"),
            "SECRETS_DIR": str(self.folder / "secrets"),
            "BIND": "127.0.0.1",
            "PORT": str(self.port + (name == "live")),
        }
        return {**without_addresses(os.environ), **given, **here}

    def start(self, name: str, *words: str) -> Child:
        """Start a service as its container would; with words as `docker compose run` does."""
        (self.folder / "data").mkdir(exist_ok=True)
        words = [sys.executable, "-m", "ops", "run", *(words or SERVICES[name]["command"])]
        child = Child(name, words, log=self.folder / f"{name}.log", env=self.environment(name), cwd=ROOT)
        child.start()
        self.stack.children[f"container {name}"] = child
        return child


@pytest.fixture(scope="module")
def containers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Containers]:
    """Databases that run, prepared by the service `prepare`."""
    containers = Containers(tmp_path_factory.mktemp("compose"))
    containers.stack.places.prepare()
    containers.stack.start_databases()
    try:
        preparation = containers.start("prepare")
        assert preparation.wait(180), preparation.last_words()
        assert preparation.exit_code == 0, preparation.last_words()
        yield containers
    finally:
        containers.stack.stop()


def _without_variables(text: str) -> str:
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)


@pytest.mark.parametrize("name", ["web", "live"])
def test_service_with_pages_starts_answers_and_stops(containers: Containers, name: str) -> None:
    child = containers.start(name)
    port = int(containers.environment(name)["PORT"])

    assert wait_until(lambda: answers(port), 90, child=child), child.last_words()
    assert (
        subprocess.run([sys.executable, "-m", "ops.container.healthy", str(port)], cwd=ROOT, check=False).returncode
        == 0
    )

    child.ask_to_stop()
    assert child.wait(10), child.last_words()
    assert not answers(port)


@pytest.mark.parametrize(
    ("name", "sign"),
    [("worker", "ready."), ("worker-urgent", "ready."), ("relay", "relay.started"), ("beat", "beat.started")],
)
def test_service_without_pages_starts_and_stops(containers: Containers, name: str, sign: str) -> None:
    child = containers.start(name)

    assert wait_until(lambda: sign in child.log.read_text(errors="replace"), 90, child=child), child.last_words()

    child.ask_to_stop()
    assert child.wait(15), child.last_words()
    assert child.exit_code == 0, child.last_words()


def test_commands_run_beside_the_containers(containers: Containers) -> None:
    """`docker compose run --rm command manage …`: the database is production, and knows it."""
    for words, code, said in (
        (["check_invariants"], 0, "invariants checked, 0 broken"),
        (["load_city", str(ROOT / "demo" / "dandong"), "--demo"], 1, "A demo city is refused here"),
    ):
        child = containers.start("command", "manage", *words)
        assert child.wait(60)
        assert child.exit_code == code, child.last_words()
        assert said in child.last_words()
