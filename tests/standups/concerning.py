"""What the tests of concerns share: a concern from doubt to answer, and the rows of them in the world of the access test."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from engagements.models import Attachment, Engagement, Preview, Scan
from onsite.accounts.models import User
from standups.models import ConcernState, Evidence, Mood, Problem, RelationshipNote, Remedy, Reply
from standups.services.concerns import raise_concern
from standups.services.replies import Measure, answer_concern, save_reply
from tests.factories import ConcernFactory, EvidenceFactory, ReplyFactory

WORDS = "系统很慢，早上打不开计划列表。"
TEXTS: dict[str, Any] = {
    "acknowledgement": "感谢您直接告诉我们。",
    "facts": "95% 的请求在 412 毫秒内完成。",
    "measures": [],
}


def raised(engagement: Engagement, client: User, words: str = WORDS) -> Problem:
    """A concern as one of the client's people raises it."""
    return raise_concern(actor=client, engagement=engagement, words=words)


def drafted(engineer: User, problem: Problem, **texts: Any) -> Reply:
    """A draft over whatever stands there."""
    version = problem.replies.unscoped().drafts().values_list("version", flat=True).first() or 0
    return save_reply(actor=engineer, problem=problem, version=version, **TEXTS | texts)


def answered(engineer: User, problem: Problem, *measures: Measure) -> Reply:
    """The answer to a concern, given on one piece of evidence that the client sees."""
    if not problem.evidence.unscoped().shared().exists():
        EvidenceFactory(problem=problem, added_by=engineer)
    draft = drafted(engineer, problem, measures=list(measures))
    return answer_concern(actor=engineer, problem=problem, version=draft.version)


def state_of(problem: Problem) -> str:
    return Problem.objects.unscoped().values_list("concern_state", flat=True).get(pk=problem.pk)


def fill(engagement: Engagement, lead: User, word: str, internal: str) -> dict[str, Any]:
    """An answered concern with evidence the client may see and some they may not, one with a draft, and a note on a person."""
    concern = ConcernFactory(
        engagement=engagement, title=word, words=word, said_by_name=word, concern_state=ConcernState.ANSWERED,
        raised_by=lead,
    )  # fmt: skip
    now = timezone.now()
    given = ReplyFactory(problem=concern, acknowledgement=word, facts=word, answered_by=lead, answered_at=now)
    measure = Remedy.objects.create(reply=given, text=word, due_on=engagement.today() + timedelta(days=3))
    EvidenceFactory(problem=concern, title=word, result=word, added_by=lead)
    EvidenceFactory(problem=concern, title=internal, is_internal=True, added_by=lead)
    EvidenceFactory(problem=concern, title=internal, scan=Scan.FOUND, added_by=lead)
    file = _recording(engagement, lead, word)
    shown = EvidenceFactory(
        problem=concern, kind=Evidence.Kind.FILE, attachment=file, query="", result="", title=word, added_by=lead
    )
    unanswered = ConcernFactory(engagement=engagement, title=word, words=word, raised_by=lead)
    draft = ReplyFactory(problem=unanswered, acknowledgement=internal, facts=internal, written_by=lead)
    Remedy.objects.create(reply=draft, text=internal, due_on=engagement.today())
    ConcernFactory(engagement=engagement, title=internal, words=internal, is_internal=True, raised_by=lead)
    note = RelationshipNote.objects.create(
        engagement=engagement, person_name=internal, mood=Mood.TENSE, matters=internal, note=internal,
        noted_on=engagement.today(), author=lead,
    )  # fmt: skip
    return {
        "concern": concern.pk,
        "measure": measure.pk,
        "evidence": shown.pk,
        "evidence_kind": "query",
        "page_number": 1,
        "relationship_note": note.pk,
    }


def _recording(engagement: Engagement, lead: User, word: str) -> Attachment:
    file = Attachment(
        engagement=engagement, name=f"{word}.mp4", media_type="video/mp4", size_bytes=64, sha256="b" * 64,
        uploaded_by=lead, is_internal=True, scan=Scan.CLEAN,
    )  # fmt: skip
    file.file.save("world.mp4", ContentFile(b"\x00" * 64))
    page = Preview(attachment=file, number=1, width=8, height=8)
    page.image.save("world.jpg", ContentFile(b"\xff\xd8\xff" + b"\x00" * 16))
    return file
