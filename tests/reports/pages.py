"""How tests read a page: its address, and what a person reads on it."""

from __future__ import annotations

from html import unescape

from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from engagements.models import Engagement


def url_of(engagement: Engagement) -> str:
    return reverse("reports:dashboard", args=[engagement.pk])


def words_of(browser: Client, engagement: Engagement) -> str:
    """The page without tags, every run of white space as one space."""
    response = browser.get(url_of(engagement))
    assert response.status_code == 200
    main = response.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(strip_tags(main)).split())
