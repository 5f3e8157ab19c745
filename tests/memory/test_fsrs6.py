"""FSRS-6: our study days around py-fsrs's mathematics."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from fsrs import Card, Rating, Scheduler, State
from hypothesis import given
from hypothesis import strategies as st

from studyapp.memory import fsrs6
from studyapp.memory.fsrs6 import Memory
from studyapp.memory.preferences import Preferences

PLAIN = Preferences(fuzz=False)
STEPS = 100_000


def test_the_golden_intervals_follow_from_default_weights():
    memory, day, intervals = Memory(), date(2026, 3, 1), []
    for letter in "GGGGGGAAGGGGG":
        outcome = fsrs6.review(memory, fsrs6.GOOD if letter == "G" else fsrs6.AGAIN, day, PLAIN)
        intervals.append(outcome.days(day))
        memory, day = outcome.memory, outcome.due_day or day
    assert intervals == [0, 2, 11, 46, 163, 498, 0, 0, 2, 4, 7, 12, 21]


def test_schedules_equal_py_fsrs_on_random_reviews():
    """The same reviews through py-fsrs's own card, which carries its own state all the way."""
    rng = Random(6)
    steps = 0
    while steps < STEPS:
        preferences = Preferences(
            fuzz=False,
            desired_retention=rng.choice([0.7, 0.8, 0.9, 0.95, 0.97]),
            learning_steps=rng.choice([(), (1,), (1, 10), (1, 10, 60)]),
            relearning_steps=rng.choice([(), (10,), (10, 30)]),
        )
        reference = Scheduler(
            desired_retention=preferences.desired_retention,
            learning_steps=[timedelta(minutes=m) for m in preferences.learning_steps],
            relearning_steps=[timedelta(minutes=m) for m in preferences.relearning_steps],
            enable_fuzzing=False,
        )
        card, memory, day = Card(card_id=1), Memory(), date(2020, 1, 1)
        for _ in range(rng.randint(1, 60)):
            rating = rng.choice(fsrs6.RATINGS)
            instant = datetime(day.year, day.month, day.day, tzinfo=UTC)
            card, _ = reference.review_card(card, Rating(rating), instant)
            outcome = fsrs6.review(memory, rating, day, preferences)
            memory = outcome.memory
            assert memory.stability == pytest.approx(card.stability, rel=1e-9)
            assert memory.difficulty == pytest.approx(card.difficulty, rel=1e-9)
            assert (memory.state, memory.step) == (int(card.state), card.step)
            assert (outcome.due_day is not None) == (card.state is State.Review)
            assert outcome.days(day) == (card.due - instant).days or outcome.wait == card.due - instant
            later = day + timedelta(days=rng.choice([0, 1, 2, 10, 100]))
            assert fsrs6.retrievability(memory, later, preferences) == pytest.approx(
                reference.get_card_retrievability(card, datetime(later.year, later.month, later.day, tzinfo=UTC)),
                rel=1e-9,
            )
            day += timedelta(days=rng.choice([0, 0, 1, 1, 2, 5, 30, 200]))
            steps += 1


def test_the_next_study_day_counts_as_a_day_though_less_than_24_hours_have_passed():
    """By py-fsrs's own count, 23 hours are the same day, and the answer would hardly move stability."""
    learnt = fsrs6.review(Memory(), fsrs6.EASY, date(2026, 5, 1), PLAIN).memory
    same_day = fsrs6.review(learnt, fsrs6.GOOD, date(2026, 5, 1), PLAIN)
    next_day = fsrs6.review(learnt, fsrs6.GOOD, date(2026, 5, 2), PLAIN)
    assert next_day.memory.stability > same_day.memory.stability


def test_an_answer_on_an_earlier_day_than_the_last_counts_as_the_last_day():
    """The learner has flown west over the date line."""
    learnt = fsrs6.review(Memory(), fsrs6.EASY, date(2026, 5, 2), PLAIN).memory
    outcome = fsrs6.review(learnt, fsrs6.GOOD, date(2026, 5, 1), PLAIN)
    assert outcome.memory.last_day == date(2026, 5, 2)
    assert outcome.memory == fsrs6.review(learnt, fsrs6.GOOD, date(2026, 5, 2), PLAIN).memory


@pytest.mark.parametrize("rating", [0, 5, -1])
def test_a_rating_that_does_not_exist_is_refused(rating):
    with pytest.raises(ValueError, match="rating must be 1"):
        fsrs6.review(Memory(), rating, date(2026, 5, 1), PLAIN)


@given(st.integers(1, 36500), st.integers(2, 36500), st.text(max_size=20))
def test_fuzz_stays_in_its_range_and_follows_from_its_seed(days, ceiling, seed):
    days = min(days, ceiling)
    fuzzed = fsrs6.fuzzed(days, ceiling, seed)
    assert fuzzed == fsrs6.fuzzed(days, ceiling, seed)
    assert fuzzed <= ceiling
    if days < 3:
        assert fuzzed == days
    else:
        assert fuzzed >= 2
        assert abs(fuzzed - days) <= 1.5 + 0.05 * days + 0.15 * 4.5 + 0.1 * 13


def test_fuzz_spreads_an_interval_over_its_whole_range():
    assert {fsrs6.fuzzed(10, 36500, str(seed)) for seed in range(500)} == {8, 9, 10, 11, 12}


@given(st.integers(3, 3000), st.integers(0, 500), st.text(max_size=10))
def test_with_one_seed_a_longer_interval_is_never_due_before_a_shorter_one(days, more, seed):
    assert fsrs6.fuzzed(days, 36500, seed) <= fsrs6.fuzzed(days + more, 36500, seed)


def test_the_preview_is_what_the_answer_then_does():
    memory = fsrs6.review(Memory(), fsrs6.EASY, date(2026, 5, 1), Preferences()).memory
    day = date(2026, 5, 9)
    previewed = fsrs6.preview(memory, day, Preferences(), "42")
    for rating in fsrs6.RATINGS:
        assert previewed[rating] == fsrs6.review(memory, rating, day, Preferences(), "42")
