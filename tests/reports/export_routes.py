"""Who may export reports and check documents: this room's part of the access table (tests/routes.py)."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from onsite.accounts.models import User
from onsite.core.models import Job
from reports.models import ReportExport
from tests.policies import EVERYONE, MANAGER, VENDOR, Company, Public
from tests.world import World


def _export(world: World) -> list[Any]:
    """A finished zip that the manager asked for."""
    return [an_export(world.people["manager"], [world.ids(world.engagement)["document"]]).pk]


def an_export(maker: User, documents: list[int], body: bytes = b"PK zip") -> ReportExport:
    """As if a worker had made it."""
    name = default_storage.save("exports/world/reports.zip", ContentFile(body))
    export = ReportExport.objects.create(asked_by=maker, documents=documents, file=name, size_bytes=len(body))
    Job.objects.create(kind="export", subject_id=export.pk, state=Job.State.DONE, started_by=maker)
    return export


_OTHERS = frozenset(EVERYONE - MANAGER)
EXPORT_ROUTES: dict[str, Company | Public] = {
    "reports:verify": Public(),
    "reports:verify_code": Public(args=lambda world: ["ABSENTABSENT"]),
    "reports:portfolio_export": Company(MANAGER),
    "reports:health_rules": Company(VENDOR, hidden=frozenset(EVERYONE - VENDOR)),
    "reports:exports": Company(VENDOR | MANAGER, VENDOR | MANAGER),
    "reports:export": Company(MANAGER, None, args=_export, hidden=_OTHERS),
    "reports:export_cancel": Company(None, MANAGER, args=_export, hidden=_OTHERS),
    "reports:export_zip": Company(MANAGER, None, args=_export, hidden=_OTHERS),
}
