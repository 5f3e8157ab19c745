"""Addresses of the day's session."""

from django.urls import path

from studyapp.daily import views

app_name = "daily"
urlpatterns = [
    path("", views.session, name="session"),
    path("undo/", views.undo, name="undo"),
    path("suspend/", views.suspend, name="suspend"),
    path("bury/", views.bury, name="bury"),
    path("question/", views.question, name="question"),
    path("rate/<int:pk>/", views.rate, name="rate"),
]
