"""A company as it looks after many years: engagements with their people, plans, stand-ups and problems, written at once."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice, product
from typing import Any, TypeVar

from django.db import connection, models
from django.utils import timezone

from engagements.models import Engagement, Membership, Objective, Phase, Stage, StageKind
from onsite.accounts.models import User
from onsite.accounts.roles import Part, Role
from onsite.core.models import AuditChain
from standups.models import Line, Problem, Section, Severity, StandUp
from tests.factories import ClientFactory, UserFactory

# Of each engagement: two thousand of them make 200,000 lines of stand-ups and 50,000 problems.
STAND_UPS, LINES, PROBLEMS, OBJECTIVES = 10, 10, 25, 2
BATCH = 5000
Row = TypeVar("Row", bound=models.Model)


def grow(count: int) -> None:
    """Add engagements in execution until there are `count`; what people would have written comes in batches, without its
    audit entries, but each has its chain."""
    there = Engagement.objects.unscoped().count()
    today, client, manager = timezone.localdate(), ClientFactory(), UserFactory(role=Role.MANAGER)
    engagements = _write(
        Engagement(
            client=client, name=f"生产计划模块上线 {number}", site="三号厂房二楼", phase=Phase.EXECUTION, created_by=manager,
            start_on=today - timedelta(days=40), agreed_go_live_on=today + timedelta(days=5 + number % 40),
        )
        for number in range(there, count)
    )  # fmt: skip
    _write(AuditChain(name=row.audit_chain, last_number=1) for row in engagements)
    leads = _people(engagements, Part.LEAD, Role.ENGINEER)
    _people(engagements, Part.CLIENT_PM, Role.CLIENT)
    _write(_stage(row, place, kind) for row in engagements for place, kind in enumerate(StageKind))
    _write(
        Objective(
            engagement=row, title="月末结账时间", metric="天数", unit="天", baseline=5, target=2, direction="lower",
            due_on=row.agreed_go_live_on, how_measured="看日志",
        )
        for row, _number in product(engagements, range(OBJECTIVES))
    )  # fmt: skip
    days = _write(
        StandUp(
            engagement=row, held_on=today - timedelta(days=ago), minutes=12, created_by=lead, published_by=lead,
            published_at=timezone.now(),
        )
        for (row, lead), ago in product(zip(engagements, leads, strict=True), range(STAND_UPS))
    )  # fmt: skip
    sections = list(Section)
    _write(
        Line(
            stand_up=day, section=sections[number % len(sections)], text=f"生产计划 UAT 第 {number} 轮",
            author_id=day.created_by_id, is_internal=number % 4 == 3, position=number,
        )
        for day, number in product(days, range(LINES))
    )  # fmt: skip
    severities = list(Severity)
    _write(
        Problem(
            engagement=row, title=f"接口偶发超时 {number}", severity=severities[number % 3], raised_by=lead,
            raised_on=today - timedelta(days=number), is_internal=number % 10 == 9,
            solved_on=None if number % 5 == 0 else today,
        )
        for (row, lead), number in product(zip(engagements, leads, strict=True), range(PROBLEMS))
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as autovacuum does, sooner


def _stage(engagement: Engagement, place: int, kind: str) -> Stage:
    begin = engagement.start_on + timedelta(days=place * 10)
    finish_on = begin + timedelta(days=9)
    return Stage(engagement=engagement, kind=kind, position=place, start_on=begin, finish_on=finish_on, percent=20)


def _people(engagements: list[Engagement], part: Part, role: Role) -> list[User]:
    """One person for each engagement."""
    people = _write(
        User(email=f"{part}-{row.pk}@example.com", name=f"{part.label} {row.pk}", role=role, language="zh-hans")
        for row in engagements
    )
    _write(
        Membership(engagement=row, user=person, part=part)
        for row, person in zip(engagements, people, strict=True)
    )  # fmt: skip
    return people


def _write(rows: Any) -> list[Any]:
    """Write the rows in batches and return them."""
    written: list[Any] = []
    rows = iter(rows)
    while batch := list(islice(rows, BATCH)):
        model: Any = type(batch[0])
        written += model._base_manager.bulk_create(batch)
    return written
