"""The pages of satisfaction surveys (R1): asking, the mailed link, answering, and who reads what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from engagements.models import Engagement, Membership, Survey
from engagements.services import plan, survey_answers, surveys
from onsite.accounts.models import User
from onsite.accounts.roles import Role
from onsite.notifications.services import sweep
from tests.conftest import SignIn
from tests.engagements.asking import link_in, mailed
from tests.engagements.conftest import a_scan
from tests.engagements.surveying import ask, enter, fresh, plan_survey, token_of
from tests.factories import SurveyAnswerFactory, SurveyFactory, UserFactory
from tests.mail_server import MailServer

SECRET = "排产慢得让人着急"


def url(name: str, survey: Survey) -> str:
    return reverse(f"engagements:{name}", args=[survey.engagement_id, survey.pk])


def link_url(survey: Survey, user: User) -> str:
    return reverse("engagements:survey_link", args=[token_of(survey, user)])


# --- the mailed link -------------------------------------------------------------------------------------------------


def test_looking_uses_no_link_up_and_sending_does(engagement: Engagement, engineer: User, client_pm: User) -> None:
    """TRUST 9: GET shows, only POST consumes, because mail scanners open links."""
    row = ask(engagement, engineer, client_pm)
    link = link_in(mailed()[0].body)
    browser = Client()
    for _i in range(3):
        page = browser.get(link)
        assert page.status_code == 200 and "培训是否够用？" in page.content.decode()
        assert page["Referrer-Policy"] == "strict-origin" and "no-store" in page["Cache-Control"]
    browser.head(link)
    assert row.answers.count() == 0
    said = {"overall": "5", "own_q1": "4", "own_q2": "没有", "text": "现场响应很快，谢谢。"}
    assert "Thank you" in browser.post(link, said).content.decode()
    answer = row.answers.unscoped().get()
    assert (answer.overall, answer.values, answer.text) == (5, {"q1": 4, "q2": "没有"}, "现场响应很快，谢谢。")
    for again in (browser.get(link), browser.post(link, said | {"overall": "1"})):
        assert again.status_code == 410
    assert row.answers.unscoped().get().overall == 5


def test_what_was_typed_survives_a_forgotten_mark(engagement: Engagement, engineer: User, client_pm: User) -> None:
    row = ask(engagement, engineer, client_pm)
    page = Client().post(link_url(row, client_pm), {"text": SECRET, "own_q1": "2"})
    assert page.status_code == 200 and SECRET in page.content.decode()
    assert row.answers.count() == 0
    assert Client().get(link_url(row, client_pm)).status_code == 200


@pytest.mark.parametrize(
    "said",
    [
        {"overall": "6"},
        {"overall": "4.5"},
        {"overall": "' OR 1=1 --"},
        {"overall": "5", "own_q1": "0"},
        {"overall": "5", "text": "\x00\x1b"},
        {"overall": "5", "text": "字" * 2001},
        {"overall": "5", "own_q2": "\u202eabc"},
    ],
)
def test_hostile_input_is_a_sentence(
    said: dict[str, str], engagement: Engagement, engineer: User, client_pm: User
) -> None:
    row = ask(engagement, engineer, client_pm)
    page = Client().post(link_url(row, client_pm), said)
    assert page.status_code == 200 and "invalid-feedback" in page.content.decode()
    assert row.answers.count() == 0


def test_markup_is_shown_as_it_was_typed(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    row = ask(engagement, engineer, client_pm, questions=[("<b>够用？</b>", "text")])
    Client().post(link_url(row, client_pm), {"overall": "3", "own_q1": "<script>1</script>", "text": "<i>x</i>"})
    page = sign_in(engineer).get(url("survey", row)).content.decode()
    assert "<script>1" not in page and "<i>x" not in page and "&lt;script&gt;1" in page


def test_a_link_dies_with_closing_leaving_and_other_purposes(
    engagement: Engagement, engineer: User, client_pm: User, key_user: User
) -> None:
    row = ask(engagement, engineer, client_pm, key_user)
    token = token_of(row, client_pm)
    assert Client().get(reverse("engagements:document_upload", args=[token])).status_code == 410
    link, other = link_url(row, client_pm), link_url(row, key_user)
    Membership.objects.unscoped().filter(user=key_user).delete()
    assert Client().get(other).status_code == 410
    surveys.close_survey(actor=engineer, survey=row)
    assert Client().get(link).status_code == 410
    assert Client().post(link, {"overall": "5"}).status_code == 410


def test_after_the_last_day_the_page_says_so(engagement: Engagement, engineer: User, client_pm: User) -> None:
    row = ask(engagement, engineer, client_pm)
    link = link_url(row, client_pm)
    with time_machine.travel(engagement.local(row.closes_on + timedelta(days=1), time(9)), tick=False):
        page = Client().get(link)
        assert page.status_code == 200 and "<button" not in page.content.decode().split("<main")[1].split("</main")[0]
        assert Client().post(link, {"overall": "5"}).status_code == 200
    assert row.answers.count() == 0


def test_a_real_mail_brings_the_link(
    engagement: Engagement, engineer: User, client_pm: User, smtp: MailServer
) -> None:
    """R1, N5: through a real mail server, in the reader's language."""
    User.objects.filter(pk=client_pm.pk).update(language="en")
    row = ask(engagement, engineer, client_pm)
    assert sweep() == 1
    (mail,) = smtp.received
    body = mail.get_content()
    assert mail["To"] == client_pm.email and "How satisfied" in str(mail["Subject"])
    assert Client().post(link_in(body), {"overall": "4"}).status_code == 200
    assert row.answers.count() == 1


# --- signed in -------------------------------------------------------------------------------------------------------


def test_the_client_answers_signed_in_and_reads_their_own(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    """R1: or signed in; unchangeable after sending."""
    row = ask(engagement, engineer, client_pm)
    browser = sign_in(client_pm)
    dashboard = reverse("reports:dashboard", args=[engagement.pk])
    assert url("survey_answer", row) in browser.get(dashboard).content.decode()
    assert browser.get(url("survey_answer", row)).status_code == 200
    page = browser.post(url("survey_answer", row), {"overall": "2", "text": SECRET}, follow=True)
    assert SECRET in page.content.decode()
    assert url("survey_answer", row) not in browser.get(dashboard).content.decode()
    assert browser.get(url("survey_answer", row)).status_code == 302
    again = browser.post(url("survey_answer", row), {"overall": "5", "text": "改主意"})
    assert again.status_code == 200 and "改主意" in again.content.decode()
    assert row.answers.unscoped().get().overall == 2


def test_a_client_never_reads_who_said_what(
    engagement: Engagement, engineer: User, client_pm: User, key_user: User, sign_in: SignIn
) -> None:
    """R1, N4: means with the number of answers; not the words, marks or names of colleagues."""
    row = ask(engagement, engineer, client_pm, key_user)
    said: dict[str, int | str] = {"q1": 1, "q2": SECRET}
    survey_answers.answer_on_screen(actor=key_user, survey=row, overall=1, values=said, text=SECRET)
    enter(row, engineer, name="匿名纸张", overall=2, text=SECRET)
    theirs = sign_in(client_pm)
    for address in (url("survey", row), reverse("engagements:survey_list", args=[engagement.pk])):
        page = theirs.get(address).content.decode()
        assert "1.5" in page
        assert SECRET not in page and key_user.name not in page and "匿名纸张" not in page
    scan = row.answers.unscoped().get(method="paper").scan
    assert scan is not None
    assert theirs.get(reverse("engagements:attachment", args=[engagement.pk, scan.pk])).status_code == 404
    ours = sign_in(engineer).get(url("survey", row)).content.decode()
    assert SECRET in ours and key_user.name in ours and "匿名纸张" in ours and engineer.name in ours


def test_a_planned_survey_is_not_the_clients_business(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    row = plan_survey(engagement, engineer)
    browser = sign_in(client_pm)
    for name in ("survey", "survey_answer"):
        assert browser.get(url(name, row)).status_code == 404
    assert (
        url("survey", row)
        not in browser.get(reverse("engagements:survey_list", args=[engagement.pk])).content.decode()
    )


# --- the vendor's pages ----------------------------------------------------------------------------------------------


def test_from_plan_to_answer_through_the_browser(
    engagement: Engagement, engineer: User, client_pm: User, key_user: User, sign_in: SignIn
) -> None:
    """R1: write the questions, ask, see who has not answered, close."""
    browser = sign_in(engineer)
    create = reverse("engagements:survey_create", args=[engagement.pk])
    assert create in browser.get(reverse("engagements:survey_list", args=[engagement.pk])).content.decode()
    closes_on = engagement.today() + timedelta(days=10)
    said = {"occasion": "closing", "closes_on": closes_on, "text_3": "培训是否够用？", "kind_3": "mark"}
    page = browser.post(create, said)
    row = engagement.surveys.unscoped().get()
    assert page["Location"] == row.get_absolute_url()
    assert row.questions == [{"key": "q1", "text": "培训是否够用？", "kind": "mark"}]
    shown = browser.get(url("survey_ask", row))
    assert client_pm.name in shown.content.decode()
    was = shown.context["form"].initial["was"]
    browser.post(url("survey_ask", row), {"was": was, "people": [client_pm.pk]})
    assert fresh(row).is_open
    left = browser.get(url("survey_ask", row)).context["form"].fields["people"].queryset
    assert list(left) == [key_user]
    assert client_pm.name in browser.get(url("survey", row)).content.decode()
    browser.post(url("survey_close", row))
    assert fresh(row).closed_at is not None


def test_two_people_at_one_form_lose_nothing(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    row = plan_survey(engagement, engineer)
    said = {"occasion": "closing", "closes_on": row.closes_on, "was": row.fingerprint}
    browser = sign_in(engineer)
    browser.post(url("survey_edit", row), said | {"text_1": "同事写的"})
    page = browser.post(url("survey_edit", row), said | {"text_1": "我写的"})
    assert page.status_code == 200 and "我写的" in page.content.decode()
    assert fresh(row).questions[0]["text"] == "同事写的"
    was = page.context["form"].data["was"]
    assert browser.post(url("survey_edit", row), said | {"text_1": "我写的", "was": was}).status_code == 302


def test_a_sheet_is_entered_and_marked(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    row = ask(engagement, engineer, client_pm)
    browser = sign_in(engineer)
    said = {"person": client_pm.pk, "answered_on": engagement.today(), "overall": "4", "own_q2": SECRET}
    page = browser.post(url("survey_paper", row), said)
    assert page.status_code == 200 and SECRET in page.content.decode()  # the scan is missing
    browser.post(url("survey_paper", row), said | {"scan": a_scan()})
    answer = row.answers.unscoped().get()
    assert (answer.method, answer.entered_by, answer.user) == ("paper", engineer, client_pm)


def test_a_sheet_is_not_entered_under_questions_that_changed_meanwhile(
    engagement: Engagement, engineer: User, sign_in: SignIn
) -> None:
    row = plan_survey(engagement, engineer)
    browser = sign_in(engineer)
    was = browser.get(url("survey_paper", row)).context["form"].initial["was"]
    plan_survey(engagement, engineer, survey=row, questions=[("交接是否清楚？", "mark"), ("还缺什么？", "text")])
    said = {"was": was, "name": "王伟", "answered_on": engagement.today(), "overall": "4", "own_q1": "1"}
    page = browser.post(url("survey_paper", row), said | {"scan": a_scan()})
    assert page.status_code == 200 and "交接是否清楚？" in page.content.decode()
    assert not row.answers.exists() and fresh(row).asked_at is None
    # The page says so once: whoever has compared the sheet enters it.
    said["was"] = page.context["form"].data["was"]
    assert browser.post(url("survey_paper", row), said | {"scan": a_scan()}).status_code == 302
    assert row.answers.unscoped().get().values == {"q1": 1}


def test_whoever_asks_reads_changed_questions_first_and_then_may(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    row = plan_survey(engagement, engineer)
    browser = sign_in(engineer)
    was = browser.get(url("survey_ask", row)).context["form"].initial["was"]
    plan_survey(engagement, engineer, survey=row, questions=[("交接是否清楚？", "mark")])
    page = browser.post(url("survey_ask", row), {"was": was, "people": client_pm.pk})
    assert page.status_code == 200 and "交接是否清楚？" in page.content.decode()
    assert fresh(row).asked_at is None
    said = {"was": page.context["form"].data["was"], "people": client_pm.pk}
    assert browser.post(url("survey_ask", row), said).status_code == 302
    assert fresh(row).asked_at is not None


@pytest.mark.parametrize(
    "said",
    [
        {"occasion": "nie", "closes_on": "2026-13-40"},
        {"occasion": "milestone", "stage": "99999999999999999999", "closes_on": "1999-01-01"},
        {"occasion": "closing", "closes_on": "2099-01-01", "text_1": "字" * 300, "kind_1": "hack"},
        {},
    ],
)
def test_a_hostile_plan_is_a_sentence(
    said: dict[str, str], engagement: Engagement, engineer: User, sign_in: SignIn
) -> None:
    page = sign_in(engineer).post(reverse("engagements:survey_create", args=[engagement.pk]), said)
    assert page.status_code == 200 and "invalid-feedback" in page.content.decode()
    assert not engagement.surveys.exists()


def test_nobody_chosen_and_strangers_chosen_ask_nobody(
    engagement: Engagement, engineer: User, client_pm_2: User, sign_in: SignIn
) -> None:
    row = plan_survey(engagement, engineer)
    for people in ([], [client_pm_2.pk], ["x"], ["9" * 30]):
        page = sign_in(engineer).post(url("survey_ask", row), {"people": people})
        assert page.status_code == 200
    assert fresh(row).asked_at is None


def test_a_done_stage_offers_to_ask(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    """R1: at milestones."""
    plan.lay_out_plan(actor=engineer, engagement=engagement)
    stage = engagement.stages.unscoped()[0]
    browser = sign_in(engineer)
    address = f"{reverse('engagements:survey_create', args=[engagement.pk])}?stage={stage.pk}"
    page = reverse("engagements:plan", args=[engagement.pk])
    assert address not in browser.get(page).content.decode()
    engagement.stages.filter(pk=stage.pk).update(percent=100)
    assert address in browser.get(page).content.decode()
    form = browser.get(address).context["form"]
    assert (form.initial["occasion"], form.initial["stage"]) == ("milestone", str(stage.pk))
    plan_survey(engagement, engineer, occasion="milestone", stage=stage)
    assert address not in browser.get(page).content.decode()
    assert browser.get(address.replace(f"={stage.pk}", "=<x>")).status_code == 200


def test_another_clients_survey_is_absent(
    engagement: Engagement, foreign_engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    foreign = SurveyFactory(engagement=foreign_engagement)
    for user in (engineer, client_pm):
        browser = sign_in(user)
        assert browser.get(url("survey", foreign)).status_code == 404
        mixed = reverse("engagements:survey", args=[engagement.pk, foreign.pk])
        assert browser.get(mixed).status_code == 404


# --- query counts ----------------------------------------------------------------------------------------------------


def count(browser: Client, address: str) -> int:
    browser.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(address).status_code == 200
    return len(queries)


@pytest.mark.parametrize("is_client", [False, True])
def test_a_survey_asks_as_often_at_thirty_answers(
    is_client: bool, engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    """SPEED: constant query counts at one and at thirty rows."""
    row = SurveyFactory(engagement=engagement, questions=[{"key": "q1", "text": "?", "kind": "mark"}])

    def grow(number: int) -> None:
        for _i in range(number):
            user = UserFactory(role=Role.CLIENT)
            SurveyAnswerFactory(survey=row, user=user, values={"q1": 3})
            row.invitations.unscoped().create(survey=row, user=user)

    grow(1)
    enter(row, engineer)
    browser = sign_in(client_pm if is_client else engineer)
    few = count(browser, url("survey", row))
    grow(29)
    assert count(browser, url("survey", row)) == few <= 12


def test_the_list_asks_as_often_at_five_surveys(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    """There is one a stage and one at the end: more than six can't be."""
    plan.lay_out_plan(actor=engineer, engagement=engagement)
    SurveyAnswerFactory(survey=SurveyFactory(engagement=engagement))
    browser = sign_in(engineer)
    pages: list[Callable[[], int]] = [
        lambda name=name: count(browser, reverse(f"engagements:{name}", args=[engagement.pk]))  # type: ignore[misc]
        for name in ("survey_list", "review")
    ]
    few = [page() for page in pages]
    for stage in engagement.stages.unscoped():
        SurveyAnswerFactory(survey=SurveyFactory(engagement=engagement, occasion="milestone", stage=stage))
    assert [page() for page in pages] == few
