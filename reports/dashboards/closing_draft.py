"""The chapters of a closing report while it is written and read: what is computed, the words around it, the remarks."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.forms import BoundField
from django.utils.functional import Promise

from onsite.accounts.models import User
from reports.documents.chapters import narrated
from reports.documents.closing_report import ClosingReport
from reports.forms import DraftForm, RemarkForm
from reports.models import Draft, DraftComment

# Chapters whose numbers have a page on which they are mended.
PLACES = {
    "objectives": "engagements:prepare",
    "course": "engagements:plan",
    "acceptance": "standups:going_live",
    "training": "training:home",
    "problems": "standups:problems",
    "remaining": "standups:problems",
}


@dataclass(frozen=True)
class DraftChapter:
    """A chapter; `template` prints its computed body, "" where it has none yet; `place` is the route on which its numbers
    are mended, "" where nowhere. `field` is there while it is written."""

    anchor: str
    title: str | Promise
    template: str
    words: str
    place: str
    remarks: list[DraftComment]
    field: BoundField | None = None
    remark_form: RemarkForm | None = None


def chapters_to_fill(report: ClosingReport, draft: Draft, user: User, form: DraftForm) -> list[DraftChapter]:
    """Return the chapters with the fields for their words, and the remarks that are still open. One query."""
    remarks = remarks_of(draft, user, open_only=True)
    return [
        DraftChapter(
            chapter.anchor, chapter.title, chapter.template, chapter.words, PLACES.get(chapter.anchor, ""),
            remarks[chapter.anchor], field=form[DraftForm.of_chapter(chapter.anchor)],
        )
        for chapter in narrated(report)
    ]  # fmt: skip


def chapters_to_read(
    report: ClosingReport, remarks: dict[str, list[DraftComment]], refused: RemarkForm | None
) -> list[DraftChapter]:
    """Return the chapters that say something with all their remarks, each with the form for the next; `refused` is the one that was posted."""
    return [
        DraftChapter(
            chapter.anchor, chapter.title, chapter.template, chapter.words, "", remarks[chapter.anchor],
            remark_form=remark_form(chapter.anchor, refused),
        )
        for chapter in narrated(report)
        if chapter.template or chapter.words or remarks[chapter.anchor]
    ]  # fmt: skip


def remark_form(anchor: str, refused: RemarkForm | None) -> RemarkForm:
    """Return the form for a remark on this chapter, with what was typed where it was this one that was refused."""
    form = RemarkForm(initial={"chapter": anchor})
    if refused is not None and refused.data.get("chapter", "") == anchor:
        form = refused
    form.auto_id = f"id_{anchor}_%s"
    return form


def remarks_of(draft: Draft, user: User, *, open_only: bool = False) -> dict[str, list[DraftComment]]:
    """Return the remarks by chapter, "" for those on the whole, the oldest first. One query."""
    rows = DraftComment.objects.visible_to(user).filter(draft=draft.pk).select_related("author", "settled_by")
    found: dict[str, list[DraftComment]] = defaultdict(list)
    for row in rows.open() if open_only else rows:
        found[row.chapter].append(row)
    return found
