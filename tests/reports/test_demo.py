"""The sample data: real enough to show every screen, never old, and never shown to the wrong client."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client as Browser
from django.test import override_settings
from django.urls import reverse

from engagements import gates
from engagements.models import Client, Engagement, Phase, PlanSnapshot, Signature, StageKind
from onsite.accounts.models import User
from onsite.accounts.roles import Part
from onsite.core import audit
from onsite.core.models import Job
from onsite.core.search import rebuilding
from onsite.notifications.models import Message
from reports.demo.seeding import seed, sign_ins
from reports.demo.stories import CREDIT, CRM, ERP, EXPENSES, HOSPITAL, STORIES
from reports.demo.story import Internal, Story
from reports.models import Document, DocumentKind
from standups.models import Line, Problem


@pytest.fixture(scope="module")
def printed(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[str]:
    """Seed once for the module and give what the command printed; everything is rolled back at its end."""
    media = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media"))
    with media, django_db_blocker.unblock(), transaction.atomic():
        out = io.StringIO()
        call_command("seed_demo", stdout=out)
        yield out.getvalue()
        transaction.set_rollback(True)


@pytest.fixture
def told(printed: str, db: None) -> Callable[[Story], Engagement]:
    """Return the engagement of a story."""
    return lambda story: Engagement.objects.unscoped().get(client__name=story.company.name, name=story.name)


def _user(label: str) -> User:
    return User.objects.get(email={role: email for role, email, _password in sign_ins()}[label])


def _counts() -> dict[str, int]:
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}


def test_the_sign_ins_are_printed_one_a_line_and_nothing_else(printed: str, db: None) -> None:
    """C7: `make demo` prints role, address and password, and each of them opens the door."""
    rows = [line.split("\t") for line in printed.splitlines()]
    assert [row[0] for row in rows] == ["manager", "engineer", "client_pm", "client_pm_2"]
    for _role, email, password in rows:
        assert len(password) >= 12
        assert authenticate(None, email=email, password=password) is not None


def test_a_second_run_changes_nothing_and_prints_the_same(printed: str, db: None) -> None:
    """C7: a second start is quick and keeps the data."""
    before = _counts()
    again = io.StringIO()
    call_command("seed_demo", stdout=again)
    assert (again.getvalue(), _counts()) == (printed, before)


def test_an_interrupted_seeding_is_completed_by_the_next_run(printed: str, db: None) -> None:
    before = _counts()
    engagement = Engagement.objects.unscoped().get(name=CREDIT.name)
    Signature.objects.filter(sign_off__engagement=engagement).unscoped().delete()
    engagement.document_requests.unscoped().delete()
    engagement.functions.unscoped().delete()
    engagement.modules.unscoped().delete()
    engagement.delete()
    seed()
    after = _counts()
    assert after.pop("core.AuditEntry") > before.pop("core.AuditEntry"), "the audit only grows"
    assert after.pop("core.AuditChain") == before.pop("core.AuditChain") + 1
    assert {name: count for name, count in after.items() if count != before[name]}.keys() <= {
        "core.Job",
        "notifications.Message",
    }


def test_production_gets_no_sample_people(settings: Any) -> None:
    """C7: sample people with known passwords exist in the demo only."""
    settings.MODE = "production"
    with pytest.raises(CommandError, match="ONSITE_MODE=demo"):
        call_command("seed_demo")


def test_every_chain_of_the_audit_is_whole(told: Callable[[Story], Engagement]) -> None:
    assert audit.first_broken(audit.COMPANY) is None
    for story in STORIES:
        assert audit.first_broken(told(story).audit_chain) is None


def test_the_two_client_pms_never_see_each_other(told: Callable[[Story], Engagement]) -> None:
    """Issue 2: two clients never see each other."""
    seen = {
        label: set(Engagement.objects.visible_to(_user(label)).values_list("name", flat=True))
        for label in ("client_pm", "client_pm_2")
    }
    assert seen == {"client_pm": {ERP.name}, "client_pm_2": {HOSPITAL.name}}
    assert [client.name for client in Client.objects.visible_to(_user("client_pm"))] == [ERP.company.name]


def test_no_page_of_one_client_pm_names_the_other_client(
    told: Callable[[Story], Engagement], sign_in: Callable[[User], Browser]
) -> None:
    """Issue 2: the other client is absent in the browser too, and its engagement is a 404."""
    browser = sign_in(_user("client_pm"))
    assert browser.get(told(HOSPITAL).get_absolute_url()).status_code == 404
    for name in ("reports:dashboard", "engagements:plan", "standups:list", "standups:problems", "engagements:team"):
        page = browser.get(reverse(name, args=[told(ERP).pk])).content.decode()
        assert ERP.company.short_name in page
        assert not [word for word in ("仁和", "周㛃", "江海", "新源") if word in page]


def test_the_manager_sees_all_and_the_engineer_the_own_one(told: Callable[[Story], Engagement]) -> None:
    assert Engagement.objects.visible_to(_user("manager")).count() == len(STORIES)
    assert Engagement.objects.visible_to(_user("engineer")).get() == told(ERP)


def test_internal_words_are_there_and_hidden_from_the_client(told: Callable[[Story], Engagement]) -> None:
    """N4: the client's view never holds an internal line."""
    client_pm, engineer = _user("client_pm"), _user("engineer")
    internal = {line.text for day in ERP.days for line in (*day.plan, *day.done) if isinstance(line, Internal)}
    read = set(Line.objects.visible_to(client_pm).values_list("text", flat=True))
    assert internal <= set(Line.objects.visible_to(engineer).values_list("text", flat=True))
    assert read and not internal & read
    assert not Problem.objects.visible_to(client_pm).filter(is_internal=True).exists()
    assert Problem.objects.visible_to(engineer).filter(is_internal=True).exists()


def test_the_phases_are_those_of_the_mission(told: Callable[[Story], Engagement]) -> None:
    phases = {story.name: told(story).phase for story in STORIES}
    assert phases == {
        ERP.name: Phase.EXECUTION,
        HOSPITAL.name: Phase.EXECUTION,
        CRM.name: Phase.REVIEW,
        CREDIT.name: Phase.PREPARATION,
        EXPENSES.name: Phase.CLOSED,
    }


def test_the_planning_module_is_on_day_14_and_two_working_days_late(told: Callable[[Story], Engagement]) -> None:
    """P1, P3, E1: day 14, the plan has slipped against its baseline, and one agreed stand-up was missed."""
    engagement = told(ERP)
    calendar, today = engagement.working_calendar, engagement.today()
    assert calendar.day_number(engagement.start_on, today) == 14
    last = engagement.stages.unscoped().get(kind=StageKind.GO_LIVE)
    first, agreed = last.baselines.unscoped().order_by("baseline__number")
    assert calendar.working_days_between(first.finish_on, agreed.finish_on) == 2, "an accepted change moved it"
    assert calendar.working_days_between(agreed.finish_on, last.finish_on) == 2
    newest = today if calendar.is_working(today) else calendar.shift(today, -1)
    held = set(engagement.stand_ups.unscoped().values_list("held_on", flat=True))
    worked = {calendar.shift(engagement.start_on, n) for n in range(14)}
    still_open = {today} if calendar.is_working(today) else set()
    assert worked - held == {calendar.shift(engagement.start_on, 5)} | still_open
    assert newest in held | still_open


def test_every_working_day_has_its_picture_of_the_plan(told: Callable[[Story], Engagement]) -> None:
    """P3: a plan snapshot each working day, and none on a day that is no working day or after the end."""
    for story in STORIES:
        engagement = told(story)
        taken = PlanSnapshot.objects.unscoped().filter(stage__engagement=engagement)
        days = sorted(set(taken.values_list("taken_on", flat=True)))
        calendar = engagement.working_calendar
        assert days == [calendar.shift(days[0], n) for n in range(len(days))]
        assert days[-1] <= engagement.today()
        assert (engagement.today() - days[-1] < timedelta(days=10)) == engagement.is_running


def test_nothing_is_stamped_later_than_its_own_day(told: Callable[[Story], Engagement]) -> None:
    """The stories happened when they say: nobody published or signed at the moment of seeding."""
    for story in STORIES:
        engagement = told(story)
        for stand_up in engagement.stand_ups.unscoped().select_related("engagement"):
            assert stand_up.published_at is not None and not stand_up.is_late
        for sign_off in engagement.sign_offs.unscoped():
            frozen_on = sign_off.frozen_at.astimezone(engagement.zone).date()
            assert all(frozen_on <= s.signed_on <= engagement.today() for s in sign_off.signatures.unscoped())


def test_the_second_bank_engagement_waits_for_two_signatures(told: Callable[[Story], Engagement]) -> None:
    """P1: one sheet is registered and waits for a second pair of eyes, so the gate names both parts. R2: the same bank's
    lesson binds it, too."""
    engagement = told(CREDIT)
    codes = {standing.obstacle.code for standing in gates.standing_before(engagement, Phase.EXECUTION)}
    waiting = {code.rstrip(".0123456789") for code in codes}
    assert waiting == {
        f"goals.signed.{Part.CLIENT_PM}", f"goals.signed.{Part.BUSINESS_OWNER}", "plan.baseline", "functions.open",
        "contingency.permission", "contingency.interface", "field_manual.missing", "rule",
    }  # fmt: skip
    sheet = Signature.objects.unscoped().get(sign_off__engagement=engagement)
    assert sheet.scan is not None and not sheet.counts
    assert default_storage.size(sheet.scan.file.name or "") == sheet.scan.size_bytes > 5000


def test_one_first_visit_is_due_soon_and_one_was_held(told: Callable[[Story], Engagement]) -> None:
    """R3: two visits stand for every engagement that went live; the bank's first is to come, the closed one's was held."""
    assert told(CRM).visits.unscoped().open().count() == 2
    due_on = told(CRM).visits.unscoped().open().earliest("due_on").due_on
    assert timedelta(0) <= due_on - told(CRM).today() <= timedelta(days=21)
    assert [visit.kind for visit in told(EXPENSES).visits.unscoped().open()] == ["3m"]


def test_documents_are_issued_and_wait_for_the_printer(told: Callable[[Story], Engagement]) -> None:
    """R1, P5: manual and closing report are frozen with a job each; a draft that is not out yet is there too."""
    issued = {(row.engagement.name, row.kind) for row in Document.objects.unscoped().select_related("engagement")}
    assert issued == {
        (ERP.name, DocumentKind.FIELD_MANUAL),
        (ERP.name, DocumentKind.WEEKLY_REPORT),
        (HOSPITAL.name, DocumentKind.FIELD_MANUAL),
        (EXPENSES.name, DocumentKind.FIELD_MANUAL),
        (CRM.name, DocumentKind.FIELD_MANUAL),
        (CRM.name, DocumentKind.CLOSING_REPORT),
        (CRM.name, DocumentKind.APPENDIX),
        (EXPENSES.name, DocumentKind.CLOSING_REPORT),
    }
    assert Job.objects.filter(kind="document").count() == Document.objects.unscoped().count() == len(issued) + 1
    report = told(CRM).documents.unscoped().get(kind=DocumentKind.CLOSING_REPORT)
    assert "权限分配需前置确认" in json.dumps(report.snapshot, ensure_ascii=False)
    first, second = told(ERP).documents.unscoped().of_kind(DocumentKind.FIELD_MANUAL).order_by("version")
    assert first.snapshot["issued_on"] < second.snapshot["issued_on"] < str(told(ERP).today())
    assert any("2" in line for line in second.snapshot["changes"][1]["found"]), "a new version lists what changed"


def test_the_mailbox_is_not_flooded(printed: str, db: None) -> None:
    """Mails of weeks ago are not sent today; the reminders to come are there."""
    waiting = Message.objects.waiting()
    assert not waiting.filter(kind__in=["joined", "invitation"]).exists()
    assert waiting.filter(kind="visit_reminder").exists()


def test_rare_characters_are_in_the_texts(printed: str, db: None) -> None:
    names = "".join(User.objects.values_list("name", flat=True))
    assert all(character in names for character in "喆堃镕㛃𠮷")


def test_the_search_knows_every_row_as_it_is(printed: str, db: None) -> None:
    """Every service that wrote the sample data kept the index; nothing has to be rebuilt."""
    assert rebuilding.check() == []
