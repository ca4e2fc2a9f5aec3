"""The company's courses to start from."""

from django.urls import path

from training.views import course_templates

app_name = "course_templates"
urlpatterns = [
    path("", course_templates.template_list, name="template_list"),
    path("<int:pk>/", course_templates.template, name="template"),
    path("<int:pk>/delete/", course_templates.template_delete, name="template_delete"),
    path("usual/<slug:key>/", course_templates.usual, name="usual"),
]
