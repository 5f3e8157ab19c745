"""The answers of all learners, as item analysis takes them: the first of each learner to each question.

A variant is some kilobytes of JSON, and there are many, so they are read as plain JSON and none is kept.
"""

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Max, TextField
from django.db.models.functions import Cast

from studyapp.assessment.analysis import (
    BeliefAnalysis,
    GroupAnalysis,
    ItemAnalysis,
    OptionAnalysis,
    Response,
    Span,
    analyse,
    by_belief,
    by_group,
    by_time,
    chance,
)
from studyapp.assessment.diagnosis import Answer
from studyapp.notes.models import Edition
from studyapp.quiz.choosing import SCENARIO
from studyapp.quiz.models import Attempt, Question, Quiz, Remark

RIGHT, OTHER = "right", "another wrong answer"
MOST_OPTIONS = 24  # of a question that are told apart: of typed numbers there is no end
KEPT = "quiz.analysis"

type Asked = Mapping[str, Any]  # a variant as plain JSON


def item_analysis(topic: str = "") -> list[ItemAnalysis]:
    """Analyse the questions that were answered, of one topic if a key names it, the suspicious first.

    Each is measured against everything else that its learners answered, whatever the topic. Two queries.
    """
    attempts = Attempt.objects.settled().filter(question__item__retired=False)
    columns = ("pk", "answered_at", "user_id", "question_id", "score", "seconds", "answers", "held", "json")
    rows = attempts.annotate(json=Cast("variant", TextField())).values_list(*columns)
    first: dict[tuple[int, int], tuple[datetime, int]] = {}
    responses: dict[tuple[int, int], Response] = {}
    questions = {each.pk: each for each in Question.objects.select_related("item__topic")}
    for pk, at, user, question, score, seconds, answers, held, text in rows.iterator(chunk_size=2000):
        place, when = (user, question), (at, pk)
        if place in first and first[place] < when:
            continue
        first[place] = when
        asked = json.loads(text)
        chosen = _chosen(asked, answers, held, score == 1)
        responses[place] = Response(user, questions[question].item.key, score, chosen, _guess(asked), seconds)
    keys = {each.item.key: _key(each) for each in questions.values()}
    found = analyse(responses.values(), keys)
    if topic:
        within = {each.item.key for each in questions.values() if each.item.topic.key == topic}
        found = [each for each in found if each.item in within]
    return found


def kept_analysis() -> list[ItemAnalysis]:
    """Give `item_analysis` of all questions, worked out anew only after something has changed. Four queries then."""
    state = (
        *Attempt.objects.aggregate(Count("answered_at"), Max("answered_at")).values(),
        Quiz.objects.aggregate(Max("finished_at"))["finished_at__max"],
        Remark.objects.aggregate(Max("pk"))["pk__max"],
        Edition.current_stamp(),
    )
    known: tuple[object, list[ItemAnalysis]] = cache.get(KEPT, (None, []))
    if known[0] != state:
        known = state, item_analysis()
        cache.set(KEPT, known, timeout=None)
    return known[1]


# One question ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Choice:
    """A line of the distractor table: an option, whether it is right, and the misconceptions that lead to it."""

    option: OptionAnalysis
    right: bool
    misconceptions: Sequence[str]
    known: bool  # whether the question offers it today


@dataclass(frozen=True, slots=True)
class Edited:
    """The answers to one version of a question."""

    group: GroupAnalysis
    first: datetime
    last: datetime
    today: bool


@dataclass(frozen=True, slots=True)
class Case:
    """The answers to one variant of a question, and an attempt that shows it."""

    group: GroupAnalysis
    example: int
    seed: int


@dataclass(frozen=True, slots=True)
class QuestionAnalysis:
    """What the first answers of learners to one question say."""

    item: ItemAnalysis | None  # None: nobody has answered it
    choices: Sequence[Choice]
    beliefs: Sequence[BeliefAnalysis]
    cases: Sequence[Case]
    places: Sequence[GroupAnalysis]  # by where the right option stood
    versions: Sequence[Edited]
    spans: Sequence[Span]
    earlier: int  # answers to earlier versions, of all learners' answers


def question_analysis(question: Question, every: Sequence[ItemAnalysis]) -> QuestionAnalysis:
    """Analyse one question, whose item must have been fetched along, with the analysis of all of them. One query."""
    item = next((each for each in every if each.item == question.item.key), None)
    rows = list(question.attempts.settled().order_by("answered_at", "pk"))
    earlier = sum(each.variant.get("version") != question.version for each in rows)
    first = list({each.user_id: each for each in reversed(rows)}.values())[::-1]
    examples = {each.problem: each for each in first if each.problem}
    rights = _key(question) if question.kind == "choice" else ()
    placed = [
        (option["id"], each.score or 0.0)
        for each in first
        for option in each.variant["options"]
        if option["text"] in rights
    ]
    dates: dict[str, list[datetime]] = {}
    for each in first:
        if each.answered_at:
            dates.setdefault(each.variant.get("version", ""), []).append(each.answered_at)
    return QuestionAnalysis(
        item,
        _choices(question, item),
        by_belief(Answer(each.offered, each.held) for each in first),
        [
            Case(group, examples[group.name].pk, examples[group.name].seed)
            for group in by_group((each.problem, each.score or 0.0) for each in first if each.problem)
        ],
        sorted(by_group(placed), key=lambda each: each.name),
        sorted(
            (
                Edited(group, min(dates[group.name]), max(dates[group.name]), group.name == question.version)
                for group in by_group((each.variant.get("version", ""), each.score or 0.0) for each in first)
            ),
            key=lambda each: each.first,
        ),
        by_time((each.seconds, each.score or 0.0) for each in first),
        earlier,
    )  # fmt: skip


def _choices(question: Question, item: ItemAnalysis | None) -> list[Choice]:
    """Give the options of a question, those that nobody chose too: the right ones first, then the most chosen."""
    offers, rights = _offers(question)
    chosen = {each.name: each for each in item.options} if item else {}
    every = [chosen.get(name, OptionAnalysis(name, 0, 0.0, None)) for name in {**offers, **chosen}]
    if question.kind in ("ordering", "matching"):  # which have more wrong places than can be read
        every = [each for each in every if each.count or each.name in rights]
    every.sort(key=lambda each: (each.name not in rights, -each.count, each.name))
    return [
        Choice(each, each.name in rights, offers.get(each.name, ()), each.name in offers)
        for each in every[:MOST_OPTIONS]
    ]


def _offers(question: Question) -> tuple[dict[str, Sequence[str]], Collection[str]]:
    """Give what can be chosen today, by name, with the misconceptions that lead to it; and what of it is right."""
    if question.kind == SCENARIO:
        return {RIGHT: (), **{name: (name,) for name in question.misconceptions}, OTHER: ()}, (RIGHT,)
    asked = question.vary(0).as_json()
    texts = [option["text"] for option in asked["options"]]
    offers: dict[str, Sequence[str]]
    if asked["shape"] == "ordering":
        offers = {f"{place}. {text}": () for place in range(1, len(texts) + 1) for text in texts}
    elif asked["shape"] == "matching":
        offers = {f"{left['text']} → {text}": () for left in asked["left"] for text in texts}
    else:
        offers = {option["text"]: option["misconceptions"] for option in asked["options"]}
    rights = _named(asked, asked["key"])
    return dict.fromkeys(rights, ()) | offers, rights


# Variants as plain JSON -----------------------------------------------------------------------------------


def _key(question: Question) -> Sequence[str]:
    """Give the names of the options that are right today."""
    if question.kind == SCENARIO:
        return (RIGHT,)
    asked = question.vary(0).as_json()
    return _named(asked, asked["key"])


def _chosen(asked: Asked, answers: Sequence[str], held: Sequence[str], right: bool) -> tuple[str, ...]:
    """Name what was chosen as all variants name it: a text that never changes, or the wrong rule behind it."""
    if asked.get("family"):
        return (RIGHT,) if right else tuple(held) or (OTHER,)
    return _named(asked, answers)


def _named(asked: Asked, answers: Sequence[str]) -> tuple[str, ...]:
    """Name answers by texts, for their letters are another option's under another seed."""
    texts = {option["id"]: option["text"] for option in (*asked["options"], *asked.get("left", ()))}
    if asked["shape"] == "ordering":
        return tuple(f"{place}. {texts[id]}" for place, id in enumerate(answers, start=1))
    if asked["shape"] == "matching":
        return tuple(" → ".join(texts[id] for id in answer.split(":")) for answer in answers)
    return tuple(texts.get(id, id) for id in answers)


def _guess(asked: Asked) -> float:
    """Give the mean score of an answer by chance."""
    options = Counter(option["group"] for option in asked["options"])
    choose = {group["name"]: group["choose"] for group in asked["groups"]}
    return chance(asked["shape"], tuple((count, choose.get(name, 1)) for name, count in options.items()))
