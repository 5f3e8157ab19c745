"""Addresses of the notes."""

from django.urls import path

from studyapp.notes import views

app_name = "notes"
urlpatterns = [
    path("topics/", views.topics, name="topics"),
    path("topics/<slug:key>/", views.topic, name="topic"),
    path("facts/", views.facts, name="facts"),
    path("facts/<slug:key>/", views.fact, name="fact"),
    path("glossary/", views.glossary, name="glossary"),
    path("diagrams/<slug:key>.svg", views.diagram, name="diagram"),
    path("search/", views.search_page, name="search"),
]
