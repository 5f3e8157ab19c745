"""Which questions a quiz asks, and in which variants."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from random import SystemRandom
from typing import Any

from django.db.models import Max

from studyapp.accounts.models import User
from studyapp.assessment.kind import Undrawable, Variant
from studyapp.assessment.questions import LARGEST_SEED
from studyapp.quiz.models import Attempt, Mode, Question

MOST = 50  # questions of a quiz
FRESH_TRIES = 12  # seeds that are tried for a variant the learner has not seen
SCENARIO = "scenario"

_dice = SystemRandom()


@dataclass(frozen=True, slots=True)
class Choices:
    """What a learner wants of a quiz."""

    topics: tuple[str, ...] = ()  # keys; none means all
    kinds: tuple[str, ...] = ()  # none means all
    number: int = 10
    mode: str = Mode.PRACTICE
    certainty: bool = False
    missed: bool = False  # only what was answered wrong last time
    question: str = ""  # just this one, or this one first

    def as_json(self) -> dict[str, Any]:
        """Give the choices as plain JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Choices":
        """Read what `as_json` gave."""
        known: dict[str, Any] = {name: values[name] for name in cls.__slots__ if name in values}
        return cls(**known | {name: tuple(known.get(name, ())) for name in ("topics", "kinds")})


def candidates(user: User | None, choices: Choices) -> list[Question]:
    """Give the questions that fit, those asked longest ago (or never) first and otherwise by chance. Two queries."""
    found = Question.objects.filter(item__retired=False, item__topic__retired=False).select_related("item__topic")
    if choices.question:
        found = found.filter(item__key=choices.question)
    if choices.topics:
        found = found.filter(item__topic__key__in=choices.topics)
    if choices.kinds:
        found = found.filter(kind__in=choices.kinds)
    last = _last_attempts(user) if user else {}
    questions = list(found)
    if choices.missed:
        questions = [each for each in questions if each.pk in last and not last[each.pk][1]]
    _dice.shuffle(questions)
    return sorted(questions, key=lambda each: last.get(each.pk, (0, True))[0])


def _last_attempts(user: User) -> dict[int, tuple[int, bool]]:
    """Give, for each question that the learner has answered, the last attempt's id and whether it was right."""
    answered = user.attempts.filter(answers__isnull=False)
    newest = answered.values("question").annotate(newest=Max("pk")).values("newest")
    rows = Attempt.objects.filter(pk__in=newest).values_list("question_id", "pk", "score")
    return {question: (pk, score == 1) for question, pk, score in rows}


def interleaved(questions: Sequence[Question], number: int) -> list[Question]:
    """Give so many questions, those at the front first, no two of a topic in a row where that can be had."""
    chosen = questions[:number]
    by_topic: defaultdict[int, deque[Question]] = defaultdict(deque)
    for question in chosen:
        by_topic[question.item.topic_id].append(question)
    order: list[Question] = []
    while len(order) < len(chosen):
        last = order[-1].item.topic_id if order else 0
        waiting = [topic for topic, rest in by_topic.items() if rest]
        others = [topic for topic in waiting if topic != last] or waiting
        longest = max(len(by_topic[topic]) for topic in others)
        topic = _dice.choice([topic for topic in others if len(by_topic[topic]) == longest])
        order.append(by_topic[topic].popleft())
    return order


def enough(questions: Sequence[Question], number: int) -> list[Question]:
    """Give so many questions; where there are fewer, scenarios come again, with other numbers."""
    chosen = list(questions[:number])
    scenarios = [question for question in questions if question.kind == SCENARIO]
    while scenarios and len(chosen) < number:
        chosen += scenarios[: number - len(chosen)]
    return chosen


def seen_problems(user: User | None, questions: Iterable[Question]) -> set[tuple[int, str]]:
    """Give the problems that the learner has been asked already, as (question, problem). One query."""
    if user is None:
        return set()
    mine = user.attempts.filter(question__in={each.pk for each in questions}).exclude(problem="")
    return set(mine.values_list("question_id", "problem"))


def fresh(question: Question, seen: set[tuple[int, str]]) -> Variant:
    """Draw a variant that the learner has not been asked, if one turns up, and add it to those seen.

    Raises Undrawable.
    """
    variant: Variant | None = None
    for _ in range(FRESH_TRIES):
        variant = question.vary(_dice.randrange(LARGEST_SEED))
        if not variant.problem or (question.pk, variant.problem) not in seen:
            break
    assert variant is not None
    seen.add((question.pk, variant.problem))
    return variant


def draw(user: User | None, choices: Choices) -> list[tuple[Question, Variant]]:
    """Choose the questions of a quiz and draw their variants. A question that cannot be drawn is left out."""
    found = enough(candidates(user, choices), min(MOST, choices.number))
    seen = seen_problems(user, found)
    drawn = []
    for question in interleaved(found, len(found)):
        try:
            drawn.append((question, fresh(question, seen)))
        except Undrawable:
            continue
    return drawn
