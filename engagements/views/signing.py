"""Reading a frozen text, signing it on screen, and signatures that come on paper."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from engagements import agreements, frozen
from engagements.differences import differences_between
from engagements.forms.signing import PaperForm, SignForm
from engagements.models import Engagement, Signature, SignOff
from engagements.services import signing
from engagements.signatures import Signing
from engagements.workspace import open_engagement, person, posted, workspace
from onsite.accounts.access import can, require
from onsite.accounts.roles import Permission
from onsite.accounts.services import send_signing_code
from onsite.core.errors import DomainError, StaleError
from onsite.core.forms import submitted
from onsite.core.policy import signed_in
from onsite.core.views import performed


@signed_in
def sign_off(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Show a frozen text; a post signs it on screen. A stale page signs nothing (409)."""
    engagement = open_engagement(request, engagement_id)
    found = _sign_off(request, engagement, pk)
    form = SignForm(posted(request), initial={"text_hash": found.text_hash})
    status = 200
    if request.method == "POST":
        signing.require_signer(person(request), found)
        try:
            if _signed(request, found, form):
                messages.success(request, _("Thank you. Your signature stands under this text."))
                return redirect("engagements:sign_off", engagement.pk, found.pk)
        except StaleError as error:
            messages.error(request, error.message)
            status = 409
    return render(request, "engagements/sign_off.html", _shown(request, engagement, found, form), status=status)


def _signed(request: HttpRequest, found: SignOff, form: SignForm) -> bool:
    """Sign if the posted form is right; every other refusal than a stale text stands on the form."""
    if not form.is_valid():
        return False
    try:
        signing.sign_on_screen(actor=person(request), sign_off=found, **form.cleaned_data)
    except StaleError:
        raise
    except DomainError as error:
        if error.field in form.fields:
            form.add_error(error.field, error.message)
        else:
            # The text may not wait for this person any more, and then the form is gone from the page.
            messages.error(request, error.message)
        return False
    return True


def _shown(request: HttpRequest, engagement: Engagement, found: SignOff, form: SignForm) -> dict[str, Any]:
    user = person(request)
    versions = list(
        engagement.sign_offs.visible_to(user).filter(kind=found.kind, topic=found.topic).order_by("-version")
    )
    before = next((row for row in versions if row.version == found.version - 1), None)
    state = Signing.of(found, user)
    outdated = _outdated(found)
    may_sign = can(user, Permission.SIGN, engagement) and state.waits_for(user)
    return {
        **workspace(request, engagement, _tab(found), heading=found.title),
        "home": agreements.home_of(found),
        "sign_off": found,
        "text": frozen.text_of(found),
        "before": before,
        "differences": differences_between(before, found),
        "signing": state,
        "versions": versions,
        "newest": versions[0],
        "outdated": outdated,
        "form": form if may_sign and not outdated else None,
    }


def _outdated(found: SignOff) -> str:
    """Say why nobody can sign this text any more although it is the newest; "" where it can be, or is signed already."""
    if found.superseded_at is not None or found.is_signed:
        return ""
    try:
        agreements.refuse_outdated(found)
    except StaleError as error:
        return error.message
    return ""


@signed_in
@require_POST
def send_code(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Mail the signer a code for this text."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    found = _sign_off(request, engagement, pk)
    signing.require_signer(user, found)

    def send() -> None:
        if not Signing.of(found, user).waits_for(user):
            raise DomainError(_("This text does not wait for your signature."))
        about = f"{found.title} · {engagement.name}"
        send_signing_code(actor=user, text_hash=found.text_hash, about=about)

    return performed(
        request,
        send,
        to=reverse("engagements:sign_off", args=[engagement.pk, found.pk]) + "#sign",
        success=_("A code is on its way to %(email)s. Type it below.") % {"email": user.email},
    )


@signed_in
def paper_register(request: HttpRequest, engagement_id: int, pk: int) -> HttpResponse:
    """Register a signed sheet with its scan. The code of a stale version is refused (409)."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    found = _sign_off(request, engagement, pk)
    require(user, Permission.HANDLE_PAPER, engagement)
    parts = Signing.of(found, user).unregistered
    form = PaperForm(
        posted(request),
        request.FILES or None,
        initial={"signed_on": engagement.today(), "part": request.GET.get("part")},
        parts=parts or list(found.needed_parts),
    )
    status = 200

    def register(**fields: Any) -> Signature:
        nonlocal status
        try:
            return signing.register_paper(actor=user, sign_off=found, **fields)
        except StaleError:
            status = 409
            raise

    registered = submitted(request, form, register)
    if registered is not None:
        messages.success(request, _("The sheet is registered. It counts once a second person has checked the scan."))
        return redirect("engagements:sign_off", engagement.pk, found.pk)
    context = workspace(request, engagement, _tab(found), heading=_("Register a signed sheet"))
    context |= {"form": form, "sign_off": found, "is_complete": not parts}
    return render(request, "engagements/paper_form.html", context, status=status)


@signed_in
@require_POST
def paper_check(request: HttpRequest, engagement_id: int, pk: int, signature_id: int) -> HttpResponse:
    """Accept a registered sheet, or send it back."""
    engagement = open_engagement(request, engagement_id)
    user = person(request)
    found = _sign_off(request, engagement, pk)
    rows = found.signatures.visible_to(user).select_related("sign_off__engagement__client")
    signature = get_object_or_404(rows, pk=signature_id, method=Signature.Method.PAPER)
    require(user, Permission.HANDLE_PAPER, engagement)
    answer = request.POST.get("answer")

    def check() -> None:
        if answer not in {"accept", "send_back"}:
            raise DomainError(_("Accept the sheet or send it back."))
        signing.check_paper(actor=user, signature=signature, accepted=answer == "accept")

    return performed(
        request,
        check,
        to=reverse("engagements:sign_off", args=[engagement.pk, found.pk]),
        success=_("The signature counts.") if answer == "accept" else _("The sheet is sent back. Register it again."),
    )


def _tab(found: SignOff) -> str:
    return "prepare" if found.kind in SignOff.OF_PREPARATION else "going_live"


def _sign_off(request: HttpRequest, engagement: Engagement, pk: int) -> SignOff:
    rows = engagement.sign_offs.visible_to(request.user).select_related(
        "engagement__client", "frozen_by", "agreed_through__change"
    )
    return get_object_or_404(rows, pk=pk)
