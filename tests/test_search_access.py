"""The search tells nobody what they may not read elsewhere: not by a result, a title, a snippet, or a count.

Two things keep it so, and each is looked at alone: the columns of the entries that the query is narrowed by, and
`visible_to`, by which every candidate is read again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from engagements.models import DocumentRequest
from onsite.core.models import SearchEntry
from onsite.core.search.index import kinds
from onsite.core.search.query import find
from onsite.core.search.question import question_of
from onsite.core.search.rebuilding import rebuild
from onsite.search.shown import scope_of
from standups.models import Problem
from tests.factories import (
    ArticleFactory,
    CourseFactory,
    CourseVersionFactory,
    ReplyFactory,
    SharingFactory,
    VideoFactory,
)
from tests.policies import CLIENT_IN
from tests.world import CANARY_FOREIGN, CANARY_INTERNAL, World, build_world
from training.models import Article, Captions

ROLES = [
    "manager", "administrator", "lead", "engineer", "client_pm", "business_owner", "key_user", "outsider", "stranger",
]  # fmt: skip
WORDS = ["生产计划", "canary", "internal", "other client", "plan", "png", "2026", "采购"]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """The filled world, with what people learn in both engagements, as the index knows it."""
    with django_db_blocker.unblock(), transaction.atomic():
        filled = build_world()
        _teach(filled)
        rebuild()
        yield filled
        transaction.set_rollback(True)


def _teach(world: World) -> None:
    for engagement, shown, hidden in (
        (world.engagement, "生产计划", CANARY_INTERNAL),
        (world.foreign, CANARY_FOREIGN, CANARY_FOREIGN),
    ):
        lead = world.people["lead" if engagement == world.engagement else "outsider"]
        course = CourseFactory(engagement=engagement, title=f"{hidden} 采购 search", created_by=lead)
        version = CourseVersionFactory(course=course, accepted_by=lead)
        version.content["title"] = shown
        version.content["aim"] = shown
        version.save()
        CourseFactory(engagement=engagement, title=f"{hidden} not accepted", aim=hidden, created_by=lead)
        for text, of_version in ((shown, version), (hidden, None)):
            video = VideoFactory(course=course, title=text, version=of_version, created_by=lead)
            Captions.objects.create(video=video, language="en", text=f"WEBVTT\n\n{text}", uploaded_by=lead)
        ReplyFactory(
            problem=Problem.objects.unscoped().filter(engagement=engagement, kind="concern").first(), round=9,
            written_by=lead, facts=hidden, answered_at=None, answered_by=None,
        )  # fmt: skip
        article = ArticleFactory(title=hidden, client=engagement.client, owner=lead, text=hidden)
        article.published, article.state = article.versions.get(), Article.State.PUBLISHED
        article.save()
        SharingFactory(engagement=engagement, topic=f"{hidden} shared", speaker=lead)
    ArticleFactory(title=CANARY_INTERNAL, owner=world.people["outsider"], text=f"draft {CANARY_FOREIGN}")


@pytest.mark.parametrize("role", ROLES)
def test_the_query_alone_and_reading_again_agree(role: str, world: World, db: None) -> None:
    """What the entries' columns let a person find is what `visible_to` shows them, kind by kind."""
    user = world.people[role]
    entries = SearchEntry.objects.filter(scope_of(user).condition)
    for name, kind in kinds().items():
        by_columns = set(entries.filter(kind=name).values_list("object_id", flat=True))
        visible = set(kind.model._default_manager.visible_to(user).values_list("pk", flat=True))  # type: ignore[attr-defined]
        assert by_columns <= visible, (role, name)
        indexed = set(SearchEntry.objects.filter(kind=name).values_list("object_id", flat=True))
        if not user.is_client:
            assert by_columns == visible & indexed, (role, name)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("words", WORDS)
def test_nothing_hidden_is_found(role: str, words: str, world: World, db: None) -> None:
    user = world.people[role]
    for hit in find(question_of(words), scope_of(user)).all:
        rows = kinds()[hit.kind].model._default_manager.visible_to(user)  # type: ignore[attr-defined]
        assert rows.filter(pk=hit.object_id).exists(), (role, hit)


@pytest.mark.parametrize("role", sorted(CLIENT_IN))
@pytest.mark.parametrize("words", WORDS)
def test_a_client_reads_no_canary(role: str, words: str, world: World, db: None) -> None:
    page = _page(world, role, words)
    told = page.content.decode().replace(f'value="{words}"', "")
    assert CANARY_INTERNAL not in told
    assert CANARY_FOREIGN not in told
    search = page.context["search"]
    assert {facet.value for facet in search.kinds} & {"article", "sharing"} == set()
    if words in {"canary", "internal"}:
        assert search.total == 0


@pytest.mark.parametrize("role", ["lead", "engineer"])
def test_an_engineer_reads_nothing_of_another_client(role: str, world: World, db: None) -> None:
    for words in WORDS:
        told = _page(world, role, words).content.decode().replace(f'value="{words}"', "")
        assert CANARY_FOREIGN not in told


def test_the_canaries_would_be_found(world: World, db: None) -> None:
    """The control: the manager finds both, so the tests above look at real rows."""
    assert CANARY_INTERNAL.split("-")[2] in _page(world, "manager", CANARY_INTERNAL).content.decode()
    found = {hit.kind for hit in find(question_of("canary"), scope_of(world.people["manager"])).all}
    assert {"article", "sharing", "transcript", "problem", "concern", "file"} <= found
    shared = {hit.kind for hit in find(question_of("生产计划"), scope_of(world.people["client_pm"])).all}
    assert {"course", "transcript", "problem", "stand_up"} <= shared


def test_what_visible_to_hides_is_not_found_even_where_the_index_is_wrong(world: World, db: None) -> None:
    """An entry that claims to be shared does not open its row."""
    entry = SearchEntry.objects.filter(kind="problem", is_shared=False, engagement_id=world.engagement.pk).first()
    assert entry is not None
    SearchEntry.objects.filter(pk=entry.pk).update(is_shared=True)
    found = find(question_of(entry.title), scope_of(world.people["client_pm"])).all
    assert ("problem", entry.object_id) not in {(hit.kind, hit.object_id) for hit in found}


def test_a_person_who_left_finds_nothing(world: World, db: None) -> None:
    user = world.people["key_user"]
    user.memberships.unscoped().update(ended_at=timezone.now())
    user.__dict__.pop("_own_engagements", None)
    assert find(question_of("生产计划"), scope_of(user)).all == ()


def test_a_planned_document_is_the_vendors(world: World, db: None) -> None:
    row = DocumentRequest.objects.unscoped().filter(engagement=world.engagement).first()
    assert row is not None
    entries = SearchEntry.objects.filter(kind="document", object_id=row.pk)
    assert {entry.is_shared for entry in entries} <= {row.state != DocumentRequest.State.PLANNED, False}


def _page(world: World, role: str, words: str) -> Any:
    browser = Client()
    browser.force_login(world.people[role])
    answer = browser.get(reverse("search:page"), {"q": words})
    assert answer.status_code == 200
    return answer
