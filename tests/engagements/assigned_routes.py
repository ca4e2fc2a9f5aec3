"""The routes of dated assignments and absences, and who may open them: part of `tests.routes`."""

from __future__ import annotations

from tests.policies import LEADERS, VENDOR, Company, Inside

ASSIGNED_ROUTES: dict[str, Company | Inside] = {
    "engagements:assignment_create": Inside(LEADERS, LEADERS),
    "engagements:assignment_edit": Inside(LEADERS, LEADERS, ids="assignment", shown=frozenset({"manager", "lead", "engineer"})),
    "engagements:assignment_delete": Inside(
        None, LEADERS, ids="assignment", shown=frozenset({"manager", "lead", "engineer"})
    ),
    "reports:who_is_where": Company(VENDOR),
    "reports:absence_create": Company(VENDOR, VENDOR),
    # The engineer's own; the lead shares an engagement with the engineer and may read it, no more.
    "reports:absence_edit": Company(
        {"manager", "engineer"}, {"manager", "engineer"},
        args=lambda world: [world.ids(world.engagement)["absence"]],
        hidden=frozenset({"administrator", "outsider"}),
    ),
    "reports:absence_delete": Company(
        None, {"manager", "engineer"},
        args=lambda world: [world.ids(world.engagement)["absence"]],
        hidden=frozenset({"administrator", "outsider"}),
    ),
}  # fmt: skip
