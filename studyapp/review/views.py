"""Flashcards: the day's session, the learner's cards, cram, and the options."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from studyapp.accounts.guests import known_learner, learner_of
from studyapp.review import browser, cramming, pairing
from studyapp.review.forms import PreferencesForm
from studyapp.schedules import answers
from studyapp.schedules.day import Desk
from studyapp.schedules.models import Action
from studyapp.schedules.showings import Showing
from studyapp.shortcuts import error_page, private, render_htmx

TOPIC_SECONDS = 30  # how long a process remembers a topic's title between two cards


@require_http_methods(["GET", "HEAD", "POST"])
def cards(request: HttpRequest) -> HttpResponse:
    """The learner's cards by state; POST brings back one that was put away, or puts one away."""
    user = known_learner(request)
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
    desk = Desk.of(known_learner(request), timezone.now())
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
        page = cramming.page(Desk.of(known_learner(request), timezone.now()), query)
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
    user = known_learner(request)
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
