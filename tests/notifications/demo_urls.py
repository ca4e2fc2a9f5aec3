"""The site map as the demo has it, with the mailbox."""

from django.urls import include, path

from onsite.urls import urlpatterns as product

urlpatterns = [*product, path("mailbox/", include("onsite.notifications.mailbox_urls"))]
