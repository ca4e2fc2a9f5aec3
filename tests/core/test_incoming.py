"""Large files in pieces: each piece counts once and from its place, whose they are, and nothing stays for ever."""

from __future__ import annotations

import os
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.template import Context, Template
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from engagements.models import Attachment, Engagement
from engagements.services.files import store
from onsite.accounts.models import User
from onsite.core import incoming
from onsite.core.errors import DomainError
from onsite.core.files import MOST_VIDEO_BYTES, VIDEOS
from onsite.core.forms import OnSiteForm
from onsite.core.incoming.receiving import KEPT, MOST_AT_ONCE, path_of
from onsite.core.models import IncomingFile
from onsite.core.tasks import forget_incoming
from onsite.core.uploads import IncomingField
from tests.conftest import InParallel, SignIn

WEBM = b"\x1a\x45\xdf\xa3\x42\x82\x84webm" + bytes(range(256)) * 40


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def browser(engineer: User, sign_in: SignIn) -> Client:
    return sign_in(engineer)


class Form(OnSiteForm):
    video = IncomingField()


def announce(browser: Client, size: int = len(WEBM), name: str = "培训.webm") -> Any:
    return browser.post(reverse("incoming:begin"), {"name": name, "size": size})


def send(browser: Client, url: str, at: object, piece: bytes) -> Any:
    return browser.generic(
        "POST", url, piece, content_type="application/octet-stream", headers={"Upload-Offset": str(at)}
    )


def sent_ahead(owner: User, content: bytes = WEBM, name: str = "a.webm") -> IncomingFile:
    row = incoming.begin(owner=owner, name=name, size_bytes=len(content))
    received = incoming.receive(owner=owner, token=row.token, at=0, piece=content)
    assert received is not None
    return received


def filled(owner: User, data: dict[str, str], **files: Any) -> Form:
    form = Form(data, MultiValueDict({name: [file] for name, file in files.items()}))
    form.fields["video"].for_user(owner)  # type: ignore[attr-defined]
    return form


def test_a_file_arrives_piece_by_piece(browser: Client) -> None:
    begun = announce(browser)
    assert begun.status_code == 201
    url = begun.json()["url"]

    assert send(browser, url, 0, WEBM[:4000]).json()["received"] == 4000
    assert browser.get(url).json()["received"] == 4000
    assert send(browser, url, 4000, WEBM[4000:]).json()["received"] == len(WEBM)

    assert path_of(IncomingFile.objects.get()).read_bytes() == WEBM


@pytest.mark.parametrize("at", [0, 3999, 4001, 10**17, "", "-1", "x", "9" * 40])
def test_a_piece_from_elsewhere_changes_nothing_and_is_told_where_it_stands(browser: Client, at: object) -> None:
    url = announce(browser).json()["url"]
    send(browser, url, 0, WEBM[:4000])

    answer = send(browser, url, at, b"x" * 100)

    assert (answer.status_code, answer.json()["received"]) == (409, 4000)
    assert path_of(IncomingFile.objects.get()).read_bytes() == WEBM[:4000]


def test_no_more_arrives_than_was_announced_and_no_piece_is_larger_than_a_piece(browser: Client) -> None:
    url = announce(browser, size=10).json()["url"]
    assert send(browser, url, 0, b"x" * 11).status_code == 409

    url = announce(browser, size=9 * 1024**2).json()["url"]
    assert send(browser, url, 0, b"x" * (incoming.PIECE_BYTES + 1)).status_code == 409
    assert send(browser, url, 0, b"").json()["received"] == 0


@pytest.mark.parametrize("size", [0, -5, MOST_VIDEO_BYTES + 1, "x", "", "1e9", 10**30])
def test_a_size_that_cannot_be_is_refused_in_a_sentence(browser: Client, size: Any) -> None:
    answer = announce(browser, size=size)
    assert answer.status_code == 422
    assert answer.json()["error"]


def test_what_begins_as_no_video_is_refused_by_its_first_piece_and_forgotten(browser: Client) -> None:
    url = announce(browser, size=9 * 1024**2, name="a.mp4").json()["url"]

    answer = send(browser, url, 0, b"<html>" * 2000)

    assert answer.status_code == 422
    assert "MP4 or WebM" in answer.json()["error"]
    assert not IncomingFile.objects.exists()


def test_a_file_whose_bytes_are_gone_from_the_disk_is_sent_anew(browser: Client) -> None:
    url = announce(browser).json()["url"]
    send(browser, url, 0, WEBM[:4000])
    path_of(IncomingFile.objects.get()).unlink()

    answer = send(browser, url, 4000, WEBM[4000:])

    assert (answer.status_code, answer.json()["received"]) == (409, 0)
    assert send(browser, url, 0, WEBM).json()["received"] == len(WEBM)
    assert path_of(IncomingFile.objects.get()).read_bytes() == WEBM


def test_another_persons_file_is_absent(browser: Client, colleague: User, sign_in: SignIn, client_pm: User) -> None:
    url = announce(browser).json()["url"]
    other = sign_in(colleague)
    absent = reverse("incoming:piece", args=[uuid.uuid4()])

    for address in (url, absent):
        assert other.get(address).status_code == 404
        assert send(other, address, 0, WEBM).status_code == 404
    assert sign_in(client_pm).get(url).status_code == 403
    assert Client().get(url).status_code == 302


def test_the_name_can_do_no_harm(engineer: User) -> None:
    row = incoming.begin(owner=engineer, name="../../etc/pass\x00wd<b>.mp4", size_bytes=1)
    assert row.name == "passwdb.mp4"
    assert path_of(row).parent == Path(default_storage.path("incoming"))


def test_a_person_has_only_so_many_under_way_and_what_was_left_alone_gives_way(engineer: User) -> None:
    rows = [sent_ahead(engineer) for _ in range(MOST_AT_ONCE)]
    with pytest.raises(DomainError):
        incoming.begin(owner=engineer, name="a.mp4", size_bytes=1)

    IncomingFile.objects.filter(pk=rows[2].pk).update(touched_at=timezone.now() - timedelta(hours=2))
    with transaction.atomic():
        incoming.begin(owner=engineer, name="a.mp4", size_bytes=1)

    assert not IncomingFile.objects.filter(pk=rows[2].pk).exists()
    assert IncomingFile.objects.count() == MOST_AT_ONCE


@pytest.mark.django_db(transaction=True)
def test_what_nobody_took_is_forgotten_with_its_bytes_and_so_are_strays(engineer: User) -> None:
    old, new = sent_ahead(engineer), sent_ahead(engineer)
    long_ago = timezone.now() - KEPT - timedelta(minutes=1)
    IncomingFile.objects.filter(pk=old.pk).update(touched_at=long_ago)
    stray = path_of(old).with_name("stray")
    stray.write_bytes(b"x")
    os.utime(stray, (long_ago.timestamp(),) * 2)

    forget_incoming()

    assert [row.pk for row in IncomingFile.objects.all()] == [new.pk]
    assert [path.name for path in path_of(new).parent.iterdir()] == [path_of(new).name]


def test_the_form_takes_what_arrived(engineer: User) -> None:
    form = filled(engineer, {"video-incoming": str(sent_ahead(engineer).token)})

    assert form.is_valid()
    upload = form.cleaned_data["video"]
    assert (upload.name, upload.size, upload.read()) == ("a.webm", len(WEBM), WEBM)


def test_the_form_takes_a_plain_file_too(engineer: User) -> None:
    form = filled(engineer, {}, video=SimpleUploadedFile("a.webm", WEBM))
    assert form.is_valid()
    assert form.cleaned_data["video"].read() == WEBM


def test_half_a_file_a_strangers_or_an_invented_one_is_none(engineer: User, colleague: User) -> None:
    half = incoming.begin(owner=engineer, name="a.webm", size_bytes=10)
    incoming.receive(owner=engineer, token=half.token, at=0, piece=b"x")
    for token in (half.token, sent_ahead(colleague).token, uuid.uuid4(), "x", "\x00", "9" * 5000):
        form = filled(engineer, {"video-incoming": str(token)})
        assert not form.is_valid()
        assert "has not arrived as a whole" in form.errors["video"][0]
    assert "required" in filled(engineer, {"video-incoming": ""}).errors["video"][0]


def test_a_file_that_vanished_from_the_disk_is_none(engineer: User) -> None:
    row = sent_ahead(engineer)
    path_of(row).unlink()
    assert not filled(engineer, {"video-incoming": str(row.token)}).is_valid()


def test_the_page_keeps_what_arrived_where_another_field_was_wrong(engineer: User) -> None:
    token = str(sent_ahead(engineer).token)
    form = filled(engineer, {"video-incoming": token})
    drawn = Template("{% load crispy_forms_tags %}{% crispy form %}").render(Context({"form": form}))
    assert f'name="video-incoming" value="{token}"' in drawn
    assert 'accept="video/mp4,video/webm,.mp4,.webm"' in drawn


def test_what_was_refused_has_to_be_chosen_again(engineer: User) -> None:
    """Else the page would say beside the refusal that the file has arrived."""
    token = str(sent_ahead(engineer).token)
    form = filled(engineer, {"video-incoming": token})
    assert form.is_valid()
    form.add_error("video", "No video.")
    drawn = Template("{% load crispy_forms_tags %}{% crispy form %}").render(Context({"form": form}))
    assert "No video." in drawn
    assert token not in drawn


@pytest.mark.django_db(transaction=True)
def test_storing_takes_the_bytes_over_and_forgets_the_pieces(engagement: Engagement, engineer: User) -> None:
    row = sent_ahead(engineer)
    upload = incoming.upload_of(engineer, str(row.token))
    assert upload is not None

    stored = store(actor=engineer, engagement=engagement, upload=upload, field="video", kinds=VIDEOS)

    with stored.stored_bytes() as content:
        assert content.read() == WEBM
    assert not IncomingFile.objects.exists()
    assert list(path_of(row).parent.iterdir()) == []


@pytest.mark.django_db(transaction=True)
def test_a_storing_that_failed_loses_nothing_of_what_arrived(engagement: Engagement, engineer: User) -> None:
    row = sent_ahead(engineer)
    upload = incoming.upload_of(engineer, str(row.token))
    assert upload is not None

    with pytest.raises(RuntimeError), transaction.atomic():
        store(actor=engineer, engagement=engagement, upload=upload, field="video", kinds=VIDEOS)
        raise RuntimeError

    assert not Attachment.objects.unscoped().exists()
    again = incoming.upload_of(engineer, str(row.token))
    assert again is not None
    assert again.read() == WEBM


@pytest.mark.django_db(transaction=True)
def test_what_another_form_took_is_told(
    engagement: Engagement, foreign_engagement: Engagement, engineer: User
) -> None:
    token = str(sent_ahead(engineer).token)
    first, second = incoming.upload_of(engineer, token), incoming.upload_of(engineer, token)
    assert first is not None
    assert second is not None
    store(actor=engineer, engagement=engagement, upload=first, field="video", kinds=VIDEOS)

    with pytest.raises(DomainError, match="taken over already"):
        store(actor=engineer, engagement=foreign_engagement, upload=second, field="video", kinds=VIDEOS)


def test_two_pieces_at_once_count_once(postgresql: None, in_parallel: InParallel, engineer: User) -> None:
    row = incoming.begin(owner=engineer, name="a.webm", size_bytes=30)

    def piece(mark: bytes) -> Any:
        return lambda: incoming.receive(owner=engineer, token=row.token, at=0, piece=mark * 10)

    answers = in_parallel(piece(b"a"), piece(b"b"), piece(b"c"))

    assert [answer.received_bytes for answer in answers] == [10, 10, 10]
    assert path_of(row).read_bytes() in {b"a" * 10, b"b" * 10, b"c" * 10}


def test_many_begun_at_once_are_not_more_than_allowed(
    postgresql: None, in_parallel: InParallel, engineer: User
) -> None:
    def begin() -> object:
        return incoming.begin(owner=engineer, name="a.webm", size_bytes=30)

    answers = in_parallel(*[begin] * (MOST_AT_ONCE + 3))

    assert IncomingFile.objects.count() == MOST_AT_ONCE
    assert sum(isinstance(answer, DomainError) for answer in answers) == 3
