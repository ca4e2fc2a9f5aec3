"""Lessons and rules for the tests that ask every page."""

from __future__ import annotations

from typing import Any

from engagements.models import Engagement, NoLesson, RuleApplication
from onsite.accounts.models import User
from tests.factories import LessonFactory, RuleVersionFactory


def lessons_of_the_world(engagement: Engagement, lead: User, word: str, internal: str) -> dict[str, Any]:
    """An internal lesson with its rule, which binds here, one the client may read in the report, and a statement."""
    texts = {"what_happened": internal, "why": internal, "rule": internal, "written_by": lead}
    source = LessonFactory(engagement=engagement, title=internal, **texts)
    LessonFactory(engagement=engagement, title=word, is_internal=False, what_happened=word, why=word, rule=word)
    # A rule is the whole company's: every colleague reads it, whoever's lesson it was, and no client ever.
    told = "canary-of-internal-lines"
    version = RuleVersionFactory(
        rule__lesson=source, rule__title=f"{told} ({engagement.pk})", rule__promoted_by=engagement.created_by,
        text=told, form="checklist", content={"text": told, "moment": "before"},
        industries=[engagement.client.industry],
    )  # fmt: skip
    application = RuleApplication.objects.create(engagement=engagement, rule=version.rule, version=version)
    NoLesson.objects.create(engagement=engagement, reason=internal, stated_by=lead)
    return {"lesson": source.pk, "standing_rule": version.rule.pk, "rule_application": application.pk}
