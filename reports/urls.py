"""What reads across apps: the overviews, and the documents of one engagement."""

from django.urls import include, path

from reports.views import chat, dashboards, documents, files, weekly

app_name = "reports"

engagement = [
    path("dashboard/", dashboards.dashboard, name="dashboard"),
    path("documents/", documents.document_list, name="documents"),
    path("documents/<str:kind>/draft/", documents.draft, name="draft"),
    path("documents/<str:kind>/issue/", documents.issue, name="issue"),
    path("documents/<int:pk>/", documents.document, name="document"),
    path("documents/<int:pk>/print/", documents.document_print, name="document_print"),
    path("documents/<int:pk>/pdf/", files.document_pdf, name="document_pdf"),
    path("documents/<int:pk>/word/", files.document_word, name="document_word"),
    path("weekly/", weekly.weekly, name="weekly"),
    path("weekly/<str:week>/", weekly.weekly_report, name="weekly_report"),
    path("weekly/<str:week>/issue/", weekly.weekly_issue, name="weekly_issue"),
    path("weekly/<str:week>/chat/", chat.week_chat, name="week_chat"),
    path("stand-ups/<date:day>/chat/", chat.day_chat, name="day_chat"),
    path("sign-offs/<int:pk>/sheet/", files.sign_off_sheet, name="sign_off_sheet"),
    path("functions/guide/", files.interview_guide, name="interview_guide"),
    path("stand-ups/<date:day>/minutes/", files.minutes, name="minutes"),
    path("cutover/print/", files.run_sheet, name="run_sheet"),
]

urlpatterns = [
    path("portfolio/", dashboards.portfolio, name="portfolio"),
    path("today/", dashboards.today, name="today"),
    path("engagements/<int:engagement_id>/", include(engagement)),
]
