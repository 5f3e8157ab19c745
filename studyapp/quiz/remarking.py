"""Answers marked anew: by the key of today, on the variant as it was asked.

What was asked is found in the question of today by its texts. Schedules are left as they are: a learner's memory was
made by what was told then.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from studyapp.accounts.models import User
from studyapp.assessment.kind import Answers, Option, Variant
from studyapp.assessment.marking import mark
from studyapp.assessment.questions import SHAPES
from studyapp.quiz.choosing import SCENARIO
from studyapp.quiz.models import Attempt, Question, Remark

BATCH = 500


class CannotMark(ValueError):
    """An answer cannot be marked by the key of today; the message says why, for the instructor."""


class QuestionChanged(Exception):
    """The question is another than when somebody looked at what would change."""


# One variant ----------------------------------------------------------------------------------------------


def anew(asked: Variant, today: Variant, answers: Answers) -> Variant:
    """Give a variant as it was asked, with the key, the reasons and the predictions of today.

    `today` is any variant of the question as it is now. Raises CannotMark.
    """
    if asked.shape != today.shape:
        raise CannotMark(f"It was asked as {SHAPES[asked.shape]}, and is {SHAPES[today.shape]} today.")
    if asked.shape == "numeric":
        if _plain(asked.unit) != _plain(today.unit):
            raise CannotMark(f"It was asked in {asked.unit}, and is asked in {today.unit} today.")
        return replace(
            asked, options=today.options, key=today.key, predictions=today.predictions, explanation=today.explanation
        )
    known = {_place(option) for option in today.options}
    texts = {option.id: option for option in asked.options}
    for chosen in (texts[answer.rpartition(":")[2]] for answer in answers):
        if _place(chosen) not in known:
            raise CannotMark(f"What was chosen, “{chosen.text}”, is no longer there.")
    make = {"matching": _matching, "ordering": _ordering}.get(asked.shape, _options)
    # The predictions of today, in the letters of then; one that cannot be said in them is left out.
    places = {_place(option): option.id for option in asked.options}
    letters = {option.id: places[_place(option)] for option in today.options if _place(option) in places}
    predictions = {
        name: tuple(letters[id] for id in predicted)
        for name, predicted in today.predictions.items()
        if all(id in letters for id in predicted)
    }
    return replace(make(asked, today), predictions=predictions, explanation=today.explanation)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _place(option: Option) -> tuple[str, str]:
    """Give what an option is found by: its text, in its group."""
    return option.group, _plain(option.text)


def _options(asked: Variant, today: Variant) -> Variant:
    now = {_place(option): option for option in today.options}
    then = {_place(option) for option in asked.options}
    for place, option in now.items():
        if option.right and place not in then:
            raise CannotMark(f"“{option.text}” is right today, and could not be chosen.")
    options = tuple(
        replace(option, right=found.right, reason=found.reason, misconceptions=found.misconceptions)
        if (found := now.get(_place(option)))
        else replace(option, right=False)
        for option in asked.options
    )
    key = tuple(option.id for option in options if option.right)
    if len(key) != len(asked.key):
        raise CannotMark(f"It asked for {len(asked.key)} answers, of which {len(key)} are right today.")
    return replace(asked, options=options, key=key)


def _matching(asked: Variant, today: Variant) -> Variant:
    texts = {option.id: option.text for option in today.options}
    wanted = dict(answer.split(":") for answer in today.key)
    lines = {_place(line): (line, texts[wanted[line.id]]) for line in today.left}
    ids = {_plain(option.text): option.id for option in asked.options}
    left, key = [], []
    for line in asked.left:
        if _place(line) not in lines:
            raise CannotMark(f"The line “{line.text}” is no longer there.")
        found, text = lines[_place(line)]
        if _plain(text) not in ids:
            raise CannotMark(f"“{line.text}” belongs to “{text}” today, which could not be chosen.")
        left.append(replace(line, reason=found.reason))
        key.append(f"{line.id}:{ids[_plain(text)]}")
    return replace(asked, left=tuple(left), key=tuple(key))


def _ordering(asked: Variant, today: Variant) -> Variant:
    steps = {option.id: option for option in today.options}
    order = {_place(steps[id]): number for number, id in enumerate(today.key)}
    key = sorted(asked.options, key=lambda option: order[_place(option)])  # all were answered, so all are known
    reasons = {_place(option): option.reason for option in today.options}
    options = tuple(replace(option, reason=reasons[_place(option)]) for option in asked.options)
    return replace(asked, options=options, key=tuple(option.id for option in key))


# All answers to a question --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """An answer that is worth something else today, or shows another misconception."""

    attempt: Attempt
    score: float
    held: Sequence[str]
    variant: Variant

    @property
    def rise(self) -> float:
        """How much the score grows; below 0 where it falls."""
        return self.score - (self.attempt.score or 0.0)


@dataclass(frozen=True, slots=True)
class Prospect:
    """What marking the answers to a question anew would do."""

    version: str  # of the question, by whose key they would be marked
    changes: Sequence[Change]
    same: int  # answers that stay as they are
    refused: Sequence[tuple[Attempt, str]]  # answers that cannot be marked anew, and why
    stems: Mapping[str, int]  # other words than today's in which it was asked, and how many answers each had
    left_out: int  # answers to those
    open: int  # answers in open tests, which are left alone

    @property
    def total(self) -> int:
        """How many answers there are."""
        return len(self.changes) + self.same + len(self.refused) + self.left_out + self.open

    @property
    def other_stem(self) -> int:
        """How many answers were given to other words, whether left out or not."""
        return sum(self.stems.values())


def can_be_marked(question: Question) -> bool:
    """Tell whether answers to a question can be marked anew; a scenario draws another case in another version."""
    return question.kind != SCENARIO


def prospect(question: Question, *, same_stem: bool = False) -> Prospect:
    """Tell what marking anew would do; with `same_stem` to those alone who read today's words.

    The question's item must have been fetched along. Two queries.
    """
    today = question.vary(0)
    given = question.attempts.filter(answers__isnull=False)
    settled = given.settled().select_related("user", "quiz").order_by("answered_at", "pk")
    changes: list[Change] = []
    refused: list[tuple[Attempt, str]] = []
    stems: Counter[str] = Counter()
    same = left_out = 0
    for attempt in settled:
        asked = attempt.asked
        if _plain(asked.stem) != _plain(today.stem):
            stems[asked.stem] += 1
            if same_stem:
                left_out += 1
                continue
        answers = tuple(attempt.answers or ())
        try:
            variant = anew(asked, today, answers)
        except CannotMark as why:
            refused.append((attempt, str(why)))
            continue
        found = mark(variant, answers)
        if (found.score, list(found.misconceptions)) == (attempt.score, attempt.held):
            same += 1
        else:
            changes.append(Change(attempt, found.score, found.misconceptions, variant))
    total = given.count()
    left = total - len(changes) - len(refused) - same - left_out
    return Prospect(question.version, changes, same, refused, dict(stems), left_out, left)


def mark_anew(question: Question, by: User, now: datetime, *, same_stem: bool = False) -> Sequence[Remark]:
    """Mark the answers to a question anew, in one transaction, and give what was changed; nothing the second time.

    `question` is as somebody looked at it. Raises QuestionChanged if it is another by now.
    """
    found = prospect(question, same_stem=same_stem)
    with transaction.atomic():
        if Question.objects.select_for_update().get(pk=question.pk).version != found.version:
            raise QuestionChanged
        standing = {
            pk: (score, held) for pk, score, held in question.attempts.settled().values_list("pk", "score", "held")
        }
        # Somebody else may have marked them meanwhile.
        changes = [
            each for each in found.changes if standing.get(each.attempt.pk) == (each.attempt.score, each.attempt.held)
        ]
        versions = dict(question.remarks.order_by("pk").values_list("attempt_id", "version_after"))
        made = Remark.objects.bulk_create(
            [
                Remark(
                    question=question, attempt=each.attempt,
                    score_before=each.attempt.score or 0.0, score_after=each.score,
                    held_before=each.attempt.held, held_after=list(each.held),
                    version_before=versions.get(each.attempt.pk, each.attempt.asked.version),
                    version_after=found.version, variant=replace(each.variant, version=found.version).as_json(),
                    by=by, name=by.username, at=now,
                )
                for each in changes
            ],
            batch_size=BATCH,
        )  # fmt: skip
        for each in changes:
            each.attempt.score, each.attempt.held = each.score, list(each.held)
            each.attempt.offered = list(each.variant.predictions)
        Attempt.objects.bulk_update([each.attempt for each in changes], ["score", "held", "offered"], batch_size=BATCH)
    return made
