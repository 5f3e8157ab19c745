"""Finding items: search, filters, coverage, what is long unchecked; and what is done to many at once."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from studyapp.studio.roles import instructors_only


@require_safe
@instructors_only
def items(request: HttpRequest) -> HttpResponse:
    """To be written."""
    return render(request, "studio/base.html")


@require_safe
@instructors_only
def coverage(request: HttpRequest) -> HttpResponse:
    """To be written."""
    return render(request, "studio/base.html")


urlpatterns: list[URLPattern] = [
    path("", items, name="items"),
    path("coverage/", coverage, name="coverage"),
]
