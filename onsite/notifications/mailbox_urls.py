from django.urls import path

from onsite.notifications import views

app_name = "mailbox"
urlpatterns = [
    path("", views.mail_list, name="mail_list"),
    path("<int:pk>/", views.mail, name="mail"),
]
