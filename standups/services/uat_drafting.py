"""The cases a round begins with: those of the round before, or one for each rule of the module's functions."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import override

from engagements.function_tree import beneath, branches
from engagements.models import Engagement, Function
from standups.models import UatCase, UatRound

MOST_CASES = 300
_LONGEST_TITLE = 200
_LONGEST_EXPECTED = 500


def same_cases(last: UatRound, row: UatRound) -> list[UatCase]:
    """Copy the cases without their results; a problem that is still open stays known."""
    cases = last.cases.unscoped().select_related("problem").order_by("number")
    return UatCase.objects.bulk_create(
        UatCase(
            round=row,
            number=case.number,
            function_id=case.function_id,
            title=case.title,
            steps=case.steps,
            expected=case.expected,
            problem=case.problem if case.problem is not None and case.problem.is_open else None,
        )
        for case in cases
    )


def first_cases(engagement: Engagement, row: UatRound) -> list[UatCase]:
    """Draft the cases from the functions of the cell's module and of what lies in it, in the documents' language."""
    tree = branches(engagement.modules.unscoped(), engagement.functions.unscoped())
    functions = [function for branch in beneath(tree, row.cell.module) for function in branch.functions]
    with override(engagement.language):
        drafted = [case for function in functions for case in _cases_of(function)][:MOST_CASES]
    for number, case in enumerate(drafted, start=1):
        case.round, case.number = row, number
    return UatCase.objects.bulk_create(drafted)


def _cases_of(function: Function) -> Iterator[UatCase]:
    rules = [line.strip(" \t-•·") for line in function.rules.splitlines()]
    rules = [rule for rule in rules if rule]
    for rule in rules:
        kept = _("“%(function)s” keeps to this rule.") % {"function": function.name}
        # A rule too long for a title is told in full where there is room.
        expected = kept if len(rule) <= _LONGEST_TITLE else rule
        yield _case(function, rule, expected)
    if not rules:
        yield _case(function, function.name, function.what.strip() or _("It works as described."))


def _case(function: Function, title: str, expected: str) -> UatCase:
    return UatCase(
        function=function,
        title=Truncator(title).chars(_LONGEST_TITLE),
        steps=function.how.strip(),
        expected=Truncator(" ".join(expected.split())).chars(_LONGEST_EXPECTED),
    )
