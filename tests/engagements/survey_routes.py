"""The routes of satisfaction surveys: who may open them."""

from __future__ import annotations

from engagements.models import MailedLink
from engagements.services.links import create_link
from tests.policies import CLIENT_IN, LEADERS, MEMBERS, VENDOR, VENDOR_IN, Company, Inside, Public
from tests.world import World


def a_survey_link(world: World) -> list[str]:
    """A link that works, to the own engagement's survey."""
    own = world.engagement
    return [
        create_link(
            engagement=own, purpose=MailedLink.Purpose.ANSWER_SURVEY, subject_id=world.ids(own)["survey"],
            user=world.people["client_pm"], days=9,
        )
    ]  # fmt: skip


SURVEY_ROUTES: dict[str, Company | Inside | Public] = {
    "engagements:survey_list": Inside(MEMBERS),
    "engagements:survey_create": Inside(LEADERS, LEADERS),
    "engagements:survey": Inside(MEMBERS, ids="survey"),
    "engagements:survey_edit": Inside(LEADERS, LEADERS, ids="survey"),
    "engagements:survey_delete": Inside(None, LEADERS, ids="planned_survey", shown=frozenset(VENDOR_IN)),
    "engagements:survey_ask": Inside(LEADERS, LEADERS, ids="survey"),
    "engagements:survey_close": Inside(None, LEADERS, ids="survey"),
    "engagements:survey_answer": Inside(CLIENT_IN, CLIENT_IN, ids="survey"),
    "engagements:survey_paper": Inside(VENDOR_IN, VENDOR_IN, ids="survey"),
    "engagements:survey_link": Public(args=a_survey_link),
    "reports:satisfaction": Company(VENDOR),
}
