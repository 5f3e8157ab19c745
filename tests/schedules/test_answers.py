"""Answers, undo, and putting cards away."""

from datetime import date, timedelta

import pytest
from django.core.signing import Signer

from studyapp.memory import fsrs6
from studyapp.schedules import answers, day
from studyapp.schedules.day import Desk
from studyapp.schedules.models import Action, Review, Schedule
from studyapp.schedules.showings import ForgedShowing, Showing
from tests.schedules.course import KEY, NOW, make_course, make_learner, next_key, show

pytestmark = pytest.mark.django_db


def answer_next(user, now, rating=3):
    shown = show(user, now)
    return shown, answers.answer(Desk.of(user, now), shown.showing, rating)


def test_an_answer_is_scheduled_and_logged_together():
    make_course()
    user = make_learner()
    shown, _ = answer_next(user, NOW)
    schedule, review = Schedule.objects.get(), Review.objects.get()
    expected = fsrs6.review(fsrs6.Memory(), fsrs6.GOOD, date(2026, 11, 23), user.preferences)
    assert (schedule.user, schedule.item_id, schedule.reps, schedule.version) == (user, shown.item_id, 1, 1)
    assert (schedule.stability, schedule.difficulty) == (expected.memory.stability, expected.memory.difficulty)
    assert schedule.due_at == NOW + timedelta(minutes=10)
    assert schedule.due_day is None
    assert schedule.scheduler == review.scheduler == "fsrs-6 py-fsrs 6.3.2"
    assert (review.item_id, review.rating, review.day, review.at) == (shown.item_id, 3, date(2026, 11, 23), NOW)
    assert review.was_new
    assert not review.was_review


def test_the_same_answer_again_is_told_and_changes_nothing():
    make_course()
    user = make_learner()
    shown, first = answer_next(user, NOW)
    again = answers.answer(Desk.of(user, NOW), shown.showing, 3)
    assert not first.repeated
    assert again.repeated
    assert Review.objects.count() == 1
    assert Schedule.objects.get().version == 1


def test_another_answer_to_the_same_showing_is_refused_with_the_first():
    make_course()
    user = make_learner()
    shown, _ = answer_next(user, NOW)
    with pytest.raises(answers.StaleShowing) as refused:
        answers.answer(Desk.of(user, NOW), shown.showing, 1)
    assert refused.value.review.rating == 3
    assert Review.objects.count() == 1


def test_a_showing_of_another_learner_is_refused():
    make_course()
    shown = show(make_learner("ada"), NOW)
    eve = make_learner("eve")
    with pytest.raises(answers.NotYours):
        answers.answer(Desk.of(eve, NOW), shown.showing, 3)
    assert not Review.objects.exists()


def test_a_retired_item_is_unknown():
    items = make_course()
    user = make_learner()
    shown = show(user, NOW)
    items[0].retired = True
    items[0].save()
    with pytest.raises(answers.UnknownItem):
        answers.answer(Desk.of(user, NOW), shown.showing, 3)
    assert not Schedule.objects.exists()


@pytest.mark.parametrize("text", ["", "1.2.3.4", "1.2.3.4:forged", "x" * 500, "1.2.3:", "\x00"])
def test_a_showing_that_we_did_not_seal_is_forged(text):
    with pytest.raises(ForgedShowing):
        Showing.unseal(text)


def test_a_seal_made_for_another_purpose_is_forged():
    with pytest.raises(ForgedShowing):
        Showing.unseal(Signer(salt="something else").sign("1.2.3.4"))


def test_a_sealed_showing_comes_back_whole():
    showing = Showing(7, 8, 9, NOW)
    assert Showing.unseal(showing.seal()) == showing


def schedules_of(user):
    names = [field.name for field in Schedule._meta.concrete_fields if field.name not in ("id", "version", "scheduler")]
    rows = Schedule.objects.filter(user=user).exclude(state=0, suspended=False).values(*names)
    return {row["item"]: row for row in rows}


def test_thirty_acts_can_be_undone_and_no_more():
    make_course(topics=4, facts=10)
    user = make_learner(new_per_day=99)
    now, states = NOW, []
    for number in range(33):
        states.append(schedules_of(user))
        shown = show(user, now)
        desk = Desk.of(user, now)
        if number % 5 == 3:
            answers.put_away(desk, shown.showing, Action.SUSPEND if number % 2 else Action.BURY)
        else:
            answers.answer(desk, shown.showing, 1 + number % 4)
        now += timedelta(minutes=7)
    for back in range(1, 31):
        assert answers.undo(Desk.of(user, now)) is not None
        assert schedules_of(user) == states[-back]
    assert answers.undo(Desk.of(user, now)) is None
    assert Review.objects.filter(undone=False).count() == 3


def test_undo_shows_the_card_again_and_its_old_answer_stays_refused():
    make_course()
    user = make_learner()
    shown, _ = answer_next(user, NOW)
    undone = answers.undo(Desk.of(user, NOW))
    assert (undone.action, undone.rating, undone.showing.item_id) == (Action.ANSWER, 3, shown.item_id)
    with pytest.raises(answers.StaleShowing) as refused:
        answers.answer(Desk.of(user, NOW), shown.showing, 3)
    assert refused.value.review.undone
    assert answers.answer(Desk.of(user, NOW), undone.showing, 4).outcome is not None
    assert next_key(user, NOW) != "T0F0-a"


def test_siblings_wait_until_the_next_day_and_undo_brings_them_back():
    items = make_course(topics=1, facts=1, cards=2)
    user = make_learner(learning_steps=[])
    answer_next(user, NOW)
    assert next_key(user, NOW) is None
    later = NOW + timedelta(days=1)
    answer_next(user, later)
    soon = later + timedelta(days=30)
    assert day.read(Desk.of(user, soon)).standing.due == 1  # of two that are due, one a fact
    answer_next(user, soon)
    assert next_key(user, soon) is None
    answers.undo(Desk.of(user, soon))
    assert day.read(Desk.of(user, soon)).standing.due == 1
    shown, _ = answer_next(user, soon)
    assert next_key(user, soon + timedelta(days=1)) == ({items[0].key, items[1].key} - {shown.content[0]}).pop()


def test_siblings_come_together_where_the_learner_wants_that():
    make_course(topics=1, facts=1, cards=2)
    user = make_learner(bury_siblings=False)
    answer_next(user, NOW)
    assert next_key(user, NOW) == "T0F0-b"


def test_a_leech_is_marked_at_the_threshold_and_can_be_suspended():
    make_course(topics=1, facts=1, cards=1)
    user = make_learner(leech_threshold=3, relearning_steps=[], suspend_leeches=True)
    now, marked = NOW, []
    answer_next(user, now, 4)
    for _ in range(3):
        now += timedelta(days=40)
        marked.append(answer_next(user, now, 1)[1].became_leech)
    schedule = Schedule.objects.get()
    assert marked == [False, False, True]
    assert (schedule.lapses, schedule.leech, schedule.suspended) == (3, True, True)
    assert next_key(user, now + timedelta(days=40)) is None


@pytest.mark.parametrize(("lapses", "leech"), [(7, False), (8, True), (9, False), (12, True), (16, True)])
def test_a_leech_is_told_at_eight_lapses_and_every_four_after(lapses, leech):
    assert answers.is_leech(lapses, make_learner().preferences) == leech


def test_a_buried_card_comes_back_the_next_day_and_a_suspended_one_does_not():
    make_course(topics=1, facts=2, cards=1)
    user = make_learner()
    desk = Desk.of(user, NOW)
    answers.put_away(desk, show(user, NOW).showing, Action.BURY)
    answers.put_away(desk, show(user, NOW).showing, Action.SUSPEND)
    assert next_key(user, NOW) is None
    tomorrow = NOW + timedelta(days=1)
    assert next_key(user, tomorrow) == "T0F0-a"
    answer_next(user, tomorrow, 4)
    assert next_key(user, tomorrow) is None
    suspended = Schedule.objects.get(suspended=True)
    showing = Showing(user.pk, suspended.item_id, suspended.version, tomorrow)
    answers.put_away(Desk.of(user, tomorrow), showing, Action.UNSUSPEND)
    assert next_key(user, tomorrow) == "T0F1-a"


def test_remembering_the_first_unmet_item_hides_none():
    make_course(topics=2, facts=4, cards=2)
    user = make_learner(new_per_day=3)
    now, seen = NOW, []
    for _ in range(8):
        while (shown := show(user, now)) is not None:
            if shown.version == 0:
                seen.append(shown.content[0])
            answers.answer(Desk.of(user, now), shown.showing, 4)
            answers.move_on(Desk.of(user, now))
        now += timedelta(days=1)
    assert sorted(seen) == sorted(item.key for item in make_keys())


def make_keys():
    from studyapp.schedules.models import Item

    return Item.objects.all()


def test_one_item_is_given_as_it_stands():
    items = make_course()
    user = make_learner()
    answer_next(user, NOW)
    shown = day.one_item(Desk.of(user, NOW), items[0].pk, KEY)
    assert (shown.content, shown.version, shown.memory.state) == (("T0F0-a",), 1, fsrs6.LEARNING)
