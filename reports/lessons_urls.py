"""Lessons of an engagement, and the standing rules of the company. No client reaches any of it."""

from django.urls import include, path

from reports.views import lessons, rules

app_name = "lessons"

engagement = [
    path("rules/", lessons.requirements, name="requirements"),
    path("rules/<int:pk>/tick/", lessons.rule_tick, name="rule_tick"),
    path("lessons/", lessons.lesson_list, name="list"),
    path("lessons/new/", lessons.lesson_create, name="lesson_create"),
    path("lessons/none/", lessons.none_state, name="none_state"),
    path("lessons/none/withdraw/", lessons.none_withdraw, name="none_withdraw"),
    path("lessons/<int:pk>/", lessons.lesson, name="lesson"),
    path("lessons/<int:pk>/edit/", lessons.lesson_edit, name="lesson_edit"),
    path("lessons/<int:pk>/delete/", lessons.lesson_delete, name="lesson_delete"),
    path("lessons/<int:pk>/promote/", rules.promote, name="promote"),
]

urlpatterns = [
    path("lessons/", rules.rule_list, name="rules"),
    path("lessons/<int:pk>/", rules.rule, name="rule"),
    path("lessons/<int:pk>/version/", rules.rule_version, name="rule_version"),
    path("lessons/<int:pk>/retire/", rules.rule_retire, name="rule_retire"),
    path("engagements/<int:engagement_id>/", include(engagement)),
]
