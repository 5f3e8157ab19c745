"""Questions in the day's session: posed like cards, marked, scheduled, undone."""

import re
from datetime import timedelta

import pytest
import time_machine

from studyapp.quiz.models import Attempt
from studyapp.schedules.models import Review, Schedule
from tests.factories import make_question
from tests.schedules.course import NOW, make_learner

pytestmark = pytest.mark.django_db
BACKEND = "studyapp.accounts.backends.LearnerBackend"


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def ada(client):
    learner = make_learner("ada")
    client.force_login(learner, backend=BACKEND)
    return learner


def sealed(page):
    return re.search(r'name="key" value="([^"]+)"', page.content.decode())[1]


def right(page):
    """Give the letter of the right option."""
    found = re.search(r'value="([a-d])"[^>]*><span class="option-text">The right one', page.content.decode())
    return found[1]


def test_a_question_is_posed_and_a_reload_poses_the_same(client, ada):
    make_question()
    first, second = client.get("/review/"), client.get("/review/")
    assert b"Situation" in first.content
    strip = re.compile(r'name="(key|csrfmiddlewaretoken)" value="[^"]*"')
    assert strip.sub("", first.content.decode()) == strip.sub("", second.content.decode())


def test_an_answer_is_marked_and_scheduled(client, ada):
    question = make_question()
    page = client.get("/review/")
    answer = client.post("/review/question/", {"key": sealed(page), "answer": right(page)}, follow=True)
    assert b"Right." in answer.content
    assert b"Scheduled as <b>Good</b>" in answer.content
    assert Schedule.objects.get(user=ada).item_id == question.pk
    assert Attempt.objects.get().review_key == Review.objects.get().key


def test_guessing_makes_it_hard(client, ada):
    make_question()
    page = client.get("/review/")
    client.post("/review/question/", {"key": sealed(page), "answer": right(page), "certainty": "1"})
    assert Review.objects.get().rating == 2


def test_being_slow_makes_it_hard(client, ada, now):
    make_question()
    page = client.get("/review/")
    now.shift(timedelta(seconds=61))
    client.post("/review/question/", {"key": sealed(page), "answer": right(page)})
    assert Review.objects.get().rating == 2


def test_a_double_click_counts_once(client, ada):
    make_question()
    page = client.get("/review/")
    sent = {"key": sealed(page), "answer": right(page)}
    first = client.post("/review/question/", sent, headers={"HX-Request": "true"})
    second = client.post("/review/question/", sent, headers={"HX-Request": "true"})
    assert (first.status_code, second.status_code) == (200, 200)
    assert Review.objects.count() == Attempt.objects.count() == 1


def test_another_answer_in_another_tab_is_told(client, ada):
    make_question()
    page = client.get("/review/")
    key, good = sealed(page), right(page)
    client.post("/review/question/", {"key": key, "answer": good})
    other = client.post("/review/question/", {"key": key, "answer": "abcd".replace(good, "")[0]})
    assert other.status_code == 409
    assert b"the first answer counts" in other.content
    assert Attempt.objects.get().score == 1


def test_an_answer_that_is_none_changes_nothing(client, ada):
    make_question()
    page = client.get("/review/")
    refused = client.post("/review/question/", {"key": sealed(page), "answer": "z"})
    assert refused.status_code == 400
    assert b"is none of the options" in refused.content
    assert not Review.objects.exists()


def test_undo_brings_the_question_back_with_other_numbers(client, ada):
    make_question()
    page = client.get("/review/")
    client.post("/review/question/", {"key": sealed(page), "answer": right(page)})
    client.post("/review/undo/")
    again = client.get("/review/")
    assert b"Situation" in again.content
    assert sealed(again).split(":")[0] != sealed(page).split(":")[0]
    assert Schedule.objects.get().state == 0


def test_the_first_answer_of_a_browser_makes_a_guest(client):
    make_question()
    page = client.get("/review/")
    answer = client.post("/review/question/", {"key": sealed(page), "answer": right(page)}, follow=True)
    assert b"Right." in answer.content
    assert Attempt.objects.get().user.is_guest


def test_the_rating_can_be_overruled_once_nothing_came_after_it(client, ada, now):
    make_question()
    page = client.get("/review/")
    client.post("/review/question/", {"key": sealed(page), "answer": right(page)})
    attempt = Attempt.objects.get()
    answer = client.post(f"/review/rate/{attempt.pk}/", {"rating": "4"}, follow=True)
    assert b"Scheduled as <b>Easy</b>" in answer.content
    assert Schedule.objects.get().state == 2
    client.post("/review/undo/")
    late = client.post(f"/review/rate/{attempt.pk}/", {"rating": "1"}, follow=True)
    assert b"its rating stays" in late.content


def test_a_question_can_be_buried_and_suspended_like_a_card(client, ada):
    make_question()
    page = client.get("/review/")
    client.post("/review/suspend/", {"key": sealed(page)})
    assert Schedule.objects.get().suspended
    listed = client.get("/cards/?state=suspended")
    assert listed.status_code == 200
    assert b"Situation" in listed.content
