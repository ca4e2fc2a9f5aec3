"""N4, N11: no page, file or print on the way to go-live tells a client what is internal, or what is another client's.

Every section is filled with words for both sides, and wherever it can point to something of ours it does: a problem that
is internal, evidence that is held back, a function's risk. The other client's engagement says nothing but canaries.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from engagements.go_decision import Decision
from engagements.models import Attachment, Engagement, Function, Phase, Scan, SignOff
from onsite.accounts.models import User
from onsite.accounts.roles import CLIENT_PARTS, Part, Role
from standups import models
from standups.models import CaseEvidence, HandOver, LoadRound, Problem, Severity
from standups.services import data_signing, hand_over, uat_judging
from standups.services.uat_judging import Wanted
from tests.channels import body_of, walk, words_of
from tests.conftest import SignIn
from tests.factories import (
    CellFactory,
    ConditionFactory,
    CountLineFactory,
    DataObjectFactory,
    EngagementFactory,
    EnvironmentFactory,
    ExitCriterionFactory,
    FunctionFactory,
    HandOverFactory,
    MappingLineFactory,
    MembershipFactory,
    ModuleFactory,
    ObjectiveFactory,
    OperationsContactFactory,
    ProblemFactory,
    ReturnedAccessFactory,
    RolloutRoleFactory,
    RolloutStageFactory,
    UatCaseFactory,
    UatRoundFactory,
    UserFactory,
)
from tests.standups import cutting_over
from tests.standups.deciding import decide

CANARY = "canaryofours"
SHARED = "wordsforboth"
SECTIONS = ("going_live", "data_checks", "rollout", "conditions", "cutover", "go_decision", "first_weeks", "hand_over")


class Ready(NamedTuple):
    """An engagement on its way to go-live, and who reads of it."""

    engagement: Engagement
    lead: User
    readers: dict[str, User]
    texts: tuple[SignOff, ...]


@pytest.fixture(scope="module")
def ready(django_db_setup: None, django_db_blocker: Any) -> Iterator[Ready]:
    """Built once for the module; nothing of it stays."""
    with django_db_blocker.unblock(), transaction.atomic():
        own, foreign = (EngagementFactory(phase=Phase.EXECUTION, name=word, purpose=word) for word in (SHARED, CANARY))
        people = {part: _member(own, part) for part in Part}
        stranger = _member(foreign, Part.LEAD)
        lead = people[Part.LEAD]
        frozen = _filled(own, lead, SHARED)
        _filled(foreign, stranger, CANARY)
        texts = (
            *frozen,
            decide(own, people[Part.CLIENT_PM], Decision.WITH_RISKS, note=SHARED, go_live_on=own.go_live_on),
        )
        yield Ready(own, lead, {part: people[part] for part in sorted(CLIENT_PARTS)}, texts)
        transaction.set_rollback(True)


def _member(engagement: Engagement, part: Part) -> User:
    user = UserFactory(role=Role.CLIENT if part in CLIENT_PARTS else Role.ENGINEER)
    MembershipFactory(engagement=engagement, user=user, part=part)
    return user


def _filled(engagement: Engagement, lead: User, word: str) -> tuple[SignOff, ...]:
    """Every section, with two texts frozen; return them."""
    today = engagement.today()
    engagement.go_live_on = today - timedelta(days=4)
    engagement.save()
    ours = ProblemFactory(
        engagement=engagement, is_internal=True, severity=Severity.CRITICAL, raised_on=today - timedelta(days=3),
        **dict.fromkeys(("title", "next_step", "owner_role", "symptom", "cause"), CANARY),
    )  # fmt: skip
    ProblemFactory(engagement=engagement, title=word, next_step=word, owner_role=word, severity=Severity.CRITICAL)
    load_round = _data(engagement, lead, word, ours)
    _tests(engagement, lead, word, ours)
    cutting_over.fill(engagement, lead, word)
    _sheet(engagement, word)
    return (
        data_signing.freeze_round(actor=lead, load_round=load_round, version=load_round.version),
        hand_over.freeze_hand_over(actor=lead, engagement=engagement),
    )


def _data(engagement: Engagement, lead: User, word: str, ours: Problem) -> LoadRound:
    row = DataObjectFactory(engagement=engagement, name=word, source=word, target=word, owner=word)
    line = CountLineFactory(
        round__mapping__data_object=row, round__mapping__made_by=lead, round__note=word, name=word, target_value=1,
        explanation=word, problem=ours,
    )  # fmt: skip
    MappingLineFactory(mapping=line.round.mapping, source_field=word, target_field=word, rule=word)
    found: LoadRound = line.round
    return found


def _tests(engagement: Engagement, lead: User, word: str, ours: Problem) -> None:
    """Two rounds of one cell: one under test, whose failed case became a problem of ours, one accepted on a condition."""
    module = ModuleFactory(engagement=engagement, name=word)
    function = FunctionFactory(module=module, name=word, rules=word, risk_reason=CANARY, pain_points=CANARY)
    role = RolloutRoleFactory(engagement=engagement, name=word)
    stage = RolloutStageFactory(engagement=engagement, name=word)
    cell = CellFactory(
        engagement=engagement, module=module, role=role, stage=stage, state="live", live_on=engagement.today()
    )
    old = UatRoundFactory(cell=cell, opened_by=lead, build=word)
    _case(old, function, lead, word, ours)
    wanted = Wanted(text=word, owner_name=word, due_on=engagement.today())
    signed = uat_judging.judge(
        actor=lead, row=old, version=old.version, result="conditional", note=word, conditions=[wanted]
    )
    SignOff.objects.filter(pk=signed.pk).update(signed_at=timezone.now())
    row = UatRoundFactory(cell=cell, number=2, opened_by=lead, build=word)
    _case(row, function, lead, word, ours)
    proof = _file(engagement, lead, Scan.FOUND, is_internal=False)
    ConditionFactory(
        round=old,
        text=word,
        owner_name=word,
        met_on=engagement.today(),
        proof=word,
        proof_file=proof,
        recorded_by=lead,
    )


def _case(row: models.UatRound, function: Function, lead: User, word: str, ours: Problem) -> None:
    """A failed case with a tester, a problem of ours, and files that no client may see yet."""
    models.Tester.objects.create(round=row, name=word)
    case = UatCaseFactory(
        round=row, function=function, title=word, steps=word, expected=word, outcome="fail", note=word,
        tested_by_name=word, tested_at=timezone.now(), recorded_by=lead, problem=ours,
    )  # fmt: skip
    for state, is_internal in ((Scan.FOUND, False), (Scan.CLEAN, True), (Scan.WAITING, False)):
        file = _file(row.cell.engagement, lead, state, is_internal=is_internal)
        CaseEvidence.objects.create(case=case, attachment=file, added_by=lead)


def _file(engagement: Engagement, lead: User, state: str, *, is_internal: bool) -> Attachment:
    row = Attachment(
        engagement=engagement, name=f"{CANARY}.log", media_type="text/plain", size_bytes=len(CANARY), scan=state,
        sha256=f"{state}{is_internal}"[:16].ljust(64, "0"), text_excerpt=CANARY, is_internal=is_internal, uploaded_by=lead,
    )  # fmt: skip
    row.file.save("canary.log", ContentFile(CANARY.encode()))
    return row


def _sheet(engagement: Engagement, word: str) -> None:
    ObjectiveFactory(engagement=engagement, title=word)
    ExitCriterionFactory(engagement=engagement, text=word)
    HandOverFactory(engagement=engagement, taken_over_by=word, support_hours=word, note=word)
    OperationsContactFactory(engagement=engagement, name=word, role=word, phone=word)
    ReturnedAccessFactory(engagement=engagement, what=word)
    EnvironmentFactory(engagement=engagement, name=word, access_kept=word)


def _starts(ready: Ready) -> list[str]:
    pages = [reverse(f"standups:{name}", args=[ready.engagement.pk]) for name in SECTIONS]
    return pages + [reverse("engagements:sign_off", args=[ready.engagement.pk, text.pk]) for text in ready.texts]


@pytest.mark.parametrize("part", sorted(CLIENT_PARTS))
def test_a_client_reads_nothing_of_ours_and_nothing_foreign(
    ready: Ready, db: None, sign_in: SignIn, part: str
) -> None:
    """By any link from any section, files and partials included."""
    starts = _starts(ready)
    read = walk(sign_in(ready.readers[part]), starts)
    assert read.with_words(CANARY) == []
    told = read.with_words(SHARED)
    assert {url for url in starts if url not in told} == set(), "the control: each section says what is for both"
    routes = ("/data-checks/rounds/", "/uat/", "/roll-out/cells/", "/cutover/runs/", "/sign-offs/", "/hand-over/")
    assert [route for route in routes if not any(route in url for url in told)] == []


def test_partials_tell_a_client_no_more(ready: Ready, db: None, sign_in: SignIn) -> None:
    read = walk(sign_in(ready.readers[Part.KEY_USER]), _starts(ready), htmx=True)
    assert read.with_words(CANARY) == []


def test_the_vendor_reaches_ours(ready: Ready, db: None, sign_in: SignIn) -> None:
    """The control: what was planted stands on the vendor's pages of the same sections."""
    browser = sign_in(ready.lead)
    found = [url for url in _starts(ready) if CANARY in browser.get(url, follow=True).content.decode()]
    assert found, "kept back from a Go"
    case = ready.engagement.cells.unscoped().get().rounds.unscoped().get(number=2).cases.unscoped().get()
    page = browser.get(reverse("standups:uat_case", args=[ready.engagement.pk, case.pk])).content.decode()
    assert CANARY in page


def test_what_is_printed_for_the_client_holds_none(ready: Ready, db: None, sign_in: SignIn) -> None:
    """The sheets to sign by hand are the client's, whoever prints them; so is the text below the signature."""
    browser = sign_in(ready.lead)
    for text in ready.texts:
        answer = browser.get(reverse("reports:sign_off_sheet", args=[ready.engagement.pk, text.pk]))
        words = words_of(answer.headers["Content-Type"].split(";")[0], body_of(answer))
        assert SHARED in words, text
        assert CANARY not in words, text
        assert CANARY not in str(text.text), text


def test_the_same_rows_are_there_for_the_other_client(ready: Ready, db: None) -> None:
    """The control: the other engagement is filled as well."""
    assert HandOver.objects.unscoped().filter(taken_over_by=CANARY).exists()
