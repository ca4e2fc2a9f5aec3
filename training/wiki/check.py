"""What must not stand in an article that its readers may not know: secrets, and names of clients."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from onsite.core.markdown import to_text
from onsite.core.scanner import FindingKind, scan_text
from training.client_names import ClientNames, client_names
from training.models import Article, ArticleVersion


@dataclass(frozen=True)
class Found:
    """One thing that stands against publishing. `sample` is masked where it is a secret."""

    what: str
    where: str
    sample: str
    is_name: bool = False


def findings(article: Article, version: ArticleVersion) -> list[Found]:
    """Return all that is found in what readers get to see of this version, in the reader's language.

    One client's article may tell that client's secrets to those who know them, unless it was another client's before.
    """
    if article.client_id is not None and not _was_anothers(article):
        return []
    names = client_names(but=article.client_id)
    found = [one for place, text in _places(article, version) for one in _found(place, text, names)]
    found += _found("", version.text, names)
    # Emphasis in the middle of a number hides it in the Markdown, but not from its readers.
    seen = {(one.what, one.sample) for one in found}
    read = _found(_("text as it reads"), to_text(version.text), names)
    return found + [one for one in read if (one.what, one.sample) not in seen]


def found_in_line(text: str, *, client_id: int | None = None) -> list[Found]:
    """Return what is found in words beside a text; those of this one client may stand in it."""
    return _found("", text, client_names(but=client_id))


def _was_anothers(article: Article) -> bool:
    return article.versions.exclude(client=None).exclude(client=article.client_id).exists()


def _places(article: Article, version: ArticleVersion) -> Iterator[tuple[str, str]]:
    """Yield what stands beside the text: on the article's page, in the lists, and in the history."""
    yield _("title"), version.title
    yield _("tags"), "\n".join(article.tags)
    yield _("what changed"), version.note
    yield _("what the reviewer says"), version.review_note
    yield _("why it may be read as it is"), version.release_reason
    for number, name in article.files.values_list("number", "name"):
        yield _("picture %s") % number, name


def _found(place: str, text: str, names: ClientNames) -> list[Found]:
    found = [
        Found(str(FindingKind(one.kind).label), place or _line(text.count("\n", 0, one.start) + 1), one.sample)
        for one in scan_text(text)
    ]
    return found + [Found(one.what, place or _line(one.line), one.name, is_name=True) for one in names.named_in(text)]


def _line(number: int) -> str:
    return _("line %s") % number
