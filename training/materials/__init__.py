"""Guides and videos."""
