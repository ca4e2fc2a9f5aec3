"""TRUST 5: private files: access first, a download that can run nothing, and a name that breaks no header."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from engagements.models import Attachment, Engagement
from onsite.accounts.models import User
from tests.conftest import SignIn
from tests.engagements.conftest import PNG


def stored(engagement: Engagement, user: User, name: str = "scan.png", *, is_internal: bool = False) -> Attachment:
    attachment = Attachment(
        engagement=engagement, name=name, media_type="image/png", size_bytes=len(PNG), sha256="0" * 64,
        uploaded_by=user, is_internal=is_internal,
    )  # fmt: skip
    attachment.file.save("stored.png", ContentFile(PNG))
    return attachment


def url_of(attachment: Attachment) -> str:
    return reverse("engagements:attachment", args=[attachment.engagement_id, attachment.pk])


def test_a_file_is_downloaded_and_runs_nothing(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    response = sign_in(engineer).get(url_of(stored(engagement, engineer)))
    assert response.content == PNG
    assert response["Content-Type"] == "image/png"
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"].startswith("sandbox")
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("name", ["签署页 𠮷.png", 'a"b;c.png', "a\r\nSet-Cookie: x=1.png", "../../etc/passwd.png"])
def test_a_name_breaks_no_header(name: str, engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    response = sign_in(engineer).get(url_of(stored(engagement, engineer, name)))
    assert response.status_code == 200
    assert "\n" not in response["Content-Disposition"]
    assert "Set-Cookie" not in response.headers


def test_an_internal_file_is_absent_for_the_client(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    shared, internal = stored(engagement, engineer), stored(engagement, engineer, is_internal=True)
    browser = sign_in(client_pm)
    assert browser.get(url_of(shared)).status_code == 200
    assert browser.get(url_of(internal)).status_code == 404
    assert sign_in(engineer).get(url_of(internal)).status_code == 200


def test_a_file_of_another_engagement_is_absent(
    engagement: Engagement, foreign_engagement: Engagement, engineer: User, manager: User, sign_in: SignIn
) -> None:
    theirs = stored(foreign_engagement, manager)
    crossed = reverse("engagements:attachment", args=[engagement.pk, theirs.pk])
    assert sign_in(engineer).get(url_of(theirs)).status_code == 404
    assert sign_in(engineer).get(crossed).status_code == 404
    assert sign_in(manager).get(crossed).status_code == 404


def test_a_file_that_is_gone_is_a_404(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    attachment = stored(engagement, engineer)
    attachment.file.storage.delete(str(attachment.file.name))
    assert sign_in(engineer).get(url_of(attachment)).status_code == 404


def test_nothing_of_it_lies_under_a_public_address(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    attachment = stored(engagement, engineer)
    for address in (f"/{attachment.file.name}", f"/media/{attachment.file.name}", f"/static/{attachment.file.name}"):
        assert sign_in(engineer).get(address).status_code == 404
