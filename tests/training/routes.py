"""The routes of training, the wiki and sharing sessions, and who may open them: part of `tests.routes`."""

from __future__ import annotations

from tests.policies import LEADERS, MANAGER, MEMBERS, SIGNERS, VENDOR, VENDOR_IN, Args, Company, Inside, Public
from tests.training.passing_on import a_first_read
from tests.training.teaching import a_template as a_course_template

# Of the vendor, but neither in the engagement of a sharing session nor invited to it.
NOT_INVITED = frozenset({"administrator", "outsider"})


def _sharing(part: str = "") -> Args:
    """The session in the own engagement, with one of its rows."""
    return lambda world: [world.ids(world.engagement)[name] for name in ("sharing", part) if name]


KEEPERS = {"manager", "engineer"}


def _wiki(*parts: str) -> Args:
    """Rows of the wiki: the company's article that the engineer owns, with what belongs to it."""
    return lambda world: [world.ids(world.engagement)[part] for part in parts]


def _article_and(number: int) -> Args:
    return lambda world: [*_wiki("article")(world), number]


TRAINING_ROUTES: dict[str, Company | Inside | Public] = {
    # sharing sessions and first reading
    "sharing:list": Company(VENDOR),
    "sharing:create": Company(VENDOR, VENDOR),
    "sharing:session": Company(VENDOR_IN, args=_sharing(), hidden=NOT_INVITED),
    "sharing:calendar": Company(VENDOR_IN, args=_sharing(), hidden=NOT_INVITED),
    "sharing:edit": Company(LEADERS, LEADERS, args=_sharing(), hidden=NOT_INVITED),
    "sharing:cancel": Company(None, LEADERS, args=_sharing(), hidden=NOT_INVITED),
    "sharing:invite": Company(LEADERS, LEADERS, args=_sharing(), hidden=NOT_INVITED),
    "sharing:uninvite": Company(None, LEADERS, args=_sharing("sharing_invitation"), hidden=NOT_INVITED),
    "sharing:presence": Company(LEADERS, LEADERS, args=_sharing(), hidden=NOT_INVITED),
    "sharing:minutes": Company(LEADERS, LEADERS, args=_sharing(), hidden=NOT_INVITED),
    "sharing:action_create": Company(LEADERS, LEADERS, args=_sharing(), hidden=NOT_INVITED),
    "sharing:action_edit": Company(LEADERS, LEADERS, args=_sharing("sharing_action"), hidden=NOT_INVITED),
    "sharing:action_mark": Company(None, LEADERS, args=_sharing("sharing_action"), hidden=NOT_INVITED),
    "sharing:action_delete": Company(None, LEADERS, args=_sharing("sharing_action"), hidden=NOT_INVITED),
    "sharing:file_add": Company(LEADERS, LEADERS, args=lambda world: [*_sharing()(world), "slides"], hidden=NOT_INVITED),
    "sharing:file": Company(VENDOR_IN, args=lambda world: [*_sharing()(world), 1], hidden=NOT_INVITED),
    "sharing:recording": Company(VENDOR_IN, args=lambda world: [*_sharing()(world), 1], hidden=NOT_INVITED),
    "sharing:file_remove": Company(None, LEADERS, args=lambda world: [*_sharing()(world), 1], hidden=NOT_INVITED),
    "sharing:article": Company(VENDOR_IN, VENDOR_IN, args=_sharing(), hidden=NOT_INVITED),
    "sharing:start": Company(VENDOR),
    "sharing:start_move": Company(None, MANAGER, args=lambda world: [a_first_read().pk]),
    # courses
    "course_templates:template_list": Company(VENDOR),
    "course_templates:template": Company(VENDOR, args=lambda world: [a_course_template().pk]),
    "course_templates:template_delete": Company(None, MANAGER, args=lambda world: [a_course_template().pk]),
    "course_templates:usual": Company(VENDOR, args=lambda world: ["purchase-request"]),
    "training:home": Inside(MEMBERS),
    "training:course": Inside(MEMBERS, ids="course"),
    "training:course_create": Inside(VENDOR_IN, VENDOR_IN),
    "training:course_edit": Inside(VENDOR_IN, VENDOR_IN, ids="course"),
    "training:course_delete": Inside(None, VENDOR_IN, ids="course"),
    "training:course_retire": Inside(None, VENDOR_IN, ids="course"),
    "training:course_take_back": Inside(None, VENDOR_IN, ids="course"),
    "training:course_move": Inside(None, VENDOR_IN, ids="course"),
    "training:course_accept": Inside(LEADERS, LEADERS, ids="course"),
    "training:course_versions": Inside(MEMBERS, ids="course"),
    "training:course_version": Inside(MEMBERS, ids="course course_version"),
    "training:course_save_template": Inside(VENDOR_IN, VENDOR_IN, ids="course"),
    "training:course_from_template": Inside(VENDOR_IN, VENDOR_IN),
    # guides and videos
    "training:materials": Inside(MEMBERS, ids="material_course"),
    "training:guide": Inside(VENDOR_IN, VENDOR_IN, ids="material_course material_language"),
    "training:guide_preview": Inside(None, VENDOR_IN, ids="material_course material_language"),
    "training:guide_issue": Inside(None, LEADERS, ids="material_course material_language"),
    "training:guide_pictures": Inside(VENDOR_IN, VENDOR_IN, ids="material_course"),
    "training:guide_picture": Inside(VENDOR_IN, ids="guide_picture", shown=frozenset(VENDOR_IN)),
    "training:guide_picture_delete": Inside(None, VENDOR_IN, ids="guide_picture", shown=frozenset(VENDOR_IN)),
    "training:guide_pdf": Inside(MEMBERS, ids="guide_edition"),
    "training:guide_print": Inside(None, LEADERS, ids="guide_edition"),
    "training:video_create": Inside(VENDOR_IN, VENDOR_IN, ids="material_course"),
    "training:video": Inside(MEMBERS, ids="video"),
    "training:video_edit": Inside(VENDOR_IN, VENDOR_IN, ids="video"),
    "training:video_delete": Inside(None, VENDOR_IN, ids="video"),
    "training:video_show": Inside(None, LEADERS, ids="video"),
    "training:video_take_back": Inside(None, LEADERS, ids="video"),
    "training:video_stream": Inside(MEMBERS, ids="video"),
    "training:video_poster": Inside(MEMBERS, ids="video"),
    "training:video_poster_set": Inside(None, VENDOR_IN, ids="video"),
    "training:captions": Inside(MEMBERS, ids="video material_language"),
    "training:captions_save": Inside(None, VENDOR_IN, ids="video"),
    "training:captions_delete": Inside(None, VENDOR_IN, ids="video material_language"),
    "training:case_create": Inside(VENDOR_IN, VENDOR_IN, ids="course"),
    "training:case_edit": Inside(VENDOR_IN, VENDOR_IN, ids="case", shown=frozenset(VENDOR_IN)),
    "training:case_delete": Inside(None, VENDOR_IN, ids="case", shown=frozenset(VENDOR_IN)),
    # people to train and sessions
    "training:learners": Inside(MEMBERS),
    "training:learner_create": Inside(VENDOR_IN | SIGNERS, VENDOR_IN | SIGNERS),
    "training:learner_paste": Inside(VENDOR_IN | SIGNERS, VENDOR_IN | SIGNERS),
    "training:learner_edit": Inside(VENDOR_IN | SIGNERS, VENDOR_IN | SIGNERS, ids="learner"),
    "training:learner_leave": Inside(None, VENDOR_IN | SIGNERS, ids="learner"),
    "training:learner_return": Inside(None, VENDOR_IN | SIGNERS, ids="learner"),
    "training:learner_link": Inside(None, VENDOR_IN, ids="learner"),
    "training:learner_delete": Inside(None, VENDOR_IN | SIGNERS, ids="learner"),
    "training:sessions": Inside(MEMBERS),
    "training:session_create": Inside(VENDOR_IN, VENDOR_IN),
    "training:session": Inside(MEMBERS, ids="held_session"),
    "training:session_edit": Inside(VENDOR_IN, VENDOR_IN, ids="training_session"),
    "training:session_cancel": Inside(VENDOR_IN, VENDOR_IN, ids="training_session"),
    "training:session_enrol": Inside(VENDOR_IN, VENDOR_IN, ids="training_session"),
    "training:session_unenrol": Inside(None, VENDOR_IN, ids="training_session enrolment"),
    "training:session_ics": Inside(MEMBERS, ids="training_session"),
    "training:attendance": Inside(VENDOR_IN, VENDOR_IN, ids="held_session"),
    "training:walk_in": Inside(VENDOR_IN, VENDOR_IN, ids="held_session"),
    "training:session_notes": Inside(VENDOR_IN, VENDOR_IN, ids="held_session"),
    "training:session_recording": Inside(VENDOR_IN, VENDOR_IN, ids="held_session"),
    "training:session_play": Inside(MEMBERS, ids="held_session"),
    "training:recording_remove": Inside(None, VENDOR_IN, ids="held_session"),
    "training:session_feedback": Inside(VENDOR_IN, VENDOR_IN, ids="held_session"),
    # results
    "training:results": Inside(MEMBERS, ids="taught_course"),
    "training:role": Inside(MEMBERS, ids="taught_role"),
    "training:checks": Inside(VENDOR_IN, VENDOR_IN, ids="taught_course"),
    "training:paper_quiz": Inside(VENDOR_IN, VENDOR_IN, ids="taught_course taught_learner"),
    "training:paper_quiz_delete": Inside(None, VENDOR_IN, ids="taught_course paper_attempt"),
    "training:quiz": Inside(VENDOR_IN, VENDOR_IN, ids="taught_course"),
    "training:quiz_question_create": Inside(VENDOR_IN, VENDOR_IN, ids="taught_course"),
    "training:quiz_question_edit": Inside(VENDOR_IN, VENDOR_IN, ids="taught_course quiz_question"),
    "training:quiz_question_delete": Inside(None, VENDOR_IN, ids="taught_course quiz_question"),
    "training:quiz_question_move": Inside(None, VENDOR_IN, ids="taught_course quiz_question"),
    "training:quiz_take": Inside({"key_user"}, {"key_user"}, ids="taught_course", shown=frozenset({"key_user"})),
    "training:quiz_taken": Inside({"key_user"}, ids="taught_course taken_number", shown=frozenset({"key_user"})),
    "learn:quiz": Public(args=lambda world: [1]),
    "learn:quiz_result": Public(args=lambda world: [1, 1]),
    "learn:course": Public(args=lambda world: [1]),
    "learn:materials": Public(args=lambda world: [1]),
    "learn:guide_pdf": Public(args=lambda world: [1]),
    "learn:video": Public(args=lambda world: [1]),
    "learn:video_stream": Public(args=lambda world: [1]),
    "learn:video_poster": Public(args=lambda world: [1]),
    "learn:captions": Public(args=lambda world: [1, "en"]),
    "learn:home": Public(),
    "learn:ask": Public(),
    "learn:leave": Public(),
    "learn:open": Public(args=lambda world: ["a" * 43]),
    "learn:session_ics": Public(args=lambda world: [1]),
    "learn:session_play": Public(args=lambda world: [1]),
    "learn:feedback": Public(args=lambda world: [1]),
    # wiki
    "wiki:list": Company(VENDOR),
    "wiki:article_create": Company(VENDOR, VENDOR),
    "wiki:preview": Company(None, VENDOR),
    "wiki:wanted": Company(VENDOR),
    "wiki:miss_dismiss": Company(None, VENDOR, args=_wiki("miss")),
    "wiki:category_list": Company(MANAGER, MANAGER),
    "wiki:category_rename": Company(None, MANAGER, args=_wiki("category")),
    "wiki:category_move": Company(None, MANAGER, args=_wiki("category")),
    "wiki:category_delete": Company(None, MANAGER, args=_wiki("category")),
    "wiki:from_problem": Company(
        None,
        VENDOR_IN,
        args=lambda world: [world.engagement.pk, *_wiki("solved_problem")(world)],
        hidden=NOT_INVITED,
    ),
    "wiki:article": Company(VENDOR, args=_wiki("article")),
    "wiki:article_edit": Company(VENDOR, VENDOR, args=_wiki("article")),
    "wiki:article_details": Company(KEEPERS, KEEPERS, args=_wiki("article")),
    "wiki:link_add": Company(VENDOR, VENDOR, args=_wiki("article")),
    "wiki:link_delete": Company(None, VENDOR_IN, args=_wiki("article", "article_link"), hidden=NOT_INVITED),
    "wiki:picture": Company(VENDOR, args=_article_and(1)),
    "wiki:history": Company(VENDOR, args=_wiki("article")),
    "wiki:version": Company(VENDOR, args=_article_and(1)),
    "wiki:restore": Company(None, VENDOR, args=_article_and(1)),
    "wiki:compare": Company(VENDOR, args=_wiki("article")),
    "wiki:review": Company(VENDOR, VENDOR, args=_wiki("article")),
    "wiki:review_ask": Company(None, KEEPERS, args=_wiki("article")),
    "wiki:review_send_back": Company(None, VENDOR, args=_wiki("article")),
    "wiki:vote": Company(None, VENDOR, args=_wiki("article")),
    "wiki:confirm": Company(None, KEEPERS, args=_wiki("article")),
    "wiki:hand_over": Company(KEEPERS, KEEPERS, args=_wiki("article")),
    "wiki:read_first": Company(MANAGER, MANAGER, args=_wiki("article")),
    "wiki:archive": Company(None, KEEPERS, args=_wiki("article")),
    "wiki:take_back": Company(None, KEEPERS, args=_wiki("article")),
}  # fmt: skip
