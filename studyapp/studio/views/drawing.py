"""Scenario templates: variants drawn on the spot, and their laws proved."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
