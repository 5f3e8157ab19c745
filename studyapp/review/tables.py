"""Comparisons: read, covered, put in place, and one column at a time."""

import re

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from studyapp.accounts.guests import known_learner, learner_of
from studyapp.notes.editions import by_stamp
from studyapp.notes.models import ComparisonTable
from studyapp.notes.playing import plays_any
from studyapp.review.comparing import MODES, memory_of, progress, verdicts, view, with_done
from studyapp.schedules import answers
from studyapp.schedules.day import Desk
from studyapp.schedules.models import Rating
from studyapp.schedules.showings import NOBODY, ForgedShowing, Showing
from studyapp.shortcuts import error_page, private, render_htmx


def _tables() -> list[ComparisonTable]:
    return list(ComparisonTable.objects.filter(retired=False).select_related("topic").order_by("order", "key"))


def _found(key: str) -> ComparisonTable:
    found = next((each for each in by_stamp("tables", _tables) if each.key == key), None)
    if found is None:
        raise Http404("There is no such comparison.")
    return found


@require_safe
def tables(request: HttpRequest) -> HttpResponse:
    """Every comparison, with how much of it the learner remembers."""
    every = by_stamp("tables", _tables)
    known = progress(every, Desk.of(known_learner(request), timezone.now()))
    listed = [(each, known.get(each.key)) for each in every]
    return private(render(request, "review/tables.html", {"tables": listed}))


@require_safe
def table(request: HttpRequest, key: str) -> HttpResponse:
    """A comparison in one of its modes. Its whole state is in the address, so nothing is written."""
    found = _found(key)
    known = by_stamp(f"table verdicts {key}", lambda: verdicts([found]))
    desk = Desk.of(known_learner(request), timezone.now())
    seen = view(found, request.GET.dict(), known, memory_of(found, desk), desk)
    facts = [cell["fact"] for row in found.rows for cell in row["cells"]]
    context = {"view": seen, "modes": MODES, "plays": plays_any(facts)}
    return private(render_htmx(request, "review/table.html", context, partial="table"))


@require_POST
def know(request: HttpRequest, key: str) -> HttpResponse:
    """Take down whether a covered cell was known, as an answer to its card, and go on with the round."""
    found = _found(key)
    try:
        showing = Showing.unseal(request.POST.get("showing", ""))
    except ForgedShowing:
        return error_page(
            request, 400, "That form is not understood", "It was altered. Nothing was changed.",
            action_url=found.get_absolute_url(), action="Back to the table",
        )  # fmt: skip
    user = known_learner(request)
    if not showing.was_shown_to(user.pk if user else NOBODY):  # found before a guest is made
        return error_page(
            request, 403, "That table was another learner’s", "You have signed in or out since. Nothing was changed.",
            action_url=found.get_absolute_url(), action="Back to the table",
        )  # fmt: skip
    knew = "knew" in request.POST
    learner = learner_of(request, request.POST.get("tz"))
    try:
        answers.answer(Desk.of(learner, timezone.now()), showing, Rating.GOOD if knew else Rating.AGAIN)
    except answers.UnknownItem:
        raise Http404("This cell is not taught any more.") from None
    except answers.StaleShowing:
        pass  # answered elsewhere meanwhile: the round goes on
    name = request.POST.get("cell", "") if re.fullmatch(r"c[0-9]+\.[0-9]+", request.POST.get("cell", "")[:10]) else ""
    query = {
        "mode": "cover",
        "what": request.POST.get("what", "all")[:20],
        "seed": request.POST.get("seed", "1")[:10],
        "done": with_done(request.POST.get("done", ""), name, knew),
    }
    return redirect(f"{found.get_absolute_url()}?{urlencode(query)}#at-{name}")
