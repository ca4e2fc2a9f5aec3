"""C7: /healthz names the database, the broker and each queue, and turns red where one does not work."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from onsite.core.models import Heartbeat
from onsite.core.tasks import beat
from onsite.core.views import HEARTBEAT_AGE, QUEUES
from tests.installation import Installation, outside

ASK = """
from django.test import Client
answer = Client(raise_request_exception=False).get("/healthz")
print(answer.status_code, answer.content.decode())
"""


def ask(client: Client) -> tuple[int, dict[str, Any]]:
    answer = client.get("/healthz")
    return answer.status_code, answer.json()


@pytest.fixture
def well(db: None) -> None:
    for queue in QUEUES:
        beat(queue)


def test_all_is_well(well: None, client: Client) -> None:
    names = ("database", "broker", "worker:default", "worker:pdf")
    assert ask(client) == (200, {"ok": True, **dict.fromkeys(names, "ok")})


@pytest.mark.parametrize("queue", QUEUES)
def test_a_queue_that_stands_still_is_named(well: None, client: Client, queue: str) -> None:
    Heartbeat.objects.filter(queue=queue).update(at=timezone.now() - HEARTBEAT_AGE - timedelta(seconds=1))
    status, body = ask(client)
    assert (status, body["ok"]) == (503, False)
    assert [name for name, state in body.items() if state == "failing"] == [f"worker:{queue}"]


def test_a_queue_that_never_moved_is_named(db: None, client: Client) -> None:
    status, body = ask(client)
    assert status == 503
    assert (body["worker:default"], body["worker:pdf"], body["database"]) == ("failing", "failing", "ok")


def test_a_young_heartbeat_is_well(well: None, client: Client) -> None:
    Heartbeat.objects.update(at=timezone.now() - HEARTBEAT_AGE + timedelta(seconds=20))
    assert ask(client)[0] == 200


def test_a_beat_writes_one_row_for_its_queue(well: None) -> None:
    beat("default")
    assert Heartbeat.objects.count() == len(QUEUES)


@pytest.mark.skipif(settings.ENV.uses_redis, reason="the embedded broker's folder; Redis has its own test below")
def test_the_embedded_brokers_folder_is_looked_for(well: None, client: Client, tmp_path: Path) -> None:
    folder = settings.VAR_DIR / "broker" / "messages"
    folder.rename(tmp_path / "away")
    try:
        status, body = ask(client)
    finally:
        (tmp_path / "away").rename(folder)
    assert (status, body["broker"], body["database"]) == (503, "failing", "ok")


def test_an_absent_redis_is_named(tmp_path: Path) -> None:
    answer = Installation(outside(tmp_path, CELERY_BROKER_URL="redis://127.0.0.1:1/0")).ask(ASK)
    assert answer.startswith("503")
    assert '"broker": "failing"' in answer


def test_an_absent_database_is_named(tmp_path: Path) -> None:
    """And nothing else is told, because health is open to all: no address, no error, no secret."""
    answer = Installation(outside(tmp_path, DATABASE_URL="postgres://u:top-secret@127.0.0.1:1/x")).ask(ASK)
    assert answer.startswith("503")
    assert '"database": "failing"' in answer
    for word in ("top-secret", "127.0.0.1", "refused", "Traceback"):
        assert word not in answer


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_health_is_only_asked(db: None, client: Client, method: str) -> None:
    assert getattr(client, method)("/healthz").status_code == 405
