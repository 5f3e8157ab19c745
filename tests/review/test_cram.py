"""Cram: outside the schedule, its state in the address."""

import re

import pytest

from studyapp.review.cramming import Cram
from studyapp.schedules.models import Review, Schedule
from tests.schedules.course import make_course, make_learner

pytestmark = pytest.mark.django_db


def start(client, **more):
    return client.get("/cram/", {"start": "1", "size": "10", "scope": "all", **more}, follow=True).content.decode()


def code(page):
    return re.search(r'card-code">([^<]+)<', page)[1]


def follow(client, page, name):
    """Follow a link of the page by its words."""
    address = re.search(rf'href="([^"]+)"[^>]*><span class="rating-name">{name}', page)[1]
    return client.get(address.replace("&amp;", "&")).content.decode()


def reveal(client, page, **more):
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))
    return client.get("/cram/", fields | more).content.decode()


def test_a_round_goes_through_the_cards_and_again_through_the_missed(client):
    make_course(topics=1, facts=2, cards=2)
    page, seen = start(client), []
    for number in range(4):
        seen.append(code(page))
        page = follow(client, reveal(client, page), "Missed it" if number == 1 else "Knew it")
    assert len(set(seen)) == 4
    assert "4 cards, 1 missed" in page
    again = re.search(r'href="([^"]+)">Again with the 1 missed', page)[1].replace("&amp;", "&")
    assert code(client.get(again).content.decode()) == seen[1]
    assert not Schedule.objects.exists()
    assert not Review.objects.exists()


def test_the_same_address_shows_the_same_card(client):
    make_course()
    page = start(client)
    state = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))
    del state["reveal"]
    assert (
        code(client.get("/cram/", state).content.decode())
        == code(client.get("/cram/", state).content.decode())
        == code(page)
    )


def test_only_a_topic_or_only_what_was_met(client):
    items = make_course(topics=2)
    user = make_learner()
    client.force_login(user, backend="studyapp.accounts.backends.LearnerBackend")
    assert code(start(client, topic="T1")).startswith("T1")
    assert "you have met none of these yet" in start(client, scope="met")
    Schedule.objects.create(user=user, item=items[3], topic=items[3].topic, fact=items[3].fact, state=2, reps=1)
    assert code(start(client, scope="met")) == items[3].key
    assert "you have no leeches here" in start(client, scope="leech")


@pytest.mark.parametrize(
    "query",
    [
        {"seed": "x"}, {"seed": "-1"}, {"seed": "1", "size": "7"}, {"seed": "1", "scope": "none"},
        {"seed": "1", "missed": "!"}, {"seed": "1", "missed": "A" * 41}, {"seed": "1", "at": "-1"},
        {"start": "1", "size": "ten"}, {"topic": "nowhere"},
    ],
)  # fmt: skip
def test_an_address_that_was_cut_or_made_up_is_told(client, query):
    make_course()
    response = client.get("/cram/", query)
    assert response.status_code == 404
    assert "Start a new one" in response.content.decode()


def test_a_state_comes_back_from_its_fields():
    state = Cram("T0", "met", 50, 123, 7, 0b1011 << 70, 1 << 99)
    assert Cram.read(state.fields()) == state
