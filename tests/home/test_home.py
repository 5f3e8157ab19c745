"""The front page."""

from datetime import timedelta

import pytest
import time_machine

from studyapp.home.views import next_action
from studyapp.memory.queue import Standing
from tests.review.test_session import front, rate
from tests.schedules.course import NOW, make_course

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("standing", "label"),
    [
        (Standing(new=20, due=3, learning=1), "Review 4 cards"),
        (Standing(new=1), "Meet 1 new card"),
        (Standing(learning=1, learning_soon=True), "Finish the last cards"),
        (Standing(learning=1), "Read a topic"),
        (Standing(), "Read a topic"),
    ],
)
def test_the_one_best_next_action(standing, label):
    assert next_action(standing, known=True).label == label


def test_a_newcomer_is_led_to_the_first_card(client):
    make_course()
    page = client.get("/").content.decode()
    assert "Start with the first card" in page
    assert "Topic 0" in page


def test_somebody_who_comes_back_tomorrow_finds_what_is_due_and_the_streak(client):
    make_course(topics=1, facts=2, cards=1)
    with time_machine.travel(NOW, tick=False) as clock:
        rate(client, front(client), 3)
        clock.shift(timedelta(minutes=11))
        rate(client, front(client), 3)
        clock.shift(timedelta(days=2))
        page = client.get("/").content.decode()
        assert "Review 1 card" in page
        assert "0 of 2 learned" not in page
        rate(client, front(client), 3)
        assert "<dd>1</dd>" in client.get("/").content.decode()


def test_without_content_the_page_says_what_to_do(client):
    assert "The hold is empty" in client.get("/").content.decode()
