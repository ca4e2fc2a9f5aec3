"""The days on site; mounted under one engagement."""

from django.urls import path

from onsite.core import converters
from standups.views import days, problems, writing

converters.register()

app_name = "standups"
urlpatterns = [
    path("stand-ups/", days.stand_up_list, name="list"),
    path("stand-ups/today/", days.today, name="today"),
    path("stand-ups/<date:day>/", writing.day, name="day"),
    path("stand-ups/<date:day>/preview/", writing.preview, name="preview"),
    path("stand-ups/<date:day>/publish/", writing.publish, name="publish"),
    path("problems/", problems.problem_list, name="problems"),
    path("problems/new/", problems.problem_create, name="problem_create"),
    path("problems/<int:pk>/", problems.problem_detail, name="problem"),
    path("problems/<int:pk>/edit/", problems.problem_edit, name="problem_edit"),
    path("problems/<int:pk>/solved/", problems.problem_solve, name="problem_solve"),
]
