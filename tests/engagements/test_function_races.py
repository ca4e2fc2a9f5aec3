"""Two people on the same functions at once: one wins, the other is told, and the tree stays a tree (P2).

With `Engagement.objects.lock` taken out of services/functions.py, these fail.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils.translation import override

from engagements.function_file import sheets
from engagements.function_tree import branches
from engagements.models import Engagement, Function, Module
from engagements.services import functions
from engagements.services.function_import import import_functions
from onsite.accounts.models import User
from onsite.core.errors import StaleError
from onsite.core.models import AuditEntry
from onsite.core.spreadsheet import write
from tests.conftest import InParallel
from tests.core.workbooks import upload
from tests.engagements.test_races import AGAIN, fresh, told
from tests.factories import FunctionFactory, ModuleFactory

pytestmark = pytest.mark.usefixtures("postgresql")


def test_of_two_edits_of_one_page_one_is_told(engagement: Engagement, engineer: User, in_parallel: InParallel) -> None:
    """P2: no word is lost."""
    function = FunctionFactory(module=ModuleFactory(engagement=engagement))
    for _round in range(AGAIN):
        was = Function.objects.unscoped().get(pk=function.pk).fingerprint

        def save(text: str, was: str = was) -> Callable[[], object]:
            return lambda: functions.save_function(
                actor=engineer, engagement=fresh(engagement), function=function, was=was, who=f"{was[:8]} {text}"
            )

        refused = told(in_parallel(save("甲"), save("乙")))
        assert [type(error) for error in refused] == [StaleError]
    assert AuditEntry.objects.filter(action="function.changed").count() == AGAIN


def test_two_modules_put_into_each_other_make_no_cycle(
    engagement: Engagement, engineer: User, in_parallel: InParallel
) -> None:
    """P2: a tree, whoever moves what."""
    for number in range(AGAIN):
        one, two = (ModuleFactory(engagement=engagement, name=f"{number}{name}") for name in "甲乙")

        def put(row: Module, into: Module) -> Callable[[], object]:
            return lambda: functions.save_module(
                actor=engineer, engagement=fresh(engagement), module=row, name=row.name, parent=into
            )

        assert len(told(in_parallel(put(one, two), put(two, one)))) == 1
    assert len(branches(engagement.modules.unscoped())) == 2 * AGAIN


def test_a_file_imported_twice_at_once_makes_everything_once(
    engagement: Engagement, engineer: User, in_parallel: InParallel
) -> None:
    """P2: a second press, or a colleague with the same file."""
    module = ModuleFactory(engagement=engagement, name="生产计划")
    rows = [FunctionFactory.build(module=module, name=f"功能{i}") for i in range(20)]
    with override("en"):
        content = write(sheets(branches([module], rows), for_client=False))

    def bring() -> object:
        return import_functions(actor=engineer, engagement=fresh(engagement), file=upload(content))

    assert told(in_parallel(bring, bring, bring)) == []
    assert (Function.objects.count(), Module.objects.count()) == (20, 1)
