"""How the client's people take the work: pages of the vendor's that no client knows of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from engagements.models import Engagement
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from standups.forms.relationship import RelationshipForm
from standups.models import RelationshipNote
from standups.services.relationships import save_note


@dataclass
class PersonNotes:
    """One of the client's people with the notes on them, newest first."""

    name: str
    notes: list[RelationshipNote]

    @property
    def latest(self) -> RelationshipNote:
        return self.notes[0]


def _vendors_only(request: HttpRequest, engagement_id: int) -> Engagement:
    engagement = open_engagement(request, engagement_id)
    if person(request).is_client:
        raise Http404
    return engagement


@signed_in
@require_safe
def relationship_list(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """The client's people, who was spoken of last first."""
    engagement = _vendors_only(request, engagement_id)
    rows = engagement.relationship_notes.visible_to(person(request)).select_related("person", "author")
    people: dict[tuple[int | None, str], PersonNotes] = {}
    for note in rows:
        key = (note.person_id, note.person_name)
        people.setdefault(key, PersonNotes(note.person.name if note.person else note.person_name, [])).notes.append(
            note
        )
    context = workspace(request, engagement, "execute", heading=_("Client relations"))
    return render(request, "standups/relationship_list.html", context | {"people": list(people.values())})


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def relationship_create(request: HttpRequest, engagement_id: int) -> HttpResponse:
    """Note how somebody takes the work."""
    return _form(request, _vendors_only(request, engagement_id), None)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def relationship_edit(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Change a note of one's own."""
    engagement = _vendors_only(request, engagement_id)
    rows = engagement.relationship_notes.visible_to(person(request))
    note: RelationshipNote = get_object_or_404(rows, pk=pk)
    if note.author_id != person(request).pk:
        raise PermissionDenied
    return _form(request, engagement, note)


def _form(request: HttpRequest, engagement: Engagement, note: RelationshipNote | None) -> HttpResponse:
    user = person(request)
    require(user, Permission.EDIT_PROBLEM, engagement)
    form = RelationshipForm(posted(request), engagement=engagement, note=note)

    def save(**fields: Any) -> RelationshipNote:
        return save_note(actor=user, engagement=engagement, note=note, **fields)

    if submitted(request, form, save) is not None:
        messages.success(request, _("Saved. Only the vendor's people see it."))
        return redirect("standups:relationships", engagement.pk)
    context = workspace(request, engagement, "execute", heading=_("Change the note") if note else _("New note"))
    return render(
        request, "standups/relationship_form.html", context | {"form": form}, status=422 if form.errors else 200
    )
