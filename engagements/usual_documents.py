"""What is usually asked of a client before work on site begins, by core task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from engagements.models import CoreTask, DocumentRequest

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_K = DocumentRequest.Kind


@dataclass(frozen=True)
class Usual:
    """One document of the list, in both languages."""

    kind: str
    title: _StrPromise
    purpose: _StrPromise

    def titles(self) -> set[str]:
        """Return its title in every language, so that it is recognised after the engagement's language changed."""
        found = set()
        for language in ("zh-hans", "en"):
            with translation.override(language):
                found.add(str(self.title))
        return found


_EVERYWHERE = (
    Usual(_K.CHART, _("Organisation chart with roles and contacts"), _("To know whom to ask, and who decides.")),
)

_BY_TASK: dict[str, tuple[Usual, ...]] = {
    CoreTask.GO_LIVE: (
        Usual(_K.MANUAL, _("Business manual of the departments concerned"), _("To learn the rules before the first talk.")),
        Usual(_K.MANUAL, _("Operating manual of the present system"), _("To see what people are used to.")),
        Usual(_K.CHART, _("Flow charts of the main processes"), _("To set up the system the way people work.")),
        Usual(_K.CHART, _("List of connected systems and their interfaces"), _("To plan and test what data go where.")),
        Usual(_K.DATA, _("Master data: materials, customers, suppliers"), _("To check their quality before they are moved.")),
        Usual(_K.DATA, _("Business data of the last three months"), _("To rehearse with real cases.")),
        Usual(_K.PROBLEMS, _("Open problems of the present system"), _("Not to bring old problems along.")),
        Usual(_K.OTHER, _("Authorisation matrix: who may do what"), _("To set up accounts and permissions.")),
    ),
    CoreTask.IMPROVE: (
        Usual(_K.MANUAL, _("Rules and regulations of the process"), _("To know what must not change.")),
        Usual(_K.CHART, _("Flow chart of the process as it is"), _("To see each step, hand-over and wait.")),
        Usual(_K.DATA, _("Duration and volume of the last twelve months"), _("To measure the starting point.")),
        Usual(_K.DATA, _("A sample of finished cases"), _("To follow real cases through the process.")),
        Usual(_K.PROBLEMS, _("Returns, complaints and corrections of the last year"), _("To find where the process fails.")),
        Usual(_K.OTHER, _("Audit findings and compliance requirements"), _("To keep what auditors look for.")),
    ),
    CoreTask.FIX: (
        Usual(_K.MANUAL, _("Operating manual of the module"), _("To know how it should work.")),
        Usual(_K.CHART, _("Flow chart around the module"), _("To see what depends on it.")),
        Usual(_K.DATA, _("Data with which the fault shows"), _("To reproduce the fault.")),
        Usual(_K.PROBLEMS, _("Records of the fault: when, who, what was on screen"), _("To find the cause.")),
        Usual(_K.PROBLEMS, _("Earlier repairs and workarounds"), _("To build on what was tried.")),
        Usual(_K.OTHER, _("Log files and list of recent changes"), _("To see what changed before the fault began.")),
    ),
}  # fmt: skip


def usual_documents(core_task: str) -> tuple[Usual, ...]:
    """Return the list for this core task."""
    return _BY_TASK[core_task] + _EVERYWHERE
