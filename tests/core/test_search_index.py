"""The index follows every change in the change's own transaction, and can be written anew."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from engagements.models import Engagement
from onsite.accounts.models import User
from onsite.core.models import SearchEntry, SearchMiss
from onsite.core.search import follow, misses, update
from onsite.core.search.index import CHUNK, kinds
from onsite.core.search.missed import note_miss
from onsite.core.search.query import find
from onsite.core.search.question import question_of
from onsite.core.search.rebuilding import check, rebuild
from onsite.search.shown import scope_of
from standups.models import Problem
from standups.services import problems, publishing
from tests.conftest import InParallel
from tests.factories import ArticleFactory, LineFactory, ProblemFactory, StandUpFactory
from training.models import Article, ArticleVersion


def found(user: User, words: str) -> set[tuple[str, int]]:
    return {(hit.kind, hit.object_id) for hit in find(question_of(words), scope_of(user)).all}


def raise_problem(actor: User, engagement: Engagement, title: str, **fields: object) -> Problem:
    given: dict[str, Any] = {
        "title": title,
        "severity": "major",
        "source": "team",
        "kind": "other",
        "raised_on": engagement.today(),
    }
    return problems.save_problem(actor=actor, engagement=engagement, **given | fields)


def test_a_problem_is_found_as_soon_as_it_is_raised(engineer: User, engagement: Engagement) -> None:
    row = raise_problem(engineer, engagement, "打印机卡纸")
    assert found(engineer, "卡纸") == {("problem", row.pk)}


def test_a_changed_problem_is_found_by_its_new_words(engineer: User, engagement: Engagement) -> None:
    row = raise_problem(engineer, engagement, "打印机卡纸")
    problems.save_problem(actor=engineer, engagement=engagement, problem=row, title="读卡器断连")
    assert found(engineer, "读卡") == {("problem", row.pk)}
    assert found(engineer, "卡纸") == set()


def test_a_client_loses_what_was_made_internal(engineer: User, client_pm: User, engagement: Engagement) -> None:
    row = raise_problem(engineer, engagement, "打印机卡纸")
    assert found(client_pm, "卡纸")
    problems.save_problem(actor=engineer, engagement=engagement, problem=row, is_internal=True)
    assert found(client_pm, "卡纸") == set()
    assert found(engineer, "卡纸") == {("problem", row.pk)}


def test_what_is_rolled_back_is_not_found(engineer: User, engagement: Engagement) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        raise_problem(engineer, engagement, "打印机卡纸")
        raise RuntimeError
    assert not SearchEntry.objects.exists()


def test_what_is_deleted_is_not_found(engineer: User, engagement: Engagement) -> None:
    raise_problem(engineer, engagement, "打印机卡纸").delete()
    assert not SearchEntry.objects.exists()


def test_a_day_is_found_once_it_is_published(engineer: User, client_pm: User, engagement: Engagement) -> None:
    """The client by its shared lines, the vendor by the internal ones too; a problem line becomes a problem."""
    day = StandUpFactory(engagement=engagement, held_on=engagement.today(), created_by=engineer, published_at=None,
                         published_by=None)  # fmt: skip
    LineFactory(stand_up=day, text="联调打印机", author=engineer)
    LineFactory(stand_up=day, text="客户情绪低落", is_internal=True, author=engineer)
    LineFactory(stand_up=day, text="读卡器断连", section="problem", author=engineer)
    update(day)
    assert found(engineer, "打印机") == set()
    publishing.publish_stand_up(actor=engineer, stand_up=day)
    assert found(client_pm, "打印机") == {("stand_up", day.pk)}
    assert found(client_pm, "情绪") == set()
    assert found(engineer, "情绪") == {("stand_up", day.pk)}
    assert ("problem", Problem.objects.unscoped().get().pk) in found(client_pm, "读卡器")


def test_only_the_published_version_of_an_article_is_found(manager: User, client_pm: User) -> None:
    article = ArticleFactory(title="旧标题", owner=manager, text="患者导入的映射")
    update(article)
    assert found(manager, "映射") == set()
    article.published, article.state = article.versions.get(), Article.State.PUBLISHED
    article.save()
    update(article)
    draft = ArticleVersion.objects.create(article=article, number=2, title="新标题", text="草稿词", author=manager)
    follow(draft)
    assert found(manager, "映射") == {("article", article.pk)}
    assert found(manager, "草稿") == set()
    assert found(client_pm, "映射") == set()


def test_a_long_text_is_found_by_words_far_apart(manager: User) -> None:
    text = "开头" + "。甲乙丙丁戊" * CHUNK + "结尾"
    article = ArticleFactory(title="长文", owner=manager, text=text)
    article.published, article.state = article.versions.get(), Article.State.PUBLISHED
    article.save()
    update(article)
    assert SearchEntry.objects.count() > 5
    assert found(manager, "开头 结尾") == {("article", article.pk)}


def test_what_cannot_be_found_costs_nothing(engagement: Engagement) -> None:
    with CaptureQueriesContext(connection) as asked:
        follow(engagement)
    assert len(asked) == 0


def test_what_says_the_same_is_not_written_again(engagement: Engagement) -> None:
    row = ProblemFactory(engagement=engagement)
    update(row)
    with CaptureQueriesContext(connection) as asked:
        update(row)
    assert not [query for query in asked if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]


def test_the_cost_does_not_grow_with_the_rows(engagement: Engagement) -> None:
    """Thirty problems are brought up to date with as many queries as one."""
    counts = []
    for count in (1, 30):
        rows = [ProblemFactory(engagement=engagement) for _number in range(count)]
        with CaptureQueriesContext(connection) as asked:
            update(*rows)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_rebuilding_mends_what_differs(engagement: Engagement) -> None:
    lost, wrong, gone = (ProblemFactory(engagement=engagement, title=f"第{n}个") for n in range(3))
    rebuild()
    assert check() == []
    SearchEntry.objects.filter(kind="problem", object_id=lost.pk).delete()
    Problem.objects.filter(pk=wrong.pk).update(title="另一个")
    Problem.objects.filter(pk=gone.pk)._raw_delete("default")
    SearchEntry.objects.create(
        kind="nothing", object_id=1, is_shared=True, day=engagement.today(), title="x", digest="x"
    )
    assert {(one.kind, one.object_id) for one in check()} == {
        ("problem", lost.pk), ("problem", wrong.pk), ("problem", gone.pk), ("nothing", 1)
    }  # fmt: skip
    with pytest.raises(CommandError, match=f"problem {lost.pk} differs"):
        call_command("rebuild_search", "--check", stderr=io.StringIO())
    shown, told = io.StringIO(), io.StringIO()
    call_command("rebuild_search", stdout=shown, stderr=told)
    assert "3 rows were written anew." in shown.getvalue()
    assert "problem      ██████████████████████████████ 2/2" in told.getvalue()
    call_command("rebuild_search", "--check", stdout=shown, stderr=io.StringIO())
    assert "The index says what the rows say." in shown.getvalue()


def test_misses_are_counted(db: None) -> None:
    for words in ("鲸鱼  审批", "鲸鱼 审批", "Ｗhale"):
        note_miss(words)
    assert [(miss.words, miss.times) for miss in misses()] == [("鲸鱼 审批", 2), ("whale", 1)]


@pytest.mark.parametrize("words", ["password=Hunter2-long-enough", "x" * 101, "", "\x00"])
def test_no_secret_is_kept_of_a_miss(words: str, db: None) -> None:
    note_miss(words)
    assert not SearchMiss.objects.exists()


def test_every_kind_can_be_asked_for(db: None) -> None:
    expected = {
        "article",
        "problem",
        "concern",
        "course",
        "transcript",
        "document",
        "file",
        "stand_up",
        "sharing",
        "evidence",
    }
    assert expected <= set(kinds())


def test_two_who_change_a_row_leave_what_it_says(
    postgresql: None, in_parallel: InParallel, engineer: User, colleague: User, engagement: Engagement
) -> None:
    """Whoever is second reads what the first wrote; rebuilding meanwhile writes nothing old."""
    row = raise_problem(engineer, engagement, "打印机卡纸")
    results = in_parallel(
        lambda: problems.save_problem(actor=engineer, engagement=engagement, problem=row, title="读卡器断连"),
        lambda: problems.save_problem(actor=colleague, engagement=engagement, problem=row, next_step="换一台"),
        rebuild,
    )
    assert [result for result in results if isinstance(result, Exception)] == []
    assert check() == []


def test_two_who_miss_the_same_words_count_twice(postgresql: None, in_parallel: InParallel) -> None:
    in_parallel(lambda: note_miss("鲸鱼"), lambda: note_miss("鲸鱼"), lambda: note_miss("鲸鱼"))
    assert misses().get().times == 3


def test_newer_comes_first_of_equals(engagement: Engagement, engineer: User) -> None:
    today = timezone.localdate()
    old = ProblemFactory(engagement=engagement, title="读卡器断连", raised_on=today - timedelta(days=300))
    new = ProblemFactory(engagement=engagement, title="读卡器断连", raised_on=today)
    update(old, new)
    hits = find(question_of("读卡器"), scope_of(engineer)).all
    assert [hit.object_id for hit in hits] == [new.pk, old.pk]
