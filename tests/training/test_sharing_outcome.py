"""What comes of a sharing session: minutes, actions with reminders, files, an article; who newcomers' first reading is
ordered by."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from engagements.models import Engagement
from engagements.models.fingerprint import text_mark
from onsite.accounts.models import User
from onsite.accounts.roles import Role
from onsite.core.errors import DomainError, StaleError
from onsite.core.models import SearchEntry
from onsite.core.search.rebuilding import check, rebuild
from onsite.notifications.models import Message
from onsite.notifications.services import sweep
from tests.conftest import SignIn
from tests.factories import ArticleFactory, SharingFactory, UserFactory
from tests.training.passing_on import a_first_read
from tests.training.writing import published
from training.models import Article, Sharing
from training.services import articles, sharing_files
from training.services import sharing_outcome as services
from training.services.reading_order import move_article
from training.services.sharing import cancel_sharing
from training.sharing.shown import due_for, minutes_of

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.4\n" + b"0" * 400
WEBM = (
    b"\x1aE\xdf\xa3\x01\x00\x00\x00\x00\x00\x00\x1fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm"
)


@pytest.fixture
def held(engagement: Engagement, engineer: User, manager: User) -> Sharing:
    """A session that was held, spoken by the lead."""
    begun = timezone.now() - timedelta(days=1)
    row: Sharing = SharingFactory(
        engagement=engagement, topic="权限分配需前置确认", speaker=engineer, scene="上线前一天", breakthrough="逐岗位确认",
        client_dealings="", state="held", starts_at=begun, ends_at=begun + timedelta(hours=1),
    )  # fmt: skip
    for user in (engineer, manager):
        row.invitations.create(user=user, was_there=True)
    return row


def fresh(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


def test_minutes_are_written_once_per_page(held: Sharing, engineer: User) -> None:
    text = "## 问答\n\n<script>alert(1)</script> **先问谁**"
    services.write_minutes(actor=engineer, sharing=held, text=text, was=text_mark(""))
    html = str(minutes_of(fresh(held)))
    assert "<strong>先问谁</strong>" in html
    assert "<script" not in html
    with pytest.raises(StaleError):
        services.write_minutes(actor=engineer, sharing=held, text="后来", was=text_mark(""))
    with pytest.raises(DomainError):
        services.write_minutes(actor=engineer, sharing=held, text="密码: Sommer2026", was=text_mark(text))
    assert fresh(held).minutes == text


def test_an_action_is_reminded_of_on_its_day_while_it_is_open(held: Sharing, engineer: User, manager: User) -> None:
    day = timezone.localdate() - timedelta(days=1)
    said: dict[str, Any] = {"text": "把权限矩阵模板放进知识库", "owner": manager, "due_on": day}
    action = services.save_action(actor=engineer, sharing=held, **said)
    later = services.save_action(actor=engineer, sharing=held, **said | {"due_on": day + timedelta(days=30)})
    assert list(due_for(manager, until=timezone.localdate())) == [action]
    sweep()
    (letter,) = mail.outbox
    assert letter.to == [manager.email]
    assert "把权限矩阵模板放进知识库" in letter.body
    services.mark_action(actor=manager, action=later, done_on=timezone.localdate())
    assert not Message.objects.waiting().filter(kind="sharing_action_due").exists()
    services.mark_action(actor=manager, action=later, done_on=None)
    assert Message.objects.waiting().filter(kind="sharing_action_due").count() == 1
    # Its new owner is told, the one before is not any more.
    services.save_action(
        actor=engineer, sharing=held, action=later, was=fresh(later).fingerprint, **said | {"owner": engineer}
    )
    assert {m.recipient for m in Message.objects.waiting().filter(kind="sharing_action_due")} == {engineer}
    services.delete_action(actor=engineer, action=later)
    assert not Message.objects.waiting().filter(kind="sharing_action_due").exists()
    with pytest.raises(DomainError):
        services.delete_action(actor=engineer, action=later)


def test_a_deleted_action_is_found_no_more(held: Sharing, engineer: User, manager: User) -> None:
    rebuild()
    said: dict[str, Any] = {"text": "独角兽行动", "owner": manager, "due_on": timezone.localdate()}
    action = services.save_action(actor=engineer, sharing=held, **said)
    assert SearchEntry.objects.filter(kind="sharing", text__contains="独角兽").exists()
    services.delete_action(actor=engineer, action=action)
    assert not SearchEntry.objects.filter(text__contains="独角兽").exists()
    assert check() == []


def test_what_was_to_be_done_for_a_session_that_is_off_is_not_asked_for(
    held: Sharing, engineer: User, manager: User
) -> None:
    tomorrow = timezone.now() + timedelta(days=1)
    Sharing.objects.filter(pk=held.pk).update(
        state="planned", starts_at=tomorrow, ends_at=tomorrow + timedelta(hours=1)
    )
    said: dict[str, Any] = {"text": "准备演示", "owner": manager, "due_on": timezone.localdate()}
    action = services.save_action(actor=engineer, sharing=held, **said)
    assert list(due_for(manager, until=action.due_on)) == [action]
    cancel_sharing(actor=engineer, sharing=held)
    assert list(due_for(manager, until=action.due_on)) == []
    reminders = Message.objects.filter(kind="sharing_action_due")
    assert not reminders.waiting().exists()
    # Also not by one that a worker had taken up before.
    reminders.update(cancelled_at=None, due_at=timezone.now())
    sweep()
    assert mail.outbox == []


def test_an_action_is_for_somebody_who_reads_of_it(held: Sharing, engineer: User, outsider_engineer: User) -> None:
    said: dict[str, Any] = {"text": "写文章", "owner": outsider_engineer, "due_on": timezone.localdate()}
    with pytest.raises(DomainError) as refused:
        services.save_action(actor=engineer, sharing=held, **said)
    assert refused.value.field == "owner"


def test_an_action_changed_by_two_keeps_both_texts(held: Sharing, engineer: User, manager: User) -> None:
    said: dict[str, Any] = {"text": "写文章", "owner": manager, "due_on": timezone.localdate()}
    action = services.save_action(actor=engineer, sharing=held, **said)
    was = fresh(action).fingerprint
    services.save_action(actor=manager, sharing=held, action=action, was=was, **said | {"text": "写两篇"})
    with pytest.raises(StaleError):
        services.save_action(actor=engineer, sharing=held, action=action, was=was, **said | {"text": "不写"})
    assert fresh(action).text == "写两篇"


def test_only_its_owner_and_who_runs_it_tick_it_off(
    held: Sharing, engineer: User, manager: User, colleague: User
) -> None:
    action = services.save_action(
        actor=engineer, sharing=held, text="写文章", owner=manager, due_on=timezone.localdate()
    )
    with pytest.raises(PermissionDenied):
        services.mark_action(actor=colleague, action=action, done_on=timezone.localdate())
    services.mark_action(actor=engineer, action=action, done_on=timezone.localdate())
    assert fresh(action).done_on == timezone.localdate()


def test_slides_and_recordings_are_what_they_say(held: Sharing, engineer: User) -> None:
    slides = sharing_files.add_slides(actor=engineer, sharing=held, upload=SimpleUploadedFile("讲稿.pdf", PDF))
    film = sharing_files.add_recording(actor=engineer, sharing=held, upload=SimpleUploadedFile("录像.webm", WEBM))
    assert [slides.number, film.number] == [1, 2]
    assert film.is_recording
    for add, name, content in (
        (sharing_files.add_slides, "讲稿.pdf", b"<html><script>1</script>"),
        (sharing_files.add_slides, "页.html", PDF),
        (sharing_files.add_recording, "录像.mp4", PDF),
        (sharing_files.add_recording, "空.mp4", b""),
    ):
        with pytest.raises(DomainError) as refused:
            add(actor=engineer, sharing=held, upload=SimpleUploadedFile(name, content))
        assert refused.value.field == "upload"
    assert held.files.count() == 2


def test_a_file_taken_out_leaves_no_bytes(
    held: Sharing, engineer: User, django_capture_on_commit_callbacks: Any
) -> None:
    file = sharing_files.add_slides(actor=engineer, sharing=held, upload=SimpleUploadedFile("讲稿.pdf", PDF))
    path = str(file.file.name)
    with django_capture_on_commit_callbacks(execute=True):
        sharing_files.remove_file(actor=engineer, sharing=held, file=file)
    assert not default_storage.exists(path)
    with pytest.raises(DomainError):
        sharing_files.remove_file(actor=engineer, sharing=held, file=file)


def test_an_article_begins_from_what_it_says(held: Sharing, engineer: User) -> None:
    services.write_minutes(actor=engineer, sharing=held, text="**问**:谁来确认?", was=text_mark(""))
    article = services.make_article(actor=engineer, sharing=held, kind="practice", title=held.topic)
    text = article.versions.get().text
    assert (article.state, article.client, article.kind) == ("draft", held.engagement.client, "practice")
    with override(held.engagement.language):
        headings = [f"## {_('Typical scene')}", f"## {_('Breakthrough')}", f"## {_('What was said about it')}"]
    assert [line for line in text.splitlines() if line.startswith("##")] == headings
    assert text.endswith("**问**:谁来确认?")
    assert [link.engagement for link in article.links.all()] == [held.engagement]
    assert list(held.articles.all()) == [article]
    with pytest.raises(DomainError) as refused:
        services.make_article(actor=engineer, sharing=held, kind="practice", title=held.topic)
    assert refused.value.field == "title"


def test_colleagues_see_of_an_article_what_the_wiki_shows_them(
    held: Sharing, manager: User, engineer: User, sign_in: SignIn
) -> None:
    """A newer draft's title, and that there is one, are its keepers'."""
    article = published(manager, owner=engineer, title="读得到的")
    held.articles.add(article)
    articles.save_version(actor=engineer, article=article, version=1, title="还是草稿", text="改了")
    listener = UserFactory(role=Role.ENGINEER)
    held.invitations.create(user=listener)
    page = sign_in(listener).get(held.get_absolute_url())
    assert [(row.title, row.has_draft) for row in page.context["articles"]] == [("读得到的", False)]
    assert "还是草稿" not in page.content.decode()
    assert "还是草稿" in sign_in(engineer).get(held.get_absolute_url()).content.decode()


def test_no_article_of_what_was_not_held_or_not_heard(
    held: Sharing, engineer: User, outsider_engineer: User, client_pm: User
) -> None:
    for stranger in (outsider_engineer, client_pm):
        with pytest.raises(PermissionDenied):
            services.make_article(actor=stranger, sharing=held, kind="practice", title="x")
    Sharing.objects.filter(pk=held.pk).update(state="planned")
    with pytest.raises(DomainError):
        services.make_article(actor=engineer, sharing=held, kind="practice", title="x")
    assert not Article.objects.exists()


def test_managers_order_what_newcomers_read_first(manager: User, engineer: User) -> None:
    a, b, c = (a_first_read(place) for place in (3, 3, 9))

    def order() -> list[Article]:
        return list(Article.objects.visible_to(manager).read_first())

    assert order() == [a, b, c]
    move_article(actor=manager, article=c, up=True)
    assert order() == [a, c, b]
    move_article(actor=manager, article=a, up=True)
    assert order() == [a, c, b]
    move_article(actor=manager, article=a, up=False)
    assert order() == [c, a, b]
    with pytest.raises(PermissionDenied):
        move_article(actor=engineer, article=a, up=True)
    with pytest.raises(DomainError):
        move_article(actor=manager, article=ArticleFactory(), up=True)


def test_a_member_who_left_reads_it_no_more(held: Sharing, colleague: User) -> None:
    assert Sharing.objects.visible_to(colleague).filter(pk=held.pk).exists()
    colleague.memberships.unscoped().update(ended_at=timezone.now())
    assert not Sharing.objects.visible_to(colleague).filter(pk=held.pk).exists()
