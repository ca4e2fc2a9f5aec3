"""What the company passes on in the sample data: articles of the wiki and sharing sessions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from training.models import Article

Kind: TypeAlias = Article.Kind


@dataclass(frozen=True)
class Written:
    """An article by `by`, begun `days_ago` calendar days ago. `story` is the name of the engagement it is about; with
    `of_client` only those who may see that client read it. Published by `reviewer`; without one it waits in review.
    `read_first` is its place for newcomers, `stale_since` for how many days it should have been looked at again, `helped`
    and `did_not` who said so."""

    kind: Kind
    title: str
    category: str
    tags: tuple[str, ...]
    by: str
    text: str
    days_ago: int
    reviewer: str = ""
    story: str = ""
    of_client: bool = False
    read_first: int | None = None
    stale_since: int | None = None
    helped: tuple[str, ...] = ()
    did_not: tuple[str, ...] = ()


@dataclass(frozen=True)
class Agreed:
    """What somebody does by a day, counted from today; `done` says that it is."""

    text: str
    owner: str
    due_in: int
    done: bool = False


@dataclass(frozen=True)
class Passed:
    """A sharing session about the engagement of this name, `in_days` from today (negative: ago) at `hour`. One that was
    held says who was `there`, its minutes, what was agreed, and which article came of it."""

    story: str
    topic: str
    speaker: str
    in_days: int
    hour: int
    place: str
    scene: str
    breakthrough: str
    client_dealings: str
    there: tuple[str, ...] = ()
    minutes: str = ""
    agreed: tuple[Agreed, ...] = ()
    article: Written | None = None
