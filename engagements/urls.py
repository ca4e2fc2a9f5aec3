"""Clients, engagements and everything that is prepared, agreed and followed up in one."""

from django.urls import include, path

from engagements.views import clients, engagements, files, gate, goals, objectives, plan, review, signing, team

app_name = "engagements"

workspace = [
    path("", engagements.detail, name="detail"),
    path("edit/", engagements.edit, name="edit"),
    path("phase/", gate.phase_change, name="phase_change"),
    path("gate/<str:obstacle>/waive/", gate.waive, name="waive"),
    path("prepare/", goals.prepare, name="prepare"),
    path("goals/freeze/", goals.freeze, name="goals_freeze"),
    path("scope/new/", goals.scope_create, name="scope_create"),
    path("scope/<int:pk>/", goals.scope_edit, name="scope_edit"),
    path("scope/<int:pk>/delete/", goals.scope_delete, name="scope_delete"),
    path("objectives/new/", objectives.create, name="objective_create"),
    path("objectives/<int:pk>/", objectives.edit, name="objective_edit"),
    path("objectives/<int:pk>/delete/", objectives.delete, name="objective_delete"),
    path("objectives/<int:pk>/readings/new/", objectives.reading_create, name="reading_create"),
    path("plan/", plan.plan, name="plan"),
    path("plan/lay-out/", plan.lay_out, name="plan_lay_out"),
    path("plan/stages/<int:pk>/", plan.stage_edit, name="stage_edit"),
    path("sign-offs/<int:pk>/", signing.sign_off, name="sign_off"),
    path("sign-offs/<int:pk>/code/", signing.send_code, name="sign_off_code"),
    path("sign-offs/<int:pk>/paper/", signing.paper_register, name="paper_register"),
    path("sign-offs/<int:pk>/paper/<int:signature_id>/check/", signing.paper_check, name="paper_check"),
    path("team/", team.team, name="team"),
    path("team/colleagues/new/", team.colleague_add, name="colleague_add"),
    path("team/client/new/", team.client_person_invite, name="client_person_invite"),
    path("team/<int:pk>/end/", team.member_end, name="member_end"),
    path("go-live/", review.go_live, name="go_live"),
    path("visits/", review.visit_list, name="visit_list"),
    path("visits/<int:pk>/", review.visit_hold, name="visit_hold"),
    path("review/", review.review, name="review"),
    path("files/<int:pk>/", files.attachment, name="attachment"),
]

urlpatterns = [
    path("clients/", clients.client_list, name="client_list"),
    path("clients/new/", clients.create, name="client_create"),
    path("clients/<int:pk>/", clients.edit, name="client_edit"),
    path("engagements/", engagements.engagement_list, name="list"),
    path("engagements/new/", engagements.create, name="create"),
    path("engagements/<int:engagement_id>/", include(workspace)),
]
