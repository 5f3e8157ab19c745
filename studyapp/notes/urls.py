"""Addresses of notes."""

from django.http import HttpResponse
from django.urls import path

app_name = "notes"
urlpatterns = [path("topics/", HttpResponse, name="topics"), path("topics/<slug:key>/", HttpResponse, name="topic"), path("facts/", HttpResponse, name="facts"), path("facts/<slug:key>/", HttpResponse, name="fact"), path("glossary/", HttpResponse, name="glossary"), path("search/", HttpResponse, name="search")]
