"""Addresses of quizzes."""

from django.urls import path

from studyapp.quiz import views

app_name = "quiz"
urlpatterns = [
    path("", views.quizzes, name="quizzes"),
    path("misconceptions/", views.misconceptions, name="misconceptions"),
    path("report/<int:pk>/", views.report, name="report"),
    path("<str:code>/", views.quiz, name="quiz"),
    path("<str:code>/review/", views.review, name="review"),
    path("<str:code>/finish/", views.finish, name="finish"),
    path("<str:code>/again/", views.again, name="again"),
    path("<str:code>/<int:number>/", views.attempt, name="attempt"),
    path("<str:code>/<int:number>/rate/", views.rate, name="rate"),
]
