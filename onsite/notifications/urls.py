from django.urls import path

from onsite.notifications import views

app_name = "notifications"
urlpatterns = [
    path("", views.message_list, name="message_list"),
    path("mine/", views.inbox_list, name="inbox"),
    path("mine/read/", views.inbox_read, name="inbox_read"),
    path("mine/<int:pk>/", views.inbox_message, name="inbox_message"),
    path("choices/", views.choices, name="choices"),
    path("choices/<slug:kind>/", views.preview, name="preview"),
    path("<int:pk>/retry/", views.message_retry, name="message_retry"),
]
