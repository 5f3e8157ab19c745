"""Signing up, in and out, and what a learner can take home or away."""

import json

import pytest
from django.test import Client

from studyapp.accounts.models import Session, User
from studyapp.schedules.models import Review, Schedule
from tests.review.test_session import front, rate
from tests.schedules.course import make_course

pytestmark = pytest.mark.django_db
PASSWORD = "quay-side-4711"


def sign_up(client, name="ada", password=PASSWORD, **more):
    return client.post("/account/signup/", {"username": name, "password": password, **more})


def test_signing_up_keeps_the_guests_progress(client):
    make_course()
    rate(client, front(client))
    guest = User.objects.get()
    response = sign_up(client)
    assert response.status_code == 302
    ada = User.objects.get()
    assert (ada.pk, ada.username, ada.is_guest) == (guest.pk, "ada", False)
    assert Review.objects.get().user == ada
    assert client.get("/account/").content.decode().count("ada") >= 1


def test_signing_up_without_a_guest_makes_a_person(client):
    assert sign_up(client, "ada@example.org", tz="Europe/Rome").status_code == 302
    ada = User.objects.get()
    assert (ada.email, ada.time_zone, ada.is_guest) == ("ada@example.org", "Europe/Rome", False)
    assert ada.password.startswith("argon2")


@pytest.mark.parametrize(
    ("name", "password", "message"),
    [
        ("ADA", PASSWORD, "has that name already"),
        ("guest-7", PASSWORD, "belong to guests"),
        ("eve", "12345678", "entirely numeric"),
        ("eve", "short", "at least 8 characters"),
        ("a b", PASSWORD, "valid username"),
        ("not@an@address", PASSWORD, "valid email address"),
        ("", PASSWORD, "required"),
        ("x" * 151, PASSWORD, "at most 150"),
    ],
)
def test_a_sign_up_that_cannot_be_says_why(client, name, password, message):
    User.objects.create_user("ada")
    response = sign_up(client, name, password)
    assert response.status_code == 400
    assert message in response.content.decode()
    assert User.objects.count() == 1


@pytest.mark.parametrize("name", ["ada@example.org", "ADA@Example.org"])
def test_logging_in_works_by_name_or_address_in_any_case(name):
    sign_up(Client(), "ada@example.org")
    client = Client()
    assert client.post("/account/login/", {"username": name, "password": PASSWORD}).status_code == 302
    assert client.get("/account/password/").status_code == 200


def test_logging_in_on_another_device_joins_the_histories():
    make_course()
    home, phone = Client(), Client()
    rate(home, front(home))
    sign_up(home)
    rate(phone, front(phone))
    rate(phone, front(phone))
    response = phone.post("/account/login/", {"username": "ada", "password": PASSWORD}, follow=True)
    assert "has joined your history" in response.content.decode()
    assert User.objects.get().username == "ada"
    assert Review.objects.count() == 3
    assert Schedule.objects.count() == 2


def test_logging_in_when_a_table_cannot_be_joined_changes_nothing(monkeypatch):
    make_course()
    phone = Client(raise_request_exception=False)
    sign_up(Client())
    rate(phone, front(phone))
    monkeypatch.setattr("studyapp.schedules.merging.look_from_the_start", lambda user_id: 1 / 0)
    assert phone.post("/account/login/", {"username": "ada", "password": PASSWORD}).status_code == 500
    assert User.objects.count() == 2
    assert Review.objects.get().user.is_guest


def test_wrong_passwords_are_limited_in_the_database():
    sign_up(Client())
    for _ in range(10):
        response = Client().post("/account/login/", {"username": "ada", "password": "wrong"})
    assert response.status_code == 429
    response = Client().post("/account/login/", {"username": "ada", "password": PASSWORD})
    assert response.status_code == 429
    assert "fifteen minutes" in response.content.decode()


def test_logging_in_leads_only_to_our_own_pages(client):
    sign_up(Client())
    data = {"username": "ada", "password": PASSWORD, "next": "https://example.org/"}
    assert client.post("/account/login/", data)["Location"] == "/"


def test_logging_out_ends_the_session_for_good(client):
    sign_up(client)
    cookie = client.cookies["sessionid"].value
    client.post("/account/logout/")
    thief = Client()
    thief.cookies["sessionid"] = cookie
    assert thief.get("/account/password/").status_code == 302
    assert not Session.objects.filter(user__isnull=False).exists()


def test_a_guest_is_not_logged_out_by_mistake(client):
    make_course()
    rate(client, front(client))
    assert client.post("/account/logout/").status_code == 409
    assert client.get("/account/").content.decode().count("guest")


def test_changing_the_password_signs_other_browsers_out(client):
    sign_up(client)
    other = Client()
    other.post("/account/login/", {"username": "ada", "password": PASSWORD})
    new = {"old_password": PASSWORD, "new_password1": "other-harbour-9", "new_password2": "other-harbour-9"}
    assert client.post("/account/password/", new).status_code == 302
    assert client.get("/account/password/").status_code == 200
    assert other.get("/account/password/").status_code == 302


def test_everything_of_the_learner_can_be_downloaded(client):
    make_course()
    rate(client, front(client))
    sign_up(client)
    response = client.get("/account/export/")
    data = json.loads(b"".join(response.streaming_content))
    assert "attachment" in response["Content-Disposition"]
    assert data["learner"]["name"] == "ada"
    assert [review["rating"] for review in data["reviews"]] == [3]
    assert data["schedules"][0]["item"] == "T0F0-a"
    assert "password" not in json.dumps(data)


def test_everything_of_the_learner_can_be_deleted(client):
    make_course()
    rate(client, front(client))
    sign_up(client)
    assert client.post("/account/delete/", {"proof": "wrong"}).status_code == 400
    assert User.objects.exists()
    assert client.post("/account/delete/", {"proof": PASSWORD}).status_code == 302
    assert not User.objects.exists()
    assert not Review.objects.exists()
    assert not Session.objects.filter(user__isnull=False).exists()


def test_a_guest_deletes_by_a_word(client):
    make_course()
    rate(client, front(client))
    assert client.post("/account/delete/", {"proof": "delete"}).status_code == 400
    assert client.post("/account/delete/", {"proof": "DELETE"}).status_code == 302
    assert not User.objects.exists()


def test_a_page_of_a_learner_finds_session_and_learner_in_one_query(client, django_assert_num_queries):
    sign_up(client)
    with django_assert_num_queries(1):
        client.get("/account/")
