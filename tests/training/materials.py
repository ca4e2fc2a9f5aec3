"""What the tests of guides and videos share: an accepted course, pictures that were looked through, tiny videos."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile

from engagements.models import Attachment, Engagement, Preview
from onsite.accounts.models import User
from onsite.core import jobs
from onsite.core.models import Job
from standups.models import RolloutRole
from tests.engagements import filing
from tests.engagements.filing import MP4, a_picture
from tests.factories import (
    CaseFactory,
    CaseStepFactory,
    CourseFactory,
    CourseVersionFactory,
    ModuleFactory,
    RolloutRoleFactory,
    VideoFactory,
)
from training.courses.content import content_of, hash_of
from training.models import Captions, Course, CourseVersion, Guide, GuideEdition, GuidePicture, Video
from training.services import guides, videos
from training.services.accepting import accept_course

TEXT = "# 提交采购申请\n\n1. 打开**采购申请**\n2. 填写物料\n\n![申请单](picture:1)\n\n| 字段 | 说明 |\n|---|---|\n| 预算 | 提交时检查 |\n"
VTT = b"WEBVTT\n\n00:01.000 --> 00:03.000\n\xe6\x89\x93\xe5\xbc\x80\xe8\x8f\x9c\xe5\x8d\x95\n\n00:04.000 --> 00:06.000\nSubmit\n"


def a_course(engagement: Engagement, actor: User, role: RolloutRole | None = None, title: str = "采购申请") -> Course:
    """A course that can be accepted."""
    role = role or RolloutRoleFactory(engagement=engagement)
    course = CourseFactory(
        engagement=engagement, module=ModuleFactory(engagement=engagement), title=title, created_by=actor, roles=[role]
    )
    case = CaseFactory(course=course, title="车间申请采购刀具")
    CaseStepFactory(case=case, way="manual", minutes=45, people=2, approvals=3, error_risk="3_high")
    CaseStepFactory(case=case, way="system", text="在线填写并提交", minutes=8, approvals=1, error_risk="1_low")
    return course


def accept(actor: User, course: Course, note: str = "第一版") -> CourseVersion:
    """Accept what the course says now."""
    return accept_course(actor=actor, course=course, was=hash_of(content_of(course)), note=note)


def change(course: Course, aim: str = "能独立提交、跟踪并撤回采购申请") -> None:
    """Say something else in the course."""
    Course.objects.filter(pk=course.pk).update(aim=aim)
    course.refresh_from_db()


def a_guide(actor: User, course: Course, text: str = TEXT, language: str = "zh-hans") -> None:
    """Write the guide, with its picture looked through."""
    if "picture:1" in text and not GuidePicture.objects.unscoped().filter(course=course).exists():
        guides.add_picture(actor=actor, course=course, picture=a_picture(), caption="申请单")
        filing.work()
    guides.save_guide(actor=actor, course=course, language=language, was="v0", text=text)


def issue(actor: User, course: Course, version: CourseVersion, language: str = "zh-hans") -> GuideEdition:
    """Issue the guide and print it."""
    edition = guides.issue_guide(actor=actor, course=course, language=language, version=version.number)
    print_all()
    edition.refresh_from_db()
    return edition


def print_all() -> None:
    """Do every printing that waits, as a worker would."""
    for job in Job.objects.filter(kind="guide", state=Job.State.WAITING):
        jobs.run(job.pk)


def a_video(actor: User, course: Course, content: bytes = MP4, **fields: Any) -> Video:
    """Upload a video and look it through."""
    given = {"title": "三分钟学会", "language": "zh-hans", "video": SimpleUploadedFile("操作.mp4", content)} | fields
    row = videos.add_video(actor=actor, course=course, **given)
    filing.work()
    return Video.objects.unscoped().select_related("attachment", "course__engagement").get(pk=row.pk)


def shown_video(actor: User, course: Course) -> Video:
    """A video that the client's people see, with captions and a poster."""
    row = a_video(actor, course)
    videos.set_poster(actor=actor, video=row, poster=a_picture("poster.png"))
    videos.save_captions(actor=actor, video=row, language="zh-hans", captions=SimpleUploadedFile("a.vtt", VTT))
    videos.show_video(actor=actor, video=row)
    row.refresh_from_db()
    return row


def materials_of_the_world(engagement: Engagement, lead: User, word: str, internal: str) -> dict[str, Any]:
    """A course whose client reads one guide and watches one video; what is still being written is the vendor's."""
    module = ModuleFactory(engagement=engagement, name=f"{word} 4")
    role = RolloutRoleFactory(engagement=engagement, name=f"{word} 4")
    course = CourseFactory(engagement=engagement, module=module, title=f"{internal} 4", created_by=lead, roles=[role])
    version = CourseVersionFactory(course=course, accepted_by=lead)
    CourseVersion.objects.filter(pk=version.pk).update(content=version.content | {"title": word, "aim": word})
    Guide.objects.create(course=course, language="en", text=internal, edited_by=lead)
    kept = {"engagement": engagement, "is_internal": True, "uploaded_by": lead, "size_bytes": len(MP4)}
    drawn = Attachment(name=f"{word}.png", media_type="image/png", sha256="a" * 64, **kept)
    drawn.file.save("guide.png", ContentFile(MP4))
    Preview.objects.create(attachment=drawn, number=1, image=drawn.file.name, width=1, height=1)
    picture = GuidePicture.objects.create(course=course, number=1, attachment=drawn, caption=word)
    edition = GuideEdition(
        version=version, language="en", number=1, content={"title": word, "version": "1.1", "text": word, "pictures": []}, content_hash="0" * 64,
        pdf_hash="0" * 64, issued_by=lead, issued_at=version.accepted_at,
    )  # fmt: skip
    edition.pdf.save("guide.pdf", ContentFile(b"%PDF-1.7 " + word.encode()))
    film = Attachment(name=f"{word}.mp4", media_type="video/mp4", sha256="b" * 64, **kept)
    film.file.save("film.mp4", ContentFile(MP4))
    video = VideoFactory(course=course, title=word, attachment=film, link="", version=version, created_by=lead)
    video.poster.save("poster.jpg", ContentFile(MP4))
    VideoFactory(course=course, title=internal, link=f"https://{internal}.example/", created_by=lead)
    said = f"WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n{word}\n"
    Captions.objects.create(video=video, language="en", text=said, uploaded_by=lead)
    return {
        "material_course": course.pk,
        "material_language": "en",
        "guide_picture": picture.pk,
        "guide_edition": edition.pk,
        "video": video.pk,
    }
