"""Lessons and standing rules as pages tell them (R2, N1)."""
