"""Flashcards: the day's session, the learner's cards, cram, and the options."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from studyapp.accounts.guests import learner_of
from studyapp.accounts.models import User
from studyapp.notes.models import Topic
from studyapp.review import browser, cramming, pairing
from studyapp.review.forms import PreferencesForm
from studyapp.review.session import BACK, FRONT, RATING_NAMES, Back, Front, Progress
from studyapp.schedules import answers, day
from studyapp.schedules.day import ALL_TOPICS, Desk
from studyapp.schedules.models import Action
from studyapp.schedules.showings import NOBODY, ForgedShowing, Showing
from studyapp.shortcuts import error_page, private, render_htmx, wants_partial

TOPIC_SECONDS = 30  # how long a process remembers a topic's title between two cards


def _user(request: HttpRequest) -> User | None:
    return request.user if request.user.is_authenticated else None


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
    return reverse("review:session") + (f"?{urlencode(query)}" if query else "")


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
    ending = None if shown else day.ending(desk, today)
    context = {
        "desk": desk,
        "day": today,
        "standing": today.standing,
        "progress": Progress.of(today.standing),
        "topic": topic,
        "session_url": _session_url(topic),
        "front": Front.of(shown) if shown else None,
        "key": shown.showing.seal() if shown else "",
        "ending": ending,
        "next_time": ending.next_at.astimezone(desk.zone).strftime("%H:%M") if ending and ending.next_at else "",
        **more,
    }
    return private(render_htmx(request, "review/session.html", context, partial="session", status=status))


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
    desk = Desk.of(_user(request), now, topic_id)
    try:
        if "reveal" in request.GET:
            return _reveal(request, desk, topic, Showing.unseal(request.GET["reveal"]))
        show = Showing.unseal(request.GET["show"]) if "show" in request.GET else None
    except ForgedShowing:
        return _forged(request)
    if show is not None and show.user_id != desk.user_id:
        show = None
    return _session_page(request, desk, topic, show=show)


def _reveal(request: HttpRequest, desk: Desk, topic: Topic | None, showing: Showing) -> HttpResponse:
    """Show the answer side of the card that was shown, if it still stands as it stood."""
    if showing.user_id not in (desk.user_id, NOBODY):
        raise Http404("This card was shown to another learner.")
    shown = day.one_item(desk, showing.item_id, BACK)
    if shown is None or shown.version != showing.version:
        return _session_page(request, desk, topic, notice="That card was answered meanwhile. Here is the next one.")
    today = day.read(desk)
    typed = request.GET.get("typed")
    context = {
        "desk": desk,
        "day": today,
        "standing": today.standing,
        "progress": Progress.of(today.standing),
        "topic": topic,
        "session_url": _session_url(topic),
        "back": Back.of(desk, shown, typed),
        "key": request.GET["reveal"],
    }
    return private(render_htmx(request, "review/session.html", context, partial="session"))


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
        action_url=reverse("review:session"), action="To the next card",
    )  # fmt: skip


def _shown_here(request: HttpRequest, showing: Showing) -> bool:
    """Tell whether a card was shown to this learner, or to a browser without one."""
    user = _user(request)
    return showing.user_id in (user.pk if user else NOBODY, NOBODY)


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
    user = _user(request)
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


@require_http_methods(["GET", "HEAD", "POST"])
def cards(request: HttpRequest) -> HttpResponse:
    """The learner's cards by state; POST brings back one that was put away, or puts one away."""
    user = _user(request)
    desk = Desk.of(user, timezone.now())
    if request.method == "POST":
        if user is None:
            raise PermissionDenied("You have no cards yet: the first answer makes you a guest. Nothing was changed.")
        return _change_card(request, desk)
    page = browser.cards_page(desk, request.GET)
    return private(render(request, "review/cards.html", {"page": page, "topic": page.topic}))


def _change_card(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Suspend, unsuspend or unbury a card of the list: the button names the item and its schedule's version."""
    acts = {"suspend": Action.SUSPEND, "unsuspend": Action.UNSUSPEND, "unbury": Action.UNBURY}
    name = next((name for name in acts if name in request.POST), None)
    item, _, version = request.POST.get(name or "", "").partition(".")
    if name is None or not (item.isdecimal() and version.isdecimal() and len(item) < 16 and len(version) < 9):
        return error_page(
            request, 400, "That list is not understood", "The form was altered. Nothing was changed.",
            action_url=reverse("review:cards"), action="Back to your cards",
        )  # fmt: skip
    try:
        answers.put_away(desk, Showing(desk.user_id, int(item), int(version), desk.now), acts[name])
    except answers.UnknownItem:
        raise Http404("This card is not taught any more.") from None
    except answers.StaleShowing:
        messages.warning(request, "That card has changed meanwhile; the list shows it as it stands now.")
    else:
        messages.info(request, f"{acts[name].label}: done. Undo on the review page takes it back.")
    return redirect(f"{reverse('review:cards')}?{urlencode({'state': request.POST.get('state', 'all')})}")


@require_GET
def leeches(request: HttpRequest) -> HttpResponse:
    """The cards that keep slipping, each beside the facts it is confused with."""
    desk = Desk.of(_user(request), timezone.now())
    return private(render(request, "review/leeches.html", {"leeches": browser.leeches(desk)}))


@require_GET
def cram(request: HttpRequest) -> HttpResponse:
    """A session outside the schedule. Its whole state is in the address, so nothing is written."""
    query = request.GET.dict()
    page = None
    if "start" in query and "seed" not in query:
        if begun := cramming.start(query):
            return redirect(begun)
    else:
        page = cramming.page(Desk.of(_user(request), timezone.now()), query)
    if page is None:
        return error_page(
            request, 404, "No such cram session", "The address is cut or belongs to a course that has changed since.",
            action_url=reverse("review:cram"), action="Start a new one",
        )  # fmt: skip
    return private(render_htmx(request, "review/cram.html", {"cram": page}, partial="cram"))


@require_safe
def pairs(request: HttpRequest) -> HttpResponse:
    """The pairs that learners mix up, each with its difference."""
    return private(render(request, "review/pairs.html", {"pairs": pairing.taught_pairs()}))


@require_safe
def drill(request: HttpRequest) -> HttpResponse:
    """Which of the two? Outside the schedule; its whole state is in the address, so nothing is written."""
    query = request.GET.dict()
    if "seed" not in query:
        return redirect(pairing.begin(query.get("pair", "")[:64]))
    page = pairing.page(query)
    if page is None:
        return error_page(
            request, 404, "No such drill", "The address is cut or belongs to a course that has changed since.",
            action_url=reverse("review:pairs"), action="To the pairs",
        )  # fmt: skip
    return private(render_htmx(request, "review/drill.html", {"drill": page}, partial="drill"))


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """The learner's options, each with what it does."""
    user = _user(request)
    if request.method == "POST":
        form = PreferencesForm(request.POST, user=user)
        if form.is_valid():
            form.save(learner_of(request, form.cleaned_data["time_zone"]))
            messages.success(request, "Saved. The next card follows the new settings.")
            return redirect("review:preferences")
    else:
        form = PreferencesForm(user=user)
    return private(
        render(request, "review/preferences.html", {"fields": form.drawn()}, status=400 if form.errors else 200)
    )
