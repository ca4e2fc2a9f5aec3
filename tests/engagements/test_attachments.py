"""TRUST 5: private files. Access first, a download that can run nothing, a recording in parts, pages as pictures; a
client never gets what waits or is held, by any address."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from engagements.models import Attachment, Engagement, Preview, Scan
from onsite.accounts.models import User
from tests.conftest import SignIn
from tests.engagements.conftest import PNG
from tests.engagements.filing import MP4, body_of, fresh

HELD_BACK = [Scan.WAITING, Scan.FOUND, Scan.UNREADABLE]
SHOWN = [Scan.NOT_NEEDED, Scan.CLEAN, Scan.RELEASED]


def stored(
    engagement: Engagement, user: User, name: str = "scan.png", *, content: bytes = PNG, **fields: object
) -> Attachment:
    given = {"media_type": "image/png", "sha256": "0" * 64} | fields
    attachment = Attachment(
        engagement=engagement, name=name, size_bytes=len(content), uploaded_by=user, **given
    )  # fmt: skip
    attachment.file.save("stored.png", ContentFile(content))
    return attachment


def in_state(engagement: Engagement, user: User, scan: str, **fields: object) -> Attachment:
    """A recording that is in this state, with a page."""
    released = {"released_by": user, "release_reason": "测试数据"} if scan == Scan.RELEASED else {}
    row = stored(
        engagement, user, "录屏.mp4", content=MP4, media_type="video/mp4", scan=scan, **released | fields
    )  # fmt: skip
    page = Preview(attachment=row, number=1, width=4, height=4)
    page.image.save("page.jpg", ContentFile(b"\xff\xd8\xff\xe0"), save=True)
    return row


def url_of(attachment: Attachment, route: str = "attachment") -> str:
    page = [1] if route == "file_page" else []
    return reverse(f"engagements:{route}", args=[attachment.engagement_id, attachment.pk, *page])


ADDRESSES = ["attachment", "file_page", "file_recording"]


def test_a_file_is_downloaded_and_runs_nothing(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    response = sign_in(engineer).get(url_of(stored(engagement, engineer)))
    assert body_of(response) == PNG
    assert response["Content-Type"] == "image/png"
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"].startswith("sandbox")
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("name", ["签署页 𠮷.png", 'a"b;c.png', "a\r\nSet-Cookie: x=1.png", "../../etc/passwd.png"])
def test_a_name_breaks_no_header(name: str, engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    response = sign_in(engineer).get(url_of(stored(engagement, engineer, name)))
    assert body_of(response) == PNG
    assert response.status_code == 200
    assert "\n" not in response["Content-Disposition"]
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("route", ADDRESSES)
@pytest.mark.parametrize("scan", Scan.values)
def test_a_client_gets_only_what_was_cleared(
    scan: str, route: str, engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    """N3: by no address, also where the file itself is meant for them. The vendor has to look at it."""
    url = url_of(in_state(engagement, engineer, scan), route)
    for user, expected in ((client_pm, 200 if scan in SHOWN else 404), (engineer, 200)):
        response = sign_in(user).get(url)
        assert response.status_code == expected
        body_of(response)


@pytest.mark.parametrize("route", ADDRESSES)
def test_an_internal_file_is_absent_for_the_client(
    route: str, engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    url = url_of(in_state(engagement, engineer, Scan.CLEAN, is_internal=True), route)
    assert sign_in(client_pm).get(url).status_code == 404
    response = sign_in(engineer).get(url)
    assert response.status_code == 200
    body_of(response)


@pytest.mark.parametrize("route", [*ADDRESSES, "file"])
def test_a_file_of_another_engagement_is_absent(
    route: str,
    engagement: Engagement,
    foreign_engagement: Engagement,
    engineer: User,
    manager: User,
    sign_in: SignIn,
) -> None:
    theirs = in_state(foreign_engagement, manager, Scan.CLEAN)
    crossed = url_of(theirs, route).replace(f"/{foreign_engagement.pk}/", f"/{engagement.pk}/", 1)
    assert sign_in(engineer).get(url_of(theirs, route)).status_code == 404
    assert sign_in(engineer).get(crossed).status_code == 404
    assert sign_in(manager).get(crossed).status_code == 404


@pytest.mark.parametrize("route", ["attachment", "file_recording"])
def test_a_file_that_is_gone_is_a_404(route: str, engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    attachment = in_state(engagement, engineer, Scan.CLEAN)
    attachment.file.storage.delete(str(attachment.file.name))
    assert sign_in(engineer).get(url_of(attachment, route)).status_code == 404


def test_nothing_of_it_lies_under_a_public_address(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    attachment = stored(engagement, engineer)
    for address in (f"/{attachment.file.name}", f"/media/{attachment.file.name}", f"/static/{attachment.file.name}"):
        assert sign_in(engineer).get(address).status_code == 404


def test_a_recording_is_played_in_parts(
    engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn
) -> None:
    """RULES: video by range requests; a browser asks for the end first, then for what is played."""
    url, browser = url_of(in_state(engagement, engineer, Scan.CLEAN), "file_recording"), sign_in(client_pm)
    whole = browser.get(url)
    assert (whole.status_code, whole["Accept-Ranges"], whole["Content-Length"]) == (200, "bytes", str(len(MP4)))
    assert body_of(whole) == MP4
    for asked, first, last in (("0-99", 0, 99), ("100-", 100, len(MP4) - 1), ("-50", len(MP4) - 50, len(MP4) - 1)):
        part = browser.get(url, headers={"Range": f"bytes={asked}"})
        assert (part.status_code, part["Content-Range"]) == (206, f"bytes {first}-{last}/{len(MP4)}")
        assert part["Content-Length"] == str(last - first + 1)
        assert part["Content-Type"] == "video/mp4"
        assert part["Content-Disposition"] == "inline"
        assert (part["X-Content-Type-Options"], part["Content-Security-Policy"][:7]) == ("nosniff", "sandbox")
        assert body_of(part) == MP4[first : last + 1]
    beyond = browser.get(url, headers={"Range": f"bytes={len(MP4)}-"})
    assert (beyond.status_code, beyond["Content-Range"]) == (416, f"bytes */{len(MP4)}")
    body_of(browser.head(url))


def test_only_a_recording_is_played(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    """A text or a picture of a stranger is never sent inline."""
    assert sign_in(engineer).get(url_of(stored(engagement, engineer), "file_recording")).status_code == 404


def test_a_page_is_a_picture_of_ours(engagement: Engagement, engineer: User, client_pm: User, sign_in: SignIn) -> None:
    response = sign_in(client_pm).get(url_of(in_state(engagement, engineer, Scan.CLEAN), "file_page"))
    assert body_of(response) == b"\xff\xd8\xff\xe0"
    assert (response["Content-Type"], response["Content-Disposition"]) == ("image/jpeg", "inline")
    assert response["Content-Security-Policy"].startswith("sandbox")
    assert response["X-Content-Type-Options"] == "nosniff"


def test_pages_may_play_what_is_ours_alone(engagement: Engagement, engineer: User, sign_in: SignIn) -> None:
    row = in_state(engagement, engineer, Scan.CLEAN)
    page = sign_in(engineer).get(url_of(row, "file"))
    assert "media-src 'self'" in page["Content-Security-Policy"]
    assert url_of(row, "file_recording") in page.content.decode()


@pytest.mark.parametrize("scan", HELD_BACK)
def test_no_row_that_is_held_is_listed_for_a_client(
    scan: str, engagement: Engagement, engineer: User, client_pm: User
) -> None:
    row = in_state(engagement, engineer, scan)
    assert not Attachment.objects.visible_to(client_pm).filter(pk=row.pk).exists()
    assert not Preview.objects.visible_to(client_pm).filter(attachment=row).exists()
    assert fresh(row).previews.visible_to(engineer).exists()
