"""What comes of a sharing session: files, minutes, actions, an article."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagements.models import Engagement
from engagements.models.fingerprint import text_mark
from engagements.workspace import person, posted
from onsite.core import private_files
from onsite.core.forms import rebased, submitted
from onsite.core.policy import vendor_only
from onsite.core.views import performed
from training.forms.sharing import ActionForm, MakeArticleForm, MinutesForm, RecordingForm, SlidesForm
from training.models import Article, KnowledgeFile, Sharing, SharingAction
from training.services import sharing_files
from training.services import sharing_outcome as services
from training.sharing.rights import may_run
from training.sharing.shown import minutes_of
from training.views.sharing import asked, opened, run_by

# By what stands in the address: the form, and what keeps its file.
FILES: dict[str, tuple[Any, Any]] = {
    "slides": (lambda _sender: SlidesForm, sharing_files.add_slides),
    "recording": (lambda sender: partial(RecordingForm, sender=sender), sharing_files.add_recording),
}


@vendor_only
@require_http_methods(["GET", "HEAD", "POST"])
def minutes(request: HttpRequest, pk: int) -> HttpResponse:
    """What was said there."""
    row, user = run_by(request, pk), person(request)
    form = MinutesForm(posted(request), initial={"text": row.minutes, "was": text_mark(row.minutes)})
    saved = submitted(request, form, lambda **said: services.write_minutes(actor=user, sharing=row, **said))
    if saved is not None:
        messages.success(request, _("The minutes are saved."))
        return redirect(f"{saved.get_absolute_url()}#minutes")
    now = opened(request, pk)
    stale = rebased(form, "was", text_mark(now.minutes))
    page: dict[str, Any] = {
        "template": "sharing/minutes.html",
        "stale": stale,
        "theirs": minutes_of(now) if stale else "",
    }
    return asked(request, form, now, pgettext("of a session", "Minutes"), _("Save"), **page)


@vendor_only
@require_http_methods(["GET", "HEAD", "POST"])
def action_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Note what somebody does by a day."""
    return _save_action(request, run_by(request, pk), None, {})


@vendor_only
@require_http_methods(["GET", "HEAD", "POST"])
def action_edit(request: HttpRequest, pk: int, action_id: int) -> HttpResponse:
    """Change what was agreed."""
    row = run_by(request, pk)
    action = _action(row, action_id)
    return _save_action(request, row, action, ActionForm.initial_of(action))


def _save_action(
    request: HttpRequest, row: Sharing, action: SharingAction | None, initial: dict[str, Any]
) -> HttpResponse:
    user = person(request)
    form = ActionForm(posted(request), sharing=row, initial=initial)
    saved = submitted(
        request, form, lambda **said: services.save_action(actor=user, sharing=row, action=action, **said)
    )
    if saved is not None:
        messages.success(request, _("It is noted; they are reminded on the day."))
        return redirect(f"{row.get_absolute_url()}#actions")
    now = row.actions.select_related("owner").filter(pk=action.pk).first() if action else None
    stale = form.rebased_on(now)
    page: dict[str, Any] = {"template": "sharing/action_form.html", "stale": stale, "theirs": now if stale else None}
    title = _("What was agreed") if action else _("New action")
    return asked(request, form, row, title, _("Save"), action=action, **page)


@vendor_only
@require_POST
def action_mark(request: HttpRequest, pk: int, action_id: int) -> HttpResponse:
    """Tick it off, or take the tick back."""
    row, user = opened(request, pk), person(request)
    action = _action(row, action_id)
    if user.pk != action.owner_id and not may_run(user, row):
        raise PermissionDenied
    done_on = timezone.localdate() if request.POST.get("done") == "1" else None
    return performed(
        request,
        lambda: services.mark_action(actor=user, action=action, done_on=done_on),
        to=f"{row.get_absolute_url()}#actions",
        success=_("Done.") if done_on else _("It is open again."),
    )


@vendor_only
@require_POST
def action_delete(request: HttpRequest, pk: int, action_id: int) -> HttpResponse:
    """Take it out."""
    row = run_by(request, pk)
    action = _action(row, action_id)
    return performed(
        request,
        lambda: services.delete_action(actor=person(request), action=action),
        to=f"{row.get_absolute_url()}#actions",
        success=_("It is deleted."),
    )


@vendor_only
@require_http_methods(["GET", "HEAD", "POST"])
def file_add(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Add slides or a recording."""
    row, user = run_by(request, pk), person(request)
    if kind not in FILES:
        raise Http404
    form_of, keep = FILES[kind]
    form = form_of(user)(posted(request), request.FILES or None)
    if submitted(request, form, lambda upload: keep(actor=user, sharing=row, upload=upload)):
        messages.success(request, _("The file is kept."))
        return redirect(f"{row.get_absolute_url()}#files")
    title = _("Add slides") if kind == "slides" else _("Add a recording")
    return asked(request, form, row, title, _("Upload"))


@vendor_only
@require_safe
def file(request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
    """Send a file as a download that can run nothing."""
    found = _file(request, pk, number)
    return private_files.download(path=str(found.file.name), name=found.name, media_type=found.media_type)


@vendor_only
@require_safe
def recording(request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
    """Send a recording to be watched on the page, in the parts the browser asks for."""
    found = _file(request, pk, number)
    if not found.is_recording:
        raise Http404
    path, size = str(found.file.name), found.size_bytes
    return private_files.recording(request, path=path, media_type=found.media_type, size=size)


@vendor_only
@require_POST
def file_remove(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Take a file out."""
    row = run_by(request, pk)
    found = _file(request, pk, number)
    return performed(
        request,
        lambda: sharing_files.remove_file(actor=person(request), sharing=row, file=found),
        to=f"{row.get_absolute_url()}#files",
        success=_("The file is deleted."),
    )


@vendor_only
@require_http_methods(["GET", "HEAD", "POST"])
def article(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin an article from what the session says."""
    row, user = opened(request, pk), person(request)
    if not Engagement.objects.visible_to(user).filter(pk=row.engagement_id).exists():
        raise PermissionDenied
    form = MakeArticleForm(posted(request), initial={"title": row.topic, "kind": Article.Kind.PRACTICE})
    made = submitted(request, form, lambda **said: services.make_article(actor=user, sharing=row, **said))
    if made is not None:
        messages.success(request, _("The draft is there. Complete it, then send it for review."))
        return redirect(made)
    intro = _(
        "The draft begins from the scene, the breakthrough, the dealing with the client and the minutes. It stays with "
        "the people of this client until somebody checked it and made it company-wide."
    )
    return asked(request, form, row, _("Make an article of it"), _("Begin the draft"), intro=intro)


def _action(row: Sharing, pk: int) -> SharingAction:
    found: SharingAction = get_object_or_404(row.actions.select_related("owner", "sharing"), pk=pk)
    return found


def _file(request: HttpRequest, pk: int, number: int) -> KnowledgeFile:
    rows = KnowledgeFile.objects.visible_to(person(request))
    found: KnowledgeFile = get_object_or_404(rows, sharing=pk, number=number)
    return found
