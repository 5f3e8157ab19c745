"""Editing one item: draft, preview, problems, publish; versions; retiring."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
