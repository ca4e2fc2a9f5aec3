from django.urls import path

from onsite.accounts.views import company, entrance, own_eyes, people, personal

app_name = "accounts"
urlpatterns = [
    path("invitations/<str:token>/", entrance.invitation, name="invitation"),
    path("people/", people.people, name="people"),
    path("people/new/", people.person_invite, name="person_invite"),
    path("people/<int:pk>/invitation/", people.person_reinvite, name="person_reinvite"),
    path("people/<int:pk>/active/", people.person_active, name="person_active"),
    path("settings/", personal.profile, name="settings"),
    path("settings/sign-in/", personal.sign_in, name="sign_in"),
    path("settings/company/", company.details, name="company"),
    path("settings/company/logo/<slug:digest>/", company.logo, name="company_logo"),
    path("settings/calendars/", company.calendars, name="calendars"),
    path("settings/templates/", people.templates, name="templates"),
    path("settings/roles/", people.roles, name="roles"),
    path("viewing/end/", own_eyes.view_as_end, name="view_as_end"),
    path("language/", entrance.set_language, name="set_language"),
]
