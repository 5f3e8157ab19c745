"""The day's session: due cards and due questions, interleaved."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST

from studyapp.accounts.guests import known_learner, learner_of
from studyapp.assessment.kind import NoAnswer, Undrawable
from studyapp.assessment.rating import RULE
from studyapp.notes.models import Topic
from studyapp.quiz import answering
from studyapp.quiz.forms import answers_of, certainty_of
from studyapp.quiz.models import Attempt, Question
from studyapp.quiz.posing import facts_of, posed, solved
from studyapp.quiz.profile import refutations
from studyapp.quiz.views import given_rating, rerated
from studyapp.review.session import BACK, FRONT, RATING_NAMES, Back, Front, Progress
from studyapp.schedules import answers, day
from studyapp.schedules.day import ALL_TOPICS, Desk, Shown
from studyapp.schedules.models import Action
from studyapp.schedules.showings import NOBODY, ForgedShowing, Showing, review_key
from studyapp.shortcuts import error_page, private, render_htmx, wants_partial

TOPIC_SECONDS = 30  # how long a process remembers a topic's title between two cards


def _topic(request: HttpRequest) -> Topic | None:
    """Give the topic that the session is limited to; 404 for one that is not taught."""
    key = request.GET.get("topic") or request.POST.get("topic")
    if not key:
        return None
    name = f"review.topic.{key[:64].encode().hex()}"
    topic: Topic | None = cache.get(name)
    if topic is None:
        topic = get_object_or_404(Topic.objects.only("id", "key", "title"), key=key, retired=False)
        cache.set(name, topic, TOPIC_SECONDS)
    return topic


def _session_url(topic: Topic | None, **more: str) -> str:
    query = {"topic": topic.key} if topic else {}
    query |= more
    return reverse("daily:session") + (f"?{urlencode(query)}" if query else "")


def _frame(desk: Desk, today: day.Day, topic: Topic | None) -> dict[str, Any]:
    """Give what every page of the session shows: how the day stands, and where the session goes on."""
    return {
        "desk": desk,
        "day": today,
        "standing": today.standing,
        "progress": Progress.of(today.standing),
        "topic": topic,
        "session_url": _session_url(topic),
    }


def _session_page(
    request: HttpRequest,
    desk: Desk,
    topic: Topic | None,
    *,
    status: int = 200,
    show: Showing | None = None,
    **more: Any,
) -> HttpResponse:
    """Show the next card, or the end of the session."""
    today = day.read(desk)
    if today.walked_far and request.method == "POST":
        answers.move_on(desk)
    shown = None
    if show is not None:  # a card that undo brought back
        shown = day.one_item(desk, show.item_id, FRONT)
        if shown is not None and shown.version != show.version:
            shown = None
    shown = shown or day.next_item(desk, today, FRONT)
    front = Front.of(shown) if shown else None
    if shown and front and not front.is_card:
        more |= _asked(shown, more.get("sent"))
    ending = None if shown else day.ending(desk, today)
    context = {
        **_frame(desk, today, topic),
        "front": front,
        "key": shown.showing.seal() if shown else "",
        "ending": ending,
        "next_time": ending.next_at.astimezone(desk.zone).strftime("%H:%M") if ending and ending.next_at else "",
        **more,
    }
    return private(render_htmx(request, "daily/session.html", context, partial="session", status=status))


@require_http_methods(["GET", "HEAD", "POST"])
def session(request: HttpRequest) -> HttpResponse:
    """The day's session: GET shows the next card, GET with `reveal` its answer, POST takes a rating.

    Looking writes nothing: what was shown comes back sealed with the rating. A browser without a learner
    gets a guest with its first answer.
    """
    now = timezone.now()
    topic = _topic(request)
    topic_id = topic.pk if topic else ALL_TOPICS
    if request.method == "POST":
        return _rate(request, topic, now)
    desk = Desk.of(known_learner(request), now, topic_id)
    try:
        if request.GET.get("attempt", "").isdecimal():
            return _answered(request, desk, topic, _attempt(request, int(request.GET["attempt"])))
        if "reveal" in request.GET:
            return _reveal(request, desk, topic, Showing.unseal(request.GET["reveal"]))
        show = Showing.unseal(request.GET["show"]) if "show" in request.GET else None
    except ForgedShowing:
        return _forged(request)
    if show is not None and show.user_id != desk.user_id:
        show = None
    return _session_page(request, desk, topic, show=show)


# Questions ------------------------------------------------------------------------------------------------


def _question(item_id: int) -> Question:
    return get_object_or_404(Question.objects.select_related("item"), pk=item_id, item__retired=False)


def _asked(shown: Shown, sent: Sequence[str] | None) -> dict[str, Any]:
    """Pose the question that comes next. One query."""
    asked = _question(shown.item_id)
    try:
        variant = asked.vary(answering.session_seed(shown.showing))
    except Undrawable:
        return {"undrawable": True}
    return {"posed": posed(variant, sent or ())}


def _attempt(request: HttpRequest, pk: int) -> Attempt:
    """Give an attempt of the learner's in the day's session; another's is not there."""
    user = known_learner(request)
    if user is None or pk >= 1 << 63:
        raise Http404("There is no such answer in this browser.")
    mine = user.attempts.with_notes().filter(quiz=None, answers__isnull=False)
    mine = mine.select_related("question__item__topic")
    return get_object_or_404(mine, pk=pk)


def _answered(
    request: HttpRequest, desk: Desk, topic: Topic | None, attempt: Attempt, *, notice: str = "", status: int = 200
) -> HttpResponse:
    """Show the feedback to an answer."""
    today = day.read(desk)
    context = {
        **_frame(desk, today, topic),
        "solved": solved(attempt, facts_of([attempt]), refutations(), _session_url(topic, attempt=str(attempt.pk))),
        "attempt": attempt,
        "ratings": given_rating(desk, attempt),
        "rate_url": reverse("daily:rate", args=[attempt.pk]),
        "rule": RULE,
        "notice": notice,
    }
    return private(render_htmx(request, "daily/session.html", context, partial="session", status=status))


@require_POST
def question(request: HttpRequest) -> HttpResponse:
    """Take an answer to a question of the session: it is marked, and scheduled by the rule."""
    topic = _topic(request)
    now = timezone.now()
    try:
        showing = Showing.unseal(request.POST.get("key", ""))
    except ForgedShowing:
        return _forged(request)
    if not _shown_here(request, showing):
        return _not_yours(request)
    asked = _question(showing.item_id)
    sent = answers_of(request.POST)
    visitor = Desk.of(known_learner(request), now, topic.pk if topic else ALL_TOPICS)
    try:
        answering.readable(asked, showing, sent)
    except NoAnswer as refused:
        return _session_page(request, visitor, topic, status=400, show=showing, problem=str(refused), sent=sent)
    user = learner_of(request, request.POST.get("tz"))
    desk = Desk.of(user, now, topic.pk if topic else ALL_TOPICS)
    try:
        attempt, done = answering.answer_in_session(desk, asked, showing, sent, certainty_of(request.POST))
    except answers.NotYours:
        return _not_yours(request)
    except answers.UnknownItem:
        raise Http404("This question is not taught any more.") from None
    except (answers.StaleShowing, answering.AlreadyAnswered):
        first = user.attempts.filter(showing=review_key(user.pk, showing.item_id, showing.version)).first()
        if first is None:
            notice = "That question has changed since it was shown, so this answer was not counted."
            return _session_page(request, desk, topic, status=409, notice=notice)
        same = first.answers == sent
        notice = "" if same else "You answered this question already; the first answer counts."
        return _answered(request, desk, topic, _attempt(request, first.pk), notice=notice, status=200 if same else 409)
    if wants_partial(request):
        notice = LEECH if done.became_leech else ""
        return _answered(request, desk, topic, _attempt(request, attempt.pk), notice=notice)
    if done.became_leech:
        messages.warning(request, LEECH)
    return redirect(_session_url(topic, attempt=str(attempt.pk)))


@require_POST
def rate(request: HttpRequest, pk: int) -> HttpResponse:
    """Overrule the rating that the rule gave."""
    topic = _topic(request)
    attempt = _attempt(request, pk)
    notice = rerated(request, attempt)
    if wants_partial(request):
        desk = Desk.of(known_learner(request), timezone.now(), topic.pk if topic else ALL_TOPICS)
        return _answered(request, desk, topic, attempt, notice=notice)
    messages.info(request, notice)
    return redirect(_session_url(topic, attempt=str(attempt.pk)))


# Cards ----------------------------------------------------------------------------------------------------


def _reveal(request: HttpRequest, desk: Desk, topic: Topic | None, showing: Showing) -> HttpResponse:
    """Show the answer side of the card that was shown, if it still stands as it stood."""
    if not showing.was_shown_to(desk.user_id):
        raise Http404("This card was shown to another learner.")
    shown = day.one_item(desk, showing.item_id, BACK)
    if shown is None or shown.version != showing.version:
        return _session_page(request, desk, topic, notice="That card was answered meanwhile. Here is the next one.")
    today = day.read(desk)
    typed = request.GET.get("typed")
    context = {
        **_frame(desk, today, topic),
        "back": Back.of(desk, shown, typed),
        "key": request.GET["reveal"],
    }
    return private(render_htmx(request, "daily/session.html", context, partial="session"))


def _rate(request: HttpRequest, topic: Topic | None, now: datetime) -> HttpResponse:
    """Take a rating, and go on to the next card."""
    topic_id = topic.pk if topic else ALL_TOPICS
    try:
        showing = Showing.unseal(request.POST.get("key", ""))
    except ForgedShowing:
        return _forged(request)
    rating = request.POST.get("rating", "")
    if rating not in ("1", "2", "3", "4"):
        return error_page(
            request, 400, "No such rating",
            "A rating is 1 (Again), 2 (Hard), 3 (Good) or 4 (Easy). Nothing was changed.",
            action_url=_session_url(topic), action="Back to the card",
        )  # fmt: skip
    if not _shown_here(request, showing):
        return _not_yours(request)
    user = learner_of(request, request.POST.get("tz"))
    desk = Desk.of(user, now, topic_id)
    try:
        answered = answers.answer(desk, showing, int(rating))
    except answers.NotYours:
        return _not_yours(request)
    except answers.UnknownItem:
        raise Http404("This card is not taught any more.") from None
    except answers.StaleShowing as stale:
        return _stale(request, desk, topic, stale)
    if not wants_partial(request):
        if answered.became_leech:
            messages.warning(request, LEECH)
        return redirect(_session_url(topic))
    return _session_page(request, desk, topic, notice=LEECH if answered.became_leech else "")


LEECH = (
    "That card keeps slipping: it is marked as a leech. Its page under Cards sets it beside the facts it is "
    "confused with."
)


def _forged(request: HttpRequest) -> HttpResponse:
    return error_page(
        request, 400, "That card is not one we showed",
        "The form was altered, or belongs to another site. Nothing was changed.",
        action_url=reverse("daily:session"), action="To the next card",
    )  # fmt: skip


def _shown_here(request: HttpRequest, showing: Showing) -> bool:
    """Tell whether a card was shown to this learner, or to a browser without one."""
    user = known_learner(request)
    return showing.was_shown_to(user.pk if user else NOBODY)


def _not_yours(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied("This card was shown to another learner. Nothing was changed.")


def _stale(request: HttpRequest, desk: Desk, topic: Topic | None, stale: answers.StaleShowing) -> HttpResponse:
    """Tell that an answer came too late, and show where the session stands."""
    review = stale.review
    if review is None:
        notice = "That card has changed since it was shown, so this answer was not counted."
    elif review.undone:
        notice = "That answer was undone, so it was not counted again."
    elif review.rating:
        name = RATING_NAMES[review.rating - 1]
        notice = f"You have answered that card already, with {name}. It counts once; this second answer was not taken."
    else:
        notice = "You have put that card away meanwhile, so this answer was not counted."
    return _session_page(request, desk, topic, status=409, notice=notice)


def _act(request: HttpRequest, action: Action) -> HttpResponse:
    """Suspend or bury the card of a showing."""
    topic = _topic(request)
    try:
        showing = Showing.unseal(request.POST.get("key", ""))
    except ForgedShowing:
        return _forged(request)
    if not _shown_here(request, showing):
        return _not_yours(request)
    user = learner_of(request, request.POST.get("tz"))
    desk = Desk.of(user, timezone.now(), topic.pk if topic else ALL_TOPICS)
    try:
        answers.put_away(desk, showing, action)
    except answers.NotYours:
        return _not_yours(request)
    except answers.UnknownItem:
        raise Http404("This card is not taught any more.") from None
    except answers.StaleShowing as stale:
        return _stale(request, desk, topic, stale)
    notice = {
        Action.SUSPEND: "Suspended: the card stays away until you bring it back under Cards.",
        Action.BURY: "Buried: the card comes back tomorrow.",
    }[action]
    if wants_partial(request):
        return _session_page(request, desk, topic, notice=notice)
    messages.info(request, notice)
    return redirect(_session_url(topic))


@require_POST
def suspend(request: HttpRequest) -> HttpResponse:
    """Put the card away until the learner brings it back."""
    return _act(request, Action.SUSPEND)


@require_POST
def bury(request: HttpRequest) -> HttpResponse:
    """Put the card away until tomorrow."""
    return _act(request, Action.BURY)


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take back the last act and show its card again."""
    topic = _topic(request)
    user = known_learner(request)
    desk = Desk.of(user, timezone.now(), topic.pk if topic else ALL_TOPICS)
    undone = answers.undo(desk) if user else None
    if undone is None:
        notice = f"There is nothing to undo: it reaches {answers.UNDO_STEPS} steps back."
    else:
        what = RATING_NAMES[undone.rating - 1] if undone.rating else undone.action.label
        notice = f"Undone: {what}."
    show = undone.showing if undone and undone.action in (Action.ANSWER, Action.SUSPEND, Action.BURY) else None
    if wants_partial(request):
        return _session_page(request, desk, topic, show=show, notice=notice)
    messages.info(request, notice)
    return redirect(_session_url(topic, show=show.seal()) if show else _session_url(topic))
