"""The five engagements of the sample data."""

from __future__ import annotations

from reports.demo.stories.bank_credit import CREDIT
from reports.demo.stories.bank_crm import CRM
from reports.demo.stories.erp import ERP
from reports.demo.stories.expenses import EXPENSES
from reports.demo.stories.hospital import HOSPITAL

STORIES = (ERP, HOSPITAL, CRM, CREDIT, EXPENSES)

__all__ = ["CREDIT", "CRM", "ERP", "EXPENSES", "HOSPITAL", "STORIES"]
