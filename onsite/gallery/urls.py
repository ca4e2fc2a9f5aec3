"""The gallery's addresses; the site map mounts them in tests and with DEBUG only."""

from django.urls import path

from onsite.gallery import views

app_name = "gallery"
urlpatterns = [
    path("", views.gallery, name="all"),
    path("pages/<str:name>/", views.page, name="page"),
]
