"""The learner's front page."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from studyapp.accounts.guests import known_learner
from studyapp.memory.queue import Standing, next_stream
from studyapp.notes.progress import topic_rows
from studyapp.schedules import day
from studyapp.schedules.day import Desk
from studyapp.schedules.streak import streak
from studyapp.shortcuts import private


@dataclass(frozen=True, slots=True)
class NextAction:
    """The one thing to do now."""

    label: str
    url: str
    why: str


def next_action(standing: Standing, *, known: bool) -> NextAction:
    """Choose what a learner does best now: what is due, then what is new, then reading."""
    review = reverse("daily:session")
    if not known:
        return NextAction(
            "Start with the first card", review, "No account needed: your first answer makes you a guest."
        )
    if standing.due or standing.learning_now:
        waiting = standing.due + standing.learning
        return NextAction(
            f"Review {waiting} card{'s' if waiting != 1 else ''}", review, "These are the ones you are about to forget."
        )
    if standing.new:
        cards = f"{standing.new} new card{'s' if standing.new != 1 else ''}"
        return NextAction(f"Meet {cards}", review, "Nothing is about to be forgotten, so there is room for more.")
    if next_stream(standing) is not None:
        return NextAction("Finish the last cards", review, "Their learning steps run out within minutes.")
    return NextAction("Read a topic", reverse("notes:topics"), "All cards of today are done. Come back tomorrow.")


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the one best next action, what is due, the streak, and how the topics stand."""
    user = known_learner(request)
    desk = Desk.of(user, timezone.now())
    today = day.read(desk)
    days, today_counts = streak(desk) if user else (0, False)
    context = {
        "rows": topic_rows(user, desk.today),
        "standing": today.standing,
        "action": next_action(today.standing, known=user is not None),
        "streak": days,
        "streak_safe": today_counts,
    }
    return private(render(request, "home/home.html", context))
