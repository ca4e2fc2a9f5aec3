"""The public page that tells whether a document is genuine: no sign-in, and no word of whose it is.

The browser sends the hash of the chosen file only; without a script the file itself comes, is hashed while it arrives and
is kept nowhere.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from engagements.workspace import posted
from onsite.accounts import slowing
from onsite.core.policy import public
from reports.forms import VerifyForm
from reports.verification import Genuine, HashingHandler, by_code, by_hash

# Nobody guesses sixty bits; whoever asks for unknown documents by the dozen is no reader of one.
MOST_MISSES = 30
_COUNTED = "missed-verifications"


@public
@csrf_exempt  # The handler has to be set before anything reads the form; _answered checks the token then.
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest, code: str = "") -> HttpResponse:
    """Tell what is known of a code, and of a file or its hash that is sent."""
    request.upload_handlers = [HashingHandler(request)]
    response = _answered(request, code)
    response["X-Robots-Tag"] = "noindex"
    return response


@csrf_protect
def _answered(request: HttpRequest, code: str) -> HttpResponse:
    if slowing.is_too_often(_COUNTED, slowing.machine_of(request), MOST_MISSES):
        return render(request, "429.html", status=429)
    document = by_code(code) if code else None
    if code and document is None:
        return _page(request, code, None, VerifyForm(), status=404)
    form = VerifyForm(posted(request), request.FILES or None)
    if request.method != "POST":
        return _page(request, code, document, form)
    if not form.is_valid():
        return _page(request, code, document, form, status=422)
    if asked := form.cleaned_data["code"]:
        return redirect("reports:verify_code", asked)
    file = by_hash(form.cleaned_data["sha256"])
    return _page(request, code, document, form, file=file, is_asked=True, is_missed=file is None)


def _page(
    request: HttpRequest, code: str, document: Genuine | None, form: VerifyForm, *, status: int = 200,
    file: Genuine | None = None, is_asked: bool = False, is_missed: bool = False,
) -> HttpResponse:  # fmt: skip
    if status == 404 or is_missed:
        slowing.count(_COUNTED, slowing.machine_of(request))
    context = {"code": code, "document": document, "form": form, "file": file, "is_asked": is_asked}
    return render(request, "reports/verify.html", context, status=status)
