"""The pages of allauth, mounted where they expect to be.

A person has the one address that the invitation proved, so the pages that add or confirm others are closed. They keep
their names, because allauth asks for their addresses.
"""

from allauth.account import urls as allauth_urls
from django.urls import URLPattern

from onsite.accounts.views import entrance

CLOSED = {"account_email", "account_email_verification_sent", "account_confirm_email"}

urlpatterns = [
    URLPattern(entry.pattern, entrance.closed, name=entry.name) if entry.name in CLOSED else entry
    for entry in allauth_urls.urlpatterns
]
