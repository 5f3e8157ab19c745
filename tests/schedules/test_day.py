"""The learner's day: what waits, in which order."""

import zoneinfo
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studyapp.memory.queue import Standing
from studyapp.schedules import answers, day
from studyapp.schedules.day import Desk
from studyapp.schedules.models import Schedule, State
from studyapp.schedules.streak import streak
from tests.schedules.course import NOW, make_course, make_learner, next_key, show

pytestmark = pytest.mark.django_db
NUMBERS = count()


def test_a_browser_without_a_learner_meets_the_course_in_order():
    make_course()
    assert next_key(None, NOW) == "T0F0-a"
    # Six facts: one card of each today, the siblings tomorrow.
    assert day.read(Desk.of(None, NOW)).standing == Standing(new=6)


def test_the_limit_of_new_items_holds_for_the_day():
    make_course(topics=2, facts=5)
    user = make_learner(new_per_day=4, learning_steps=[])
    keys = []
    while shown := show(user, NOW):
        keys.append(shown.content[0])
        answers.answer(Desk.of(user, NOW), shown.showing, 4)
    assert keys == ["T0F0-a", "T0F1-a", "T0F2-a", "T0F3-a"]
    assert next_key(user, NOW + timedelta(days=1)) is not None


def make_due(user, items, due_day):
    Schedule.objects.bulk_create(
        Schedule(
            user=user, item=item, topic=item.topic, fact=item.fact, state=State.REVIEW, stability=10.0, difficulty=5.0,
            due_day=due_day, last_day=due_day - timedelta(days=10), reps=3, version=3,
        )
        for item in items
    )  # fmt: skip


def test_due_items_are_interleaved_across_topics():
    items = make_course(topics=3, facts=6, cards=1)
    user = make_learner()
    make_due(user, items, NOW.date())
    topics = []
    while shown := show(user, NOW):
        topics.append(shown.topic_id)
        answers.answer(Desk.of(user, NOW), shown.showing, 3)
    assert len(topics) == 18
    repeats = sum(one == other for one, other in pairwise(topics))
    assert repeats <= 3  # only when one topic is all that is left


def test_the_longest_due_come_first_and_the_limit_of_reviews_holds():
    items = make_course(topics=1, facts=9, cards=1)
    user = make_learner(reviews_per_day=4, new_per_day=0)
    for number, item in enumerate(items):
        make_due(user, [item], NOW.date() - timedelta(days=number))
    keys = []
    while shown := show(user, NOW):
        keys.append(shown.content[0])
        answers.answer(Desk.of(user, NOW), shown.showing, 3)
    assert keys == ["T0F8-a", "T0F7-a", "T0F6-a", "T0F5-a"]


def test_a_learning_step_comes_when_its_minutes_are_over_and_early_only_at_the_end():
    make_course(topics=1, facts=2, cards=1)
    user = make_learner(learn_ahead=5)
    first = show(user, NOW)
    answers.answer(Desk.of(user, NOW), first.showing, 3)  # comes again in 10 minutes
    assert next_key(user, NOW) == "T0F1-a"
    later = NOW + timedelta(minutes=10)
    assert next_key(user, later) == "T0F0-a"
    answers.answer(Desk.of(user, NOW), show(user, NOW).showing, 4)
    assert next_key(user, NOW + timedelta(minutes=4)) is None
    assert next_key(user, NOW + timedelta(minutes=5)) == "T0F0-a"


def test_one_topic_can_be_studied_alone():
    items = make_course(topics=2)
    user = make_learner()
    assert next_key(user, NOW, items[-1].topic_id) == "T1F0-a"


def test_retired_items_are_neither_shown_nor_counted():
    items = make_course(topics=1, facts=2, cards=1)
    user = make_learner()
    make_due(user, items[:1], NOW.date())
    Schedule.objects.update(retired=True)
    items[1].retired = True
    items[1].save()
    assert next_key(user, NOW) is None
    assert day.read(Desk.of(user, NOW)).standing == Standing()


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Los_Angeles", "Europe/Berlin"])
def test_a_card_is_due_from_the_learners_morning_on(zone):
    make_course(topics=1, facts=1, cards=1)
    user = make_learner(zone=zone, learning_steps=[])
    local = datetime(2026, 10, 24, 23, 30, tzinfo=zoneinfo.ZoneInfo(zone))
    answers.answer(Desk.of(user, local), show(user, local).showing, 3)
    due = Schedule.objects.get().due_day
    morning = datetime(due.year, due.month, due.day, 4, tzinfo=zoneinfo.ZoneInfo(zone)).astimezone(UTC)
    assert next_key(user, morning - timedelta(seconds=1)) is None
    assert next_key(user, morning) == "T0F0-a"


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(5, 60 * 40),
            st.sampled_from(
                ["Asia/Tokyo", "America/Los_Angeles", "Europe/Berlin", "Pacific/Apia", "Australia/Lord_Howe"]
            ),
            st.sampled_from([1, 2, 3, 3, 3, 4]),
        ),
        min_size=5,
        max_size=25,
    )
)
def test_a_travelling_learner_meets_no_card_before_its_day_and_loses_none(transactional_course, legs):
    """At random hours in random zones, over the change of clocks, every showing is due and every answer counts once."""
    user = make_learner(f"traveller-{next(NUMBERS)}", new_per_day=5)
    now, answered = datetime(2026, 10, 23, 12, tzinfo=UTC), 0
    for minutes, zone, rating in legs:
        now += timedelta(minutes=minutes)
        user.time_zone = zone
        user.__dict__.pop("zone", None)
        desk = Desk.of(user, now)
        waiting = {
            schedule.item_id
            for schedule in Schedule.objects.filter(user=user)
            if (schedule.due_day is not None and schedule.due_day <= desk.today and schedule.sibling_day != desk.today)
            or (schedule.due_at is not None and schedule.due_at <= now)
        }
        shown = show(user, now)
        if shown is None:
            assert not waiting
            continue
        schedule = Schedule.objects.filter(user=user, item=shown.item_id).first()
        if schedule and schedule.due_day:
            assert schedule.due_day <= desk.today
        elif schedule and schedule.due_at:
            assert schedule.due_at <= now + timedelta(minutes=20)
        answers.answer(desk, shown.showing, rating)
        answered += 1
    assert user.reviews.count() == answered
    assert sum(user.schedules.values_list("reps", flat=True)) == answered
    user.reviews.all().delete()
    user.schedules.all().delete()


@pytest.fixture
def transactional_course(db):
    return make_course(topics=2, facts=4, cards=2)


def answer_on(user, instant):
    answers.answer(Desk.of(user, instant), show(user, instant).showing, 1)


def test_the_streak_counts_days_in_a_row_and_lives_until_the_next_day_ends():
    make_course()
    user = make_learner()
    for days_ago in [9, 3, 2, 1]:
        answer_on(user, NOW - timedelta(days=days_ago))
    assert streak(Desk.of(user, NOW)) == (3, False)
    answer_on(user, NOW)
    assert streak(Desk.of(user, NOW)) == (4, True)
    assert streak(Desk.of(user, NOW + timedelta(days=1))) == (4, False)
    assert streak(Desk.of(user, NOW + timedelta(days=2))) == (0, False)


def test_a_new_time_zone_does_not_break_the_streak():
    make_course()
    user = make_learner(zone="Asia/Tokyo")
    late = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)  # half past eleven in the evening of the 20th in Tokyo
    for days in range(3):
        answer_on(user, late + timedelta(days=days))
    user.time_zone = "America/Los_Angeles"  # where those evenings were mornings of the same dates
    user.__dict__.pop("zone")
    assert streak(Desk.of(user, late + timedelta(days=3)))[0] == 3


def test_an_undone_answer_is_not_a_day_of_study():
    make_course()
    user = make_learner()
    answer_on(user, NOW)
    answers.undo(Desk.of(user, NOW))
    assert streak(Desk.of(user, NOW)) == (0, False)


def test_an_answer_and_the_next_card_take_the_same_few_queries_whatever_there_is(django_assert_max_num_queries):
    counts = []
    for facts in (3, 60):
        items = make_course_with(facts)
        user = make_learner(f"learner-{facts}", new_per_day=0)
        make_due(user, items, NOW.date())
        with CaptureQueriesContext(connection) as captured:
            shown = show(user, NOW)
            answers.answer(Desk.of(user, NOW), shown.showing, 3)
            show(user, NOW)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 9


def make_course_with(facts):
    from studyapp.notes.models import Fact, Topic
    from studyapp.review.models import Card
    from studyapp.schedules.models import Item, Review

    for model in (Review, Schedule, Card, Item, Fact, Topic):
        model.objects.all().delete()
    return make_course(topics=1, facts=facts)
