"""Addresses of the daily session."""

from django.urls import path

from studyapp.review import views

app_name = "review"
urlpatterns = [
    path("review/", views.session, name="session"),
    path("review/undo/", views.undo, name="undo"),
    path("review/suspend/", views.suspend, name="suspend"),
    path("review/bury/", views.bury, name="bury"),
    path("cards/", views.cards, name="cards"),
    path("cards/leeches/", views.leeches, name="leeches"),
    path("cram/", views.cram, name="cram"),
    path("pairs/", views.pairs, name="pairs"),
    path("pairs/drill/", views.drill, name="drill"),
    path("settings/", views.preferences, name="preferences"),
]
