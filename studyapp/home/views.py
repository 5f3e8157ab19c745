"""The learner's front page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from studyapp.accounts.models import User
from studyapp.schedules import day
from studyapp.schedules.day import Desk
from studyapp.shortcuts import private


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the one best next action, what is due, the streak, and how the topics stand."""
    user: User | None = request.user if request.user.is_authenticated else None  # type: ignore[assignment]
    desk = Desk.of(user, timezone.now())
    today = day.read(desk)
    context = {"desk": desk, "day": today, "standing": today.standing}
    return private(render(request, "home/home.html", context))
