"""Sharing sessions and what newcomers read first."""
