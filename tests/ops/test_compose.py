"""The containers: the file is valid, says what it must, and each of its commands really starts."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
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
    servers = dict(re.findall(r"server (\w+):(\d+);", text))
    stream = text[text.index("location /events/") :].split("}")[0]

    assert servers == {name: SERVICES[name]["environment"]["PORT"] for name in ("web", "live")}
    assert "proxy_buffering off;" in stream
    assert "proxy_pass http://live;" in stream


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
