"""A confirmed interview stands for good, and what was said in it fills the questions about the functions."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from engagements.models import Engagement, Function, Interview, MailedLink
from engagements.services import files, interviews, links
from onsite.accounts.access import require
from onsite.accounts.models import User
from onsite.accounts.roles import Permission
from onsite.core import audit
from onsite.core.errors import DomainError


@transaction.atomic
def confirm_by_link(*, link: MailedLink, remark: str = "") -> None:
    """Confirm the notes as whoever was interviewed, which uses the link up and fills the functions.

    Raises DomainError where the link was used, the notes changed since it was mailed, or they were confirmed on paper.
    """
    engagement = Engagement.objects.lock(link.engagement_id)
    links.use_link(link)
    row = interviews.locked(engagement, link.subject_id)
    if row.sent_at is None or row.user_id != link.user_id:
        raise DomainError(_("These notes changed since the mail. A new one will come."))
    _confirm(link.user, row, method=Interview.Method.LINK, remark=remark)


@files.storing_atomically()
def confirm_on_paper(*, actor: User, interview: Interview, scan: UploadedFile[Any], remark: str = "") -> None:
    """Register the printed notes that the person signed; the scan stays internal. It says who registered it.

    Raises DomainError on "scan" where it can't be stored, without a field where nothing was noted or it is confirmed.
    """
    require(actor, Permission.EDIT_PREPARATION, interview.engagement)
    engagement = Engagement.objects.lock(interview.engagement_id)
    row = interviews.locked(engagement, interview.pk)
    interviews.refuse_empty(row)
    row.scan = files.store(
        actor=actor, engagement=engagement, upload=scan, field="scan", is_internal=True, holds_client_data=False
    )
    links.end_links(purpose=MailedLink.Purpose.CONFIRM_INTERVIEW, subject_id=row.pk)
    _confirm(actor, row, method=Interview.Method.PAPER, remark=remark)


def merged(known: str, said: str, person: str) -> str:
    """Return the answer after somebody said this: theirs where there was none, else theirs on a new line with their
    name. What stands there already is not repeated."""
    known, said = known.strip(), said.strip()
    line = _("%(person)s: %(text)s") % {"person": person, "text": said}
    framed = f"\n{known}\n"
    if not said or f"\n{said}\n" in framed or f"\n{line}\n" in framed:
        return known
    return f"{known}\n{line}" if known else said


def _confirm(actor: User, row: Interview, *, method: Interview.Method, remark: str) -> None:
    row.confirmed_at, row.method, row.remark = timezone.now(), method, remark
    row.save()
    filled = _fill_functions(actor, row)
    data = {"method": str(method), "remark": remark, "functions": filled}
    interviews.record(actor, row, "interview.confirmed", data)


def _fill_functions(actor: User, row: Interview) -> list[int]:
    """Write the answers into the functions, which are held meanwhile; return those that changed."""
    notes = list(row.notes.unscoped().answered().order_by("function_id", "pk"))
    wanted = {note.function_id for note in notes}
    held = Function.objects.unscoped().select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk")
    functions = {function.pk: function for function in held}
    changed: dict[int, set[str]] = {}
    with translation.override(row.engagement.language):
        for note in notes:
            function = functions[note.function_id]
            before = getattr(function, note.question)
            after = merged(before, note.text, row.person)
            if after != before.strip():
                setattr(function, note.question, after)
                changed.setdefault(function.pk, set()).add(note.question)
    for pk, questions in changed.items():
        functions[pk].save(update_fields=sorted(questions))
        data = {"questions": sorted(questions), "interview": row.pk}
        audit.record(
            chain=row.engagement.audit_chain, actor=actor, action="function.answered", target=functions[pk], data=data
        )
    return sorted(changed)
