"""Modules and functions: what may be written where, and that nobody's words get lost (P2, N6)."""

from __future__ import annotations

import pytest
from django.urls import reverse

from engagements.function_tree import Completeness, branches
from engagements.models import Engagement, Function, InterviewNote, Module, Question
from engagements.services import functions
from onsite.accounts.models import User
from onsite.core.errors import DomainError, StaleError
from onsite.core.models import AuditEntry
from tests.conftest import SignIn
from tests.factories import EngagementFactory, FunctionFactory, InterviewFactory, ModuleFactory, ObjectiveFactory

ALL_SIX = {question.value: "已确认" for question in Question}


@pytest.fixture
def module(engagement: Engagement) -> Module:
    return ModuleFactory(engagement=engagement, name="生产计划")


def _nested(engagement: Engagement, deep: int) -> list[Module]:
    found: list[Module] = []
    for level in range(deep):
        found.append(ModuleFactory(engagement=engagement, parent=found[-1] if found else None, name=f"第{level}层"))
    return found


def test_a_module_is_created_renamed_and_put_elsewhere(engagement: Engagement, engineer: User, module: Module) -> None:
    """P2: a tree."""
    inner = functions.save_module(actor=engineer, engagement=engagement, name="排产", parent=module)
    functions.save_module(actor=engineer, engagement=engagement, module=inner, name="周排产", parent=None)
    tree = branches(engagement.modules.unscoped())
    assert [branch.path for branch in tree] == ["生产计划", "周排产"]
    actions = list(AuditEntry.objects.values_list("action", flat=True))
    assert actions[-2:] == ["module.created", "module.changed"]


@pytest.mark.parametrize(
    ("name", "word"), [("生产计划", "of this name"), ("生产/计划", "slash")], ids=["taken", "slash"]
)
def test_a_module_name_that_would_mislead_is_refused(
    engagement: Engagement, engineer: User, module: Module, name: str, word: str
) -> None:
    """P2: the Excel file finds modules by their names."""
    with pytest.raises(DomainError, match=word) as caught:
        functions.save_module(actor=engineer, engagement=engagement, name=name)
    assert caught.value.field == "name"


def test_a_module_never_lies_in_itself(engagement: Engagement, engineer: User) -> None:
    """P2: no cycle, neither direct nor through a part."""
    outer, _middle, inner = _nested(engagement, 3)
    for parent in (outer, inner):
        with pytest.raises(DomainError, match="in itself") as caught:
            functions.save_module(actor=engineer, engagement=engagement, module=outer, name="x", parent=parent)
        assert caught.value.field == "parent"


def test_modules_lie_at_most_four_deep(engagement: Engagement, engineer: User) -> None:
    """P2: also where a module with parts of its own moves."""
    deep = _nested(engagement, 4)
    with pytest.raises(DomainError, match="at most 4 deep"):
        functions.save_module(actor=engineer, engagement=engagement, name="第五层", parent=deep[-1])
    other = ModuleFactory(engagement=engagement, name="另一棵")
    ModuleFactory(engagement=engagement, parent=other, name="下层")
    with pytest.raises(DomainError, match="at most 4 deep"):
        functions.save_module(actor=engineer, engagement=engagement, module=other, name="另一棵", parent=deep[2])
    functions.save_module(actor=engineer, engagement=engagement, module=other, name="另一棵", parent=deep[1])


def test_a_module_with_something_in_it_stays(engagement: Engagement, engineer: User, module: Module) -> None:
    """P2: what lies in it would go with it."""
    function = FunctionFactory(module=module)
    with pytest.raises(DomainError, match="lie in this module"):
        functions.delete_module(actor=engineer, module=module)
    functions.delete_function(actor=engineer, function=function)
    functions.delete_module(actor=engineer, module=module)
    with pytest.raises(DomainError, match="deleted this meanwhile"):
        functions.delete_module(actor=engineer, module=module)


def test_a_function_that_an_interview_speaks_of_stays(engagement: Engagement, engineer: User, module: Module) -> None:
    """P2: what somebody said is not thrown away."""
    function = FunctionFactory(module=module)
    InterviewNote.objects.create(
        interview=InterviewFactory(engagement=engagement), function=function, question="who", text="计划员"
    )
    with pytest.raises(DomainError, match="Interviews speak"):
        functions.delete_function(actor=engineer, function=function)
    assert Function.objects.filter(pk=function.pk).exists()


def test_a_function_name_stands_once_in_its_module(engagement: Engagement, engineer: User, module: Module) -> None:
    """P2: in another module the same name is fine."""
    other = ModuleFactory(engagement=engagement)
    for place in (module, other):
        functions.save_function(actor=engineer, engagement=engagement, module=place, name="审批")
    with pytest.raises(DomainError, match="of this name") as caught:
        functions.save_function(actor=engineer, engagement=engagement, module=module, name="审批")
    assert caught.value.field == "name"


def test_a_module_of_another_engagement_is_no_place(engagement: Engagement, engineer: User) -> None:
    """TRUST: rows of two clients never mix."""
    foreign = ModuleFactory(engagement=EngagementFactory())
    with pytest.raises(DomainError) as caught:
        functions.save_function(actor=engineer, engagement=engagement, module=foreign, name="审批")
    assert caught.value.field == "module"
    with pytest.raises(DomainError):
        functions.save_module(actor=engineer, engagement=engagement, name="x", parent=foreign)


def test_a_stale_edit_is_refused_and_loses_nothing(engagement: Engagement, engineer: User, module: Module) -> None:
    """P2: two people, one function."""
    function = FunctionFactory(module=module)
    was = function.fingerprint
    functions.save_function(actor=engineer, engagement=engagement, function=function, was=was, who="计划部主任")
    with pytest.raises(StaleError):
        functions.save_function(actor=engineer, engagement=engagement, function=function, was=was, who="班长")
    assert Function.objects.unscoped().get(pk=function.pk).who == "计划部主任"


def test_moving_a_function_does_not_make_an_open_page_stale(
    engagement: Engagement, engineer: User, module: Module
) -> None:
    """P2: order is not text."""
    first, second = FunctionFactory(module=module, position=0), FunctionFactory(module=module, position=1)
    was = first.fingerprint
    functions.move(actor=engineer, row=first, up=False)
    assert list(engagement.functions.unscoped()) == [second, first]
    functions.save_function(actor=engineer, engagement=engagement, function=first, was=was, who="班长")
    assert list(engagement.functions.unscoped()) == [second, first]


def test_at_the_end_a_move_does_nothing(engagement: Engagement, engineer: User) -> None:
    """P2: modules move among their neighbours only."""
    first, second = (ModuleFactory(engagement=engagement, position=i) for i in range(2))
    inner = ModuleFactory(engagement=engagement, parent=first)
    functions.move(actor=engineer, row=second, up=False)
    functions.move(actor=engineer, row=inner, up=True)
    assert list(engagement.modules.unscoped().filter(parent=None)) == [first, second]
    functions.move(actor=engineer, row=second, up=True)
    assert list(engagement.modules.unscoped().filter(parent=None)) == [second, first]


def test_completeness_counts_what_blocks(engagement: Engagement, module: Module) -> None:
    """P2: daily use or high risk must be complete."""
    FunctionFactory(module=module, **ALL_SIX, frequency="daily")
    FunctionFactory(module=module, frequency="daily")
    FunctionFactory(module=module, risk="high")
    FunctionFactory(module=module)
    rows = engagement.functions.unscoped()
    assert Completeness.of(rows) == Completeness(total=4, complete=1, blocking=2)
    assert rows.needing_all_answers().incomplete().count() == 2


def test_objectives_are_linked(engagement: Engagement, engineer: User, module: Module) -> None:
    """N6: objective to function."""
    objective = ObjectiveFactory(engagement=engagement)
    function = functions.save_function(
        actor=engineer, engagement=engagement, module=module, name="审批", objectives=[objective]
    )
    assert list(objective.functions.unscoped()) == [function]
    functions.save_function(actor=engineer, engagement=engagement, function=function, who="班长")
    assert list(objective.functions.unscoped()) == [function]


def test_the_list_shows_gaps_and_keeps_the_filter(
    engagement: Engagement, engineer: User, module: Module, sign_in: SignIn
) -> None:
    """P2: functions × Ws."""
    FunctionFactory(module=module, name="完整的", **ALL_SIX)
    FunctionFactory(module=module, name="有缺口的", frequency="daily")
    browser = sign_in(engineer)
    url = reverse("engagements:function_list", args=[engagement.pk])
    whole = browser.get(url).text
    assert "完整的" in whole
    assert "1 of 2" in whole
    assert "1 function of daily use or high risk is still open" in whole
    gaps = browser.get(f"{url}?only=gaps").text
    assert "完整的" not in gaps
    assert "有缺口的" in gaps


def test_a_client_reads_but_does_not_see_our_judgement(
    engagement: Engagement, client_pm: User, module: Module, sign_in: SignIn
) -> None:
    """P2: pain points and the reason of a risk are the vendor's own."""
    function = FunctionFactory(
        module=module, rules="总监审批", pain_points="秘密痛点", risk="high", risk_reason="秘密原因"
    )
    browser = sign_in(client_pm)
    page = browser.get(reverse("engagements:function", args=[engagement.pk, function.pk])).text
    assert "总监审批" in page
    assert "秘密" not in page
    assert "秘密" not in browser.get(reverse("engagements:function_list", args=[engagement.pk])).text


def test_the_form_saves_and_shows_what_somebody_else_saved(
    engagement: Engagement, engineer: User, module: Module, sign_in: SignIn
) -> None:
    """P2: what was typed and ticked stays, theirs stands beside it, and the next save is a knowing one."""
    browser = sign_in(engineer)
    function = FunctionFactory(module=module, name="审批")
    ticked = [str(ObjectiveFactory(engagement=engagement).pk) for _i in range(2)]
    url = reverse("engagements:function_edit", args=[engagement.pk, function.pk])
    posted = {
        "module": module.pk, "name": "审批", "who": "我写的", "risk": "none", "priority": "must", "frequency": "daily",
        "was": function.fingerprint, "objectives": ticked,
    }  # fmt: skip
    functions.save_function(actor=engineer, engagement=engagement, function=function, who="别人写的")
    answer = browser.post(url, posted)
    assert answer.context["form"]["objectives"].value() == ticked
    page = answer.text
    assert "我写的" in page
    assert "别人写的" in page
    fresh = Function.objects.unscoped().get(pk=function.pk)
    assert fresh.fingerprint in page
    assert browser.post(url, posted | {"was": fresh.fingerprint}).status_code == 302
    assert Function.objects.unscoped().get(pk=function.pk).who == "我写的"


def test_without_a_module_one_is_named_first(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    """P2: nobody ends in a form that can't be saved."""
    browser = sign_in(engineer)
    answer = browser.get(reverse("engagements:function_create", args=[engagement.pk]))
    assert answer["Location"] == reverse("engagements:module_create", args=[engagement.pk])
    browser.post(answer["Location"], {"name": "生产计划", "parent": ""})
    assert engagement.modules.unscoped().get().name == "生产计划"


def test_the_order_is_changed_by_buttons(
    engagement: Engagement, engineer: User, module: Module, sign_in: SignIn
) -> None:
    """P2: by keyboard, without JavaScript."""
    browser = sign_in(engineer)
    first, second = FunctionFactory(module=module, position=0), FunctionFactory(module=module, position=1)
    browser.post(reverse("engagements:function_move", args=[engagement.pk, second.pk]), {"to": "up"})
    assert list(engagement.functions.unscoped()) == [second, first]
    other = ModuleFactory(engagement=engagement, position=1)
    browser.post(reverse("engagements:module_move", args=[engagement.pk, other.pk]), {"to": "up"})
    assert list(engagement.modules.unscoped()) == [other, module]
    assert (
        "Done with the order"
        in browser.get(reverse("engagements:function_list", args=[engagement.pk]) + "?order=1").text
    )
