"""What learners do with questions: begin a quiz, answer, finish. Each act is one transaction."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac

from studyapp.accounts.models import User
from studyapp.assessment.kind import Undrawable, Variant
from studyapp.assessment.marking import mark, read_answers
from studyapp.assessment.questions import LARGEST_SEED
from studyapp.assessment.rating import rating_of
from studyapp.quiz.choosing import Choices, draw, fresh, seen_problems
from studyapp.quiz.models import Attempt, Question, Quiz
from studyapp.schedules import answers as schedules
from studyapp.schedules.day import Desk
from studyapp.schedules.models import Schedule
from studyapp.schedules.showings import Showing, review_key

SPACE = 100  # between the places of a quiz's questions, so that others fit in
MOST_FOLLOWING = 5  # questions that are put into a quiz because of a misconception
LATER = 2  # questions between a misconception and the next one on it
LONGEST_SECONDS = 600.0


class NothingToAsk(Exception):
    """No question fits what was chosen."""


class Finished(Exception):
    """The quiz is finished, so nothing can be answered any more."""


class AlreadyAnswered(Exception):
    """The question has been answered, perhaps in another tab."""


def _title(choices: Choices, drawn: Sequence[tuple[Question, Variant]]) -> str:
    if choices.missed:
        return "What you missed"
    topics = list(dict.fromkeys(question.item.topic.title for question, _ in drawn))
    if choices.topics and len(topics) == 1:
        return topics[0]
    return f"{len(topics)} topics, interleaved" if len(topics) > 1 else topics[0]


def begin(user: User, choices: Choices, now: datetime) -> Quiz:
    """Begin a quiz. Raises NothingToAsk."""
    drawn = draw(user, choices)
    if not drawn:
        raise NothingToAsk
    with transaction.atomic():
        quiz = Quiz.objects.create(
            user=user, title=_title(choices, drawn)[:120], mode=choices.mode, asks_certainty=choices.certainty,
            choices=choices.as_json(), started_at=now,
        )  # fmt: skip
        Attempt.objects.bulk_create(
            _attempt(user, question, variant, quiz=quiz, number=number, place=number * SPACE)
            for number, (question, variant) in enumerate(drawn, start=1)
        )
    return quiz


def _attempt(user: User, question: Question, variant: Variant, **more: object) -> Attempt:
    return Attempt(
        user=user, question=question, seed=variant.seed, variant=variant.as_json(), problem=variant.problem,
        offered=list(variant.predictions), **more,
    )  # fmt: skip


def _marked(attempt: Attempt, sent: Sequence[str], certainty: int | None, seconds: float, now: datetime) -> None:
    """Mark an answer in the attempt. Raises NoAnswer."""
    variant = attempt.asked
    given = read_answers(variant, sent)
    found = mark(variant, given)
    attempt.answers, attempt.score, attempt.held = list(given), found.score, list(found.misconceptions)
    attempt.certainty, attempt.answered_at = certainty, now
    attempt.seconds = max(0.0, min(seconds, LONGEST_SECONDS))


_FIELDS = ("answers", "score", "held", "certainty", "answered_at", "seconds", "review_key")


def _rating(attempt: Attempt, difficulty: int) -> int:
    return rating_of(attempt.is_right, attempt.certainty, attempt.seconds, difficulty)


def _schedule(desk: Desk, attempt: Attempt, rating: int) -> str:
    """Schedule the question by an answer, and give the key of the log's entry; none if it moved on meanwhile."""
    schedule = Schedule.objects.filter(user=attempt.user_id, item=attempt.question_id).values_list("version").first()
    version = schedule[0] if schedule else 0
    showing = Showing(desk.user_id, attempt.question_id, version, desk.now)
    try:
        schedules.answer(desk, showing, rating)
    except (schedules.StaleShowing, schedules.UnknownItem):
        return ""
    return review_key(desk.user_id, attempt.question_id, version)


def answer(desk: Desk, quiz: Quiz, number: int, sent: Sequence[str], certainty: int | None, seconds: float) -> Attempt:
    """Take an answer to a question of a quiz.

    In practice it counts at once: the question is scheduled by it, and a misconception that it shows brings another
    question on the same one later in the quiz. In a test it can be changed until the test is finished.

    Raises NoAnswer, Finished, AlreadyAnswered, Attempt.DoesNotExist.
    """
    with transaction.atomic():
        quiz = Quiz.objects.select_for_update().get(pk=quiz.pk)
        attempt = quiz.attempts.select_related("question").get(number=number)
        if quiz.finished_at is not None:
            raise Finished
        if attempt.answers is not None and not quiz.is_test:
            raise AlreadyAnswered
        _marked(attempt, sent, certainty, seconds, desk.now)
        if not quiz.is_test:
            attempt.review_key = _schedule(desk, attempt, _rating(attempt, attempt.question.difficulty))
            if attempt.held:
                _follow(desk, quiz, attempt)
        attempt.save(update_fields=_FIELDS)
        if not quiz.is_test and not quiz.attempts.filter(answers__isnull=True).exists():
            quiz.finished_at = desk.now
            quiz.save(update_fields=["finished_at"])
    return attempt


def finish(desk: Desk, quiz: Quiz) -> Quiz:
    """End a quiz. Of a test, the answers now count; what was not answered counts as not asked for the schedule."""
    with transaction.atomic():
        quiz = Quiz.objects.select_for_update().get(pk=quiz.pk)
        if quiz.finished_at is not None:
            return quiz
        quiz.finished_at = desk.now
        quiz.save(update_fields=["finished_at"])
        if quiz.is_test:
            given = list(quiz.attempts.filter(answers__isnull=False).select_related("question").order_by("place"))
            for attempt in given:
                attempt.review_key = _schedule(desk, attempt, _rating(attempt, attempt.question.difficulty))
            Attempt.objects.bulk_update(given, ["review_key"])
    return quiz


def again(user: User, quiz: Quiz, now: datetime) -> Quiz:
    """Begin another quiz of the same choices. Raises NothingToAsk."""
    return begin(user, replace(Choices.from_json(quiz.choices), question=""), now)


def _follow(desk: Desk, quiz: Quiz, attempt: Attempt) -> None:
    """Put another question on the same misconception into the quiz, a few places later."""
    rest = list(quiz.attempts.filter(place__gt=attempt.place).order_by("place").values_list("place", "offered"))
    if any(set(offered) & set(attempt.held) for _, offered in rest):
        return  # one comes anyway
    if sum(place % SPACE > 0 for place in quiz.attempts.values_list("place", flat=True)) >= MOST_FOLLOWING:
        return
    found = [
        question
        for question in Question.objects.filter(item__retired=False).select_related("item").order_by("?")
        if set(question.misconceptions) & set(attempt.held)
    ]
    # Rather another situation than the same one with other numbers.
    found.sort(key=lambda question: question.pk == attempt.question_id)
    for question in found:
        try:
            variant = fresh(question, seen_problems(quiz.user, [question]))
        except Undrawable:
            continue
        before = rest[min(LATER, len(rest)) - 1][0] if rest else attempt.place
        number = max(quiz.attempts.values_list("number", flat=True)) + 1
        _attempt(quiz.user, question, variant, quiz=quiz, number=number, place=before + 1).save()
        return


# In the day's session -------------------------------------------------------------------------------------


def session_seed(showing: Showing) -> int:
    """Give the seed of a question shown in the day's session: nobody can choose it, and a reload keeps it."""
    text = f"{showing.user_id}.{showing.item_id}.{showing.version}"
    return int(salted_hmac("stowage.session.seed", text, algorithm="sha256").hexdigest()[:15], 16) % LARGEST_SEED


def readable(question: Question, showing: Showing, sent: Sequence[str]) -> None:
    """Raise NoAnswer unless what was sent is an answer to the question as it was shown."""
    read_answers(question.vary(session_seed(showing)), sent)


def answer_in_session(
    desk: Desk, question: Question, showing: Showing, sent: Sequence[str], certainty: int | None
) -> tuple[Attempt, schedules.Answered]:
    """Take an answer to a question of the day's session, and schedule it by the rule.

    Raises NoAnswer, and what `schedules.answer` raises; AlreadyAnswered where this showing was answered before.
    """
    key = review_key(desk.user_id, showing.item_id, showing.version)
    person = User(pk=desk.user_id)
    variant = question.vary(session_seed(showing))
    attempt = _attempt(person, question, variant, showing=key)
    _marked(attempt, sent, certainty, (desk.now - showing.shown_at).total_seconds(), desk.now)
    try:
        with transaction.atomic():
            done = schedules.answer(desk, showing, _rating(attempt, question.difficulty))
            attempt.review_key = key
            attempt.save()
    except IntegrityError:
        raise AlreadyAnswered from None
    return attempt, done


def rerate(desk: Desk, attempt: Attempt, rating: int) -> None:
    """Overrule the rating that the rule gave. Raises what `schedules.rerate` raises."""
    with transaction.atomic():
        attempt.review_key = schedules.rerate(desk, attempt.review_key, rating)
        attempt.save(update_fields=["review_key"])
