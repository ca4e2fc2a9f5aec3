"""The closing report's numbers a second time: from raw rows, in plain Python, on purpose without a line of the product's own
figures, builders, querysets or properties. Slow and simple is right here; two ways that agree prove each other."""

from tests.reports.reckoning.raw import numbers_of
from tests.reports.reckoning.report import Reckoning

__all__ = ["Reckoning", "numbers_of"]
