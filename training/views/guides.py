"""The guides of a course: written with a preview, illustrated, issued and read."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from engagements.models import Engagement
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core import private_files
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed
from training.forms.materials import LONGEST_GUIDE, GuideForm, PictureForm
from training.materials import sending
from training.materials.preview import preview_of
from training.models import LANGUAGES, Course, GuideEdition, GuidePicture
from training.services import guides as services
from training.views.courses import answered, course_of


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def guide(request: HttpRequest, engagement_id: int, pk: int, language: str) -> HttpResponse:
    """The guide of one language as Markdown, with what it looks like beside it."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    course = _editable(request, engagement, pk, language)
    stored = services.guide_of(course, language)
    initial = {"was": services.stamp_of(stored), "text": stored.text}
    form = GuideForm(posted(request), initial=initial)
    wants_preview = "preview" in request.POST

    def save(**said: Any) -> bool:
        services.save_guide(actor=user, course=course, language=language, **said)
        return True

    if not wants_preview and submitted(request, form, save):
        messages.success(request, _("The guide is saved."))
        return redirect("training:guide", engagement.pk, course.pk, language)
    now = services.guide_of(course, language)
    theirs = now if form.rebased_on(now) else None
    context = _frame(request, engagement, course, dict(LANGUAGES)[language])
    context |= {"form": form, "language": language, "theirs": theirs, "guide": now, "wants_preview": wants_preview}
    context |= {
        "preview": preview_of(course, user, str(form["text"].value() or "")[:LONGEST_GUIDE]),
        "pictures": _pictures(request, course),
    }
    if wants_preview and form.is_valid():
        return render(request, "training/guide_form.html", context)
    return answered(request, "training/guide_form.html", context, stale=theirs is not None)


@signed_in
@require_POST
def guide_preview(request: HttpRequest, engagement_id: int, pk: int, language: str) -> HttpResponse:
    """What the text looks like, while it is being typed; nothing is saved."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    course = _editable(request, engagement, pk, language)
    form = GuideForm(request.POST)
    text = form.cleaned_data["text"] if form.is_valid() else ""
    context = {"preview": preview_of(course, user, text), "form": form}
    return render(request, "training/parts/guide_preview.html", context, status=200 if form.is_valid() else 422)


@signed_in
@require_POST
def guide_issue(request: HttpRequest, engagement_id: int, pk: int, language: str) -> HttpResponse:
    """Freeze the guide for the newest accepted version, and print it."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    course = _course(request, engagement, pk, language)
    require(user, Permission.ACCEPT_COURSE, engagement)
    number = request.POST.get("version", "")
    version = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 0
    return performed(
        request,
        lambda: services.issue_guide(actor=user, course=course, language=language, version=version),
        to=reverse("training:materials", args=[engagement.pk, course.pk]),
        success=_("The guide is issued and being printed."),
    )


@signed_in
@require_POST
def guide_print(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Print an issued guide whose printing failed."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    edition = _edition(request, engagement, pk)
    require(user, Permission.ACCEPT_COURSE, engagement)
    return performed(
        request,
        lambda: services.print_again(actor=user, edition=edition),
        to=reverse("training:materials", args=[engagement.pk, edition.version.course_id]),
    )


@signed_in
@require_safe
def guide_pdf(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponseBase:
    """An issued guide."""
    return sending.guide(_edition(request, open_engagement(request, engagement_id), pk))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def guide_pictures(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """The pictures of a course's guides, and another one."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    course = course_of(request, engagement, pk)
    require(user, Permission.EDIT_TRAINING, engagement)
    data = posted(request)
    form = PictureForm(data, request.FILES if data is not None else None)
    if submitted(request, form, lambda **given: services.add_picture(actor=user, course=course, **given)):
        messages.success(request, _("The picture is here, and is being looked through."))
        return redirect("training:guide_pictures", engagement.pk, course.pk)
    context = _frame(request, engagement, course, _("Pictures of the guides"))
    context |= {"form": form, "pictures": _pictures(request, course)}
    return answered(request, "training/guide_pictures.html", context)


@signed_in
@require_safe
def guide_picture(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponseBase:
    """One picture as the server drew it."""
    engagement = open_engagement(request, engagement_id)
    found = _picture(request, engagement, pk)
    page = found.attachment.previews.unscoped().filter(number=1).first()
    if page is None:
        raise Http404
    return private_files.picture(path=str(page.image.name))


@signed_in
@require_POST
def guide_picture_delete(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Take out a picture that no guide shows."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    found = _picture(request, engagement, pk)
    require(user, Permission.EDIT_TRAINING, engagement)
    return performed(
        request,
        lambda: services.remove_picture(actor=user, picture=found),
        to=reverse("training:guide_pictures", args=[engagement.pk, found.course_id]),
        success=_("The picture is taken out. Its file stays among the engagement's files."),
    )


def _frame(request: HttpRequest, engagement: Engagement, course: Course, what: str) -> dict[str, Any]:
    heading = _("%(course)s: %(what)s") % {"course": course.title, "what": what}
    return workspace(request, engagement, "train", heading=heading) | {"course": course}


def _course(request: HttpRequest, engagement: Engagement, pk: int, language: str) -> Course:
    course = course_of(request, engagement, pk)
    if language not in dict(LANGUAGES):
        raise Http404
    return course


def _editable(request: HttpRequest, engagement: Engagement, pk: int, language: str) -> Course:
    course = _course(request, engagement, pk, language)
    require(person(request), Permission.EDIT_TRAINING, engagement)
    return course


def _edition(request: HttpRequest, engagement: Engagement, pk: int) -> GuideEdition:
    rows: Any = GuideEdition.objects.visible_to(request.user).filter(version__course__engagement=engagement)
    found: GuideEdition = get_object_or_404(rows.select_related("version__course__engagement"), pk=pk)
    return found


def _pictures(request: HttpRequest, course: Course) -> Any:
    rows = GuidePicture.objects.visible_to(request.user).filter(course=course)
    return rows.select_related("attachment").order_by("number")


def _picture(request: HttpRequest, engagement: Engagement, pk: int) -> GuidePicture:
    rows: Any = GuidePicture.objects.visible_to(request.user).filter(course__engagement=engagement)
    found: GuidePicture = get_object_or_404(rows.select_related("attachment", "course__engagement"), pk=pk)
    return found
