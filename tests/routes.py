"""Every route, and who may open it: what `test_access.py` walks. A route without an entry is red."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.standups.cutting_over import a_template
from tests.world import World

VENDOR_IN = {"manager", "lead", "engineer"}
CLIENT_IN = {"client_pm", "business_owner", "key_user"}
MEMBERS = VENDOR_IN | CLIENT_IN
EVERYONE = MEMBERS | {"administrator", "outsider", "stranger"}
LEADERS = {"manager", "lead"}
SIGNERS = {"client_pm", "business_owner"}
MANAGER = {"manager"}
PEOPLE = {"manager", "administrator"}
VENDOR = VENDOR_IN | {"outsider", "administrator"}

Args = Callable[[World], list[Any]]


@dataclass(frozen=True)
class Company:
    """A route without an engagement: those not named get a 403. None: the method is not there (405)."""

    get: set[str] | None
    post: set[str] | None = None
    args: Args = lambda world: []


@dataclass(frozen=True)
class Inside:
    """A route inside an engagement: members not named get a 403, others the same 404 as for an absent row.

    `ids` names the row behind the engagement's id; `shown` the members who can see that row at all.
    """

    get: set[str] | None
    post: set[str] | None = None
    ids: str = ""
    shown: frozenset[str] = frozenset(MEMBERS)


@dataclass(frozen=True)
class Public:
    """Anyone may open it; `args` make a working link."""

    args: Args = lambda world: []


# Sign-in belongs to allauth: its own pages and rules, anyone may open them.
ALLAUTH = {
    "account_login", "account_logout", "account_inactive", "account_signup", "account_reauthenticate", "account_email",
    "account_email_verification_sent", "account_change_password", "account_set_password", "account_reset_password",
    "account_confirm_login_code", "account_confirm_email", "account_reset_password_done",
    "account_reset_password_from_key", "account_reset_password_from_key_done", "account_request_login_code",
}  # fmt: skip

ROUTES: dict[str, Company | Inside | Public] = {
    "healthz": Public(),
    "home": Company(EVERYONE),
    # people
    "accounts:invitation": Public(args=lambda world: ["absent-token"]),
    "accounts:set_language": Public(),
    "accounts:settings": Company(EVERYONE, EVERYONE),
    "accounts:people": Company(PEOPLE),
    "accounts:person_invite": Company(PEOPLE, PEOPLE),
    "accounts:person_reinvite": Company(None, PEOPLE, args=lambda world: [world.people["engineer"].pk]),
    "accounts:person_active": Company(None, PEOPLE, args=lambda world: [world.people["engineer"].pk]),
    "notifications:message_list": Company(PEOPLE),
    "notifications:message_retry": Company(None, PEOPLE, args=lambda world: [world.message.pk]),
    # the company's lists
    "engagements:list": Company(EVERYONE),
    "engagements:create": Company(MANAGER, MANAGER),
    "engagements:client_list": Company(MANAGER),
    "engagements:client_create": Company(MANAGER, MANAGER),
    "engagements:client_edit": Company(MANAGER, MANAGER, args=lambda world: [world.engagement.client_id]),
    "engagements:contingency_library": Company(VENDOR),
    "engagements:contingency_model_create": Company(MANAGER, MANAGER),
    "engagements:contingency_model_edit": Company(
        MANAGER, MANAGER, args=lambda world: [world.ids(world.engagement)["contingency_model"]]
    ),
    "engagements:contingency_model_delete": Company(
        None, MANAGER, args=lambda world: [world.ids(world.engagement)["contingency_model"]]
    ),
    "engagements:plan_template_list": Company(MANAGER),
    "engagements:plan_template_edit": Company(MANAGER, MANAGER, args=lambda world: [world.plan_template.pk]),
    "engagements:plan_template_delete": Company(None, MANAGER, args=lambda world: [world.plan_template.pk]),
    "run_sheets:template_list": Company(VENDOR),
    "run_sheets:template": Company(VENDOR, VENDOR, args=lambda world: [a_template()]),
    "run_sheets:template_delete": Company(None, MANAGER, args=lambda world: [a_template()]),
    "reports:portfolio": Company(MANAGER),
    "reports:today": Company(VENDOR),
    # one engagement
    "engagements:detail": Inside(MEMBERS),
    "engagements:edit": Inside(MANAGER, MANAGER),
    "engagements:prepare": Inside(MEMBERS),
    "engagements:objective_create": Inside(VENDOR_IN, VENDOR_IN),
    "engagements:objective_edit": Inside(VENDOR_IN, VENDOR_IN, ids="objective"),
    "engagements:objective_delete": Inside(None, VENDOR_IN, ids="objective"),
    "engagements:reading_create": Inside(VENDOR_IN, VENDOR_IN, ids="objective"),
    "engagements:reading_list": Inside(MEMBERS, ids="objective"),
    "engagements:change_list": Inside(MEMBERS),
    "engagements:change_create": Inside(VENDOR_IN, VENDOR_IN),
    "engagements:change": Inside(MEMBERS, ids="change"),
    "engagements:change_edit": Inside(VENDOR_IN, VENDOR_IN, ids="change"),
    "engagements:change_decide": Inside(LEADERS, LEADERS, ids="change"),
    "engagements:change_withdraw": Inside(None, LEADERS, ids="change"),
    "engagements:scope_create": Inside(VENDOR_IN, VENDOR_IN),
    "engagements:scope_edit": Inside(VENDOR_IN, VENDOR_IN, ids="scope_item"),
    "engagements:scope_delete": Inside(None, VENDOR_IN, ids="scope_item"),
    "engagements:goals_freeze": Inside(None, LEADERS),
    "engagements:function_list": Inside(MEMBERS),
    "engagements:function_create": Inside(VENDOR_IN, VENDOR_IN),
    "engagements:function": Inside(MEMBERS, ids="function"),
    "engagements:function_edit": Inside(VENDOR_IN, VENDOR_IN, ids="function"),
    "engagements:function_delete": Inside(None, VENDOR_IN, ids="function"),
    "engagements:function_move": Inside(None, VENDOR_IN, ids="function"),
    "engagements:function_export": Inside(MEMBERS),
    "engagements:function_import": Inside(VENDOR_IN, VENDOR_IN),
    "engagements:module_create": Inside(VENDOR_IN, VENDOR_IN),
    "engagements:module_edit": Inside(VENDOR_IN, VENDOR_IN, ids="module"),
    "engagements:module_delete": Inside(None, VENDOR_IN, ids="module"),
    "engagements:module_move": Inside(None, VENDOR_IN, ids="module"),
    "engagements:plan": Inside(MEMBERS),
    "engagements:plan_lay_out": Inside(None, VENDOR_IN),
    "engagements:stage_edit": Inside(VENDOR_IN, VENDOR_IN, ids="stage"),
    "engagements:task_create": Inside(VENDOR_IN, VENDOR_IN),
    "engagements:task_edit": Inside(VENDOR_IN, VENDOR_IN, ids="task"),
    "engagements:task_delete": Inside(None, VENDOR_IN, ids="task"),
    "engagements:task_move": Inside(None, VENDOR_IN, ids="task"),
    "engagements:plan_export": Inside(MEMBERS),
    "engagements:plan_import": Inside(VENDOR_IN, VENDOR_IN),
    "engagements:plan_template": Inside(VENDOR_IN, VENDOR_IN),
    "engagements:plan_template_save": Inside(MANAGER, MANAGER),
    "engagements:contingency_list": Inside(MEMBERS),
    "engagements:contingency_create": Inside(VENDOR_IN, VENDOR_IN),
    "engagements:contingency_take_over": Inside(None, VENDOR_IN),
    "engagements:contingency_from_library": Inside(VENDOR_IN, VENDOR_IN),
    "engagements:contingency_edit": Inside(VENDOR_IN, VENDOR_IN, ids="contingency_plan"),
    "engagements:contingency_delete": Inside(None, VENDOR_IN, ids="contingency_plan"),
    "engagements:contingency_invoke": Inside(VENDOR_IN, VENDOR_IN, ids="contingency_plan"),
    "engagements:invocation": Inside(MEMBERS, ids="invocation"),
    "engagements:invocation_respond": Inside(None, VENDOR_IN, ids="invocation"),
    "engagements:invocation_step_add": Inside(None, VENDOR_IN, ids="invocation"),
    "engagements:invocation_step": Inside(None, VENDOR_IN, ids="invocation invocation_step"),
    "engagements:invocation_end": Inside(None, VENDOR_IN, ids="invocation"),
    "engagements:forecast": Inside(VENDOR_IN, shown=frozenset(VENDOR_IN)),
    "engagements:forecast_publish": Inside(None, MANAGER),
    "engagements:forecast_withdraw": Inside(None, MANAGER),
    "engagements:site": Inside(MEMBERS),
    "engagements:environment_create": Inside(VENDOR_IN, VENDOR_IN),
    "engagements:environment_edit": Inside(VENDOR_IN, VENDOR_IN, ids="environment"),
    "engagements:environment_delete": Inside(None, VENDOR_IN, ids="environment"),
    "engagements:checklist_create": Inside(VENDOR_IN, VENDOR_IN),
    "engagements:checklist_start": Inside(None, VENDOR_IN),
    "engagements:checklist_edit": Inside(VENDOR_IN, VENDOR_IN, ids="checklist_item"),
    "engagements:checklist_delete": Inside(None, VENDOR_IN, ids="checklist_item"),
    "engagements:sign_off": Inside(MEMBERS, SIGNERS, ids="sign_off"),
    "engagements:sign_off_code": Inside(None, SIGNERS, ids="sign_off"),
    "engagements:paper_register": Inside(VENDOR_IN, VENDOR_IN, ids="sign_off"),
    "engagements:paper_check": Inside(None, VENDOR_IN, ids="sign_off signature"),
    "engagements:phase_change": Inside(None, MANAGER),
    "engagements:waive": Inside(MANAGER, MANAGER, ids="obstacle"),
    "engagements:team": Inside(MEMBERS),
    "engagements:colleague_add": Inside(LEADERS, LEADERS),
    "engagements:client_person_invite": Inside(LEADERS, LEADERS),
    "engagements:member_end": Inside(None, LEADERS, ids="membership"),
    "engagements:go_live": Inside(MANAGER, MANAGER),
    "engagements:visit_list": Inside(MEMBERS),
    "engagements:visit_hold": Inside(VENDOR_IN, VENDOR_IN, ids="visit"),
    "engagements:review": Inside(VENDOR_IN),
    "engagements:attachment": Inside(MEMBERS, ids="attachment"),
    "engagements:file_list": Inside(VENDOR_IN),
    "engagements:file": Inside(VENDOR_IN, ids="attachment"),
    "engagements:file_page": Inside(MEMBERS, ids="attachment file_page"),
    "engagements:file_recording": Inside(MEMBERS, ids="recording"),
    "engagements:file_mask": Inside(None, VENDOR_IN, ids="held_file", shown=frozenset(VENDOR_IN)),
    "engagements:file_release": Inside(None, LEADERS, ids="held_file", shown=frozenset(VENDOR_IN)),
    "engagements:document_upload": Public(args=lambda world: ["absent-token"]),
    "engagements:interview_confirm": Public(args=lambda world: ["absent-token"]),
    "engagements:document_request_list": Inside(MEMBERS),
    "engagements:document_request_create": Inside(VENDOR_IN, VENDOR_IN),
    "engagements:document_request_start": Inside(None, VENDOR_IN),
    "engagements:document_request_ask": Inside(None, VENDOR_IN),
    "engagements:document_request_edit": Inside(VENDOR_IN, VENDOR_IN, ids="document_request"),
    "engagements:document_request_delete": Inside(None, VENDOR_IN, ids="document_request"),
    "engagements:document_request_give": Inside(CLIENT_IN, CLIENT_IN, ids="document_request"),
    "engagements:document_request_receive": Inside(VENDOR_IN, VENDOR_IN, ids="document_request"),
    "engagements:document_request_review": Inside(VENDOR_IN, VENDOR_IN, ids="document_request"),
    "engagements:interview_list": Inside(VENDOR_IN),
    "engagements:interview_create": Inside(VENDOR_IN, VENDOR_IN),
    "engagements:interview": Inside(VENDOR_IN, ids="interview", shown=frozenset(VENDOR_IN)),
    "engagements:interview_edit": Inside(VENDOR_IN, VENDOR_IN, ids="interview", shown=frozenset(VENDOR_IN)),
    "engagements:interview_delete": Inside(None, VENDOR_IN, ids="interview", shown=frozenset(VENDOR_IN)),
    "engagements:interview_send": Inside(None, VENDOR_IN, ids="interview", shown=frozenset(VENDOR_IN)),
    "engagements:interview_paper": Inside(VENDOR_IN, VENDOR_IN, ids="interview", shown=frozenset(VENDOR_IN)),
    # the days
    "standups:list": Inside(MEMBERS),
    "standups:today": Inside(MEMBERS),
    "standups:day": Inside(MEMBERS, VENDOR_IN, ids="day"),
    "standups:preview": Inside(VENDOR_IN, ids="day"),
    "standups:publish": Inside(None, VENDOR_IN, ids="day"),
    "standups:acknowledge": Inside(None, SIGNERS, ids="day"),
    "standups:comment": Inside(None, MEMBERS, ids="day"),
    "standups:problems": Inside(MEMBERS, VENDOR_IN),
    "standups:problem_export": Inside(MEMBERS),
    "standups:problem_create": Inside(VENDOR_IN, VENDOR_IN),
    "standups:problem": Inside(MEMBERS, ids="problem"),
    "standups:problem_solve": Inside(None, VENDOR_IN, ids="problem"),
    "standups:problem_edit": Inside(VENDOR_IN, VENDOR_IN, ids="problem"),
    "standups:concern_create": Inside(MEMBERS, MEMBERS),
    "standups:concern_confirm": Inside(None, CLIENT_IN, ids="concern"),
    "standups:concern_reopen": Inside(CLIENT_IN, CLIENT_IN, ids="concern"),
    "standups:reply": Inside(VENDOR_IN, VENDOR_IN, ids="concern"),
    "standups:measure_tick": Inside(None, VENDOR_IN, ids="concern measure"),
    "standups:verdict_record": Inside(VENDOR_IN, VENDOR_IN, ids="concern"),
    "standups:evidence_create": Inside(VENDOR_IN, VENDOR_IN, ids="problem evidence_kind"),
    "standups:evidence": Inside(MEMBERS, ids="evidence"),
    "standups:evidence_file": Inside(MEMBERS, ids="evidence"),
    "standups:evidence_recording": Inside(MEMBERS, ids="evidence"),
    "standups:evidence_page": Inside(MEMBERS, ids="evidence page_number"),
    "standups:evidence_show": Inside(None, VENDOR_IN, ids="evidence"),
    "standups:evidence_remove": Inside(None, VENDOR_IN, ids="evidence"),
    "standups:evidence_mask": Inside(None, VENDOR_IN, ids="evidence"),
    "standups:evidence_release": Inside(None, LEADERS, ids="evidence"),
    "standups:going_live": Inside(MEMBERS),
    # data checks
    "standups:data_checks": Inside(MEMBERS),
    "standups:data_object_create": Inside(VENDOR_IN, VENDOR_IN),
    "standups:data_export": Inside(MEMBERS),
    "standups:data_import": Inside(VENDOR_IN, VENDOR_IN),
    "standups:data_object": Inside(MEMBERS, ids="data_object"),
    "standups:data_object_edit": Inside(VENDOR_IN, VENDOR_IN, ids="data_object"),
    "standups:data_object_delete": Inside(None, VENDOR_IN, ids="data_object"),
    "standups:data_mapping": Inside(VENDOR_IN, VENDOR_IN, ids="data_object"),
    "standups:load_round_open": Inside(None, VENDOR_IN, ids="data_object"),
    "standups:load_round": Inside(MEMBERS, ids="load_round"),
    "standups:load_round_counts": Inside(VENDOR_IN, VENDOR_IN, ids="load_round"),
    "standups:load_round_sample": Inside(VENDOR_IN, VENDOR_IN, ids="load_round"),
    "standups:load_round_freeze": Inside(None, VENDOR_IN, ids="load_round"),
    "standups:load_round_delete": Inside(None, VENDOR_IN, ids="load_round"),
    "standups:count_line_explain": Inside(VENDOR_IN, VENDOR_IN, ids="count_line"),
    "standups:count_line_problem": Inside(None, VENDOR_IN, ids="count_line"),
    # roll-out
    "standups:rollout": Inside(MEMBERS),
    "standups:rollout_setup": Inside(MEMBERS),
    "standups:rollout_start": Inside(None, VENDOR_IN),
    "standups:rollout_build": Inside(VENDOR_IN, VENDOR_IN),
    "standups:rollout_role_create": Inside(VENDOR_IN, VENDOR_IN),
    "standups:rollout_role": Inside(MEMBERS, VENDOR_IN, ids="rollout_role"),
    "standups:rollout_role_edit": Inside(VENDOR_IN, VENDOR_IN, ids="rollout_role"),
    "standups:rollout_role_delete": Inside(None, VENDOR_IN, ids="rollout_role"),
    "standups:training_delete": Inside(None, VENDOR_IN, ids="rollout_role role_training"),
    "standups:rollout_stage_create": Inside(VENDOR_IN, VENDOR_IN),
    "standups:rollout_stage_edit": Inside(VENDOR_IN, VENDOR_IN, ids="rollout_stage"),
    "standups:rollout_stage_delete": Inside(None, VENDOR_IN, ids="rollout_stage"),
    "standups:rollout_stage_move": Inside(None, VENDOR_IN, ids="rollout_stage"),
    "standups:cell": Inside(MEMBERS, ids="cell"),
    "standups:cell_go_live": Inside(None, VENDOR_IN, ids="cell"),
    "standups:cell_ground": Inside(LEADERS, LEADERS, ids="cell"),
    "standups:cell_descope": Inside(LEADERS, LEADERS, ids="cell"),
    "standups:cell_remove": Inside(None, LEADERS, ids="cell"),
    # acceptance tests
    "standups:uat_round_open": Inside(VENDOR_IN, VENDOR_IN, ids="cell"),
    "standups:uat_round": Inside(MEMBERS, ids="uat_round"),
    "standups:uat_round_edit": Inside(VENDOR_IN, VENDOR_IN, ids="uat_round"),
    "standups:uat_judge": Inside(MEMBERS, MEMBERS, ids="uat_round"),
    "standups:uat_withdraw": Inside(None, MEMBERS, ids="uat_round"),
    "standups:uat_export": Inside(MEMBERS, ids="uat_round"),
    "standups:uat_import": Inside(VENDOR_IN, VENDOR_IN, ids="uat_round"),
    "standups:uat_case_create": Inside(VENDOR_IN, VENDOR_IN, ids="uat_round"),
    "standups:uat_case": Inside(MEMBERS, MEMBERS, ids="uat_case"),
    "standups:uat_case_edit": Inside(VENDOR_IN, VENDOR_IN, ids="uat_case"),
    "standups:uat_case_delete": Inside(None, VENDOR_IN, ids="uat_case"),
    "standups:uat_evidence_remove": Inside(None, MEMBERS, ids="uat_evidence"),
    "standups:conditions": Inside(MEMBERS),
    "standups:condition_meet": Inside(VENDOR_IN, VENDOR_IN, ids="condition"),
    # cutover
    "standups:cutover": Inside(MEMBERS),
    "standups:run_sheet_edit": Inside(VENDOR_IN, VENDOR_IN),
    "standups:run_sheet_lay_out": Inside(VENDOR_IN, VENDOR_IN),
    "standups:run_sheet_keep": Inside(MANAGER, MANAGER),
    "standups:run_sheet_step_create": Inside(VENDOR_IN, VENDOR_IN),
    "standups:run_sheet_step": Inside(VENDOR_IN, VENDOR_IN, ids="sheet_step"),
    "standups:run_sheet_step_move": Inside(None, VENDOR_IN, ids="sheet_step"),
    "standups:run_sheet_step_delete": Inside(None, VENDOR_IN, ids="sheet_step"),
    "standups:run_start": Inside(None, VENDOR_IN),
    "standups:cutover_compare": Inside(MEMBERS),
    "standups:run_from_paper": Inside(VENDOR_IN, VENDOR_IN),
    "standups:cutover_run": Inside(MEMBERS, ids="cutover_run"),
    "standups:run_part": Inside(MEMBERS, ids="cutover_run"),
    "standups:run_end": Inside(VENDOR_IN, VENDOR_IN, ids="cutover_run"),
    "standups:run_roll_back": Inside(VENDOR_IN, VENDOR_IN, ids="cutover_run"),
    "standups:run_take_minutes": Inside(None, VENDOR_IN, ids="ended_run"),
    "standups:run_step": Inside(MEMBERS, ids="run_step"),
    "standups:run_step_times": Inside(VENDOR_IN, VENDOR_IN, ids="done_run_step"),
    "standups:run_step_act": Inside(None, VENDOR_IN, ids="run_step run_step_act"),
    "reports:run_sheet": Inside(MEMBERS),
    # Go decision
    "standups:go_decision": Inside(MEMBERS, LEADERS | {"client_pm"}),
    # first weeks and hand-over
    "standups:first_weeks": Inside(MEMBERS),
    "standups:criterion_create": Inside(VENDOR_IN, VENDOR_IN),
    "standups:criterion_start": Inside(None, VENDOR_IN),
    "standups:criterion_edit": Inside(VENDOR_IN, VENDOR_IN, ids="exit_criterion"),
    "standups:criterion_delete": Inside(None, VENDOR_IN, ids="exit_criterion"),
    "standups:criterion_met": Inside(VENDOR_IN, VENDOR_IN, ids="exit_criterion"),
    "standups:criterion_unmet": Inside(None, VENDOR_IN, ids="exit_criterion"),
    "standups:hand_over": Inside(MEMBERS),
    "standups:hand_over_edit": Inside(VENDOR_IN, VENDOR_IN),
    "standups:hand_over_freeze": Inside(None, LEADERS),
    "standups:access_create": Inside(VENDOR_IN, VENDOR_IN),
    "standups:access_edit": Inside(VENDOR_IN, VENDOR_IN, ids="returned_access"),
    "standups:access_delete": Inside(None, VENDOR_IN, ids="returned_access"),
    "standups:access_return": Inside(VENDOR_IN, VENDOR_IN, ids="returned_access"),
    "standups:access_lent": Inside(None, VENDOR_IN, ids="returned_access"),
    "standups:contact_create": Inside(VENDOR_IN, VENDOR_IN),
    "standups:contact_edit": Inside(VENDOR_IN, VENDOR_IN, ids="operations_contact"),
    "standups:contact_delete": Inside(None, VENDOR_IN, ids="operations_contact"),
    "standups:relationships": Inside(VENDOR_IN, shown=frozenset(VENDOR_IN)),
    "standups:relationship_create": Inside(VENDOR_IN, VENDOR_IN, shown=frozenset(VENDOR_IN)),
    "standups:relationship_edit": Inside({"lead"}, {"lead"}, ids="relationship_note", shown=frozenset(VENDOR_IN)),
    "standups:ideas": Inside(MEMBERS),
    "standups:idea_create": Inside(MEMBERS, MEMBERS),
    "standups:idea": Inside(MEMBERS, ids="idea"),
    "standups:idea_thank": Inside(VENDOR_IN, VENDOR_IN, ids="idea"),
    "standups:idea_answer": Inside(VENDOR_IN, VENDOR_IN, ids="idea"),
    "standups:idea_change": Inside(VENDOR_IN, VENDOR_IN, ids="idea"),
    "standups:idea_told": Inside(None, VENDOR_IN, ids="idea"),
    "standups:idea_reopen": Inside(None, VENDOR_IN, ids="idea"),
    # what is read across
    "reports:dashboard": Inside(MEMBERS),
    "reports:documents": Inside(MEMBERS),
    "reports:draft": Inside(VENDOR_IN, VENDOR_IN, ids="document_kind"),
    "reports:issue": Inside(None, LEADERS, ids="document_kind"),
    "reports:document": Inside(MEMBERS, ids="document"),
    "reports:document_print": Inside(None, LEADERS, ids="document"),
    "reports:document_pdf": Inside(MEMBERS, ids="document"),
    "reports:document_word": Inside(MEMBERS, ids="weekly_document"),
    "reports:weekly": Inside(VENDOR_IN),
    "reports:weekly_report": Inside(VENDOR_IN, VENDOR_IN, ids="week"),
    "reports:weekly_issue": Inside(None, LEADERS, ids="week"),
    "reports:week_chat": Inside(VENDOR_IN, ids="week"),
    "reports:day_chat": Inside(MEMBERS, ids="day"),
    "reports:sign_off_sheet": Inside(VENDOR_IN, ids="sign_off"),
    "reports:interview_guide": Inside(VENDOR_IN),
    "reports:minutes": Inside(MEMBERS, ids="day"),
}  # fmt: skip
