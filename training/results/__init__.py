"""Quizzes, practical checks, readiness."""
