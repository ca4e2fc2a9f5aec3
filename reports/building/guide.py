"""The interview guide from what is known about the functions today."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import override

from engagements.function_tree import branches
from engagements.guide import ASKED
from engagements.models import Engagement, Function
from reports.building.cover import cover_of
from reports.documents.interview_guide import GuideFunction, GuideModule, GuideQuestion, InterviewGuide


def build_guide(engagement: Engagement, today: date) -> InterviewGuide:
    """Return the open questions in the engagement's language; no module where nothing is open."""
    functions = [row for row in engagement.functions.unscoped() if row.unanswered]
    tree = branches(engagement.modules.unscoped(), functions)
    with override(engagement.language):
        modules = tuple(
            GuideModule(path=branch.path, functions=tuple(_function(row) for row in branch.functions))
            for branch in tree
            if branch.functions
        )
        cover = cover_of(engagement, engagement.language, today) | {"version": str(today)}
        return InterviewGuide(**cover, modules=modules)


def _function(row: Function) -> GuideFunction:
    marks = [str(row.get_frequency_display())]
    if row.needs_all_answers:
        marks.append(_("must be complete before work on site"))
    return GuideFunction(
        name=row.name,
        marks=tuple(marks),
        questions=tuple(
            GuideQuestion(label=str(question.label), text=str(ASKED[question])) for question in row.unanswered
        ),
    )
