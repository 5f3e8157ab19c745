"""Item analysis: what the answers of many learners say of a question.

The measures are those of the field, as Moodle's "Quiz statistics calculations" defines them, with the rest of a
learner's answers in place of the rest of a test, for learners meet different questions.
"""

import statistics
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import atanh, comb, inf, sqrt, tanh
from statistics import NormalDist, StatisticsError, covariance, fmean, median, stdev

from studyapp.assessment.diagnosis import Answer

FEW = "few-data"
FEWEST = 30  # responses, below which nothing is concluded
FEWEST_OTHERS = 3  # other answers of a learner that make a rest
Z = NormalDist().inv_cdf(0.975)  # for intervals of 95 %
EASY = 0.95  # facility that gives an item away
EASY_SURELY = 0.92  # that its interval must lie above
RIVAL_SHARE = 0.1  # of the answers that an option must have to rival the key
SPANS = (0, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300)  # seconds at which one span of time ends and another begins


@dataclass(frozen=True, slots=True)
class Response:
    """One learner's first answer to an item: its score from 0 to 1, what was chosen, and what guessing would earn."""

    learner: int
    item: str
    score: float
    chosen: tuple[str, ...] = ()  # options, by names that all variants share
    guess: float = 0.0  # mean score of an answer by chance
    seconds: float | None = None  # that it took; None: not known


@dataclass(frozen=True, slots=True)
class OptionAnalysis:
    """An option: how often it was chosen, and by whom."""

    name: str
    count: int
    share: float
    discrimination: float | None  # of choosing it against the rest of the learner's answers


@dataclass(frozen=True, slots=True)
class ItemAnalysis:
    """An item: the measures, None where they cannot be had, and what is to be said of it.

    `findings`: few-data; negative (the able do worse); rival (an option that the able choose); giveaway (nearly all are
    right); below-chance.
    """

    item: str
    responses: int
    facility: float  # mean score, 0 to 1
    facility_interval: tuple[float, float]
    deviation: float | None  # standard deviation of the score
    guess: float  # random guess score
    discrimination: float | None  # correlation of the score with the rest, -1 to 1
    discrimination_interval: tuple[float, float] | None
    efficiency: float | None  # covariance with the rest, as a share of the largest possible
    options: Sequence[OptionAnalysis]
    findings: tuple[str, ...]
    mean_seconds: float | None
    median_seconds: float | None

    @property
    def is_suspicious(self) -> bool:
        """Whether there is something to be looked at."""
        return any(code != FEW for code in self.findings)


@dataclass(frozen=True, slots=True)
class GroupAnalysis:
    """Some of an item's responses, as those to one variant."""

    name: str
    responses: int
    facility: float
    facility_interval: tuple[float, float]
    enough: bool  # to conclude something


@dataclass(frozen=True, slots=True)
class BeliefAnalysis:
    """A misconception: how many answers could have shown it, and how many did."""

    name: str
    offered: int
    held: int
    share: float
    share_interval: tuple[float, float]
    enough: bool


@dataclass(frozen=True, slots=True)
class Span:
    """The answers that took so long: from `start` seconds to below `end`, None for the last span."""

    start: int
    end: int | None
    right: int
    other: int

    @property
    def count(self) -> int:
        """How many they are."""
        return self.right + self.other


def correlation(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Give Pearson's correlation, None for fewer than three pairs or where one row does not vary."""
    if len(one) < 3:
        return None
    try:
        return max(-1.0, min(1.0, statistics.correlation(one, other)))
    except StatisticsError:
        return None


def efficiency(scores: Sequence[float], rest: Sequence[float]) -> float | None:
    """Give the covariance of scores and rest as a share of what it would be if both were in the same order."""
    if len(scores) < 3:
        return None
    largest = covariance(sorted(scores), sorted(rest))
    return None if largest <= 1e-18 else covariance(scores, rest) / largest


def wilson(mean: float, count: int) -> tuple[float, float]:
    """Give Wilson's interval of 95 % for a share of a count."""
    if not count:
        return 0.0, 1.0
    square = Z * Z / count
    middle = (mean + square / 2) / (1 + square)
    half = Z / (1 + square) * sqrt(mean * (1 - mean) / count + square / (4 * count))
    return max(0.0, middle - half), min(1.0, middle + half)


def fisher(value: float, count: int) -> tuple[float, float] | None:
    """Give Fisher's interval of 95 % for a correlation of so many pairs, None for fewer than four."""
    if count < 4:
        return None
    if abs(value) == 1:
        return value, value
    half = Z / sqrt(count - 3)
    return tanh(atanh(value) - half), tanh(atanh(value) + half)


def analyse(responses: Iterable[Response], keys: Mapping[str, Sequence[str]] | None = None) -> list[ItemAnalysis]:
    """Analyse items, those with findings first, then by discrimination.

    `responses` holds at most one response of a learner to an item; `keys` names the options that are right.
    """
    every = list(responses)
    total: dict[int, float] = defaultdict(float)
    answered = Counter(each.learner for each in every)
    by_item: dict[str, list[Response]] = defaultdict(list)
    for each in every:
        total[each.learner] += each.score
        by_item[each.item].append(each)
    rests = {
        learner: (total[learner], count - 1) for learner, count in answered.items() if count > FEWEST_OTHERS
    }  # sum of the scores, other answers
    found = [_item(name, mine, rests, (keys or {}).get(name, ())) for name, mine in by_item.items()]
    return sorted(
        found,
        key=lambda each: (
            not each.is_suspicious, inf if each.discrimination is None else each.discrimination, each.item
        ),
    )  # fmt: skip


@cache
def chance(shape: str, counts: tuple[tuple[int, int], ...]) -> float:
    """Give the random guess score: the mean score of answers by chance, as `marking.mark` marks them.

    `counts` holds, for each choice, how many options there are and how many of them are to be chosen. 0 where nothing
    is offered, as for a number.
    """
    counts = tuple((options, choose) for options, choose in counts if 0 < choose <= options)
    if shape == "numeric" or not counts:
        return 0.0
    if shape in ("ordering", "matching"):
        return 1 / counts[0][0]  # of each place
    if shape == "cause_fix":
        return fmean(choose / options for options, choose in counts)
    options, choose = counts[0]
    # Each wrong choice takes one that is right away, so more than half of them must be.
    hits = range(choose // 2 + 1, choose + 1)
    worth = sum(comb(choose, hit) * comb(options - choose, choose - hit) * (2 * hit - choose) for hit in hits)
    return worth / choose / comb(options, choose)


def by_group(scores: Iterable[tuple[str, float]]) -> list[GroupAnalysis]:
    """Analyse scores by the groups that they name: those with enough responses first, the hardest first."""
    groups: dict[str, list[float]] = defaultdict(list)
    for name, score in scores:
        groups[name].append(score)
    found = [
        GroupAnalysis(name, len(mine), mean := fmean(mine), wilson(mean, len(mine)), len(mine) >= FEWEST)
        for name, mine in groups.items()
    ]
    return sorted(found, key=lambda each: (not each.enough, each.facility, -each.responses, each.name))


def by_belief(answers: Iterable[Answer]) -> list[BeliefAnalysis]:
    """Give, for each misconception that answers could have shown, how many did; the commonest first."""
    offered: Counter[str] = Counter()
    held: Counter[str] = Counter()
    for answer in answers:
        offered.update({*answer.offered, *answer.held})
        held.update(set(answer.held))
    found = [
        BeliefAnalysis(
            name, count, held[name], held[name] / count, wilson(held[name] / count, count), count >= FEWEST
        )
        for name, count in offered.items()
    ]  # fmt: skip
    return sorted(found, key=lambda each: (-each.share, -each.offered, each.name))


def by_time(answers: Iterable[tuple[float, float]]) -> list[Span]:
    """Count answers, given as (seconds, score), by the time that they took. Every span is there, empty or not."""
    right, other = [0] * len(SPANS), [0] * len(SPANS)
    for seconds, score in answers:
        place = bisect_right(SPANS, max(0.0, seconds)) - 1
        (right if score == 1 else other)[place] += 1
    ends = (*SPANS[1:], None)
    return [Span(*each) for each in zip(SPANS, ends, right, other, strict=True)]


def _item(name: str, mine: list[Response], rests: Mapping[int, tuple[float, int]], key: Sequence[str]) -> ItemAnalysis:
    scores = [each.score for each in mine]
    ranked = [each for each in mine if each.learner in rests]
    # Rounded, so that equal rests that were added up in another order are equal.
    rest = [round((rests[each.learner][0] - each.score) / rests[each.learner][1], 9) for each in ranked]
    measured = [each.score for each in ranked]
    discrimination = correlation(measured, rest)
    names = sorted({option for each in mine for option in each.chosen})
    options = [
        OptionAnalysis(
            option,
            count := sum(option in each.chosen for each in mine),
            count / len(mine),
            correlation([float(option in each.chosen) for each in ranked], rest),
        )
        for option in names
    ]
    facility, guess = fmean(scores), fmean(each.guess for each in mine)
    interval = wilson(min(1.0, max(0.0, facility)), len(mine))
    seconds = [each.seconds for each in mine if each.seconds is not None]
    return ItemAnalysis(
        name,
        len(mine),
        facility,
        interval,
        stdev(scores) if len(scores) > 1 else None,
        guess,
        discrimination,
        None if discrimination is None else fisher(discrimination, len(ranked)),
        efficiency(measured, rest),
        options,
        _findings(len(mine), facility, interval, guess, discrimination, options, key),
        fmean(seconds) if seconds else None,
        median(seconds) if seconds else None,
    )


def _findings(
    count: int, facility: float, interval: tuple[float, float], guess: float, discrimination: float | None,
    options: Sequence[OptionAnalysis], key: Sequence[str],
) -> tuple[str, ...]:  # fmt: skip
    if count < FEWEST:
        return (FEW,)
    found = []
    if discrimination is not None and discrimination < 0:
        found.append("negative")
    rivals = [
        each
        for each in options
        if each.name not in key and each.share >= RIVAL_SHARE and (each.discrimination or 0.0) > 1 / sqrt(count)
    ]
    if key and rivals:
        found.append("rival")
    if interval[0] > EASY_SURELY and facility >= EASY:
        found.append("giveaway")
    if guess and interval[1] < guess:
        found.append("below-chance")
    return tuple(found)
