"""The admin: rows to look at for those who teach, 403 for all others, and no way past the studio's checks."""

import html
import re
from itertools import product

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from studyapp.accounts.models import User
from studyapp.notes.models import ComparisonTable, Diagram, Fact, Misconception, Pair, Term, Topic
from studyapp.quiz.models import Attempt, Question, Quiz, Remark, Report
from studyapp.review.models import Card
from studyapp.schedules.models import Review, Schedule
from studyapp.studio import documents
from studyapp.studio.admin import site
from studyapp.studio.models import Conflict, Document, Draft
from studyapp.studio.roles import make_instructor, may_teach
from tests.factories import make_card, make_fact, make_guest, make_question, make_schedule, make_topic, make_user

pytestmark = pytest.mark.django_db
BACKEND = "studyapp.accounts.backends.LearnerBackend"
MODELS = [
    AccessAttempt, AccessFailureLog, AccessLog, Attempt, Card, ComparisonTable, Conflict, Diagram, Document, Draft,
    Fact, Misconception, Pair, Question, Quiz, Remark, Report, Review, Schedule, Term, Topic, User,
]  # fmt: skip
WEIRD = ["abc", "99999999999999999999", "-1", "1'--", "%00", "_5F_5", "..%2F", "1" * 3000]


def make_rows(number: int, start: int = 0) -> None:
    """Make so many rows of everything, each with its own relations."""
    now = timezone.now()
    for each in range(start, start + number):
        user, topic = make_user(f"learner-{each}"), make_topic(f"t-{each}")
        topic.parent = Topic.objects.exclude(pk=topic.pk).first()
        topic.save()
        fact = make_fact(topic, f"A{each:03}")
        card, question = make_card(fact), make_question(fact, f"q-{each}")
        ComparisonTable.objects.create(key=f"c-{each}", title="A table", summary="s", topic=topic)
        Term.objects.create(key=f"g-{each}", term=f"term {each}", definition="d", topic=topic)
        Pair.objects.create(key=f"p-{each}", left="l", right="r", difference="d")
        Misconception.objects.create(key=f"m-{each}", belief="b", fact=fact, refutation="r")
        Diagram.objects.create(key=f"d-{each}", topic=topic, svg="<svg/>")
        make_schedule(user, card)
        Review.objects.create(user=user, item=card.item, key=f"r-{each}", rating=3, at=now, day=now.date())
        quiz = Quiz.objects.create(code=f"code-{each}", user=user, title="A quiz", started_at=now)
        attempt = Attempt.objects.create(
            user=user, question=question, quiz=quiz, seed=1, variant=question.vary(1).as_json(), score=1.0
        )
        Report.objects.create(user=user, attempt=attempt, text=f"Wrong {each}.", at=now)
        Remark.objects.create(
            question=question, attempt=attempt, score_before=0, score_after=1, version_before="a", version_after="b",
            variant={}, name="ada", at=now,
        )  # fmt: skip
        Conflict.objects.create(kind="fact", key=fact.key, file_record={}, file_fingerprint="f")
        Draft.objects.create(kind="fact", key=fact.key, editor=user, name="ada", fields={}, base=1, saved_at=now)
        about = {"user_agent": f"u-{each}", "ip_address": "192.0.2.1", "username": f"learner-{each}", "path_info": "/"}
        AccessAttempt.objects.create(**about, get_data="", post_data="", failures_since_start=3)
        AccessFailureLog.objects.create(**about)
        AccessLog.objects.create(**about)
    documents.follow(reason="made")


def browser(person: User | None = None) -> Client:
    """Give a browser, of somebody who is signed in on it."""
    found = Client(raise_request_exception=False)
    if person:
        found.force_login(person, backend=BACKEND)
    return found


def make_teacher(name: str = "ada", **fields: object) -> User:
    """Make an instructor."""
    person = make_user(name, **fields)
    make_instructor(person)
    return person


def make_superuser() -> User:
    """Make somebody who may do everything."""
    return make_teacher("root", is_superuser=True)


def text_of(response):
    """Give the words of a page, without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def address(model: type[models.Model], page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def addresses() -> list[str]:
    """Give every address of the admin, those of each model for a row that is there."""
    found = [
        "/admin/", "/admin/login/", "/admin/logout/", "/admin/password_change/", "/admin/password_change/done/",
        "/admin/autocomplete/", "/admin/jsi18n/", "/admin/r/1/1/", "/admin/nowhere/", "/admin/quiz/nowhere/1/change/",
        *(f"/admin/{label}/" for label in {model._meta.app_label for model in MODELS}),
    ]  # fmt: skip
    for model in MODELS:
        pk = model._default_manager.order_by("pk").first().pk
        found += [address(model, page) for page in ("changelist", "add")]
        found += [address(model, page, pk) for page in ("change", "history", "delete")]
        found.append(address(model, "changelist") + f"{pk}/")
    version = Document.objects.order_by("pk").first().history.first()
    return [*found, address(Document, "simple_history", version.id, version.pk)]


def everything() -> dict[str, list[dict[str, object]]]:
    """Give every row."""
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in MODELS}


def test_what_is_registered_and_no_session_among_it():
    assert set(site._registry) == set(MODELS)


def test_every_address_is_forbidden_to_whoever_does_not_teach():
    make_rows(1)
    staff = make_user("staff", is_staff=True)  # may sign in to a plain admin
    browsers = {
        "anonymous": browser(), "guest": browser(make_guest()), "learner": browser(make_user("bob")),
        "staff": browser(staff),
    }  # fmt: skip
    before, wrong = everything(), []
    for place, (role, asking), method, htmx in product(
        addresses(), browsers.items(), ("get", "post", "put", "delete"), (False, True)
    ):
        answer = getattr(asking, method)(place, headers={"HX-Request": "true"} if htmx else {})
        if answer.status_code != 403 or "sessionid" in answer.cookies:
            wrong.append(f"{method} {place} as {role}: {answer.status_code}")
    assert not wrong
    assert everything() == before


def test_who_is_not_signed_in_is_told_where():
    page = browser().get("/admin/quiz/attempt/?q=x")
    assert 'href="/account/login/?next=/admin/quiz/attempt/%3Fq%3Dx"' in page.content.decode()


# What is sent to every address: fields of ours, of the admin's own, and the buttons of its pages.
SENT = {
    "is_superuser": "on", "is_staff": "on", "is_active": "", "username": "x", "password": "x", "key": "x", "stem": "x",
    "statement": "x", "record": "{}", "number": "7", "retired": "on", "mark": "x", "title": "x", "kind": "fact",
    "post": "yes", "action": "delete_selected", "index": "0", "_save": "Save", "_change_history": "x",
    "select_across": "1",
}  # fmt: skip


@pytest.mark.parametrize("role", ["instructor", "superuser"])
def test_who_may_look_sees_every_page_and_changes_nothing_of_what_is_taught(role):
    make_rows(2)
    asking = browser(make_teacher() if role == "instructor" else make_superuser())
    before, wrong = everything(), []
    for place in addresses():
        if place == "/admin/logout/":
            continue
        seen = asking.get(place)
        people = "accounts" in place
        forbidden = "/add/" in place or "/delete/" in place or (people and role == "instructor")
        unlocks = "accessattempt" in place and role == "superuser"
        wanted = {404} if "nowhere" in place or "/r/" in place else {403} if forbidden and not unlocks else {200, 302}
        if people and role == "instructor" and re.fullmatch(r"/admin/accounts/(user/[0-9]+/)?", place):
            wanted = {302, 404}  # to where it is forbidden
        if "autocomplete" in place or "/add/" in place:
            wanted = {403}
        if seen.status_code not in wanted:
            wrong.append(f"GET {place}: {seen.status_code}")
        if not (unlocks or (people and role == "superuser")):
            chosen = [row["id"] for row in before["Document"][:1]]
            sent = asking.post(place, SENT | {"_selected_action": chosen})
            if sent.status_code >= 500:
                wrong.append(f"POST {place}: {sent.status_code}")
    assert not wrong
    assert everything() == before


def test_a_version_is_looked_at_and_not_written_back():
    make_rows(1)
    fact = Fact.objects.get()
    fact.statement = "Another statement."
    fact.save()
    documents.follow(by=make_teacher("eve"), reason="published")
    document = Document.objects.get(kind="fact")
    first = document.history.order_by("history_id").first()
    place = address(Document, "simple_history", document.pk, first.pk)
    for person in (make_teacher(), make_superuser()):
        asking = browser(person)
        listed = text_of(asking.get(address(Document, "history", document.pk)))
        assert re.search(r"2 \d.* eve published statement 1 \d.* the files made", listed)
        shown = asking.get(place)
        assert "A statement." in text_of(shown)
        form = shown.content.decode().partition("<main")[2]
        assert not re.search(r'<(textarea|select|input (?!type="hidden"))', form)
        assert asking.post(place, SENT | {"record": "{}", "changed_at_0": "2026-11-01"}).status_code == 403
    document.refresh_from_db()
    assert (document.number, document.record["statement"]) == (2, "Another statement.")
    assert document.history.count() == 2


def test_rows_of_what_is_taught_lead_to_the_studio():
    make_rows(1)
    asking = browser(make_teacher())
    for model, link in {
        Topic: "topic/t-0", Fact: "fact/A000", Card: "card/A000-a", Question: "question/q-0", Term: "term/g-0",
        ComparisonTable: "table/c-0", Pair: "pair/p-0", Misconception: "misconception/m-0", Diagram: "diagram/d-0",
        Conflict: "fact/A000", Draft: "fact/A000", Document: "fact/A000",
    }.items():  # fmt: skip
        row = model._default_manager.filter(**({"kind": "fact"} if model is Document else {})).first()
        for place in (address(model, "changelist"), address(model, "change", row.pk)):
            assert f'href="/studio/{link}/"' in asking.get(place).content.decode(), place


@pytest.mark.parametrize("model", MODELS)
def test_a_list_costs_the_same_for_few_rows_and_for_many(model):
    asking = browser(make_superuser())
    counts = []
    for number, start in ((3, 0), (27, 3)):
        make_rows(number, start)
        with CaptureQueriesContext(connection) as queries:
            assert asking.get(address(model, "changelist")).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[1] <= 12


def test_versions_cost_the_same_for_few_and_for_many():
    make_rows(1)
    fact, document, counts = Fact.objects.get(), Document.objects.get(kind="fact"), []
    asking = browser(make_teacher())
    for number in (3, 20):
        for each in range(number):
            fact.statement = f"Statement {number} {each}."
            fact.save()
            documents.follow(by=make_user(f"editor-{number}-{each}"))
        with CaptureQueriesContext(connection) as queries:
            asking.get(address(Document, "history", document.pk))
        counts.append(len(queries))
    assert counts[0] == counts[1]


BAD = [
    "p=zz", "p=99999999999999999999", "o=zz", "o=99.-4", "e=1", "all=", "q=%00", "q=" + "a+" * 3000, "q=%22",
    "_popup=1", "_to_field=password", "_to_field=x", "_facets=1", "nothing=1",
    "pk__regex=(a%2B)%2B%24", "key__regex=(a%2B)%2B%24",
    "key__iregex=%5B", "record__contains=1", "variant__contains=1", "fields__has_key=1", "user__password__startswith=p",
    "editor__password__regex=.", "password__startswith=a", "guest_mark__isnull=1", "id__in=" + "1," * 3000,
    "retired__exact=zz", "kind__exact=%00", "at__gte=zz", "checked__gte=zz", "topic__id__exact=zz",
    "topic__id__exact=99999999999999999999", "state__exact=zz", "state__exact=99999999999999999999999", "is_guest=1",
    "attempt_time__gte=zz", "certainty__exact=1.5", "started_at__lt=99999-01-01",
]  # fmt: skip


@pytest.mark.parametrize("model", MODELS)
def test_whatever_an_address_asks_nothing_breaks(model):
    make_rows(1)
    asking = browser(make_superuser())
    wrong = []
    for query in BAD:
        answer = asking.get(f"{address(model, 'changelist')}?{query}")
        if answer.status_code not in (200, 302, 400):
            wrong.append(f"{query[:40]}: {answer.status_code}")
    pages = [f"{id}/{page}/" for id in WEIRD for page in ("change", "history", "delete", "history/1")]
    for page in [*pages, "1/history/abc/", "1/history/99999999999999999999/"]:
        answer = asking.get(address(model, "changelist") + page)
        if answer.status_code not in (302, 403, 404):
            wrong.append(f"{page[:40]}: {answer.status_code}")
    assert not wrong


def test_only_filters_are_asked():
    make_rows(2)
    asking = browser(make_superuser())
    for query in ("key__regex=.", "statement__contains=x", "topic__title__startswith=x", "id__in=1"):
        assert asking.get(f"{address(Fact, 'changelist')}?{query}").status_code == 400
    for query in ("verdict__exact=wrong", "topic__id__exact=0", "retired__exact=1"):
        assert "0 facts" in text_of(asking.get(f"{address(Fact, 'changelist')}?{query}"))


# People


@pytest.fixture
def people():
    """Somebody who learns, a guest, and the page of superusers."""
    bob = User.objects.create_user("bob", "bob@example.org", "a long password")
    return browser(make_superuser()), bob, make_guest()


def act(asking, action, *chosen):
    return asking.post(
        address(User, "changelist"), {"action": action, "_selected_action": [each.pk for each in chosen]}
    )


def test_people_are_found_by_name_without_secrets_and_without_guests(people):
    asking, bob, guest = people
    for page in (asking.get(address(User, "changelist")), asking.get(address(User, "change", bob.pk))):
        assert "bob@example.org" in page.content.decode()
        assert guest.username not in page.content.decode()
        assert "argon2" not in page.content.decode()
        assert "password" not in text_of(page).replace("Change password", "").lower()
    assert "0 users" in text_of(asking.get(address(User, "changelist"), {"q": "guest"}))
    assert "1 user" in text_of(asking.get(address(User, "changelist"), {"q": "BOB"}))
    assert asking.get(address(User, "change", guest.pk)).status_code == 302
    assert browser(make_teacher()).get(address(User, "changelist")).status_code == 403


def test_superusers_make_instructors_and_take_it_back(people, rf):
    asking, bob, guest = people
    request = rf.get("/")

    def teaches():
        request.user = User.objects.get(pk=bob.pk)
        return may_teach(request)

    assert act(asking, "teach", bob, guest).status_code == 302
    assert teaches()
    assert not User.objects.get(pk=guest.pk).is_staff
    assert "root may teach now." in text_of(asking.get(address(User, "history", bob.pk)))
    assert act(browser(make_teacher()), "teach_no_more", bob).status_code == 403
    assert teaches()
    assert act(asking, "teach_no_more", bob).status_code == 302
    assert not teaches()


def test_superusers_bar_people_but_not_themselves_and_make_no_superusers(people):
    asking, bob, _ = people
    theirs = browser(bob)
    before = User.objects.get(pk=bob.pk)
    assert asking.post(address(User, "change", bob.pk), SENT).status_code == 302
    after = User.objects.get(pk=bob.pk)
    changed = {f.name for f in User._meta.concrete_fields if getattr(before, f.name) != getattr(after, f.name)}
    assert changed == {"is_active"}
    assert "bob" not in theirs.get("/account/").content.decode()  # who is out at once
    root = User.objects.get(username="root")
    asking.post(address(User, "change", root.pk), SENT)
    assert User.objects.get(pk=root.pk).is_active


def test_a_superuser_lets_a_name_try_again_and_an_instructor_does_not():
    make_rows(1)
    place = address(AccessAttempt, "delete", AccessAttempt.objects.get().pk)
    assert browser(make_teacher()).post(place, {"post": "yes"}).status_code == 403
    assert AccessAttempt.objects.exists()
    assert browser(make_superuser()).post(place, {"post": "yes"}).status_code == 302
    assert not AccessAttempt.objects.exists()


def test_the_admin_signs_out_and_changes_passwords_as_the_rest_of_the_site_does():
    asking = browser(make_superuser())
    assert asking.get("/admin/login/").url == "/admin/"
    assert asking.get("/admin/password_change/").url == "/account/password/"
    assert asking.get("/admin/password_change/done/").url == "/account/"
    assert asking.get("/admin/logout/").status_code == 405
    assert asking.post("/admin/logout/").url == "/"
    assert asking.get("/admin/").status_code == 403


def test_only_superusers_find_the_admin_in_the_studio():
    link = 'href="/admin/"'
    assert link in browser(make_superuser()).get("/studio/families/").content.decode()
    assert link not in browser(make_teacher()).get("/studio/families/").content.decode()


def test_no_page_may_be_kept():
    answer = browser(make_teacher()).get("/admin/")
    assert "no-store" in answer["Cache-Control"]
