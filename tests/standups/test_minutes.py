"""E1, N4: the minutes of a published day as PDF: the client's projection, whoever prints them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from engagements.models import Engagement
from onsite.accounts.models import User
from reports.building.minutes import build_minutes
from reports.documents.minutes import Minutes
from reports.documents.printing import print_document, render_html
from standups.models import Acknowledgement, Answer, Comment, Section, StandUp
from standups.services.entry import AnswerEntry, Entry
from standups.services.publishing import publish_stand_up
from standups.services.writing import save_stand_up
from tests.conftest import SignIn
from tests.core.test_pdf import text_of
from tests.factories import ProblemFactory, StandUpFactory
from tests.standups.browser import line

CANARY = "canary-internal"


def minutes_url(engagement: Engagement, day: date) -> str:
    return reverse("reports:minutes", args=[engagement.pk, day])


@pytest.fixture
def day(engagement: Engagement, engineer: User, client_pm: User) -> StandUp:
    """Today, with a line for the client and one of ours in every section; read and remarked on."""
    today = engagement.today()
    shared = ProblemFactory(engagement=engagement, title="MES 接口超时", raised_on=today - timedelta(days=2))
    ours = ProblemFactory(engagement=engagement, title=CANARY, raised_on=today - timedelta(days=2), is_internal=True)
    said = ProblemFactory(engagement=engagement, title="报表慢", raised_on=today - timedelta(days=2))
    lines = [
        line(f"{section.label}：{text}", section, is_internal=text == CANARY)
        for section in Section
        for text in ("客户可见", CANARY)
    ]
    answers = [
        AnswerEntry(shared.pk, Answer.CHANGED, "补丁在测"),
        AnswerEntry(ours.pk, Answer.STILL, CANARY),
        AnswerEntry(said.pk, Answer.STILL, CANARY, is_internal=True),
    ]
    present = list(engagement.memberships.unscoped().values_list("pk", flat=True))
    entry = Entry(lines=lines, answers=answers, present=present, minutes=22)
    stand_up, _ = save_stand_up(actor=engineer, engagement=engagement, day=today, entry=entry)
    publish_stand_up(actor=engineer, stand_up=stand_up)
    found: StandUp = StandUp.objects.unscoped().select_related("engagement__client").get()
    Acknowledgement.objects.create(stand_up=found, user=client_pm, at=timezone.now())
    Comment.objects.create(stand_up=found, author=client_pm, text="下午\n再看一次")
    return found


@pytest.mark.parametrize("who", ["engineer", "manager", "client_pm"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_nothing_internal_whoever_prints(
    request: pytest.FixtureRequest, day: StandUp, client_pm: User, who: str, language: str
) -> None:
    """The same bytes for both sides; the shared words are there, as the control."""
    found = build_minutes(request.getfixturevalue(who), day, language)
    text = found.to_json().decode() + render_html(found)
    assert CANARY not in text
    for words in ("客户可见", "MES 接口超时", "补丁在测", "下午", "李喆", "陈镕"):
        assert words in text
    assert found.sha256 == build_minutes(client_pm, day, language).sha256
    assert Minutes.from_json(found.to_json()) == found


def test_length_people_and_who_read_it(day: StandUp, engineer: User) -> None:
    found = build_minutes(engineer, day, "en")
    facts = {fact.label: fact.text for fact in found.facts}
    assert facts == {"Length": "22 minutes, 7 min over", "Vendor": "李喆", "Client": "陈镕"}
    assert [reading.split(",")[0] for reading in found.readings] == ["陈镕"]
    assert [(row.text, row.tags) for row in found.problems][-1] == ("MES 接口超时", ("Changed",))
    assert found.marks == ()


def test_late_and_corrected_days_say_so(day: StandUp, engineer: User) -> None:
    later = datetime.combine(day.held_on + timedelta(days=1), datetime.min.time(), day.engagement.zone)
    day.published_at, day.corrected_at = later, later + timedelta(hours=9)
    day.save()
    found = build_minutes(engineer, day, "en")
    assert [mark.split(":")[0] for mark in found.marks] == ["Logged later", "Corrected"]
    assert found.readings[0].endswith("(before it was corrected)")
    assert found.version.endswith("09:00")


def test_in_writing_has_no_length(day: StandUp, engineer: User) -> None:
    day.in_writing = True
    day.save()
    assert build_minutes(engineer, day, "en").facts[0].text == "in writing, no meeting"


@pytest.mark.parametrize(("asked", "word"), [("", "昨日"), ("en", "Yesterday"), ("xx", "昨日"), ("\x00", "昨日")])
def test_the_page_gives_one_page_in_the_language_asked_for(
    day: StandUp, client_pm: User, sign_in: SignIn, asked: str, word: str
) -> None:
    """In the language of the engagement's documents unless another one is asked for; saved, never run by a browser."""
    answer = sign_in(client_pm).get(minutes_url(day.engagement, day.held_on), {"language": asked})
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith(f'attachment; filename="minutes-{day.engagement_id}-{day.held_on}')
    assert "sandbox" in answer["Content-Security-Policy"]
    text = text_of(answer.content)
    assert word in text
    assert "客户可见" in text
    assert text.count("\f") == 1


def test_a_draft_has_no_minutes(engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn) -> None:
    StandUpFactory(engagement=engagement, held_on=engagement.today(), published_at=None)
    for user in (engineer, client_pm):
        assert sign_in(user).get(minutes_url(engagement, engagement.today())).status_code == 404


def test_a_full_day_prints_on_more_pages_and_splits_no_line(day: StandUp, engineer: User) -> None:
    lines = [line(f"第（{number}）句，" + "很长的一句话" * 60) for number in range(30)]
    save_stand_up(actor=engineer, engagement=day.engagement, day=day.held_on, entry=Entry(lines=lines))
    day.refresh_from_db()
    text = text_of(print_document(build_minutes(engineer, day, "zh-hans")))
    assert text.count("\f") > 3
    assert all(f"第（{number}）句" in text for number in range(30))
