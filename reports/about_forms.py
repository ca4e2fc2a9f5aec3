"""What the forms are for at which a newcomer hesitates: said in the head of the page, like that of a main screen.

What one field asks for stands beside the field; here stands what comes of the whole, and what to have at hand.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# By the names of the views that show the form.
FORMS: dict[tuple[str, ...], Promise] = {
    ("engagements:create",): _(
        "One piece of work at one site of one client. From the two days OnSite lays out a first plan of stages, which you can move afterwards. Goals, scope and people come next."
    ),
    ("engagements:client_person_invite",): _(
        "Somebody of the client's who takes part. They get a mail with a link to enter, and see only what is shared with the client. Who is only to be trained is named under training and needs no account."
    ),
    ("engagements:objective_create", "engagements:objective_edit"): _(
        "One result the client wants, as a number: what it is today, what it shall be, and until when. Choose a number that both sides can look up; the closing report is measured by it."
    ),
    ("engagements:scope_create", "engagements:scope_edit"): _(
        "One line of what belongs to the work, or expressly does not. Write what could be argued about later; once it is signed, a new wish goes through a change request."
    ),
    ("engagements:change_create", "engagements:change_edit"): _(
        "A wish that came after goals and scope were agreed. Say why, and what it costs in working days; the plan moves only once both sides agreed."
    ),
    ("engagements:function_create", "engagements:function_edit"): _(
        "One thing somebody does with the system. Answer the six questions from a talk with those who do it; what you do not know yet may stay empty and is counted as open."
    ),
    ("engagements:task_create", "engagements:task_edit"): _(
        "One piece of work within a stage. Give its working days and what it waits for; OnSite reckons the dates from that. A fixed day is for what cannot move."
    ),
    ("engagements:contingency_create", "engagements:contingency_edit"): _(
        "What is done when one thing goes wrong, written so that somebody can follow it at night: how it is noticed, who is called, which steps. Rehearse it, and write down how that went."
    ),
    ("engagements:document_request_create", "engagements:document_request_edit"): _(
        "A paper you need from the client. Say what it is for and by when; whoever is named gets a link by mail once you ask, and needs no account."
    ),
    ("engagements:interview_create", "engagements:interview_edit"): _(
        "A talk with one person about their work. Choose the functions it is about: OnSite puts the open questions together, and the answers go back into them once confirmed."
    ),
    ("engagements:survey_create", "engagements:survey_edit"): _(
        "A short question how satisfied people are, at a milestone or at the end. Choose the day until which they may answer; whom you ask is chosen afterwards."
    ),
    ("standups:problem_create", "standups:problem_edit"): _(
        "One thing that is in the way. Write what somebody else would see, then whose step comes next and by when. The client sees it unless it is internal."
    ),
    ("standups:concern_create",): _(
        "A worry about the work or the system, in the words of the one who has it. It is answered with facts, and only the client says whether that settles it."
    ),
    ("standups:idea_create",): _(
        "What somebody would do better, in their own words. It is thanked for, answered, and whoever had it is told what became of it."
    ),
    ("standups:data_object_create", "standups:data_object_edit"): _(
        "One kind of data that moves into the new system, such as customers or open orders. Say where it comes from and who vouches for it; counts and mappings come on its own page."
    ),
    ("standups:rollout_build",): _(
        "Tick which role works with which module. Each tick becomes a cell in every stage: the smallest part that is tested, accepted and taken live by itself."
    ),
    ("standups:uat_round_open", "standups:uat_round_edit"): _(
        "One run of acceptance tests for a cell: which version is tested, and by whom. The cases are written or imported next; when all are tested, the client judges the round."
    ),
    ("standups:run_sheet_step_create", "standups:run_sheet_step"): _(
        "One step of the go-live night: who does it, how long it takes, how one sees that it worked, and how to go back. Write it so that the backup can do it as well."
    ),
    ("training:course_create", "training:course_edit"): _(
        "What some roles must learn before they go live. Choose the roles and the functions it covers; guide, videos and quiz follow on the course's page, then a version is accepted."
    ),
    ("training:session_create", "training:session_edit"): _(
        "One day on which an accepted course is taught. Give time, place and seats; enrol people afterwards, each gets an invitation for the calendar."
    ),
    ("training:learner_paste",): _(
        "Paste people from a mail or a sheet, one a line. They all get the chosen role; whoever is on the list already is left as they are."
    ),
    ("lessons:lesson_create", "lessons:lesson_edit"): _(
        "One thing the next team should know: what happened, why, and what to do from now on. Write it so that people elsewhere understand it; what holds for all can become a standing rule."
    ),
    ("wiki:article_create",): _(
        "Something others will look for, written once. Begin with the question it answers; it stays a draft until somebody else has reviewed it."
    ),
}
