"""E3, N3: a piece of evidence is masked, released and taken out at the same moment; on PostgreSQL, no deadlock."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from engagements.models import Engagement
from engagements.services import files
from engagements.services.files import clearing, looking
from onsite.accounts.models import User
from onsite.core import audit
from onsite.core.errors import DomainError
from onsite.core.models import AuditEntry
from standups.models import Evidence, Problem
from standups.services import evidence as services
from standups.services.replies import answer_concern
from tests.conftest import InParallel
from tests.engagements.filing import LEAKY_LOG, a_log, fresh, work
from tests.standups.concerning import drafted, raised
from tests.standups.test_evidence import MOBILE, a_file, head, stored

pytestmark = pytest.mark.usefixtures("postgresql")
SHORT = 1.0  # Long enough to reach the other's lock, and to go on where that lock keeps it out.


@pytest.fixture
def concern(engagement: Engagement, client_pm: User) -> Problem:
    return raised(engagement, client_pm)


def test_released_and_answered_while_a_worker_masks_it(
    concern: Problem, engineer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the answer was given on is what stands there afterwards."""
    piece = a_file(engineer, concern, LEAKY_LOG)
    work()
    see = looking.see

    def answering(*args: Any) -> looking.Seen:
        services.release_evidence(actor=engineer, evidence=stored(piece), reason="测试数据")
        answer_concern(actor=engineer, problem=concern, version=drafted(engineer, concern).version)
        return see(*args)

    monkeypatch.setattr(looking, "see", answering)
    services.mask_evidence(actor=engineer, evidence=stored(piece))
    work()
    assert AuditEntry.objects.get(action="concern.answered").data["evidence"] == [stored(piece).sha256]
    assert stored(piece).sha256 == piece.sha256


def test_a_piece_is_released_here_and_its_file_on_its_own_page(
    concern: Problem, engineer: User, manager: User, in_parallel: InParallel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the engagement's lock one holds the chain and waits for the file, the other the file and waits for it."""
    piece = services.add_file(actor=engineer, problem=concern, upload=a_log(LEAKY_LOG), **head(title=f"{MOBILE} 日志"))
    work()
    file = stored(piece).attachment
    assert file is not None
    record, chain_held, file_held = audit.record, threading.Event(), threading.Event()

    def slowly(**entry: Any) -> Any:
        if entry["actor"] == manager:
            file_held.set()
            chain_held.wait(SHORT)
            return record(**entry)
        file_held.wait(SHORT)
        entered = record(**entry)
        chain_held.set()
        return entered

    monkeypatch.setattr(audit, "record", slowly)
    done = in_parallel(
        lambda: services.release_evidence(actor=engineer, evidence=stored(piece), reason="测试数据"),
        lambda: files.release(actor=manager, row=fresh(file), engagement=file.engagement, reason="测试数据"),
    )
    assert {type(one) for one in done} <= {type(None), DomainError}, done
    assert None in done
    assert not fresh(file).is_held


def test_a_piece_is_taken_out_while_its_masked_copy_takes_its_place(
    concern: Problem, engineer: User, in_parallel: InParallel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without one order of locks one holds the row and waits for the chain, the other the chain and waits for the row."""
    piece = a_file(engineer, concern, LEAKY_LOG)
    work()
    file = stored(piece).attachment
    assert file is not None
    record, row_held, chain_held = audit.record, threading.Event(), threading.Event()

    def swapped(*pair: Any) -> None:
        services.take_masked(*pair)
        row_held.set()
        chain_held.wait(SHORT)

    def slowly(**entry: Any) -> Any:
        entered = record(**entry)
        if entry["action"] == "evidence.removed":
            chain_held.set()
        return entered

    def remove() -> None:
        row_held.wait(10)
        services.remove_evidence(actor=engineer, evidence=stored(piece))

    monkeypatch.setattr(clearing, "_swaps", [swapped])
    monkeypatch.setattr(audit, "record", slowly)
    copy, removed = in_parallel(lambda: files.mask(actor=engineer, attachment=fresh(file)), remove)
    assert (copy.masked_from_id, removed) == (file.pk, None)
    assert not Evidence.objects.unscoped().exists()
