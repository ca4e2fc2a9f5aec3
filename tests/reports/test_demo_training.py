"""The sample data of what people learn: courses, results, the wiki, sharing sessions, as the people of the stories read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from engagements import measures
from engagements.models import Engagement
from onsite.accounts.models import User
from reports.demo.stories import CRM, ERP, HOSPITAL
from reports.demo.stories.wiki import ARTICLES
from reports.demo.story import Story
from standups.rollout import readiness
from training.courses.content import is_changed, newest_version
from training.models import (
    Article,
    Course,
    Feedback,
    GuideEdition,
    QuizAttempt,
    Sharing,
    SharingAction,
    TrainingSession,
)

TRAINED = "内部操作员培训合格不少于 5 人"


@pytest.fixture(scope="module")
def seeded(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[None]:
    media = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media"))
    with media, django_db_blocker.unblock(), transaction.atomic():
        call_command("seed_demo", verbosity=0)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def told(seeded: None, db: None) -> Callable[[Story], Engagement]:
    return lambda story: Engagement.objects.unscoped().select_related("client").get(name=story.name)


def person(name: str) -> User:
    return User.objects.get(name=name)


def html(name: str, url: str) -> str:
    browser = Client()
    browser.force_login(person(name))
    response = browser.get(url)
    assert response.status_code == 200, (url, response.status_code)
    return response.content.decode()


def test_three_of_five_operators_are_trained(told: Callable[[Story], Engagement]) -> None:
    """The article's example: the objective is counted from attendance, quiz and practical check, not typed."""
    engagement = told(ERP)
    rows = measures.measure(engagement, engagement.objectives.visible_to(person("陈镕")))
    row = next(row for row in rows if row.objective.title == TRAINED)
    assert row.value == 3
    assert row.objective.target == 5
    role = engagement.rollout_roles.unscoped().get(name="计划科排产员")
    assert readiness.trained(engagement)[role.pk] == 3
    assert TRAINED in html("陈镕", reverse("reports:dashboard", args=[engagement.pk]))


@pytest.mark.parametrize("story", [ERP, HOSPITAL, CRM], ids=["erp", "hospital", "bank"])
def test_each_story_has_a_course_with_a_case_and_its_guide(told: Callable[[Story], Engagement], story: Story) -> None:
    course = Course.objects.unscoped().select_related("engagement").get(engagement=told(story))
    version = newest_version(course)
    assert version is not None and not is_changed(course, version)
    assert version.accepted_at < timezone.now()
    case = version.content["cases"][0]
    assert len(case["manual"]) >= 3 and len(case["system"]) >= 2
    edition = GuideEdition.objects.unscoped().get(version=version)
    assert edition.language == "zh-hans"
    assert course.title in html(
        person("王海明").name, reverse("training:course", args=[course.engagement_id, course.pk])
    )


def test_the_manufacturers_sessions_and_results(told: Callable[[Story], Engagement]) -> None:
    engagement = told(ERP)
    held, planned = TrainingSession.objects.unscoped().filter(engagement=engagement).order_by("starts_at")
    assert held.is_held and held.starts_at < timezone.now() < planned.starts_at
    assert held.enrolments.filter(was_there=True).count() == 4
    assert Feedback.objects.filter(enrolment__session=held).count() == 4
    attempts = QuizAttempt.objects.unscoped().filter(course__engagement=engagement)
    assert {row.has_passed for row in attempts} == {True, False}
    assert all(row.finished_at and row.finished_at <= timezone.now() for row in attempts)
    home = html("陈镕", reverse("training:home", args=[engagement.pk]))
    assert "采购申请" in home


def test_the_wiki_is_worth_reading(told: Callable[[Story], Engagement]) -> None:
    """Every kind, some first reading, one stale, one in review, one of a client's alone."""
    li, he = person("李喆"), person("何嘉怡")
    rows = Article.objects.visible_to(person("王海明"))
    assert rows.count() == len(ARTICLES) + 1
    assert {row.kind for row in rows} == set(Article.Kind.values)
    assert [row.read_first for row in rows.read_first()] == [1, 2, 3, 4]
    assert rows.stale(on=timezone.localdate()).count() == 1
    assert rows.in_review().get().title.startswith("月末关账")
    of_bank = rows.exclude(client=None)
    assert of_bank.count() == 2
    assert not Article.objects.visible_to(li).filter(pk__in=of_bank).exists()
    assert Article.objects.visible_to(he).filter(pk__in=of_bank).count() == 2
    assert "进场第一周要做的七件事" in html("李喆", reverse("wiki:list"))
    assert "进场第一周要做的七件事" in html("何嘉怡", reverse("reports:today"))
    assert "进场第一周要做的七件事" not in html("李喆", reverse("reports:today"))
    assert not Article.objects.visible_to(person("陈镕")).exists()


def test_one_sharing_session_was_held_and_one_is_coming(told: Callable[[Story], Engagement]) -> None:
    held, coming = Sharing.objects.order_by("starts_at")
    assert (held.topic, held.is_held, coming.is_planned) == ("权限分配需前置确认", True, True)
    assert held.articles.get().published is not None and held.articles.get().client is None
    assert {row.done_on is None for row in SharingAction.objects.filter(sharing=held)} == {True, False}
    page = html("王海明", held.get_absolute_url())
    assert "《权限确认书》" in page
    assert coming.topic in html("李喆", reverse("reports:today"))
    assert "医院项目按岗位先填一版权限表" in html("王堃", reverse("reports:today"))


def test_a_second_seeding_adds_nothing(told: Callable[[Story], Engagement]) -> None:
    before = (Article.objects.count(), Sharing.objects.count(), Course.objects.count())
    call_command("seed_demo", verbosity=0)
    assert (Article.objects.count(), Sharing.objects.count(), Course.objects.count()) == before
