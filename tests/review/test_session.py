"""The day's session over HTTP."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from studyapp.accounts.models import User
from studyapp.review.models import Card
from studyapp.schedules.models import Review, Schedule
from tests.schedules.course import NOW, make_course, make_learner

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def ada(client):
    user = make_learner()
    client.force_login(user, backend="studyapp.accounts.backends.LearnerBackend")
    return user


def key_of(response, name="key"):
    found = re.search(rf'name="{name}" value="([^"]+)"', response.content.decode())
    return found and found[1]


def front(client, **query):
    """Open the session; give the key of the card that it shows."""
    return key_of(client.get("/review/", query), "reveal")


def rate(client, key, rating=3, **more):
    return client.post("/review/", {"key": key, "rating": rating, **more.pop("data", {})}, **more)


def test_a_card_is_shown_revealed_and_rated(client, ada):
    make_course()
    shown = client.get("/review/")
    assert "T0F0-a" in shown.content.decode()
    assert "Back" not in re.sub(r"<[^>]+>", "", shown.content.decode().split('id="session"')[1].split("</form>")[0])
    revealed = client.get("/review/", {"reveal": key_of(shown, "reveal")})
    intervals = re.findall(r'rating-interval" aria-hidden="true">([^<]+)<', revealed.content.decode())
    assert intervals == ["1m", "6m", "10m", "8d"]
    response = rate(client, key_of(revealed))
    assert (response.status_code, response["Location"]) == (302, "/review/")
    assert Review.objects.get().rating == 3
    assert "T0F1-a" in client.get("/review/").content.decode()


def test_looking_writes_nothing(client, ada):
    make_course()
    key = front(client)
    client.get("/review/", {"reveal": key})
    client.get("/review/", {"reveal": key, "typed": "x"})
    assert not Schedule.objects.exists()
    assert not Review.objects.exists()


def test_htmx_gets_the_next_card_alone(client, ada):
    make_course()
    response = rate(client, front(client), headers=HTMX)
    text = response.content.decode()
    assert response.status_code == 200
    assert text.lstrip().startswith('<div id="session"')
    assert "T0F1-a" in text
    assert "HX-Request" in response["Vary"]
    assert "no-store" in response["Cache-Control"]


def test_a_double_click_gives_one_review_and_a_clear_page(client, ada):
    make_course()
    key = front(client)
    first, second = rate(client, key), rate(client, key)
    assert (first.status_code, second.status_code) == (302, 302)
    assert Review.objects.count() == 1


def test_two_tabs_with_different_ratings_give_one_review_and_409(client, ada):
    make_course()
    key = front(client)
    rate(client, key, 3)
    response = rate(client, key, 1)
    assert response.status_code == 409
    assert "You have answered that card already, with Good" in response.content.decode()
    assert "T0F1-a" in response.content.decode()
    assert Review.objects.get().rating == 3


def test_the_first_answer_makes_a_guest_and_looking_does_not(client):
    make_course()
    key = front(client)
    assert not User.objects.exists()
    response = rate(client, key, data={"tz": "Asia/Tokyo"})
    guest = User.objects.get()
    assert response.status_code == 302
    assert guest.is_guest
    assert guest.time_zone == "Asia/Tokyo"
    assert Review.objects.get().user == guest
    assert int(client.session["_auth_user_id"]) == guest.pk


def test_a_time_zone_that_does_not_exist_is_ignored_for_a_guest(client):
    make_course()
    rate(client, front(client), data={"tz": "Mars/Olympus_Mons"})
    assert User.objects.get().time_zone == ""


def test_a_double_click_on_the_very_first_card_makes_one_guest():
    make_course()
    one = Client(enforce_csrf_checks=True)
    page = one.get("/review/")
    token, key = key_of(page, "csrfmiddlewaretoken"), key_of(page, "reveal")
    other = Client(enforce_csrf_checks=True)
    other.cookies["csrftoken"] = one.cookies["csrftoken"].value
    for browser in (one, other):
        assert rate(browser, key, data={"csrfmiddlewaretoken": token}).status_code == 302
    assert User.objects.count() == 1
    assert Review.objects.count() == 1


def test_a_tab_opened_before_the_first_answer_still_works():
    make_course()
    browser = Client(enforce_csrf_checks=True)
    page = browser.get("/review/")
    data = {"csrfmiddlewaretoken": key_of(page, "csrfmiddlewaretoken")}
    rate(browser, key_of(page, "reveal"), data=data)
    response = browser.post("/review/undo/", data)
    assert response.status_code == 302
    assert Review.objects.get().undone


@pytest.mark.parametrize("rating", ["5", "0", "", "good", "1.0"])
def test_a_rating_that_does_not_exist_is_refused(client, ada, rating):
    make_course()
    response = rate(client, front(client), rating)
    assert response.status_code == 400
    assert "A rating is 1 (Again), 2 (Hard), 3 (Good) or 4 (Easy)" in response.content.decode()
    assert not Review.objects.exists()


@pytest.mark.parametrize("key", ["", "forged", "1.1.0.5:abc"])
@pytest.mark.parametrize("path", ["/review/", "/review/suspend/", "/review/bury/"])
def test_a_forged_key_is_refused(client, ada, key, path):
    make_course()
    response = client.post(path, {"key": key, "rating": "3"})
    assert response.status_code == 400
    assert not Review.objects.exists()


def test_the_card_of_another_learner_is_refused(client, ada):
    make_course()
    key = front(client)
    other = Client()
    other.force_login(make_learner("eve"), backend="studyapp.accounts.backends.LearnerBackend")
    assert rate(other, key).status_code == 403
    assert other.get("/review/", {"reveal": key}).status_code == 404
    assert not Review.objects.exists()


def test_undo_brings_the_card_back(client, ada):
    make_course()
    rate(client, front(client), 1)
    response = client.post("/review/undo/", follow=True)
    text = response.content.decode()
    assert "Undone: Again." in text
    assert "T0F0-a" in text
    assert not Review.objects.filter(undone=False).exists()


def test_undo_with_nothing_to_undo_says_so(client, ada):
    make_course()
    assert "nothing to undo" in client.post("/review/undo/", headers=HTMX).content.decode()


def test_suspended_and_buried_cards_go_and_come_back_from_the_list(client, ada):
    make_course()
    client.post("/review/suspend/", {"key": front(client)})
    client.post("/review/bury/", {"key": front(client)})
    text = client.get("/review/").content.decode()
    assert "T0F1-a" in text
    listed = client.get("/cards/", {"state": "suspended"})
    assert "T0F0-a" in listed.content.decode()
    button = re.search(r'name="unsuspend" value="([^"]+)"', listed.content.decode())[1]
    client.post("/cards/", {"unsuspend": button, "state": "suspended"})
    assert "T0F0-a" in client.get("/review/").content.decode()


def test_a_typed_answer_is_compared_and_the_difference_shown(client, ada):
    make_course()
    Card.objects.update(kind="typed", back="distinctInstance", accept=["distinct instance"])
    key = front(client)
    wrong = client.get("/review/", {"reveal": key, "typed": "distnctInstances<b>"}).content.decode()
    assert "dist<ins>i</ins>nctInstance<del>s&lt;b&gt;</del>" in wrong
    right = client.get("/review/", {"reveal": key, "typed": " Distinct  Instance "}).content.decode()
    assert "<b>Right:</b>" in right


def test_one_topic_can_be_studied_and_stays_chosen(client, ada):
    make_course()
    page = client.get("/review/", {"topic": "T1"})
    assert "T1F0-a" in page.content.decode()
    response = rate(client, key_of(page, "reveal"), data={"topic": "T1"})
    assert response["Location"] == "/review/?topic=T1"
    assert client.get("/review/", {"topic": "nowhere"}).status_code == 404


def test_the_end_says_what_was_done_and_when_the_next_card_comes(client, ada, clock):
    make_course(topics=1, facts=1, cards=1)
    rate(client, front(client), 4)
    text = client.get("/review/").content.decode()
    assert "You met <b>1</b> new card" in text
    assert "Tuesday 1 December" in text


def test_a_learning_step_at_the_end_tells_its_time_on_the_learners_clock(client, clock):
    make_course(topics=1, facts=1, cards=1)
    user = make_learner("hanako", zone="Asia/Tokyo", learn_ahead=0)
    client.force_login(user, backend="studyapp.accounts.backends.LearnerBackend")
    rate(client, front(client), 3)
    assert ">18:10</time>" in client.get("/review/").content.decode()


def test_an_answer_given_meanwhile_leads_to_the_next_card_on_reveal(client, ada):
    make_course()
    key = front(client)
    rate(client, key)
    text = client.get("/review/", {"reveal": key}).content.decode()
    assert "answered meanwhile" in text
    assert "T0F1-a" in text


def test_the_time_an_answer_took_is_kept_up_to_a_minute(client, ada, clock):
    make_course()
    key = front(client)
    clock.shift(timedelta(seconds=5))
    rate(client, key)
    key = front(client)
    clock.shift(timedelta(minutes=7))
    rate(client, key)
    assert list(Review.objects.order_by("id").values_list("duration_ms", flat=True)) == [5000, 60_000]


def test_a_form_of_ten_megabytes_is_refused(client, ada):
    make_course()
    key = front(client)
    body = f"key={key}&rating=3&pad=".encode() + b"x" * 10_000_000
    response = client.generic("POST", "/review/", body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 400
    assert not Review.objects.exists()


def test_a_page_of_the_session_takes_at_most_six_queries_and_an_answer_eight(
    client, ada, django_assert_max_num_queries
):
    make_course(topics=3, facts=30)
    client.get("/review/")
    with django_assert_max_num_queries(6):
        key = front(client)
    with django_assert_max_num_queries(6):
        client.get("/review/", {"reveal": key})
    with django_assert_max_num_queries(8 + 1):  # a savepoint of the test's own transaction stands for BEGIN and COMMIT
        rate(client, key, headers=HTMX)
    with django_assert_max_num_queries(6):
        client.get(reverse("review:cards"))
