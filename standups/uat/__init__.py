"""Acceptance tests of the cells: what is frozen, what was accepted when, what is mailed and written to Excel."""
