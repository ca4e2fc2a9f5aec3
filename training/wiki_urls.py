"""The company's wiki."""

from django.urls import path

from training.views import wiki, wiki_categories, wiki_edit, wiki_history, wiki_keeping, wiki_review, wiki_wanted

app_name = "wiki"
urlpatterns = [
    path("", wiki.article_list, name="list"),
    path("new/", wiki_edit.article_create, name="article_create"),
    path("preview/", wiki_edit.preview, name="preview"),
    path("wanted/", wiki_wanted.wanted, name="wanted"),
    path("wanted/<int:pk>/dismiss/", wiki_wanted.miss_dismiss, name="miss_dismiss"),
    path("categories/", wiki_categories.category_list, name="category_list"),
    path("categories/<int:pk>/name/", wiki_categories.category_rename, name="category_rename"),
    path("categories/<int:pk>/move/", wiki_categories.category_move, name="category_move"),
    path("categories/<int:pk>/delete/", wiki_categories.category_delete, name="category_delete"),
    path("from/<int:engagement_id>/<int:pk>/", wiki_keeping.from_problem, name="from_problem"),
    path("<int:pk>/", wiki.article, name="article"),
    path("<int:pk>/edit/", wiki_edit.article_edit, name="article_edit"),
    path("<int:pk>/details/", wiki_edit.article_details, name="article_details"),
    path("<int:pk>/links/new/", wiki_edit.link_add, name="link_add"),
    path("<int:pk>/links/<int:link_pk>/delete/", wiki_edit.link_delete, name="link_delete"),
    path("<int:pk>/pictures/<int:number>/", wiki.picture, name="picture"),
    path("<int:pk>/history/", wiki_history.history, name="history"),
    path("<int:pk>/history/<int:number>/", wiki_history.version, name="version"),
    path("<int:pk>/history/<int:number>/restore/", wiki_history.restore, name="restore"),
    path("<int:pk>/differences/", wiki_history.compare, name="compare"),
    path("<int:pk>/review/", wiki_review.review, name="review"),
    path("<int:pk>/review/ask/", wiki_review.review_ask, name="review_ask"),
    path("<int:pk>/review/send-back/", wiki_review.review_send_back, name="review_send_back"),
    path("<int:pk>/helpful/", wiki.article_vote, name="vote"),
    path("<int:pk>/confirm/", wiki_keeping.article_confirm, name="confirm"),
    path("<int:pk>/owner/", wiki_keeping.article_hand_over, name="hand_over"),
    path("<int:pk>/read-first/", wiki_keeping.article_read_first, name="read_first"),
    path("<int:pk>/archive/", wiki_keeping.article_archive, name="archive"),
    path("<int:pk>/take-back/", wiki_keeping.article_take_back, name="take_back"),
]
