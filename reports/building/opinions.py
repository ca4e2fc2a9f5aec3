"""What the client thinks of the engagement, in means; never who said what."""

from __future__ import annotations

from engagements.models import Engagement
from reports.documents.closing_report import QuestionMean, Satisfaction
from reports.satisfaction import satisfaction_of


def opinions_of(engagement: Engagement) -> Satisfaction | None:
    """Return the chapter's numbers; None where nobody answered. Two queries."""
    found = satisfaction_of(engagement)
    if found.mean is None:
        return None
    return Satisfaction(
        score=found.mean,
        out_of=found.out_of,
        answers=found.answers,
        on_paper=found.on_paper,
        questions=tuple(
            QuestionMean(text=text, score=mean.value, answers=mean.answers)
            for text, mean in found.questions
            if mean.value is not None
        ),
    )
