"""Courses, their cases and versions."""
