"""A filled world for the tests that ask every page: two clients' engagements with every kind of row in each.

Texts of the foreign engagement hold CANARY_FOREIGN, internal rows and drafts of the own one CANARY_INTERNAL.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from engagements.models import Attachment, Engagement, PlanTemplate, Preview, Waiver
from engagements.services import contingency, plan, signing
from onsite.accounts.models import User
from onsite.accounts.roles import Part, Role
from onsite.core import incoming
from onsite.notifications.models import Message
from reports.building.snapshots import build
from reports.figures.weekly import Week
from reports.models import Document, DocumentKind, Draft
from standups.models import CaseEvidence, RoleTraining, Section
from tests.engagements.assigning import assigned_of_the_world
from tests.engagements.surveying import surveys_of_the_world
from tests.factories import (
    CellFactory,
    ChangeRequestFactory,
    ChecklistItemFactory,
    ClientFactory,
    ConditionFactory,
    ContingencyModelFactory,
    ContingencyPlanFactory,
    CountLineFactory,
    DataObjectFactory,
    DocumentRequestFactory,
    EngagementFactory,
    EnvironmentFactory,
    ExitCriterionFactory,
    FunctionFactory,
    HandOverFactory,
    IdeaFactory,
    InterviewFactory,
    LineFactory,
    MappingLineFactory,
    MembershipFactory,
    ModuleFactory,
    ObjectiveFactory,
    OperationsContactFactory,
    ProblemFactory,
    ReturnedAccessFactory,
    RolloutRoleFactory,
    RolloutStageFactory,
    ScopeItemFactory,
    StandUpFactory,
    TaskFactory,
    TesterFactory,
    UatCaseFactory,
    UatRoundFactory,
    UserFactory,
)
from tests.reports.delays import delays_of_the_world
from tests.reports.learning import lessons_of_the_world
from tests.reports.reviewing import reviews_of_the_world
from tests.reports.visiting import visits_of_the_world
from tests.standups import concerning, cutting_over
from tests.training import writing
from tests.training.learning import results_of_the_world
from tests.training.materials import materials_of_the_world
from tests.training.passing_on import a_sharing
from tests.training.sitting import sessions_of_the_world
from tests.training.teaching import courses_of_the_world

CANARY_FOREIGN = "canary-of-the-other-client"
CANARY_INTERNAL = "canary-of-internal-lines"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64
PARTS = {
    "lead": Part.LEAD,
    "engineer": Part.ENGINEER,
    "client_pm": Part.CLIENT_PM,
    "business_owner": Part.BUSINESS_OWNER,
    "key_user": Part.KEY_USER,
}


@dataclass
class World:
    """The two engagements, the people by role, and the ids of one row of each kind in each engagement."""

    engagement: Engagement
    foreign: Engagement
    people: dict[str, User]
    message: Message
    incoming: UUID
    rows: dict[int, dict[str, Any]] = field(default_factory=dict)

    @property
    def plan_template(self) -> PlanTemplate:
        return PlanTemplate.objects.get()

    def ids(self, engagement: Engagement) -> dict[str, Any]:
        """Return what stands in an address for one row of each kind."""
        return self.rows[engagement.pk]


def build_world() -> World:
    """Create everything; call inside a transaction that is rolled back."""
    manager = UserFactory(role=Role.MANAGER, name="王海明")
    mark = CANARY_FOREIGN
    client = ClientFactory(name="华东机械集团", short_name="华东机械")
    own = EngagementFactory(client=client, created_by=manager)
    foreign = EngagementFactory(
        client=ClientFactory(name=f"仁和医院 {mark}", short_name=mark),
        created_by=manager, name=mark, site=mark, purpose=mark,
    )  # fmt: skip
    people: dict[str, User] = {"manager": manager, "administrator": UserFactory(role=Role.ADMINISTRATOR)}
    for name, part in PARTS.items():
        role = Role.ENGINEER if name in {"lead", "engineer"} else Role.CLIENT
        people[name] = UserFactory(role=role)
        MembershipFactory(engagement=own, user=people[name], part=part)
    people["outsider"] = UserFactory(name=mark)
    people["stranger"] = UserFactory(role=Role.CLIENT, name=mark)
    MembershipFactory(engagement=foreign, user=people["outsider"], part=Part.LEAD)
    MembershipFactory(engagement=foreign, user=people["stranger"], part=Part.CLIENT_PM)
    message = Message.objects.create(
        kind="joined", recipient=people["lead"], dedupe_key="world", payload={"engagement": own.pk},
        due_at=timezone.now(), dead_at=timezone.now(),
    )  # fmt: skip
    PlanTemplate.objects.create(name=mark, core_task="go_live", content={"tasks": []}, created_by=manager)
    sent_ahead = incoming.begin(owner=people["engineer"], name="video.mp4", size_bytes=9)
    world = World(own, foreign, people, message, sent_ahead.token)
    world.rows[own.pk] = _fill(own, people["lead"], people["engineer"], "生产计划", CANARY_INTERNAL)
    world.rows[foreign.pk] = _fill(foreign, people["outsider"], manager, mark, mark)
    world.rows[own.pk] |= writing.company_rows(own, people["engineer"])
    return world


def _fill(engagement: Engagement, lead: User, second: User, word: str, internal: str) -> dict[str, Any]:
    manager = engagement.created_by
    objective = ObjectiveFactory(engagement=engagement, title=word)
    scope_item = ScopeItemFactory(engagement=engagement, text=word)
    stages = plan.lay_out_plan(actor=lead, engagement=engagement)
    task = TaskFactory(engagement=engagement, stage=stages[0], name=word, days=3, assignee=lead)
    sign_off = signing.freeze_goals(actor=lead, engagement=engagement)
    signature = signing.register_paper(
        actor=second, sign_off=sign_off, part=Part.BUSINESS_OWNER, signer_name=word, signed_on=engagement.today(),
        code=sign_off.code, scan=SimpleUploadedFile("scan.png", PNG),
    )  # fmt: skip
    Waiver.objects.create(
        engagement=engagement, before_phase="execution", obstacle="goals.signed.client_pm", obstacle_text=internal,
        reason=internal, due_on=engagement.today(), granted_by=manager,
    )  # fmt: skip
    attachment = Attachment(
        engagement=engagement, name=f"{word}.png", media_type="image/png", size_bytes=len(PNG), sha256="0" * 64,
        uploaded_by=lead,
    )  # fmt: skip
    attachment.file.save("world.png", ContentFile(PNG))
    Preview.objects.create(attachment=attachment, number=1, image=attachment.file.name, width=1, height=1)
    held = Attachment(
        engagement=engagement, name=f"{internal}.log", media_type="text/plain", size_bytes=len(internal), scan="found",
        sha256="1" * 64, text_excerpt=internal, uploaded_by=lead,
    )  # fmt: skip
    held.file.save("held.log", ContentFile(internal.encode()))
    recording = Attachment.objects.create(
        engagement=engagement, name=f"{word}.mp4", media_type="video/mp4", size_bytes=len(PNG), sha256="2" * 64,
        file=attachment.file.name, uploaded_by=lead,
    )  # fmt: skip
    return {
        "objective": objective.pk,
        "change": ChangeRequestFactory(
            engagement=engagement, title=word, reason=word, price_note=internal, raised_by=lead
        ).pk,
        "scope_item": scope_item.pk,
        "stage": stages[0].pk,
        "task": task.pk,
        "sign_off": sign_off.pk,
        "signature": signature.pk,
        **a_sharing(engagement, lead, internal),
        **writing.about_a_client(engagement, lead, internal),
        **courses_of_the_world(engagement, lead, word, internal),
        **materials_of_the_world(engagement, lead, word, internal),
        **sessions_of_the_world(engagement, lead, word),
        **results_of_the_world(engagement, lead, word, internal),
        **lessons_of_the_world(engagement, lead, word, internal),
        **delays_of_the_world(engagement, lead, word, internal),
        **surveys_of_the_world(engagement, lead, word, internal),
        **assigned_of_the_world(engagement, lead, second),
        "membership": engagement.memberships.unscoped().get(user=lead).pk,
        "client_membership": engagement.memberships.unscoped().get(part=Part.CLIENT_PM).pk,
        **visits_of_the_world(engagement, lead, second, objective, word, internal),
        "attachment": attachment.pk,
        "file_page": 1,
        "recording": recording.pk,
        "held_file": held.pk,
        "obstacle": "goals.signed.business_owner",
        **_functions(engagement, word, internal),
        **_rollout(engagement, lead, word),
        **_wanted(engagement, lead, word, internal),
        **_days(engagement, lead, word, internal),
        **concerning.fill(engagement, lead, word, internal),
        **cutting_over.fill(engagement, lead, word),
        **_emergencies(engagement, lead, word),
        "idea": IdeaFactory(engagement=engagement, title=word, words=word, said_by_name=word, noted_by=lead).pk,
        "environment": EnvironmentFactory(engagement=engagement, name=word, access_kept=word).pk,
        "checklist_item": ChecklistItemFactory(engagement=engagement, text=word).pk,
        **_tested(engagement, lead, word, attachment),
        **_hand_over(engagement, word),
        **_documents(engagement, lead, word, internal),
        **_loaded(engagement, lead, word),
    }


def _tested(engagement: Engagement, lead: User, word: str, attachment: Attachment) -> dict[str, Any]:
    """A round with a tested case, its picture, and a condition; both sides see all of it."""
    own = f"{word} 3"
    names = {"module__name": own, "role__name": own, "stage__name": own, "override_reason": word}
    cell = CellFactory(engagement=engagement, state="live", live_on=engagement.today(), **names)
    row = UatRoundFactory(cell=cell, build=word, result_note=word, opened_by=lead)
    TesterFactory(round=row, name=word)
    case = UatCaseFactory(
        round=row, title=word, steps=word, expected=word, outcome="fail", note=word, tested_by_name=word,
        tested_at=timezone.now(), recorded_by=lead,
    )  # fmt: skip
    evidence = CaseEvidence.objects.create(case=case, attachment=attachment, added_by=lead)
    condition = ConditionFactory(round=row, text=word, owner_name=word)
    return {
        "uat_round": row.pk,
        "uat_case": case.pk,
        "uat_evidence": evidence.pk,
        "condition": condition.pk,
    }


def _hand_over(engagement: Engagement, word: str) -> dict[str, Any]:
    """A sheet that could be frozen, and a criterion; nothing of it is internal."""
    HandOverFactory(engagement=engagement, taken_over_by=word, support_hours=word, note=word)
    contact = {"name": word, "role": word, "phone": word}
    return {
        "exit_criterion": ExitCriterionFactory(engagement=engagement, text=word).pk,
        "returned_access": ReturnedAccessFactory(engagement=engagement, what=word).pk,
        "operations_contact": OperationsContactFactory(engagement=engagement, **contact).pk,
    }


def _functions(engagement: Engagement, word: str, internal: str) -> dict[str, Any]:
    module = ModuleFactory(engagement=engagement, name=word)
    function = FunctionFactory(
        module=module, name=word, who=word, rules=word, signed_off_by=word, risk="high", frequency="daily",
        risk_reason=internal, pain_points=internal,
    )  # fmt: skip
    return {"module": module.pk, "function": function.pk}


def _rollout(engagement: Engagement, lead: User, word: str) -> dict[str, Any]:
    """Two cells that have not begun, the second on top of the first, and a training of their role."""
    role = RolloutRoleFactory(engagement=engagement, name=word)
    training = RoleTraining.objects.create(
        role=role, held_on=engagement.today(), people=1, note=word, recorded_by=lead
    )
    stages = [RolloutStageFactory(engagement=engagement, name=f"{word}{number}", position=number) for number in (1, 2)]
    module = ModuleFactory(engagement=engagement, name=f"{word} 2")
    cells = [CellFactory(engagement=engagement, module=module, role=role, stage=stage) for stage in stages]
    cells[1].builds_on.add(cells[0])
    return {
        "rollout_role": role.pk,
        "role_training": training.pk,
        "rollout_stage": stages[0].pk,
        "cell": cells[0].pk,
    }


def _wanted(engagement: Engagement, lead: User, word: str, internal: str) -> dict[str, Any]:
    """A document asked for, one only planned, one read with findings of ours, and an interview: these are the vendor's."""
    texts = {"engagement": engagement, "purpose": word, "asked_at": timezone.now(), "round": 1}
    asked = DocumentRequestFactory(state="asked", title=word, **texts)
    DocumentRequestFactory(engagement=engagement, title=internal, purpose=internal)
    DocumentRequestFactory(state="reviewed", title=word, received_way="paper", findings=internal, **texts)
    interview = InterviewFactory(engagement=engagement, person=internal, held_by=lead, remark=internal)
    return {"document_request": asked.pk, "interview": interview.pk}


def _days(engagement: Engagement, lead: User, word: str, internal: str) -> dict[str, Any]:
    today = engagement.today()
    problem = ProblemFactory(engagement=engagement, title=word, raised_on=today - timedelta(days=3))
    ProblemFactory(engagement=engagement, title=internal, is_internal=True, raised_on=today - timedelta(days=3))
    StandUpFactory(engagement=engagement, held_on=today - timedelta(days=1), created_by=lead, published_at=None)
    draft = engagement.stand_ups.unscoped().get(published_at=None)
    LineFactory(stand_up=draft, text=internal)
    stand_up = StandUpFactory(engagement=engagement, held_on=today, created_by=lead)
    for section in Section:
        LineFactory(stand_up=stand_up, section=section, text=word)
        LineFactory(stand_up=stand_up, section=section, text=internal, is_internal=True)
    return {"problem": problem.pk, "day": today}


def _emergencies(engagement: Engagement, lead: User, word: str) -> dict[str, Any]:
    """A plan, one that runs, and one of the company's library; the library is no client's, so it says nothing foreign."""
    texts = {"title": word, "trigger": word, "steps": [word], "fallback": word, "escalation": word}
    plan_row = ContingencyPlanFactory(engagement=engagement, owner=lead, **texts)
    running = contingency.invoke(
        actor=lead, plan=ContingencyPlanFactory(engagement=engagement, **texts | {"title": f"{word} 2"})
    )
    return {
        "contingency_plan": plan_row.pk,
        "invocation": running.pk,
        "invocation_step": running.steps.unscoped().get().pk,
        "contingency_model": ContingencyModelFactory(created_by=engagement.created_by).pk,
    }


def _loaded(engagement: Engagement, lead: User, word: str) -> dict[str, Any]:
    """A data object whose first round differs, unexplained."""
    row = DataObjectFactory(engagement=engagement, name=word, source=word, target=word, owner=word)
    line = CountLineFactory(
        round__mapping__data_object=row, round__mapping__made_by=lead, round__note=word, name=word, unit=word[:30],
        target_value=1,
    )  # fmt: skip
    MappingLineFactory(mapping=line.round.mapping, source_field=word, target_field=word, rule=word)
    return {"data_object": row.pk, "load_round": line.round_id, "count_line": line.pk}


def _pdf_of(word: str) -> bytes:
    return b"%PDF-1.7 " + word.encode()


def _hash_of(word: str) -> str:
    return hashlib.sha256(_pdf_of(word)).hexdigest()


def _documents(engagement: Engagement, lead: User, word: str, internal: str) -> dict[str, Any]:
    Draft.objects.create(
        engagement=engagement, kind=DocumentKind.FIELD_MANUAL, summary=internal, proposals=internal, edited_by=lead
    )
    document = Document(
        engagement=engagement, kind=DocumentKind.FIELD_MANUAL, version=1, language="zh-hans", snapshot={},
        snapshot_hash="0" * 64, pdf_hash=_hash_of(word), issued_by=lead, issued_at=timezone.now(),
    )  # fmt: skip
    document.pdf.save("world.pdf", ContentFile(_pdf_of(word)))
    return {
        "document": document.pk,
        "document_kind": DocumentKind.FIELD_MANUAL.value,
        **reviews_of_the_world(engagement, lead, internal),
        **_weekly_report(engagement, lead, word, internal),
    }


def _weekly_report(engagement: Engagement, lead: User, word: str, internal: str) -> dict[str, Any]:
    """An issued week, and words for its next version that are still the vendor's."""
    week = Week.of(engagement.today()).code
    named = {"engagement": engagement, "kind": DocumentKind.WEEKLY_REPORT, "period": week}
    report = build(engagement, DocumentKind.WEEKLY_REPORT, Draft(**named, summary=word), "zh-hans")
    document = Document(
        **named, version=1, language="zh-hans", snapshot=json.loads(report.to_json()), snapshot_hash=report.sha256,
        pdf_hash=_hash_of(word), issued_by=lead, issued_at=timezone.now(),
    )  # fmt: skip
    document.pdf.save("week.pdf", ContentFile(_pdf_of(word)))
    Draft.objects.create(**named, summary=internal, edited_by=lead)
    return {"weekly_document": document.pk, "week": week}
