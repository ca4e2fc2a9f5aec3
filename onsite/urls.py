"""The site map. The only place that knows every app."""

from django.conf import settings
from django.urls import include, path

from onsite.core.views import healthz
from reports.views.home import home

handler500 = "onsite.core.middleware.outage_or_error"
urlpatterns = [
    path("", home, name="home"),
    path("", include("reports.urls")),
    path("", include("reports.lessons_urls")),
    path("accounts/", include("onsite.accounts.urls")),
    path("accounts/", include("onsite.accounts.entrance_urls")),
    path("messages/", include("onsite.notifications.urls")),
    path("", include("engagements.urls")),
    path("engagements/<int:engagement_id>/", include("standups.urls")),
    path("run-sheet-templates/", include("standups.company_urls")),
    path("engagements/<int:engagement_id>/training/", include("training.urls")),
    path("course-templates/", include("training.course_templates_urls")),
    path("learn/", include("training.learn_urls")),
    path("wiki/", include("training.wiki_urls")),
    path("sharing/", include("training.sharing_urls")),
    path("incoming/", include("onsite.core.incoming.urls")),
    path("search/", include("onsite.search.urls")),
    path("healthz", healthz, name="healthz"),
]

if settings.DEMO:
    urlpatterns.append(path("mailbox/", include("onsite.notifications.mailbox_urls")))
if settings.DEBUG or settings.MODE == "test":
    urlpatterns.append(path("gallery/", include("onsite.gallery.urls")))
