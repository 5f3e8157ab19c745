"""Learners' reports: to be answered, mended and closed."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from studyapp.accounts.models import User
from studyapp.assessment.questions import SHAPES
from studyapp.assessment.rating import Certainty
from studyapp.assessment.telling import Told
from studyapp.quiz.models import Report
from studyapp.quiz.posing import CERTAINTIES, Solved, facts_of, solved
from studyapp.quiz.profile import refutations
from studyapp.quiz.reporting import LONGEST_REPLY, BadReply, Overtaken, settle, tidy
from studyapp.simulators.errors import InputError
from studyapp.studio.roles import instructors_only

PAGE = 25
STATES = {"": "All", "open": "Open", "closed": "Closed"}


@require_safe
@instructors_only
def reports(request: HttpRequest) -> HttpResponse:
    """List the reports: the open ones, those that wait longest first, then the closed ones."""
    state, key = request.GET.get("state", ""), request.GET.get("question", "")[:64]
    state = state if state in STATES else ""
    found = Report.objects.select_related("user", "attempt__question__item__topic").defer("steps", "attempt__variant")
    if state:
        found = found.filter(closed_at__isnull=state == "open")
    if key:
        found = found.filter(attempt__question__item__key=key)
    found = found.order_by(F("closed_at").desc(nulls_first=True), "at", "pk")
    counted = Report.objects.filter(closed_at=None).values("attempt__question").annotate(count=Count("pk"))
    waiting = dict(counted.values_list("attempt__question", "count"))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(each, waiting.get(each.attempt.question_id, 0)) for each in page],
        "states": STATES,
        "state": state,
        "key": key,
        "open": sum(waiting.values()),
    }
    return render(request, "studio/reports.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@instructors_only
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a report as the learner saw it; on POST, answer it, close it or open it again."""
    found = get_object_or_404(
        Report.objects.select_related("user", "by", "attempt__user", "attempt__question__item__topic"), pk=pk
    )
    if request.method == "POST":
        return _settle(request, found)
    return _page(request, found)


def _settle(request: HttpRequest, found: Report) -> HttpResponse:
    assert isinstance(request.user, User)
    act, text, changes = (request.POST.get(name, "") for name in ("act", "reply", "changes"))
    seen = int(changes) if changes.isascii() and changes.isdigit() and len(changes) < 9 else -1
    try:
        settled = settle(found.pk, seen, act, text, request.user, timezone.now())
    except BadReply as why:
        return _page(request, found, sent=text, problem=str(why), status=400)
    except Overtaken as faster:
        found.refresh_from_db()
        return _page(request, found, sent=text, overtaken=faster.report, status=409)
    if act == "close":
        told = (
            "The learner reads your answer beside the question." if settled.reply else "It was closed without answer."
        )
        messages.success(request, f"Closed. {told}")
        return redirect("studio:reports")
    done = "Sent: the learner reads it beside the question." if act == "reply" else "The report is open again."
    messages.success(request, done)
    return redirect("studio:report", pk=found.pk)


def _page(
    request: HttpRequest, found: Report, *, sent: str | None = None, status: int = 200, **more: Any
) -> HttpResponse:
    attempt, question = found.attempt, found.attempt.question
    remarks = list(attempt.remarks.all())
    if remarks:  # as it was marked when the learner saw it
        attempt.score, attempt.held = remarks[0].score_before, remarks[0].held_before
    shown, retold = _as_seen(found, request.path)
    others = Report.objects.filter(attempt__question=question, closed_at=None).exclude(pk=found.pk)
    context = {
        "report": found,
        "solved": shown,
        "retold": retold,
        "remarks": remarks,
        "question": question,
        "shape": SHAPES[attempt.asked.shape],
        "certainty": CERTAINTIES[Certainty(attempt.certainty)] if attempt.certainty else "",
        "changed": attempt.asked.version != question.version,
        "static": not attempt.asked.family,
        "others": others.select_related("user").order_by("at")[:PAGE],
        "reply": found.reply if sent is None else tidy(sent),
        "longest": LONGEST_REPLY,
        **more,
    }
    return render(request, "studio/report.html", context, status=status)


def _as_seen(found: Report, back: str) -> tuple[Solved, bool]:
    """Give a reported answer as the learner saw it, and whether its steps are told otherwise by now."""
    attempt = found.attempt
    facts, known = facts_of([attempt]), refutations()
    try:
        shown = solved(attempt, facts, known, back)
    except InputError:  # the simulator does not take such a case any more
        attempt.asked = replace(attempt.asked, family="")
        shown = replace(solved(attempt, facts, known, back), steps=())
    today = [[step.heading, step.text, step.fact] for _, steps in shown.steps for step in steps]
    if not found.steps or today == found.steps:
        return shown, False
    return replace(shown, steps=_steps(found.steps)), True


def _steps(kept: Sequence[Sequence[str]]) -> Sequence[tuple[str, Sequence[Told]]]:
    """Give the steps that a report kept as a page shows them: by heading."""
    parts: list[tuple[str, list[Told]]] = []
    for heading, text, fact in kept:
        if not parts or parts[-1][0] != heading:
            parts.append((heading, []))
        parts[-1][1].append(Told(heading, text, fact))
    return parts


urlpatterns: list[URLPattern] = [
    path("reports/", reports, name="reports"),
    path("reports/<int:pk>/", report, name="report"),
]
