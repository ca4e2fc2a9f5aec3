"""R1, TRUST failpoints: killed by SIGKILL while a survey is asked, answered and reminded of: nothing lost, nobody counts twice."""

from __future__ import annotations

import signal

import pytest

from tests.installation import Installation
from tests.mail_server import MailServer

# Monday to Friday without holidays; asked on Tuesday 10 March, answers until Tuesday 24 March.
SEED = """
from datetime import date
from engagements.models import Client, Engagement, Membership
from engagements.services import surveys
from onsite.accounts.models import User
import time_machine
manager = User.objects.create_user("manager@x.example", name="王海明", role="manager", language="en")
engagement = Engagement.objects.create(
    client=Client.objects.create(name="江海银行", short_name="江海", industry="banking"), name="贷款", site="外滩",
    core_task="improve", phase="review", calendar="WEEK", created_by=manager, start_on=date(2026, 1, 5),
    agreed_go_live_on=date(2026, 3, 2), go_live_on=date(2026, 3, 2),
)
for part, name in (("client_pm", "许蔓"), ("business_owner", "郭总")):
    user = User.objects.create_user(f"{part}@x.example", name=name, role="client", language="en")
    Membership.objects.create(engagement=engagement, user=user, part=part)
with time_machine.travel("2026-03-10T02:00:00+00:00"):
    surveys.save_survey(actor=manager, engagement=engagement, closes_on=date(2026, 3, 24))
"""
AT = """
import time_machine
from datetime import datetime, timedelta
from engagements.models import MailedLink, Survey, SurveyAnswer, SurveyInvitation
from engagements.services import survey_answers, surveys
from onsite.accounts.models import User
from onsite.notifications.models import Message
from onsite.notifications.services import LEASE, sweep
survey = Survey.objects.unscoped().select_related("engagement").get()
def at(text):
    return time_machine.travel(datetime.fromisoformat(text))
"""
ASK = (
    AT
    + """
with at("2026-03-10T02:00:00+00:00"):
    surveys.ask_survey(actor=User.objects.get(role="manager"), survey=survey, people=list(User.objects.filter(role="client")))
"""
)
ANSWER = (
    AT
    + """
with at("2026-03-11T02:00:00+00:00"):
    survey_answers.answer_by_link(link=MailedLink.objects.unscoped().get(user__email="client_pm@x.example"), overall=4)
"""
)
COUNT = (
    AT
    + """
print(survey.asked_at is not None, SurveyInvitation.objects.unscoped().count(), SurveyAnswer.objects.unscoped().count(),
      MailedLink.objects.unscoped().filter(used_at=None).count(), Message.objects.waiting().count())
"""
)


@pytest.mark.parametrize(
    ("before", "action", "place", "nothing", "done"),
    [
        ([], ASK, "survey.asked", "False 0 0 0 0", "True 2 0 2 6"),
        ([ASK], ANSWER, "survey.answered", "True 2 0 2 6", "True 2 1 1 3"),
    ],
    ids=["asked", "answered"],
)
def test_killed_before_the_commit_it_happens_wholly_or_not_at_all(
    installation: Installation, before: list[str], action: str, place: str, nothing: str, done: str
) -> None:
    """Whether it was asked, invitations, answers, open links, waiting mails: none, then all, once."""
    for script in (SEED, *before):
        installation.ask(script)
    assert installation.run(action, ONSITE_FAILPOINT=place).returncode == -signal.SIGKILL
    assert installation.ask(COUNT) == nothing
    installation.ask(action)
    assert installation.ask(COUNT) == done
    # Once more is refused: one answer per person and occasion, nobody is asked twice.
    assert "DomainError" in installation.run(action).stderr
    assert installation.ask(COUNT) == done


@pytest.mark.parametrize("place", ["outbox.claimed", "outbox.sent"])
def test_a_killed_worker_loses_no_mail_of_a_survey(
    installation: Installation, mail_server: MailServer, place: str
) -> None:
    """The worker dies while it asks, reminds and reminds for the last time. Each of two people gets three mails; what was in
    flight after the server's 250 arrives twice with one Message-ID."""
    installation.ask(SEED)
    installation.ask(ASK)
    for moment in ("2026-03-10T03:00:00+00:00", "2026-03-16T02:00:00+00:00", "2026-03-23T02:00:00+00:00"):
        sweeping = AT + f'\nwith at("{moment}"):\n    sweep()\n'
        assert installation.run(sweeping, ONSITE_FAILPOINT=place).returncode == -signal.SIGKILL
        later = f'datetime.fromisoformat("{moment}") + LEASE + timedelta(seconds=1)'
        installation.ask(AT + f"\nwith time_machine.travel({later}):\n    sweep(), sweep()\n")
    assert len(set(mail_server.message_ids)) == 6
    assert len(mail_server.received) == (9 if place == "outbox.sent" else 6)
    assert installation.ask(COUNT) == "True 2 0 2 0"
