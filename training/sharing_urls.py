"""Sharing sessions of the company."""

from django.urls import path

from training.views import reading, sharing, sharing_outcome

app_name = "sharing"
urlpatterns = [
    path("", sharing.session_list, name="list"),
    path("start/", reading.start, name="start"),
    path("start/<int:pk>/move/", reading.move, name="start_move"),
    path("new/", sharing.create, name="create"),
    path("<int:pk>/", sharing.session, name="session"),
    path("<int:pk>/edit/", sharing.edit, name="edit"),
    path("<int:pk>/cancel/", sharing.cancel, name="cancel"),
    path("<int:pk>/calendar/", sharing.session_calendar, name="calendar"),
    path("<int:pk>/invitations/new/", sharing.invite, name="invite"),
    path("<int:pk>/invitations/<int:invitation_id>/take-back/", sharing.uninvite, name="uninvite"),
    path("<int:pk>/presence/", sharing.presence, name="presence"),
    path("<int:pk>/minutes/", sharing_outcome.minutes, name="minutes"),
    path("<int:pk>/actions/new/", sharing_outcome.action_create, name="action_create"),
    path("<int:pk>/actions/<int:action_id>/", sharing_outcome.action_edit, name="action_edit"),
    path("<int:pk>/actions/<int:action_id>/mark/", sharing_outcome.action_mark, name="action_mark"),
    path("<int:pk>/actions/<int:action_id>/delete/", sharing_outcome.action_delete, name="action_delete"),
    path("<int:pk>/files/new/<str:kind>/", sharing_outcome.file_add, name="file_add"),
    path("<int:pk>/files/<int:number>/", sharing_outcome.file, name="file"),
    path("<int:pk>/files/<int:number>/recording/", sharing_outcome.recording, name="recording"),
    path("<int:pk>/files/<int:number>/remove/", sharing_outcome.file_remove, name="file_remove"),
    path("<int:pk>/article/", sharing_outcome.article, name="article"),
]
