"""Two histories of one person become one."""

from datetime import timedelta

import pytest

from studyapp.accounts.guests import join
from studyapp.accounts.models import User
from studyapp.memory import fsrs6
from studyapp.schedules import answers
from studyapp.schedules.day import Desk
from studyapp.schedules.models import Action, Review, Schedule
from studyapp.schedules.showings import Showing
from tests.schedules.course import NOW, make_course, make_learner, show

pytestmark = pytest.mark.django_db


def answer(user, item, now, rating):
    version = Schedule.objects.filter(user=user, item=item).values_list("version", flat=True).first() or 0
    answers.answer(Desk.of(user, now), Showing(user.pk, item.pk, version, now), rating)


def make_guest():
    return User.objects.create(username="guest-1", is_guest=True, preferences_json={"fuzz": False})


def test_reviews_of_both_are_kept_and_scheduled_anew_in_time_order():
    items = make_course(topics=1, facts=3, cards=1)
    ada, guest = make_learner(), make_guest()
    answer(ada, items[0], NOW, 4)
    answer(guest, items[0], NOW + timedelta(days=3), 1)
    answer(ada, items[0], NOW + timedelta(days=9), 3)
    answer(ada, items[1], NOW, 3)
    answer(guest, items[2], NOW, 4)

    join(guest, ada)

    assert not User.objects.filter(is_guest=True).exists()
    assert Review.objects.filter(user=ada, undone=False).count() == 5
    assert Schedule.objects.filter(user=ada).count() == 3
    memory = fsrs6.Memory()
    for days, rating in [(0, 4), (3, 1), (9, 3)]:
        memory = fsrs6.review(memory, rating, (NOW + timedelta(days=days)).date(), ada.preferences).memory
    merged = Schedule.objects.get(item=items[0])
    assert (merged.stability, merged.difficulty, merged.state) == (memory.stability, memory.difficulty, memory.state)
    assert (merged.reps, merged.lapses) == (3, 1)
    assert list(merged.item.reviews.filter(was_new=True).values_list("at", flat=True)) == [NOW]


def test_what_was_undone_stays_undone():
    items = make_course(topics=1, facts=1, cards=1)
    ada, guest = make_learner(), make_guest()
    answer(ada, items[0], NOW, 3)
    answer(guest, items[0], NOW + timedelta(minutes=1), 1)
    answers.undo(Desk.of(guest, NOW + timedelta(minutes=2)))
    join(guest, ada)
    assert Schedule.objects.get().reps == 1
    assert Review.objects.filter(undone=True).count() == 1


def test_a_card_put_away_by_either_stays_away():
    items = make_course(topics=1, facts=1, cards=1)
    ada, guest = make_learner(), make_guest()
    answer(ada, items[0], NOW, 3)
    answers.put_away(Desk.of(guest, NOW), Showing(guest.pk, items[0].pk, 0, NOW), Action.SUSPEND)
    join(guest, ada)
    assert Schedule.objects.get().suspended


def test_after_joining_the_next_answer_counts():
    make_course(topics=1, facts=2, cards=1)
    ada, guest = make_learner(), make_guest()
    for user in (ada, guest):
        shown = show(user, NOW)
        answers.answer(Desk.of(user, NOW), shown.showing, 3)
    join(guest, ada)
    later = NOW + timedelta(minutes=15)
    shown = show(ada, later)
    assert answers.answer(Desk.of(ada, later), shown.showing, 3).outcome is not None
    assert Review.objects.filter(user=ada).count() == 3
