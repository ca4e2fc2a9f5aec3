"""Large files in pieces, below `incoming/`."""

from django.urls import path

from onsite.core.incoming import views

app_name = "incoming"
urlpatterns = [
    path("", views.begin, name="begin"),
    path("<uuid:token>/", views.piece, name="piece"),
]
