"""The files and the studio: export, import with a plan, conflicts side by side."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from studyapp.studio.roles import instructors_only


@require_safe
@instructors_only
def files(request: HttpRequest) -> HttpResponse:
    """To be written."""
    return render(request, "studio/base.html")


urlpatterns: list[URLPattern] = [
    path("files/", files, name="files"),
]
