"""A frozen text made of sections: what apps above have signed that is no goals and no change request.

It is written in the language of the engagement's documents and stays in it: what is signed is one text, on the screen and
on paper alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from engagements.models import Engagement


@dataclass(frozen=True)
class Section:
    """A part of the text: paragraphs, then points, then a table. Rows are as long as `columns`."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class SectionText:
    """A frozen text of sections, with the names of the parties as they were."""

    client: str
    engagement: str
    sections: tuple[Section, ...]


def text_of_sections(engagement: Engagement, sections: Sequence[Section], facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the text to freeze. `facts` are plain JSON values for our own code: signed like the words, shown to nobody."""
    return {
        "client": engagement.client.name,
        "engagement": engagement.name,
        "sections": [_plain(section) for section in sections],
        "facts": dict(facts),
    }


def read_sections(text: Mapping[str, Any]) -> SectionText:
    """Return the frozen text of `text_of_sections`."""
    sections = (
        Section(
            heading=row["heading"],
            paragraphs=tuple(row["paragraphs"]),
            points=tuple(row["points"]),
            columns=tuple(row["columns"]),
            rows=tuple(tuple(cells) for cells in row["rows"]),
        )
        for row in text["sections"]
    )
    return SectionText(text["client"], text["engagement"], tuple(sections))


def _plain(section: Section) -> dict[str, Any]:
    # Lists, as JSON gives them back: a text compares equal to its stored self.
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(section).items()}
    return {**plain, "rows": [list(row) for row in section.rows]}
