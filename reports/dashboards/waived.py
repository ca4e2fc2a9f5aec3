"""Whether what was let pass is still missing: `gates.still_stands` for many engagements at once."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cached_property
from itertools import product

from engagements import demands, preparedness
from engagements.go_decision import Decision
from engagements.models import (
    Baseline,
    ContingencyPlan,
    FollowUpVisit,
    Function,
    Lesson,
    NoLesson,
    RuleApplication,
    Signature,
    SignOff,
    Survey,
    Waiver,
)
from engagements.models.signoff import SignOffQuerySet
from engagements.rules import standing
from onsite.accounts.models import User
from reports import demands as papers
from reports.models import Document, DocumentKind
from standups import demands as days
from standups.first_weeks import state as first_weeks_state
from standups.models import Cell, HandOver, Problem, ReturnedAccess
from standups.models.first_weeks import ReturnedAccessQuerySet
from standups.rollout import state as rollout_state


class StillMissing:
    """What is there by now in these engagements, as this person may see it.

    Each kind of thing is fetched once for all of them, and only where somebody waived its absence.
    """

    def __init__(self, viewer: User, engagements: Collection[int]) -> None:
        self._viewer = viewer
        self._engagements = list(engagements)

    def __contains__(self, waiver: Waiver) -> bool:
        """Say whether what was waived still stands in the way; a kind not known here does, so that nothing is forgotten."""
        kind, _dot, detail = waiver.obstacle.rpartition(".")
        one = waiver.engagement_id
        answers: dict[str, Callable[[], bool]] = {
            preparedness.NO_BASELINE: lambda: one not in self._agreed,
            preparedness.NO_FUNCTION: lambda: one not in self._analysed,
            preparedness.OPEN_QUESTIONS: lambda: one in self._unclear,
            preparedness.CONTINGENCY: lambda: (one, detail) not in self._prepared,
            demands.NOT_ASKED: lambda: one not in self._asked,
            demands.NO_LESSON: lambda: one not in self._learned,
            demands.SIGNED: lambda: (one, detail) not in self._signed,
            days.CRITICAL: lambda: one in self._troubled,
            days.SIGNED_GO: lambda: one not in self._decided,
            days.NO_OWNER: lambda: detail in self._unowned,
            days.NO_DAY: lambda: detail in self._undated,
            rollout_state.OPEN: lambda: one in self._unaccepted,
            first_weeks_state.MISSING: lambda: one not in self._handed_over,
            first_weeks_state.NOT_RETURNED: lambda: one in self._lent_out,
            first_weeks_state.NOT_CONFIRMED: lambda: one not in self._confirmed,
            standing.CODE: lambda: (one, detail) in self._demanded,
            papers.NO_MANUAL: lambda: (one, DocumentKind.FIELD_MANUAL) not in self._issued,
            papers.NO_REPORT: lambda: (one, DocumentKind.CLOSING_REPORT) not in self._printed,
        }
        answer = answers.get(waiver.obstacle) or answers.get(kind)
        return answer is None or answer()

    @cached_property
    def _agreed(self) -> set[int]:
        rows = Baseline.objects.visible_to(self._viewer).filter(engagement__in=self._engagements)
        return set(rows.values_list("engagement_id", flat=True))

    @cached_property
    def _analysed(self) -> set[int]:
        rows = Function.objects.visible_to(self._viewer).filter(engagement__in=self._engagements)
        return set(rows.values_list("engagement_id", flat=True))

    @cached_property
    def _asked(self) -> set[int]:
        """Where the client was asked at the end, or told a follow-up visit how satisfied they are."""
        surveys = Survey.objects.visible_to(self._viewer).asked().of_closing()
        visits = FollowUpVisit.objects.visible_to(self._viewer).exclude(satisfaction=None)
        found = (rows.filter(engagement__in=self._engagements) for rows in (surveys, visits))
        return {pk for rows in found for pk in rows.values_list("engagement_id", flat=True)}

    @cached_property
    def _learned(self) -> set[int]:
        """Where a lesson is written, or stated why there is none."""
        found = (
            kind.objects.visible_to(self._viewer).filter(engagement__in=self._engagements)
            for kind in (Lesson, NoLesson)
        )
        return {pk for rows in found for pk in rows.order_by().values_list("engagement_id", flat=True)}

    @cached_property
    def _remaining(self) -> list[Problem]:
        rows = Problem.objects.visible_to(self._viewer).shared().open()
        return list(rows.filter(engagement__in=self._engagements))

    @property
    def _unowned(self) -> set[str]:
        return {str(row.pk) for row in self._remaining if not days.has_an_owner(row)}

    @property
    def _undated(self) -> set[str]:
        return {str(row.pk) for row in self._remaining if row.due_on is None}

    @cached_property
    def _lent_out(self) -> set[int]:
        return set(self._lent.outstanding().values_list("engagement_id", flat=True))

    @cached_property
    def _confirmed(self) -> set[int]:
        """Where it is listed what was lent, or the sheet that lists nothing is signed."""
        sheets = self._texts(SignOff.Kind.HANDOVER).values_list("engagement_id", flat=True)
        return set(self._lent.values_list("engagement_id", flat=True)) | set(sheets)

    @property
    def _lent(self) -> ReturnedAccessQuerySet:
        return ReturnedAccess.objects.visible_to(self._viewer).filter(engagement__in=self._engagements).order_by()

    @cached_property
    def _unclear(self) -> set[int]:
        rows = Function.objects.visible_to(self._viewer).filter(engagement__in=self._engagements)
        return set(rows.needing_all_answers().incomplete().values_list("engagement_id", flat=True))

    @cached_property
    def _prepared(self) -> set[tuple[int, str]]:
        rows = (
            ContingencyPlan.objects.visible_to(self._viewer).filter(engagement__in=self._engagements).with_presence()
        )
        return {(plan.engagement_id, plan.emergency) for plan in rows if plan.is_ready and plan.owner_is_here}

    @cached_property
    def _demanded(self) -> set[tuple[int, str]]:
        """The standing rules that are not fulfilled, each by its id."""
        rows = RuleApplication.objects.visible_to(self._viewer).standing().filter(engagement__in=self._engagements)
        active = rows.filter(rule__retired_at=None).with_made()
        return {(row.engagement_id, str(row.rule_id)) for row in active if not row.is_fulfilled}

    @cached_property
    def _signed(self) -> set[tuple[int, str]]:
        """Each part under the current goals; a text that is signed as a whole may have its signatures under a change."""
        texts = SignOff.objects.visible_to(self._viewer).current().filter(kind=SignOff.Kind.GOALS)
        of_these = texts.filter(engagement__in=self._engagements)
        whole = of_these.exclude(signed_at=None).values_list("engagement_id", flat=True)
        signatures = Signature.objects.visible_to(self._viewer).counting().filter(sign_off__in=of_these)
        parts = SignOff.NEEDS[SignOff.Kind.GOALS]
        return set(signatures.values_list("sign_off__engagement_id", "part")) | set(product(whole, parts))

    @cached_property
    def _troubled(self) -> set[int]:
        rows = Problem.objects.visible_to(self._viewer).open().critical().filter(engagement__in=self._engagements)
        return set(rows.values_list("engagement_id", flat=True))

    @cached_property
    def _decided(self) -> set[int]:
        to_go = {"text__facts__decision__in": [Decision.GO.value, Decision.WITH_RISKS.value]}
        return set(self._texts(SignOff.Kind.GO).current().filter(**to_go).values_list("engagement_id", flat=True))

    @cached_property
    def _unaccepted(self) -> set[int]:
        rows = Cell.objects.visible_to(self._viewer).required().filter(engagement__in=self._engagements)
        return set(rows.exclude(state__in=Cell.SETTLED).order_by().values_list("engagement_id", flat=True))

    @cached_property
    def _handed_over(self) -> set[int]:
        """Signed, if only in an earlier version, or agreed for a day that has not passed at the site."""
        signed = self._texts(SignOff.Kind.HANDOVER).values_list("engagement_id", flat=True)
        dated = HandOver.objects.visible_to(self._viewer).filter(engagement__in=self._engagements)
        rows = dated.exclude(planned_on=None).select_related("engagement")
        return set(signed) | {
            row.engagement_id for row in rows if row.planned_on and row.planned_on >= row.engagement.today()
        }

    def _texts(self, kind: str) -> SignOffQuerySet:
        rows = SignOff.objects.visible_to(self._viewer).filter(kind=kind, engagement__in=self._engagements)
        return rows.exclude(signed_at=None)

    @cached_property
    def _papers(self) -> list[tuple[int, str, str]]:
        rows = Document.objects.visible_to(self._viewer).filter(engagement__in=self._engagements)
        return list(rows.values_list("engagement_id", "kind", "pdf"))

    @property
    def _issued(self) -> set[tuple[int, str]]:
        return {(engagement, kind) for engagement, kind, _pdf in self._papers}

    @property
    def _printed(self) -> set[tuple[int, str]]:
        return {(engagement, kind) for engagement, kind, pdf in self._papers if pdf}
