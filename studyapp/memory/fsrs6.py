"""FSRS-6: what an answer does to a memory. The mathematics is py-fsrs's; days and fuzz are ours.

py-fsrs counts elapsed days in whole 24 hours, so an answer 23 hours after the last, on the next study
day, would count as the same day. It is therefore given midnights of study days instead of instants.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from fsrs import Card, Rating, Scheduler, State
from fsrs.scheduler import FUZZ_RANGES

from studyapp.memory.preferences import Preferences

SCHEDULER = "fsrs-6 py-fsrs 6.3.2"  # stored with every schedule: which version computed it
NEW, LEARNING, REVIEW, RELEARNING = 0, 1, 2, 3
AGAIN, HARD, GOOD, EASY = RATINGS = (1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class Memory:
    """What FSRS knows of one item after its last answer."""

    state: int = NEW
    step: int | None = None  # of the learning or relearning steps, from 0
    stability: float | None = None  # days until retrievability has fallen to 0.9
    difficulty: float | None = None  # 1 to 10
    last_day: date | None = None  # study day of the last answer


@dataclass(frozen=True, slots=True)
class Outcome:
    """A memory after an answer, and when to ask again: after `wait`, or on `due_day`."""

    memory: Memory
    wait: timedelta | None  # learning and relearning: from the answer on
    due_day: date | None  # review: a study day

    def days(self, day: date) -> int:
        """Give the interval in whole days, 0 while learning."""
        return (self.due_day - day).days if self.due_day else 0


@lru_cache(maxsize=256)
def _scheduler(
    desired_retention: float, learning_steps: tuple[int, ...], relearning_steps: tuple[int, ...], maximum_interval: int
) -> Scheduler:
    return Scheduler(
        desired_retention=desired_retention,
        learning_steps=[timedelta(minutes=minutes) for minutes in learning_steps],
        relearning_steps=[timedelta(minutes=minutes) for minutes in relearning_steps],
        maximum_interval=maximum_interval,
        enable_fuzzing=False,  # py-fsrs draws its fuzz from the global generator
    )


def scheduler(preferences: Preferences) -> Scheduler:
    """Give py-fsrs's scheduler, without its fuzz, for these options."""
    return _scheduler(
        preferences.desired_retention,
        preferences.learning_steps,
        preferences.relearning_steps,
        preferences.maximum_interval,
    )


def midnight(day: date) -> datetime:
    """Give the instant by which py-fsrs knows a study day."""
    return datetime.combine(day, time(), UTC)


def _card(memory: Memory) -> Card:
    return Card(
        card_id=1,  # without an id, py-fsrs sleeps a millisecond to make one
        state=State(memory.state or LEARNING),
        step=memory.step,
        stability=memory.stability,
        difficulty=memory.difficulty,
        due=midnight(date.min),
        last_review=midnight(memory.last_day) if memory.last_day else None,
    )


def review(memory: Memory, rating: int, day: date, preferences: Preferences, seed: str = "") -> Outcome:
    """Give what an answer on a study day makes of a memory.

    `rating` is 1 to 4 (Again, Hard, Good, Easy). `seed` names the item: with fuzz on, the due day is
    spread by a draw that is the same for an item and a day. A `day` before the last answer's (the
    learner has travelled) counts as that day.

    Raises ValueError for any other rating.
    """
    if rating not in RATINGS:
        raise ValueError(f"rating must be 1 (Again), 2 (Hard), 3 (Good) or 4 (Easy), not {rating!r}")
    known_day = max(day, memory.last_day) if memory.last_day else day
    now = midnight(known_day)
    card, _ = scheduler(preferences).review_card(_card(memory), Rating(rating), now)
    after = Memory(int(card.state), card.step, card.stability, card.difficulty, known_day)
    wait = card.due - now
    if card.state is not State.Review:
        return Outcome(after, wait, None)
    days = wait.days
    if preferences.fuzz:
        days = fuzzed(days, preferences.maximum_interval, f"{seed}:{day.toordinal()}")
    return Outcome(after, None, day + timedelta(days=days))


def preview(memory: Memory, day: date, preferences: Preferences, seed: str = "") -> Mapping[int, Outcome]:
    """Give what each of the four ratings would do: rating -> outcome."""
    return {rating: review(memory, rating, day, preferences, seed) for rating in RATINGS}


def retrievability(memory: Memory, day: date, preferences: Preferences) -> float:
    """Give the probability, 0 to 1, that the item is remembered on a study day; 0 for a new one."""
    if memory.last_day is None:
        return 0.0
    return float(scheduler(preferences).get_card_retrievability(_card(memory), midnight(max(day, memory.last_day))))


def fuzzed(days: int, maximum_interval: int, seed: str) -> int:
    """Spread an interval of `days` within FSRS's fuzz range by a draw that follows from `seed`.

    Intervals below 2.5 days stay as they are. Longer ones never fall below 2 or rise above
    `maximum_interval`. With one seed, a longer interval is never spread to before a shorter one.

    Source: https://github.com/open-spaced-repetition/py-fsrs (FUZZ_RANGES)
    """
    if days < 2.5:
        return days
    delta = 1.0 + sum(
        fuzz_range["factor"] * max(min(float(days), fuzz_range["end"]) - fuzz_range["start"], 0.0)
        for fuzz_range in FUZZ_RANGES
    )
    highest = min(round(days + delta), maximum_interval)
    lowest = min(max(2, round(days - delta)), highest)
    draw = int.from_bytes(hashlib.blake2b(seed.encode(), digest_size=8).digest()) / 2**64
    return lowest + int(draw * (highest - lowest + 1))
