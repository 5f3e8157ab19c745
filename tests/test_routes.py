"""Every address × method × role × htmx answers as `routes.yaml` says; an address that is not in it fails.

The table lists cases: a route with the place that is asked (`at`), what a POST sends (`send`), and a status for
each method: one number for everybody, or one for each role and `else`; an instructor
without a number is as `other`. With htmx the status is the same unless
`METHOD htmx` says otherwise. Methods that are not given are refused with 405. In `at` and `send`,
`{key}` is the sealed showing of a card that was shown to the learner, not to the others; `{nobodys}` that of
one shown to a browser that nobody was known on.
"""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import time_machine
import yaml
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from studyapp.accounts.models import User
from studyapp.notes.models import Diagram, Fact, Pair, Topic
from studyapp.quiz.choosing import Choices
from studyapp.quiz.models import Attempt, Quiz, Report
from studyapp.schedules.showings import Showing
from studyapp.studio import documents
from studyapp.studio.roles import make_instructor
from tests.factories import make_question
from tests.schedules.course import NOW, make_course, make_learner, show

ROLES = ("anonymous", "guest", "learner", "other", "instructor")
METHODS = ("GET", "POST", "PUT", "DELETE")
CASES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("routes.yaml").read_text())
BACKEND = "studyapp.accounts.backends.LearnerBackend"


def routes(resolver: URLResolver | None = None, namespace: str = "") -> Iterator[str]:
    """Give the full name of every address; one without a name goes by its pattern. Not the admin's."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name or entry.pattern}"
        elif entry.namespace != "admin":
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from routes(entry, inner)


def expected(case: dict[str, Any], method: str, role: str, htmx: bool) -> int:
    """Read a cell of the table."""
    cell = case.get(f"{method} htmx") if htmx else None
    cell = case.get(method, 405) if cell is None else cell
    if not isinstance(cell, dict):
        return cell
    # To what is a learner's own, an instructor is just another.
    return cell.get(role, cell.get("other" if role == "instructor" and "other" in cell else "else"))


def test_every_address_is_in_the_table():
    assert sorted({case["route"] for case in CASES}) == sorted(set(routes()))


@pytest.fixture
def world(db):
    """A course, a learner who was shown a card, and the others: a browser for each role."""
    with time_machine.travel(NOW, tick=True):
        make_course()
        Diagram.objects.create(key="map", topic=Topic.objects.earliest("position"), svg="<svg/>", drawing="<svg/>")
        Pair.objects.create(
            key="pair", left="this", right="that", difference="d", facts=[], left_cases=["a"], right_cases=["b"],
            cases_html=["a", "b"],
        )  # fmt: skip
        learner = make_learner("learner")
        people = {
            "learner": learner,
            "other": make_learner("other"),
            "guest": User.objects.create_user("guest-1", is_guest=True),
            "instructor": make_learner("instructor"),
        }
        make_instructor(people["instructor"])
        browsers = {role: Client() for role in ROLES}
        for role, person in people.items():
            browsers[role].force_login(person, backend=BACKEND)
        documents.follow()
        keys = {"{key}": show(learner, NOW), "{nobodys}": show(None, NOW)}
        sealed = {name: shown.showing.seal() for name, shown in keys.items()}
        yield browsers, sealed | _quizzes(learner)


def _quizzes(learner: User) -> dict[str, str]:
    """Give the learner an open quiz and a finished one, and an answer of the day's session."""
    question = make_question(Fact.objects.earliest("pk"), key="q-one")
    answered = {"answers": ["a"], "score": 0.0, "answered_at": NOW}
    for code, given in (("open", {}), ("done", answered)):
        quiz = Quiz.objects.create(
            code=code, user=learner, title="A quiz", started_at=NOW, finished_at=NOW if given else None,
            choices=Choices(topics=("T0",)).as_json(),
        )  # fmt: skip
        variant = question.vary(1).as_json()
        Attempt.objects.create(
            user=learner, question=question, quiz=quiz, number=1, place=100, seed=1, variant=variant, **given
        )
    daily = Attempt.objects.create(user=learner, question=question, seed=1, variant=variant, **answered)
    report = Report.objects.create(user=learner, attempt=daily, text="Wrong.", at=NOW)
    showings = {"{question}": learner.pk, "{nobodys question}": 0}
    return {
        **{name: Showing(owner, question.pk, 0, NOW).seal() for name, owner in showings.items()},
        "{attempt}": str(daily.pk),
        "{report}": str(report.pk),
    }


@pytest.mark.parametrize("case", CASES, ids=[f"{case['route']} {case.get('case', '')}".strip() for case in CASES])
def test_the_address_answers_as_the_table_says(world, case):
    browsers, keys = world

    def fill(text: str) -> str:
        for name, key in keys.items():
            text = text.replace(name, key)
        return text

    place = fill(case["at"])
    assert resolve(place.partition("?")[0]).view_name == case["route"]
    fields = {name: fill(str(value)) for name, value in case.get("send", {}).items()}
    wrong = []
    for role, method, htmx in product(ROLES, METHODS, (False, True)):
        browser = Client(raise_request_exception=False)
        browser.cookies.update(browsers[role].cookies)
        given: dict[str, Any] = {"data": fields} if method == "POST" else {}
        with transaction.atomic():
            answer = getattr(browser, method.lower())(place, headers={"HX-Request": "true"} if htmx else {}, **given)
            transaction.set_rollback(True)
        if answer.status_code != expected(case, method, role, htmx):
            name = f"{method}{' htmx' if htmx else ''} as {role}"
            wrong.append(f"{name}: {answer.status_code}, not {expected(case, method, role, htmx)}")
    assert not wrong, "\n".join(["", *wrong])
