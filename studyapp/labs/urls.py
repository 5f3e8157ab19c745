"""Addresses of the labs."""

from django.urls import path

from studyapp.labs import bench, views
from studyapp.labs.workshop import views as workshop

app_name = "labs"
urlpatterns = [
    path("", views.labs, name="labs"),
    path("placement/", views.placement, name="placement"),
    path("read/", workshop.read, name="workshop-read"),
    path("open/", bench.opened, name="open"),
    path("bench/", bench.bench, name="bench"),
    path("placement/match/", views.match, name="match"),
    path("placement/read/", views.read, name="read"),
    path("placement/placement.json", views.written, name="written"),
    path("<slug:key>/", workshop.lab, name="workshop"),
]
