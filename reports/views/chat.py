"""What is copied into the project's chat group: of a week, and of one day."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from engagements.models import Engagement
from engagements.workspace import open_engagement, person, workspace
from onsite.accounts.access import require
from onsite.accounts.roles import Permission
from onsite.core.policy import signed_in
from reports import services
from reports.building.weekly_report import build_weekly_report
from reports.chat import MOST_CHARACTERS, day_text, week_text
from reports.models import DocumentKind
from reports.views.weekly import WEEKLY, week_of
from standups.shown import shown_day


@signed_in
@require_safe
def week_chat(request: HttpRequest, engagement_id: int, week: str) -> HttpResponse:
    """The week as it stands now, with the words of its draft; linked to the newest printed version, if there is one."""
    engagement = open_engagement(request, engagement_id)
    require(person(request), Permission.DRAFT_DOCUMENT, engagement)
    wanted, language = week_of(week, engagement), _language(request, engagement)
    draft = services.draft_of(engagement, WEEKLY, wanted.code)
    report = build_weekly_report(engagement, draft, language)
    issued = engagement.documents.visible_to(request.user).shared().of_kind(DocumentKind.WEEKLY_REPORT)
    newest = issued.filter(period=wanted.code).defer("snapshot").order_by("-version").first()
    more = ("reports:document", newest.pk) if newest else ("reports:dashboard",)
    text = week_text(report, name=_name(engagement), link=_address(engagement, *more), language=language)
    back = reverse("reports:weekly_report", args=[engagement.pk, wanted.code])
    return _page(request, engagement, text, language, back=back, about=wanted.code)


@signed_in
@require_safe
def day_chat(request: HttpRequest, engagement_id: int, day: date) -> HttpResponse:
    """A published day as its client reads it, whoever copies it."""
    engagement, user = open_engagement(request, engagement_id), person(request)
    stand_up = get_object_or_404(engagement.stand_ups.visible_to(user).published(), held_on=day)
    stand_up.engagement = engagement
    language = _language(request, engagement)
    shown = shown_day(user=user, stand_up=stand_up, as_client=True)
    link = _address(engagement, "standups:day", day)
    text = day_text(shown, name=_name(engagement), link=link, language=language)
    return _page(request, engagement, text, language, back=stand_up.get_absolute_url(), about=str(day))


def _name(engagement: Engagement) -> str:
    return f"{engagement.client.short_name} {engagement.name}"


def _address(engagement: Engagement, route: str, *ids: object) -> str:
    return str(settings.BASE_URL) + reverse(route, args=[engagement.pk, *ids])


def _language(request: HttpRequest, engagement: Engagement) -> str:
    asked = request.GET.get("language", "")
    return asked if asked in dict(settings.LANGUAGES) else engagement.language


def _page(
    request: HttpRequest, engagement: Engagement, text: str, language: str, *, back: str, about: str
) -> HttpResponse:
    context = workspace(request, engagement, "execute", heading=_("For the chat group")) | {
        "text": text,
        "length": len(text),
        "rows": text.count("\n") + 2,
        "most": MOST_CHARACTERS,
        "language": language,
        "back_url": back,
        "about": about,
    }
    return render(request, "reports/chat.html", context)
