"""Which wrong idea is behind a learner's answers.

Every answer is evidence: to a question that would have shown a misconception, it either showed it or did not.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import log

MENDED_AFTER = 2  # questions in a row that would have shown it and did not
# How often a believer falls for it, and somebody else does by accident:
BELIEVER, OTHER = 0.85, 0.12


class State(StrEnum):
    """How a misconception stands with a learner."""

    OPEN = "open"
    MENDED = "mended"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one answer tells: the misconceptions it would have shown, and those it did."""

    offered: Collection[str]
    held: Collection[str]


@dataclass(frozen=True, slots=True)
class Finding:
    """A misconception that showed: how often, out of how many chances, and how likely it is believed."""

    name: str
    state: State
    shown: int
    chances: int
    weight: float  # log-likelihood ratio of a believer against somebody else, over all chances


def diagnose(answers: Iterable[Answer]) -> list[Finding]:
    """Give the misconceptions that showed at least once in answers (oldest first), the likeliest first.

    One answer may fit several misconceptions; each then counts it, and the answers that tell them apart decide.
    """
    shown: dict[str, int] = {}
    chances: dict[str, int] = {}
    weight: dict[str, float] = {}
    streak: dict[str, int] = {}
    for answer in answers:
        for name in {*answer.offered, *answer.held}:
            chances[name] = chances.get(name, 0) + 1
            if name in answer.held:
                shown[name] = shown.get(name, 0) + 1
                weight[name] = weight.get(name, 0.0) + log(BELIEVER / OTHER) / len(answer.held)
                streak[name] = 0
            else:
                weight[name] = weight.get(name, 0.0) + log((1 - BELIEVER) / (1 - OTHER))
                streak[name] = streak.get(name, 0) + 1
    found = [
        Finding(name, State.MENDED if streak[name] >= MENDED_AFTER else State.OPEN, count, chances[name], weight[name])
        for name, count in shown.items()
    ]
    return sorted(found, key=lambda each: (each.state == State.MENDED, -each.weight, -each.shown, each.name))


def counts(findings: Iterable[Finding]) -> Mapping[State, int]:
    """Give how many findings are in each state."""
    every = list(findings)
    return {state: sum(each.state == state for each in every) for state in State}
