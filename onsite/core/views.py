"""Views that know no domain."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import structlog
from celery import current_app
from django.conf import settings
from django.contrib import messages
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from onsite.core.errors import DomainError, RefusedError
from onsite.core.models import Heartbeat
from onsite.core.policy import public

QUEUES = ("default", "pdf")
HEARTBEAT_AGE = timedelta(seconds=120)
log = structlog.get_logger(__name__)


def performed(request: HttpRequest, action: Callable[[], object], *, to: str, success: str = "") -> HttpResponse:
    """Run a verb and redirect to `to` with its success message; a refusal is said there, with links to what is missing."""
    try:
        action()
    except RefusedError as error:
        return render(
            request,
            "refused.html",
            {"message": error.message, "obstacles": error.obstacles, "back_url": to},
            status=409,
        )
    except DomainError as error:
        messages.error(request, error.message)
    else:
        if success:
            messages.success(request, success)
    return redirect(to)


def safe_next(request: HttpRequest, default: str) -> HttpResponseRedirect:
    """Redirect to the posted `next` if it stays on this site, else to `default`."""
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        target = default
    return HttpResponseRedirect(target)


@public
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Say for the database, the broker and each queue whether it works; 503 where one does not."""
    found = {"database": _works(_database), "broker": _works(_broker)}
    found |= {f"worker:{queue}": _works(partial(_worker, queue)) for queue in QUEUES}
    ok = all(found.values())
    body = {"ok": ok, **{name: "ok" if works else "failing" for name, works in found.items()}}
    return JsonResponse(body, status=200 if ok else 503)


def _works(probe: Callable[[], bool]) -> bool:
    try:
        return probe()
    except Exception as error:
        log.warning("health_probe_failed", error=str(error))
        return False


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def _broker() -> bool:
    if not settings.ENV.uses_redis:
        return (settings.VAR_DIR / "broker" / "messages").is_dir()
    with current_app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, timeout=2)
    return True


def _worker(queue: str) -> bool:
    return Heartbeat.objects.filter(queue=queue, at__gte=timezone.now() - HEARTBEAT_AGE).exists()
