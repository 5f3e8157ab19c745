"""Quizzes: choosing, asking, answering, looking back; and what the answers tell of wrong ideas."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from studyapp.accounts.guests import known_learner, learner_of
from studyapp.assessment.kind import NoAnswer
from studyapp.assessment.rating import RULE
from studyapp.quiz import answering, profile
from studyapp.quiz.forms import QuizForm, answers_of, certainty_of
from studyapp.quiz.models import Attempt, Question, Quiz, Report
from studyapp.quiz.posing import CERTAINTIES, Solved, facts_of, posed, report_state, solved
from studyapp.schedules import answers as schedules
from studyapp.schedules.day import Desk
from studyapp.schedules.fields import to_micros
from studyapp.schedules.models import Review, Schedule
from studyapp.schedules.showings import ForgedShowing, Showing
from studyapp.shortcuts import error_page, private, render_htmx, wants_partial

RECENT = 10  # quizzes on the front page
LONGEST_REPORT = 1_000  # characters
REPLIES, REPLY_DAYS = 3, 14  # to reports, that the front page tells, and for how long
RATINGS = {1: "Again", 2: "Hard", 3: "Good", 4: "Easy"}


def _no_seed(request: HttpRequest) -> HttpResponse | None:
    """Refuse an address that names a seed: it would let somebody choose the question whose key they know."""
    if "seed" in request.GET or "seed" in request.POST:
        return error_page(
            request, 400, "Seeds are not taken", "Every question draws its own numbers; a seed cannot be chosen.",
            action_url=reverse("quiz:quizzes"), action="To the quizzes",
        )  # fmt: skip
    return None


@require_http_methods(["GET", "HEAD", "POST"])
def quizzes(request: HttpRequest) -> HttpResponse:
    """Choose a quiz; on POST, begin it."""
    if refused := _no_seed(request):
        return refused
    user = known_learner(request)
    if request.method == "POST":
        form = QuizForm(request.POST)
        if form.is_valid():
            try:
                quiz = answering.begin(learner_of(request, request.POST.get("tz")), form.choices(), timezone.now())
            except answering.NothingToAsk:
                form.add_error(None, "No question fits: choose more topics or kinds" + (
                    ", or all questions rather than those you missed." if form.choices().missed else "."
                ))  # fmt: skip
            else:
                return redirect(quiz)
    else:
        form = QuizForm.of(request.GET)
    own = user.quizzes.all() if user else Quiz.objects.none()
    counted = own.annotate(
        asked=Count("attempts"), given=Count("attempts", filter=Q(attempts__answers__isnull=False)),
        right=Count("attempts", filter=Q(attempts__score=1)),
    )  # fmt: skip
    recent = list(counted.order_by("-started_at")[:RECENT]) if user else []
    replies = Report.objects.none()
    if user:
        latest = timezone.now() - timedelta(days=REPLY_DAYS)
        replies = user.reports.exclude(reply="").filter(replied_at__gte=latest).order_by("-replied_at")
    context = {
        "form": form,
        "replies": replies.select_related("attempt__question__item__topic")[:REPLIES],
        "open": [quiz for quiz in recent if quiz.finished_at is None],
        "done": [quiz for quiz in recent if quiz.finished_at is not None],
        "entries": profile.profile(user)[:3],
        "questions": Question.objects.filter(item__retired=False).count(),
        "rule": RULE,
    }
    return private(render(request, "quiz/index.html", context, status=400 if form.errors else 200))


def _quiz(request: HttpRequest, code: str) -> Quiz:
    """Give the learner's quiz; another's is not there."""
    user = known_learner(request)
    if user is None:
        raise Http404("There is no such quiz in this browser.")
    return get_object_or_404(user.quizzes, pk=code)


def _attempts(quiz: Quiz) -> list[Attempt]:
    return list(quiz.attempts.with_notes().select_related("question__item__topic").order_by("place", "pk"))


@require_safe
def quiz(request: HttpRequest, code: str) -> HttpResponse:
    """Go on where the quiz stands: the first question without an answer, or the review."""
    if refused := _no_seed(request):
        return refused
    found = _quiz(request, code)
    if found.finished_at is None:
        attempt = found.attempts.filter(answers__isnull=True).order_by("place", "pk").first()
        if attempt is None:
            attempt = found.attempts.order_by("-place", "-pk").first()
        if attempt is not None:
            return redirect(attempt)
    return redirect("quiz:review", code=found.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def attempt(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """One question of a quiz; on POST, take the answer."""
    if refused := _no_seed(request):
        return refused
    found = _quiz(request, code)
    every = _attempts(found)
    here = next((each for each in every if each.number == number), None)
    if here is None:
        raise Http404("This quiz has no such question.")
    if request.method == "POST":
        return _take(request, found, here)
    return _question(request, found, every, here)


def _question(
    request: HttpRequest, quiz: Quiz, every: list[Attempt], here: Attempt, *, problem: str = "", notice: str = "",
    sent: list[str] | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    """Show a question of a quiz: to be answered, or with its feedback."""
    place = every.index(here)
    told = here.answers is not None and not quiz.is_test
    desk = Desk.of(known_learner(request), timezone.now())
    following = next((each for each in every[place + 1 :] if each.answers is None), None)
    if following is None and quiz.is_test and place + 1 < len(every):
        following = every[place + 1]
    context: dict[str, Any] = {
        "quiz": quiz,
        "attempt": here,
        "place": place + 1,
        "total": len(every),
        "given": sum(each.answers is not None for each in every),
        "marks": [(each, number) for number, each in enumerate(every, start=1)],
        "before": every[place - 1] if place else None,
        "following": following,
        "problem": problem,
        "notice": notice,
        "certainties": CERTAINTIES if quiz.asks_certainty else {},
        "finished": quiz.finished_at is not None,
    }
    if told or quiz.finished_at is not None:
        answer = solved(here, facts_of([here]), profile.refutations(), here.get_absolute_url())
        context |= {"solved": answer, "ratings": given_rating(desk, here), "rule": RULE}
    else:
        showing = Showing(desk.user_id, here.question_id, 0, desk.now)
        context |= {"posed": posed(here.asked, sent or here.answers or ()), "key": showing.seal()}
    return private(render_htmx(request, "quiz/question.html", context, partial="question", status=status))


def given_rating(desk: Desk, attempt: Attempt) -> dict[str, Any] | None:
    """Give the rating that an answer got and those that may overrule it; None when something came after it."""
    if not attempt.review_key:
        return None
    entry = desk_entry(desk, attempt)
    return entry and {"rating": RATINGS[entry[0]], "others": [each for each in RATINGS.items() if each[0] != entry[0]]}


def desk_entry(desk: Desk, attempt: Attempt) -> tuple[int] | None:
    """Give the rating in the log that an attempt became, while it can still be overruled. One query."""
    _, item_id, version = attempt.review_key.split(".")
    fresh = Schedule.objects.filter(user=desk.user_id, item=int(item_id), version=int(version) + 1)
    found = Review.objects.filter(key=attempt.review_key, user=desk.user_id, undone=False, rating__isnull=False)
    row = found.filter(item__in=fresh.values("item")).values_list("rating").first()
    return (int(row[0]),) if row and row[0] else None


def _take(request: HttpRequest, quiz: Quiz, here: Attempt) -> HttpResponse:
    user = known_learner(request)
    assert user is not None
    now = timezone.now()
    desk = Desk.of(user, now)
    try:
        showing = Showing.unseal(request.POST.get("key", ""))
    except ForgedShowing:
        return error_page(
            request, 400, "That question is not one we showed", "The form was altered. Nothing was changed.",
            action_url=here.get_absolute_url(), action="Back to the question",
        )  # fmt: skip
    if showing.user_id != desk.user_id or showing.item_id != here.question_id:
        raise PermissionDenied("This question was shown to another learner. Nothing was changed.")
    sent = answers_of(request.POST)
    seconds = (to_micros(now) - to_micros(showing.shown_at)) / 1_000_000
    try:
        answering.answer(desk, quiz, here.number, sent, certainty_of(request.POST), seconds)
    except NoAnswer as refused:
        return _question(request, quiz, _attempts(quiz), here, problem=str(refused), sent=sent, status=400)
    except answering.AlreadyAnswered:
        notice = "You answered this question already, perhaps in another tab. The first answer counts."
        return _again(request, quiz, here.number, notice)
    except answering.Finished:
        notice = "The quiz is finished, so this answer was not taken."
        if wants_partial(request):
            return _again(request, quiz, here.number, notice)
        messages.warning(request, notice)
        return redirect("quiz:review", code=quiz.pk)
    if quiz.is_test:
        every = _attempts(quiz)
        place = next(number for number, each in enumerate(every) if each.number == here.number)
        following = every[place + 1] if place + 1 < len(every) else every[place]
        if not wants_partial(request):
            return redirect(following)
        notice = "Saved. That was the last question: look back, or finish." if following is every[place] else ""
        response = _question(request, quiz, every, following, notice=notice)
        response["HX-Push-Url"] = following.get_absolute_url()
        return response
    if not wants_partial(request):
        return redirect(here)
    quiz.refresh_from_db()
    every = _attempts(quiz)
    return _question(request, quiz, every, next(each for each in every if each.number == here.number))


def _again(request: HttpRequest, quiz: Quiz, number: int, notice: str) -> HttpResponse:
    """Show a question as it stands now, with what there is to say about an answer that was not taken."""
    quiz.refresh_from_db()
    every = _attempts(quiz)
    here = next(each for each in every if each.number == number)
    return _question(request, quiz, every, here, notice=notice, status=409)


@require_POST
def finish(request: HttpRequest, code: str) -> HttpResponse:
    """End a quiz."""
    found = _quiz(request, code)
    answering.finish(Desk.of(known_learner(request), timezone.now()), found)
    return redirect("quiz:review", code=found.pk)


@require_safe
def review(request: HttpRequest, code: str) -> HttpResponse:
    """Look back on a quiz: every question, the answer, the key, the way there."""
    found = _quiz(request, code)
    if found.finished_at is None:
        messages.info(request, "This quiz is not finished yet.")
        return redirect(found)
    every = _attempts(found)
    prefetch_related_objects([each for each in every if each.noted], "remarks")
    facts = facts_of(every)
    back = reverse("quiz:review", args=[found.pk])
    known = profile.refutations()
    shown: list[Solved] = [solved(each, facts, known, back) for each in every]
    answered = [each for each in every if each.answers is not None]
    topics: dict[str, list[int]] = {}
    for each in every:
        tally = topics.setdefault(each.question.item.topic.title, [0, 0])
        tally[0] += each.is_right
        tally[1] += 1
    held = list(dict.fromkeys(name for each in every for name in each.held if name in known))
    context = {
        "quiz": found,
        "shown": list(zip(range(1, len(shown) + 1), shown, strict=True)),
        "right": sum(each.is_right for each in every),
        "answered": len(answered),
        "total": len(every),
        "minutes": round(sum(each.seconds for each in answered) / 60),
        "topics": sorted(topics.items(), key=lambda each: each[1][0] / each[1][1]),
        "held": [known[name] for name in held],
        "certainties": _calibration(answered) if found.asks_certainty else [],
    }
    return private(render(request, "quiz/review.html", context))


def _calibration(answered: list[Attempt]) -> list[tuple[str, int, int]]:
    """Give, for each certainty, how many answers and how many of them were right."""
    rows = []
    for value, name in CERTAINTIES.items():
        those = [each for each in answered if each.certainty == value]
        if those:
            rows.append((name, sum(each.is_right for each in those), len(those)))
    return rows


@require_POST
def again(request: HttpRequest, code: str) -> HttpResponse:
    """Begin another quiz of the same choices, with questions and numbers not seen before first."""
    found = _quiz(request, code)
    try:
        return redirect(answering.again(found.user, found, timezone.now()))
    except answering.NothingToAsk:
        messages.info(request, "Nothing is left to ask: choose more topics.")
        return redirect("quiz:quizzes")


@require_POST
def rate(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Overrule the rating of an answer."""
    found = _quiz(request, code)
    here = get_object_or_404(found.attempts.select_related("question"), number=number)
    notice = rerated(request, here)
    if wants_partial(request):
        every = _attempts(found)
        fresh = next(each for each in every if each.number == number)
        return _question(request, found, every, fresh, notice=notice)
    messages.info(request, notice)
    return redirect(here)


def rerated(request: HttpRequest, attempt: Attempt) -> str:
    """Overrule the rating of an attempt by the request's form, and say what became of it."""
    rating = request.POST.get("rating", "")
    if rating not in ("1", "2", "3", "4"):
        return "A rating is 1 (Again), 2 (Hard), 3 (Good) or 4 (Easy). Nothing was changed."
    try:
        answering.rerate(Desk.of(known_learner(request), timezone.now()), attempt, int(rating))
    except (schedules.StaleShowing, schedules.UnknownItem):
        return "This question has been answered again since, so its rating stays."
    return f"Rated {RATINGS[int(rating)]}."


@require_POST
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Report a problem with a question; seed, case, trace and answer are kept along."""
    user = known_learner(request)
    if user is None:
        raise Http404
    found = get_object_or_404(user.attempts.select_related("question"), pk=pk)
    if found.answers is None:
        raise Http404("Answer the question first.")
    text = request.POST.get("text", "").replace("\0", "").strip()[:LONGEST_REPORT]
    if text:
        values = {"steps": report_state(found), "at": timezone.now()}
        Report.objects.get_or_create(user=user, attempt=found, text=text, closed_at=None, defaults=values)
        messages.success(request, "Thank you: the instructors see the question exactly as you did.")
    else:
        messages.warning(request, "Say in a few words what is wrong, then send it again.")
    return redirect(found)


@require_GET
def misconceptions(request: HttpRequest) -> HttpResponse:
    """The learner's wrong ideas: those that stand, and those that are mended."""
    entries = profile.profile(known_learner(request))
    return private(
        render(
            request,
            "quiz/misconceptions.html",
            {
                "open": [each for each in entries if each.finding.state == "open"],
                "mended": [each for each in entries if each.finding.state == "mended"],
            },
        )
    )
