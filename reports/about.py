"""What each main screen is for, and what to do first there: said in place, in the head of the page.

By the name of the view; forms have theirs in `about_forms`.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reports.about_forms import FORMS

ABOUT: dict[str, Promise] = {
    "reports:portfolio": _(
        "Every engagement that still asks for something, those that need you first. Open the first one and do what its line says; what is green can wait."
    ),
    "reports:health_rules": _(
        "The rules by which the state of each engagement is computed, with their thresholds. Look up here why one is at risk, and what settles it."
    ),
    "reports:today": _(
        "What is yours to write, answer and check today, in all your engagements. Begin at the top: the stand-up first, then what is overdue."
    ),
    "reports:dashboard": _(
        "Where the engagement stands for the client: what waits on them, goals, plan, today's stand-up and open problems. Begin with what waits at the top."
    ),
    "reports:who_is_where": _(
        "Who of us is at which site in the coming weeks, and who is away. Look for people planned twice, then change the assignment in that engagement's team."
    ),
    "reports:satisfaction": _(
        "How satisfied the clients say they are, by client and engagement. Begin with the lowest marks, and read the words beside them."
    ),
    "reports:exports": _(
        "Take out the documents of many engagements at once, as one archive. Choose which, wait until it is ready, then download it; it is deleted after some days."
    ),
    "reports:visit_worklist": _(
        "The follow-up visits after going live that are due in all engagements. Appoint the next one with the client, or write down what came of the last."
    ),
    "reports:new_need_list": _(
        "What clients asked for during visits that is more than a repair. Decide about each, and say what becomes of it."
    ),
    "reports:visit_list": _(
        "The visits one and three months after going live: when they are, who holds them, what came of them. Appoint a day first."
    ),
    "reports:delay": _(
        "Day by day which party a slip of the plan is owed to, as the open blockers of that day tell. Check the newest days before anything is shown to the client."
    ),
    "reports:documents": _(
        "All documents of the engagement with their versions: field manual, weekly reports, closing report. Look at the draft first; once issued, a version stays as it is."
    ),
    "reports:goal_chain": _(
        "From what was promised to what stayed: each goal with its functions, their acceptance, and its value at closing and at each visit. Look for the link that is missing."
    ),
    "reports:weekly": _(
        "One report for each week, written from the stand-ups. Read the newest draft, add a summary, then issue it."
    ),
    "reports:review": _(
        "The closing report is read by a second person before it is issued. Read the draft, write remarks beside what is not right, then approve or send it back."
    ),
    "engagements:list": _(
        "All engagements that you are part of or may see. Open one to work in it; search by name, client or site."
    ),
    "engagements:client_list": _("The companies we work for. Create the client first, then its engagement."),
    "engagements:contingency_library": _(
        "Emergency plans that every engagement can take over. Look for one that fits before you write your own."
    ),
    "engagements:plan_template_list": _(
        "Plans of tasks that proved themselves, for the next engagement. They are saved from a good plan and taken over on the plan page."
    ),
    "engagements:publications": _(
        "What stays with us until it is published, by engagement. Look at what the client would read first, then publish or withdraw it."
    ),
    "engagements:detail": _(
        "Where the engagement stands, what still stands in the way of its next phase, and what comes next. Begin with the box at the top: each line leads to the place that settles it."
    ),
    "engagements:prepare": _(
        "Goals, scope and everything that has to be agreed before work begins. Write goals first, then scope; freeze both, and let the client sign."
    ),
    "engagements:change_list": _(
        "Wishes that change goals, scope or days after they were agreed. Write down what it costs in days first; only a decision moves the plan."
    ),
    "engagements:function_list": _(
        "What the system must be able to do, by module, each asked by the six questions. Begin with the risky ones, and fill what is still open."
    ),
    "engagements:plan": _(
        "Stages, tasks and milestones in the client's working days, with the agreed plan as a grey line. Look at what is late first, then move or hand over what stands in its way."
    ),
    "engagements:contingency_list": _(
        "What to do when something goes wrong: who is called, and in which steps. Prepare one for each large risk before going live; start it here when it happens."
    ),
    "engagements:forecast": _(
        "How likely the agreed day is, counted from many runs over the open tasks. See which tasks move it most, and begin there."
    ),
    "engagements:site": _(
        "Where we work and with which systems: environments, and what to check on the first day. Note where access is kept, never the access data themselves."
    ),
    "engagements:team": _(
        "Who takes part on both sides, and how to reach them. Add the lead engineer first, then invite the client PM and the business owner."
    ),
    "engagements:review": _(
        "What closes the engagement: closing report, surveys, lessons, visits. Work through what is still open from the top."
    ),
    "engagements:survey_list": _(
        "Short questions to the client's people at the ends of stages. Write one, ask the people, and read the answers when it is closed."
    ),
    "engagements:file_list": _(
        "All files of the engagement, and which were held back by the check for personal data. Look at those first: mask or release them."
    ),
    "engagements:document_request_list": _(
        "Documents that the client was asked for, with their day. Ask for what is planned; what is late stands first."
    ),
    "engagements:interview_list": _(
        "Talks with the client's people about their work. Write notes during the talk, then send them to be confirmed: the answers fill the function analysis."
    ),
    "standups:list": _(
        "Every day on site, with what was said. Open today's to write it, or a day of the calendar to read it."
    ),
    "standups:day": _(
        "What was done, what comes next, and what is in the way, line by line. Set each line to “client sees” or “internal”, look at the preview, then publish."
    ),
    "standups:problems": _(
        "All problems and concerns, with owner, next step and day. Filter for yours, and begin with critical and overdue ones."
    ),
    "standups:ideas": _(
        "What people at the client would do better, in their words. Thank soon, then answer what becomes of it."
    ),
    "standups:relationships": _(
        "Notes on people and moods at the client, for us alone. Read them before a hard talk; the client never sees this page."
    ),
    "standups:going_live": _(
        "The way from loaded data to the Go decision in one view. The first step that is not green is the next one to do."
    ),
    "standups:data_checks": _(
        "The data that must move into the system, with its counts before and after. Begin with what differs without an explanation."
    ),
    "standups:rollout": _(
        "Which part of the system goes live for whom and when, as a matrix. Open a cell to see what it still needs."
    ),
    "standups:rollout_setup": _(
        "The roles, stages and modules that the roll-out is laid out from. Name them first, then build the matrix."
    ),
    "standups:conditions": _(
        "What was accepted under a condition, and until when it must be met. The next due one stands first."
    ),
    "standups:cutover": _(
        "The run sheet of the go-live night: steps, hours, who does them. Rehearse it once, compare the hours, then run it."
    ),
    "standups:cutover_compare": _(
        "Rehearsals and the real run beside each other, step by step. Look for steps that took longer than planned."
    ),
    "standups:go_decision": _(
        "Whether to go live, decided by both sides from the facts on this page. Read what is open first; the decision is signed."
    ),
    "standups:first_weeks": _(
        "What must be true before we leave, checked day by day after going live. Agree on the criteria first, then tick what is met."
    ),
    "standups:hand_over": _(
        "What passes to the client's own operations: contacts, returned access, open points. Fill it, then freeze it to be signed."
    ),
    "training:home": _(
        "Which roles are trained and which are not, and the courses that change it. Begin with the role that goes live next."
    ),
    "training:learners": _(
        "Who is to be trained, by role. Paste a list from the client first; each person gets a link and needs no account."
    ),
    "training:sessions": _(
        "Training sessions with their day, place and people. Plan one, enrol people, and note who came."
    ),
    "lessons:list": _(
        "What this engagement taught us, good or bad. Write it while it is fresh; what holds for all becomes a standing rule."
    ),
    "lessons:requirements": _(
        "What earlier engagements taught us, and this one therefore must do. Say of each how it is kept, or why it does not fit here."
    ),
    "lessons:rules": _("Rules that grew out of lessons and bind each new engagement. Read them before you begin one."),
    "wiki:list": _(
        "What we know, written by those who did it. Search first; if it is not there, write it or ask for it."
    ),
    "wiki:wanted": _("What colleagues looked for and did not find. Take one that you know about, and write it."),
    "sharing:list": _(
        "Sessions in which one team tells the others what it learned. Come to the next one, or plan one from an engagement that is over."
    ),
    "sharing:start": _(
        "What the company learned, in the order that helps most when one begins here. Read from the top."
    ),
    "course_templates:template_list": _(
        "Courses that can be taken over into any engagement. Keep a good one here from its own page."
    ),
    "run_sheets:template_list": _(
        "Run sheets for the go-live night that proved themselves. Take one over on an engagement's cutover page."
    ),
    "accounts:people": _(
        "Everybody with an account, ours and the clients'. Invite by mail; close the account of who leaves: what they wrote stays."
    ),
    "accounts:roles": _(
        "What each role may do, read from the program itself. Look here before you give somebody a part."
    ),
    "notifications:message_list": _(
        "Mails that were sent, wait, or failed. Look at the failed ones first, mend the address, and try again."
    ),
    "notifications:inbox": _("What you were told, by mail or here only. Open a message to get to its page."),
}
ABOUT |= {name: words for names, words in FORMS.items() for name in names}
