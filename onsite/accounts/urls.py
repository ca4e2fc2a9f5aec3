from django.urls import path

from onsite.accounts import views

app_name = "accounts"
urlpatterns = [
    path("invitations/<str:token>/", views.invitation, name="invitation"),
    path("people/", views.people, name="people"),
    path("people/new/", views.person_invite, name="person_invite"),
    path("people/<int:pk>/invitation/", views.person_reinvite, name="person_reinvite"),
    path("people/<int:pk>/active/", views.person_active, name="person_active"),
    path("settings/", views.personal_settings, name="settings"),
    path("language/", views.set_language, name="set_language"),
]
