"""Addresses of cards and options."""

from django.urls import path

from studyapp.review import views

app_name = "review"
urlpatterns = [
    path("cards/", views.cards, name="cards"),
    path("cards/leeches/", views.leeches, name="leeches"),
    path("cram/", views.cram, name="cram"),
    path("pairs/", views.pairs, name="pairs"),
    path("pairs/drill/", views.drill, name="drill"),
    path("settings/", views.preferences, name="preferences"),
]
