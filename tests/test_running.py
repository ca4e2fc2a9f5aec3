"""C7: the commands of docker-compose.yml, and the demo, as real processes that start, say they are well, and stop."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parent.parent
OURS = ("web", "worker", "worker-pdf", "beat")
DATABASE_NAME = "onsite_running"
REDIS_DATABASE = 15  # No other test's messages travel there.


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    with (ROOT / "docker-compose.yml").open() as file:
        found: dict[str, dict[str, Any]] = YAML(typ="safe").load(file)["services"]
    return found


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Production settings on PostgreSQL and Redis when the suite runs on them, else the embedded default."""
    inherited = outside()
    inherited["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{inherited.get('PATH', '')}"
    inherited["ONSITE_VAR_DIR"] = str(tmp_path / "var")
    database_url, broker_url = os.environ.get("DATABASE_URL", ""), os.environ.get("CELERY_BROKER_URL", "")
    if not (database_url.startswith("postgres") and broker_url.startswith("redis")):
        embedded = {
            name: value for name, value in inherited.items() if not name.endswith(("DATABASE_URL", "BROKER_URL"))
        }
        yield {**embedded, "ONSITE_MODE": "test"}
        return
    with own_database(database_url) as own_url:
        example = (
            line.split("=", 1) for line in (ROOT / ".ci/production.env").read_text().splitlines() if line[0] != "#"
        )
        own_broker = at_database(broker_url, str(REDIS_DATABASE))
        yield {**inherited, **dict(example), "DATABASE_URL": own_url, "CELERY_BROKER_URL": own_broker}


def outside() -> dict[str, str]:
    """Return the environment without what pytest added to it."""
    added = ("PYTEST_", "COV_", "DJANGO_SETTINGS_MODULE", "ONSITE_")
    return {name: value for name, value in os.environ.items() if not name.startswith(added)}


@contextlib.contextmanager
def own_database(url: str) -> Iterator[str]:
    """Make a database that no test transaction holds, beside the one of `url`."""
    drop = f'DROP DATABASE IF EXISTS "{DATABASE_NAME}" WITH (FORCE)'
    with psycopg.connect(at_database(url, "postgres"), autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(f'CREATE DATABASE "{DATABASE_NAME}"')
        yield at_database(url, DATABASE_NAME)
        connection.execute(drop)


def at_database(url: str, name: str) -> str:
    """Return the address of another database on the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def get(port: int, path: str, host: str) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path, headers={"Host": host})
        response = connection.getresponse()
        return response.status, response.read().decode()
    except OSError as error:
        return 0, str(error)
    finally:
        connection.close()


def wait_for(condition: Callable[[], bool], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.1)
    return condition()


@contextlib.contextmanager
def running(
    commands: Mapping[str, list[str]], environment: dict[str, str]
) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """Start each command in a session of its own; whatever is left at the end is killed."""
    processes = {
        name: subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
        for name, command in commands.items()
    }
    try:
        yield processes
    finally:
        for process in processes.values():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


def test_the_services_commands_run_and_stop(services: dict[str, dict[str, Any]], environment: dict[str, str]) -> None:
    """C7, C4: migrate, web, both workers and beat start as compose starts them; /healthz turns green; SIGTERM ends them."""
    port = free_port()
    subprocess.run(services["migrate"]["command"], cwd=ROOT, env=environment, check=True, capture_output=True)
    commands = {
        name: [word.replace("0.0.0.0:8000", f"127.0.0.1:{port}") for word in services[name]["command"]]
        for name in OURS
    }
    host = environment.get("ALLOWED_HOSTS", "127.0.0.1")
    with running(commands, environment) as processes:
        assert wait_for(lambda: get(port, "/healthz", host)[0] == 200, 90), get(port, "/healthz", host)
        health = json.loads(get(port, "/healthz", host)[1])
        assert {"database", "broker", "worker:default", "worker:pdf"} <= health.keys()
        for process in processes.values():
            process.terminate()
        codes = {name: process.wait(20) for name, process in processes.items()}
    assert codes == dict.fromkeys(OURS, 0)


def test_compose_keeps_what_the_product_promises(services: dict[str, dict[str, Any]]) -> None:
    """C7: noeviction and AOF, health checks, one beat, no secret in the file, nothing of ours runs as root or writes at will."""
    assert set(services) == {*OURS, "migrate", "db", "redis", "proxy"}
    redis = " ".join(services["redis"]["command"])
    assert "--maxmemory-policy noeviction" in redis
    assert "--appendonly yes" in redis
    for name in ("web", "worker", "worker-pdf", "beat", "migrate"):
        service = services[name]
        assert service["cap_drop"] == ["ALL"], name
        for secret in ("SECRET_KEY", "EMAIL_URL"):
            assert service["environment"][secret].startswith("${"), name
        assert "${POSTGRES_PASSWORD" in service["environment"]["DATABASE_URL"], name
    for name in ("worker", "worker-pdf", "db", "redis", "proxy"):
        assert services[name]["healthcheck"]["test"], name
    assert "HEALTHCHECK" in (ROOT / "Dockerfile").read_text()
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    assert "beat" in services["beat"]["command"]
    assert "replicas" not in json.dumps(services["beat"])


def test_the_example_environment_names_every_setting(services: dict[str, dict[str, Any]]) -> None:
    """Who fills in .env.example has filled in all that compose and the settings ask for."""
    named = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (ROOT / "onsite/env.py").read_text()))
    asked = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text())) - {"ONSITE_TAG"}
    assert read | asked == named
    assert services["web"]["environment"].keys() >= read - {"ONSITE_VAR_DIR", "ONSITE_TLS"}


def demo_environment(tmp_path: Path, port: int) -> dict[str, str]:
    return {
        **{name: value for name, value in outside().items() if name not in ("DATABASE_URL", "CELERY_BROKER_URL")},
        "ONSITE_MODE": "demo",
        "ONSITE_VAR_DIR": str(tmp_path / "var"),
        "ONSITE_BASE_URL": f"http://127.0.0.1:{port}",
    }


def read_until(process: subprocess.Popen[str], wanted: str, seconds: float) -> list[str]:
    """Return the lines up to the first that holds `wanted`; an end of output before it fails."""
    assert process.stdout is not None
    lines: list[str] = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        line = process.stdout.readline()
        assert line, "\n".join(lines)
        lines.append(line.rstrip("\n"))
        if wanted in line:
            return lines
    raise AssertionError("\n".join(lines))


def test_the_demo_starts_twice_and_ctrl_c_ends_it(tmp_path: Path) -> None:
    """`make demo`: sign-ins one a line, the sign-in page answers, Ctrl-C ends all, the second start keeps the data."""
    sign_ins: list[set[tuple[str, ...]]] = []
    for _start in range(2):
        port = free_port()
        demo = subprocess.Popen(
            [sys.executable, "manage.py", "demo"],
            cwd=ROOT,
            env=demo_environment(tmp_path, port),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            lines = read_until(demo, "client_pm_2\t", 120)
            assert get(port, "/accounts/login/", "127.0.0.1")[0] == 200
            sign_ins.append({tuple(line.split("\t")) for line in lines if line.count("\t") == 2})
            started = time.monotonic()
            demo.send_signal(signal.SIGINT)
            assert demo.wait(15) == 0
            assert time.monotonic() - started < 10
            assert get(port, "/healthz", "127.0.0.1")[0] == 0, "the web process outlived the demo"
        finally:
            demo.kill()
            demo.communicate()
    assert {role for role, _mail, _password in sign_ins[0]} >= {"manager", "engineer", "client_pm"}
    assert sign_ins[0] == sign_ins[1]


def test_a_taken_port_is_said_with_the_way_out(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = subprocess.run(
            [sys.executable, "manage.py", "demo"],
            cwd=ROOT,
            env=demo_environment(tmp_path, port),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert refused.returncode == 1
    assert f"Port {port} can't be used" in refused.stderr
    assert "make demo PORT=" in refused.stderr


def test_the_demo_refuses_another_mode(tmp_path: Path) -> None:
    """Sample sign-ins never reach a real installation."""
    refused = subprocess.run(
        [sys.executable, "manage.py", "demo"],
        cwd=ROOT,
        env={**demo_environment(tmp_path, free_port()), "ONSITE_MODE": "test"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert refused.returncode == 1
    assert "ONSITE_MODE=demo" in refused.stderr
