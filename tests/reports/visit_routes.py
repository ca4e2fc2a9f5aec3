"""The routes of follow-up visits, and who may open them: part of `tests.routes`."""

from __future__ import annotations

from tests.policies import MANAGER, MEMBERS, VENDOR, VENDOR_IN, Company, Inside, Public

VISIT_ROUTES: dict[str, Company | Inside | Public] = {
    "reports:visit_worklist": Company(VENDOR),
    "reports:new_need_list": Company(VENDOR),
    "reports:new_need": Company(
        MANAGER | {"engineer"},
        MANAGER | {"engineer"},
        args=lambda world: [world.ids(world.engagement)["new_need"]],
        hidden=frozenset({"administrator", "outsider"}),
    ),
    "reports:visit_list": Inside(MEMBERS),
    "reports:visit": Inside(MEMBERS, VENDOR_IN, ids="visit"),
    "reports:visit_appoint": Inside(VENDOR_IN, VENDOR_IN, ids="visit"),
    "reports:visit_withdraw": Inside(None, VENDOR_IN, ids="visit"),
    "reports:visit_attempt": Inside(None, VENDOR_IN, ids="visit"),
}
