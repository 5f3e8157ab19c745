"""Addresses of cards and options."""

from django.urls import path

from studyapp.review import tables, views

app_name = "review"
urlpatterns = [
    path("cards/", views.cards, name="cards"),
    path("cards/leeches/", views.leeches, name="leeches"),
    path("cram/", views.cram, name="cram"),
    path("pairs/", views.pairs, name="pairs"),
    path("pairs/drill/", views.drill, name="drill"),
    path("compare/", tables.tables, name="tables"),
    path("compare/<slug:key>/", tables.table, name="table"),
    path("compare/<slug:key>/know/", tables.know, name="know"),
    path("settings/", views.preferences, name="preferences"),
]
