"""Addresses of learners' own things."""

from django.urls import path

from studyapp.accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.account, name="account"),
    path("signup/", views.signup, name="signup"),
    path("login/", views.log_in, name="login"),
    path("logout/", views.log_out, name="logout"),
    path("password/", views.password, name="password"),
    path("export/", views.export, name="export"),
    path("delete/", views.delete, name="delete"),
]
