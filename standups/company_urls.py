"""What of the days on site belongs to the company, not to one engagement."""

from django.urls import path

from standups.views import run_sheet_templates

app_name = "run_sheets"
urlpatterns = [
    path("", run_sheet_templates.template_list, name="template_list"),
    path("<int:pk>/", run_sheet_templates.template, name="template"),
    path("<int:pk>/delete/", run_sheet_templates.template_delete, name="template_delete"),
]
