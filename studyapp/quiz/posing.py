"""A variant as a page shows it: posed, and later solved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe

from studyapp.assessment import questions
from studyapp.assessment.kind import Group, Option, Variant
from studyapp.assessment.pictures import Box, Picture, picture
from studyapp.assessment.rating import Certainty
from studyapp.assessment.telling import Told
from studyapp.content.markup import render, render_inline
from studyapp.notes.models import Fact
from studyapp.quiz.models import Attempt, worth
from studyapp.quiz.profile import Refuted

CERTAINTIES = {Certainty.SURE: "Sure", Certainty.THINK_SO: "Think so", Certainty.GUESS: "Guess"}


# The texts of a static question are the same for everybody; a scenario's stem is the same for one variant.
@lru_cache(maxsize=4096)
def inline(text: str) -> SafeString:
    """Render a short text."""
    return mark_safe(render_inline(text))


@lru_cache(maxsize=2048)
def block(text: str) -> SafeString:
    """Render a text of several paragraphs."""
    return mark_safe(render(text))


@dataclass(frozen=True, slots=True)
class Choice:
    """An option as it is shown."""

    id: str
    html: SafeString
    chosen: bool


@dataclass(frozen=True, slots=True)
class PosedGroup:
    """One choice to be made."""

    label: str
    how_many: str  # "Choose TWO", where it is more than one
    several: bool
    choices: Sequence[Choice]


@dataclass(frozen=True, slots=True)
class Line:
    """A line to be matched, or a place in an order: its words, and what was chosen for it."""

    id: str
    html: SafeString
    chosen: str


_NUMBERS = ("no", "ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN")


def _how_many(group: Group) -> str:
    if group.choose == 1:
        return ""
    number = _NUMBERS[group.choose] if group.choose < len(_NUMBERS) else str(group.choose)
    return f"Choose {number}"


@dataclass(frozen=True, slots=True)
class Posed:
    """A variant before the answer. Nothing in it tells which option is right."""

    shape: str
    stem: SafeString
    groups: Sequence[PosedGroup]
    lines: Sequence[Line]
    choices: Sequence[Choice]
    unit: str
    typed: str
    picture: Picture | None
    # Zone -> its instances, each with the choice that it is, where it can be picked:
    berths: Sequence[tuple[str, Sequence[tuple[Box, Choice | None]]]]


def posed(variant: Variant, chosen: Sequence[str] = ()) -> Posed:
    """Pose a variant, with what was chosen before, if anything was."""
    choices = [
        Choice(option.id, inline(option.text), option.id in chosen)
        for option in (variant.options if variant.shape != "numeric" else ())
    ]
    by_group = {
        group.name: [option.id for option in variant.options if option.group == group.name] for group in variant.groups
    }
    by_id = {choice.id: choice for choice in choices}
    groups = [
        PosedGroup(
            group.label, _how_many(group), group.choose > 1, [by_id[id] for id in by_group[group.name] if id in by_id]
        )
        for group in variant.groups
    ]
    lines: list[Line] = []
    if variant.shape == "matching":
        matched = dict(answer.partition(":")[::2] for answer in chosen)
        lines = [Line(each.id, inline(each.text), matched.get(each.id, "")) for each in variant.left]
    elif variant.shape == "ordering":
        lines = [
            Line(str(number), inline(""), chosen[number - 1] if number <= len(chosen) else "")
            for number in range(1, len(variant.options) + 1)
        ]
    typed = chosen[0] if variant.shape == "numeric" and chosen else ""
    shown = picture(variant.given) if variant.given else None
    pickable = by_id if variant.shape == "pick" else {}
    berths = [(zone, [(box, pickable.get(box.id)) for box in boxes]) for zone, boxes in (shown.berths if shown else ())]
    return Posed(variant.shape, block(variant.stem), groups, lines, choices, variant.unit, typed, shown, berths)


@dataclass(frozen=True, slots=True)
class Verdict:
    """An option after the answer: whether it was right, whether it was chosen, and why."""

    id: str
    html: SafeString
    right: bool
    chosen: bool
    reason: SafeString
    beliefs: Sequence[Refuted]
    place: str = ""  # of an order or a matching: where it belongs
    given: str = ""  # and where it was put


@dataclass(frozen=True, slots=True)
class Parting:
    """Where the learner's rule and AWS's part."""

    refuted: Refuted
    true: Told | None
    wrong: Told | None


@dataclass(frozen=True, slots=True)
class Solved:
    """A variant after the answer."""

    attempt: Attempt
    posed: Posed
    verdicts: Sequence[Verdict]
    key: str
    answer: str
    explanation: SafeString
    steps: Sequence[tuple[str, Sequence[Told]]]
    partings: Sequence[Parting]
    facts: Sequence[Fact]
    lab_url: str
    score: str

    @property
    def is_short(self) -> bool:
        """Whether key and answer are words rather than sentences, which the list of options tells better."""
        return bool(self.posed.picture) or self.posed.shape == "numeric"


def _verdicts(variant: Variant, chosen: Sequence[str], known: Mapping[str, Refuted]) -> list[Verdict]:
    def beliefs(option: Option) -> list[Refuted]:
        return [known[name] for name in option.misconceptions if name in known]

    if variant.shape == "ordering":
        texts = {option.id: option for option in variant.options}
        return [
            Verdict(
                id, inline(texts[id].text), right=place <= len(chosen) and chosen[place - 1] == id, chosen=True,
                reason=inline(texts[id].reason), beliefs=(), place=str(place),
                given=str(chosen.index(id) + 1) if id in chosen else "",
            )
            for place, id in enumerate(variant.key, start=1)
        ]  # fmt: skip
    if variant.shape == "matching":
        wanted = dict(answer.partition(":")[::2] for answer in variant.key)
        given = dict(answer.partition(":")[::2] for answer in chosen)
        texts = {option.id: option for option in variant.options}
        return [
            Verdict(
                each.id, inline(each.text), right=given.get(each.id) == wanted[each.id], chosen=True,
                reason=inline(each.reason), beliefs=(), place=inline(texts[wanted[each.id]].text),
                given=inline(texts[given[each.id]].text) if given.get(each.id) in texts else "",
            )
            for each in variant.left
        ]  # fmt: skip
    return [
        Verdict(
            option.id, inline(option.text), option.right, option.id in chosen, inline(option.reason), beliefs(option)
        )
        for option in variant.options
    ]


def in_words(variant: Variant, answers: Sequence[str]) -> str:
    """Give answers to a variant, or its key, as one line of words."""
    if variant.shape == "numeric":
        return f"{answers[0]} {variant.unit}" if answers else ""
    texts = {option.id: option.text.replace("`", "") for option in (*variant.options, *variant.left)}
    if variant.shape == "matching":
        return "; ".join(" → ".join(texts.get(part, part) for part in answer.split(":")) for answer in answers)
    return (" → " if variant.shape == "ordering" else "; ").join(texts.get(answer, answer) for answer in answers)


def lab_url(variant: Variant, back: str = "") -> str:
    """Give the address at which the case of a variant opens in its simulator."""
    import json

    if not variant.family:
        return ""
    given = json.dumps(variant.given, separators=(",", ":"))
    query = {"family": variant.family, "input": given} | ({"back": back} if back else {})
    return f"{reverse('labs:open')}?{urlencode(query)}"


def _by_heading(steps: Sequence[Told]) -> list[tuple[str, list[Told]]]:
    parts: list[tuple[str, list[Told]]] = []
    for step in steps:
        if not parts or parts[-1][0] != step.heading:
            parts.append((step.heading, []))
        parts[-1][1].append(step)
    return parts


def solved(attempt: Attempt, facts: Mapping[str, Fact], known: Mapping[str, Refuted], back: str = "") -> Solved:
    """Solve an attempt, whose question must have been fetched along; facts and misconceptions by their keys."""
    variant = attempt.marked
    chosen = tuple(attempt.answers or ())
    partings = []
    for name in attempt.held:
        if name in known:
            true, wrong = questions.parted(variant, name) if variant.family else (None, None)
            partings.append(Parting(known[name], true, wrong))
    return Solved(
        attempt, posed(variant, chosen), _verdicts(variant, chosen, known), in_words(variant, variant.key),
        in_words(variant, chosen), block(variant.explanation), _by_heading(questions.story(variant)), partings,
        [facts[key] for key in attempt.question.facts if key in facts], lab_url(variant, back), worth(attempt.score),
    )  # fmt: skip


def facts_of(attempts: Sequence[Attempt]) -> dict[str, Fact]:
    """Give the facts that attempts tested, by key. One query."""
    wanted = {key for attempt in attempts for key in attempt.question.facts}
    found = Fact.objects.filter(key__in=wanted, retired=False).only("key", "statement_html", "verdict", "topic")
    return {fact.key: fact for fact in found}


def report_state(attempt: Attempt) -> list[Any]:
    """Give the steps of an attempt as plain JSON, to be kept with a report on it."""
    return [[step.heading, step.text, step.fact] for step in questions.story(attempt.asked)]
