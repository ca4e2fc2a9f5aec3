"""What a learner of the client's opens by a mailed link, without signing in."""

from django.urls import path, re_path

from training.views import learn, learn_materials, quiz_taking

app_name = "learn"
urlpatterns = [
    path("", learn.home, name="home"),
    path("ask/", learn.ask, name="ask"),
    path("leave/", learn.leave, name="leave"),
    path("sessions/<int:pk>/session.ics", learn.session_ics, name="session_ics"),
    path("sessions/<int:pk>/recording/", learn.session_play, name="session_play"),
    path("sessions/<int:pk>/feedback/", learn.session_feedback, name="feedback"),
    # materials
    path("course/<int:pk>/", learn_materials.course, name="course"),
    path("courses/<int:pk>/materials/", learn_materials.materials, name="materials"),
    path("guides/<int:pk>/", learn_materials.guide_pdf, name="guide_pdf"),
    path("videos/<int:pk>/", learn_materials.video, name="video"),
    path("videos/<int:pk>/stream/", learn_materials.video_stream, name="video_stream"),
    path("videos/<int:pk>/poster/", learn_materials.video_poster, name="video_poster"),
    path("videos/<int:pk>/captions/<slug:language>/", learn_materials.captions, name="captions"),
    # quizzes
    path("courses/<int:pk>/quiz/", quiz_taking.by_link, name="quiz"),
    path("courses/<int:pk>/quiz/<int:number>/", quiz_taking.result_by_link, name="quiz_result"),
    # The mailed link: no other address here looks like it.
    re_path(r"^(?P<token>[A-Za-z0-9_-]{40,60})/$", learn.open_link, name="open"),
]
