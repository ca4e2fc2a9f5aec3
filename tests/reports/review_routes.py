"""The routes of the closing report's review, and who may open them: part of `tests.routes`."""

from __future__ import annotations

from tests.policies import MANAGER, VENDOR_IN, Company, Inside, Public

REVIEW_ROUTES: dict[str, Company | Inside | Public] = {
    "reports:review": Inside(VENDOR_IN),
    "reports:review_ask": Inside(None, VENDOR_IN),
    "reports:review_approve": Inside(None, MANAGER),
    "reports:review_send_back": Inside(None, MANAGER),
    "reports:remark_create": Inside(None, VENDOR_IN),
    "reports:remark_settle": Inside(None, VENDOR_IN, ids="draft_comment"),
}
