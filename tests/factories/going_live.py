"""From data to go-live."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import factory
from django.db import transaction
from django.utils import timezone

from engagements.models import Engagement, SignOff
from engagements.section_text import Section, text_of_sections
from engagements.services import signing
from standups.models import (
    Cell,
    Condition,
    CountLine,
    CutoverRun,
    DataObject,
    ExitCriterion,
    HandOver,
    LoadRound,
    Mapping,
    MappingLine,
    OperationsContact,
    ReturnedAccess,
    RolloutRole,
    RolloutStage,
    RunSheet,
    RunSheetTemplate,
    RunStep,
    SheetStep,
    Tester,
    UatCase,
    UatRound,
)
from tests.factories.accounts import UserFactory
from tests.factories.engagements import EngagementFactory
from tests.factories.preparation import ModuleFactory


class DataObjectFactory(factory.django.DjangoModelFactory[DataObject]):
    """Patients."""

    class Meta:
        model = DataObject

    engagement = factory.SubFactory(EngagementFactory)
    name = factory.Sequence(lambda n: f"患者主数据{n}")
    source = "旧 HIS · PAT_MASTER"
    target = "新 HIS · patient"
    owner = "病案室"


class MappingFactory(factory.django.DjangoModelFactory[Mapping]):
    """The first version of a mapping."""

    class Meta:
        model = Mapping

    data_object = factory.SubFactory(DataObjectFactory)
    version = 1
    made_by = factory.SubFactory(UserFactory)


class MappingLineFactory(factory.django.DjangoModelFactory[MappingLine]):
    """One field."""

    class Meta:
        model = MappingLine

    mapping = factory.SubFactory(MappingFactory)
    position = factory.Sequence(lambda n: n)
    source_field = factory.Sequence(lambda n: f"ALLERGY_{n}")
    target_field = factory.Sequence(lambda n: f"allergy_{n}")


class LoadRoundFactory(factory.django.DjangoModelFactory[LoadRound]):
    """Round 1, loaded today, nothing wrong in the sample."""

    class Meta:
        model = LoadRound

    mapping = factory.SubFactory(MappingFactory)
    data_object = factory.SelfAttribute("mapping.data_object")
    number = 1
    loaded_on = factory.LazyFunction(timezone.localdate)
    sample_size = 500
    sample_wrong = 0
    sample_checked_by = "病案室 何主任"
    sample_checked_on = factory.LazyFunction(timezone.localdate)
    opened_by = factory.SelfAttribute("mapping.made_by")


class CountLineFactory(factory.django.DjangoModelFactory[CountLine]):
    """Counted the same on both sides."""

    class Meta:
        model = CountLine

    round = factory.SubFactory(LoadRoundFactory)
    position = factory.Sequence(lambda n: n)
    name = factory.Sequence(lambda n: f"患者总数{n}")
    source_value = Decimal(482_113)
    target_value = factory.SelfAttribute("source_value")


class RolloutRoleFactory(factory.django.DjangoModelFactory[RolloutRole]):
    """A role of ordinary staff, one person to train."""

    class Meta:
        model = RolloutRole

    engagement = factory.SubFactory(EngagementFactory)
    name = factory.Sequence(lambda n: f"挂号员{n}")


class RolloutStageFactory(factory.django.DjangoModelFactory[RolloutStage]):
    """The pilot."""

    class Meta:
        model = RolloutStage

    engagement = factory.SubFactory(EngagementFactory)
    name = factory.Sequence(lambda n: f"试点{n}")


class CellFactory(factory.django.DjangoModelFactory[Cell]):
    """A cell that has not begun."""

    class Meta:
        model = Cell

    engagement = factory.SubFactory(EngagementFactory)
    module = factory.SubFactory(ModuleFactory, engagement=factory.SelfAttribute("..engagement"))
    role = factory.SubFactory(RolloutRoleFactory, engagement=factory.SelfAttribute("..engagement"))
    stage = factory.SubFactory(RolloutStageFactory, engagement=factory.SelfAttribute("..engagement"))


class UatRoundFactory(factory.django.DjangoModelFactory[UatRound]):
    """Round v1 of a cell that is live since today."""

    class Meta:
        model = UatRound

    cell = factory.SubFactory(CellFactory, state="live", live_on=factory.LazyFunction(timezone.localdate))
    number = 1
    opened_by = factory.SubFactory(UserFactory)


class TesterFactory(factory.django.DjangoModelFactory[Tester]):
    """Somebody who tests."""

    class Meta:
        model = Tester

    round = factory.SubFactory(UatRoundFactory)
    name = factory.Sequence(lambda n: f"杜护士长{n}")


class UatCaseFactory(factory.django.DjangoModelFactory[UatCase]):
    """A case nobody has tested yet."""

    class Meta:
        model = UatCase

    round = factory.SubFactory(UatRoundFactory)
    number = factory.Sequence(lambda n: n + 1)
    title = "初诊挂号"
    expected = "40 秒内打印挂号凭条"


class ConditionFactory(factory.django.DjangoModelFactory[Condition]):
    """A condition due today."""

    class Meta:
        model = Condition

    round = factory.SubFactory(UatRoundFactory)
    text = "退号后医保结算须冲正"
    owner_name = "李哲"
    due_on = factory.LazyFunction(timezone.localdate)


class RunSheetFactory(factory.django.DjangoModelFactory[RunSheet]):
    """A run sheet without steps."""

    class Meta:
        model = RunSheet

    engagement = factory.SubFactory(EngagementFactory)


class SheetStepFactory(factory.django.DjangoModelFactory[SheetStep]):
    """A step of ten minutes."""

    class Meta:
        model = SheetStep

    sheet = factory.SubFactory(RunSheetFactory)
    position = factory.Sequence(lambda n: n + 1)
    title = factory.Sequence(lambda n: f"停止旧系统挂号{n}")
    planned_minutes = 10
    rollback = "恢复旧系统挂号"


class CutoverRunFactory(factory.django.DjangoModelFactory[CutoverRun]):
    """A rehearsal that runs since this moment."""

    class Meta:
        model = CutoverRun

    engagement = factory.SubFactory(EngagementFactory)
    number = 1
    kind = CutoverRun.Kind.REHEARSAL
    started_at = factory.LazyFunction(timezone.now)
    started_by = factory.SubFactory(UserFactory)


class RunStepFactory(factory.django.DjangoModelFactory[RunStep]):
    """A step to do."""

    class Meta:
        model = RunStep

    run = factory.SubFactory(CutoverRunFactory)
    position = factory.Sequence(lambda n: n + 1)
    title = factory.Sequence(lambda n: f"导入增量数据{n}")
    planned_minutes = 10


class RunSheetTemplateFactory(factory.django.DjangoModelFactory[RunSheetTemplate]):
    """A run sheet of the company's."""

    class Meta:
        model = RunSheetTemplate

    name = factory.Sequence(lambda n: f"医院切换步骤表{n}")
    steps = factory.LazyFunction(list)
    created_by = factory.SubFactory(UserFactory)


class ExitCriterionFactory(factory.django.DjangoModelFactory[ExitCriterion]):
    """A criterion that is noted by hand."""

    class Meta:
        model = ExitCriterion

    engagement = factory.SubFactory(EngagementFactory)
    text = "连续两周月结无差错"


class HandOverFactory(factory.django.DjangoModelFactory[HandOver]):
    """A hand-over without a day."""

    class Meta:
        model = HandOver

    engagement = factory.SubFactory(EngagementFactory)


class ReturnedAccessFactory(factory.django.DjangoModelFactory[ReturnedAccess]):
    """An account that was not given back yet."""

    class Meta:
        model = ReturnedAccess

    engagement = factory.SubFactory(EngagementFactory)
    what = factory.Sequence(lambda n: f"堡垒机账号{n}")


class OperationsContactFactory(factory.django.DjangoModelFactory[OperationsContact]):
    """Somebody to call."""

    class Meta:
        model = OperationsContact

    engagement = factory.SubFactory(EngagementFactory)
    name = "孙工"
    role = "一线支持"
    phone = "400-000-0000"


@transaction.atomic
def go_decision_of(engagement: Engagement, *, go_live_on: date, decision: str = "go", signed: bool = True) -> SignOff:
    """Freeze a Go decision as it stands after the meeting, signed unless told otherwise; nothing follows from it."""
    sign_off = signing.add_version(
        actor=engagement.created_by,
        engagement=engagement,
        kind=SignOff.Kind.GO,
        topic="",
        text=text_of_sections(
            engagement,
            [Section("上线决定", paragraphs=("同意上线",))],
            {
                "decision": decision,
                "go_live_on": str(go_live_on),
                "risks": [],
                "codes": [],
                "marks": [],
                "revision": engagement.go_live_revision,
            },
        ),
    )
    if signed:
        sign_off.signed_at = timezone.now()
        sign_off.save(update_fields=["signed_at"])
    return sign_off
