"""The figure of the search: its page over a hundred thousand documents against the same over ten thousand."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

from django.db import connection
from django.urls import reverse

from engagements.models import Engagement, Phase
from onsite.accounts.models import User
from onsite.accounts.roles import Part, Role
from onsite.core.search import rebuilding
from standups.models import Problem
from tests.bench.figures import read, signed_in
from tests.bench.timing import Figure, medians
from tests.factories import EngagementFactory, MembershipFactory, UserFactory

FEW, MANY = 10_000, 100_000
ENGAGEMENTS, SENTENCES = 20, 3
ROUNDS, WARM_UP = 8, 2
CORPUS = Path(__file__).parent.parent / "corpora" / "search" / "documents.json"
# Frequent and rare, short and long, both languages, a code, the beginning of a word, and what nobody wrote.
WORDS = (
    "权限", "系统 数据", "采购申请三天没有审批", "盘点差异怎么处理", "slow report", "permissions", "HIS 接口 timeout",
    "ORA-01555", "perm", "文号 7351", "鲸鱼",
)  # fmt: skip


def search_figures() -> Iterator[Figure]:
    """All words one after the other, for a manager, who may find everything, and for a client, who finds little of it."""
    manager, client_pm = UserFactory(role=Role.MANAGER), UserFactory(role=Role.CLIENT)
    engagements: list[Engagement] = [EngagementFactory(phase=Phase.EXECUTION) for _number in range(ENGAGEMENTS)]
    MembershipFactory(engagement=engagements[0], user=client_pm, part=Part.CLIENT_PM)
    contestants = {"manager": _pages(manager), "client": _pages(client_pm)}
    found = {}
    for count in (FEW, MANY):
        _fill(engagements, manager, count)
        found[count] = medians(contestants, rounds=ROUNDS, warm_up=WARM_UP)
    for name in contestants:
        yield Figure(f"search in {MANY} documents ÷ in {FEW} ({name})", found[MANY][name] / found[FEW][name], 2)


def _pages(user: User) -> Callable[[], None]:
    browser, url = signed_in(user), reverse("search:page")

    def look_for_all() -> None:
        for words in WORDS:
            read(browser, f"{url}?{urlencode({'q': words})}")

    return look_for_all


def _fill(engagements: list[Engagement], author: User, count: int) -> None:
    """Add problems until there are so many, each of sentences of the search corpus, raised over the last three years."""
    sentences = _sentences()
    today, made_up = engagements[0].today(), random.Random(count)
    titles = [title for title, _text in sentences]
    Problem.objects.bulk_create(
        (
            Problem(
                engagement=engagements[number % ENGAGEMENTS], title=f"{made_up.choice(titles)} 文号 {number}"[:500],
                symptom=" ".join(made_up.choice(sentences)[1] for _part in range(SENTENCES)), raised_by=author,
                raised_on=today - timedelta(days=made_up.randrange(1000)), is_internal=number % 10 == 9,
            )
            for number in range(Problem.objects.unscoped().count(), count)
        ),
        batch_size=2000,
    )  # fmt: skip
    rebuilding.rebuild()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE core_searchentry")  # as autovacuum does, sooner
        cursor.execute("ANALYZE")


def _sentences() -> list[tuple[str, str]]:
    documents = json.loads(CORPUS.read_text(encoding="utf-8"))
    return [
        (row["title"], part) for row in documents for part in row["text"].replace("。", "。\n").splitlines() if part
    ]
