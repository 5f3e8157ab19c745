"""What instructors see of the answers: the list, the page of a question, and marking anew."""

import random
import re
from collections import Counter
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from studyapp.assessment.marking import mark
from studyapp.quiz.analysing import kept_analysis, question_analysis
from studyapp.quiz.models import Attempt, Quiz, Remark, Report
from studyapp.studio.roles import make_instructor
from tests.factories import make_fact, make_question, make_topic, make_user
from tests.quiz.test_quizzes import BINPACK
from tests.schedules.course import NOW, make_learner

pytestmark = pytest.mark.django_db
BACKEND = "studyapp.accounts.backends.LearnerBackend"


@pytest.fixture(autouse=True)
def forgotten():
    """Keep nothing of the analysis of another test."""
    cache.clear()


@pytest.fixture
def teacher(client):
    user = make_user("teacher")
    make_instructor(user)
    client.force_login(user, backend=BACKEND)
    return user


def options(right="A", texts="ABCD"):
    return {
        "options": [
            {"text": f"Text {text}.", "reason": "So."} | ({"right": True} if text == right else {}) for text in texts
        ]
    }


def answer(user, question, text="", *, answers=None, seconds=20.0, minutes=0, seed=None, **fields):
    """Keep an answer: the option with a text, or answers as they are sent."""
    variant = question.vary(user.pk if seed is None else seed)
    given = answers or [each.id for each in variant.options if each.text == f"Text {text}."]
    found = mark(variant, tuple(given))
    values = {
        "user": user, "question": question, "seed": variant.seed, "variant": variant.as_json(),
        "problem": variant.problem, "offered": list(variant.predictions), "answers": list(given),
        "score": found.score, "held": list(found.misconceptions), "seconds": seconds,
        "answered_at": NOW + timedelta(minutes=minutes),
    }  # fmt: skip
    return Attempt.objects.create(**values | fields)


def make_choice(key="", **fields):
    return make_question(fields.pop("fact", None), key=key, spec=options(), version="one", **fields)


def cohort(questions, learners=60, bad=()):
    """Let learners answer who know the more the higher their number; of bad questions those who know choose B."""
    people = [make_user(f"l{number}") for number in range(learners)]
    dice = random.Random(1)
    for place, person in enumerate(people):
        for number, question in enumerate(questions):
            knows = place / learners > (number + 1) / (len(questions) + 2) or dice.random() < 0.1
            text = ("B" if question in bad else "A") if knows else dice.choice("CDA" if question in bad else "BC")
            answer(person, question, text)
    return people


def analysed(question):
    return question_analysis(question, kept_analysis())


def page_of(client, address, **asked):
    return client.get(address, asked).content.decode()


def listed(html):
    return re.findall(r'<th scope="row"><a href="/studio/answers/([^/]+)/"', html)


class TestTheList:
    def test_nothing_answered_is_said(self, client, teacher):
        make_choice()
        assert "Nobody has answered yet" in page_of(client, "/studio/answers/")

    def test_what_looks_bad_comes_first_and_is_said_in_words(self, client, teacher):
        questions = [make_choice(f"q-{name}") for name in ("one", "two", "three", "four", "bad")]
        cohort(questions, bad=questions[-1:])
        html = page_of(client, "/studio/answers/")
        assert listed(html)[0] == "q-bad"
        row = html[html.index("/studio/answers/q-bad/") :].split("</tr>")[0]
        assert "the able miss it" in row
        assert "a rival to the key" in row
        assert listed(page_of(client, "/studio/answers/", findings="1")) == ["q-bad"]

    def test_a_topic_limits_the_list_and_changes_no_figure(self, client, teacher):
        one, two = make_topic("one"), make_topic("two")
        questions = [make_choice(f"q-{n}", fact=make_fact(one if n < 2 else two)) for n in range(5)]
        cohort(questions)
        every = {each.item: each.discrimination for each in kept_analysis()}
        html = page_of(client, "/studio/answers/", topic="one")
        assert sorted(listed(html)) == ["q-0", "q-1"]
        assert f"{round(every['q-0'] * 100)} %" in html
        assert "No question of this topic" in page_of(client, "/studio/answers/", topic="nowhere")

    def test_a_column_sorts_both_ways_and_what_is_unknown_comes_last(self, client, teacher):
        questions = [make_choice(f"q-{n}") for n in range(4)]
        cohort(questions)
        answer(make_user("new"), make_choice("q-new"), "A")  # of whom no other answers are known
        right = [each.item for each in sorted(kept_analysis(), key=lambda each: each.facility)]
        assert listed(page_of(client, "/studio/answers/", sort="facility")) == right
        html = page_of(client, "/studio/answers/", sort="-facility")
        assert listed(html) == right[::-1]
        assert '<th scope="col" aria-sort="descending"><a href="?sort=facility">Facility' in html
        for sort in ("discrimination", "-discrimination"):
            assert listed(page_of(client, "/studio/answers/", sort=sort))[-1] == "q-new"
        assert len(listed(page_of(client, "/studio/answers/", sort="nonsense", page="x"))) == 5

    def test_more_questions_and_answers_cost_no_more_queries(self, client, teacher):
        counts = []
        for number, learners in ((2, 2), (20, 6)):
            questions = [make_choice(f"q-{learners}-{n}") for n in range(number)]
            for place in range(learners):
                for question in questions:
                    answer(make_user(f"l-{learners}-{place}-{question.pk}"), question, "A")
            client.get("/studio/answers/")  # fills what is kept of the session
            cache.clear()
            with CaptureQueriesContext(connection) as caught:
                client.get("/studio/answers/")
            counts.append(len(caught))
        assert counts[0] == counts[1] <= 14

    def test_it_is_worked_out_anew_when_something_was_answered_and_only_then(self, django_assert_num_queries):
        question = make_choice("q-one")
        answer(make_user("one"), question, "A")
        assert [each.responses for each in kept_analysis()] == [1]
        with django_assert_num_queries(4):
            kept_analysis()
        answer(make_user("two"), question, "B", minutes=1)
        assert [(each.responses, each.facility) for each in kept_analysis()] == [(2, 0.5)]

    def test_answers_of_an_open_test_do_not_count_yet(self):
        user, question = make_learner("l"), make_choice("q-one")
        quiz = Quiz.objects.create(code="t", user=user, title="T", mode="test", started_at=NOW)
        answer(user, question, "A", quiz=quiz, number=1)
        assert kept_analysis() == []
        quiz.finished_at = NOW
        quiz.save()
        assert [each.responses for each in kept_analysis()] == [1]

    def test_the_key_of_today_is_no_rival_of_itself(self):
        questions = [make_choice(f"q-{n}") for n in range(5)]
        cohort(questions, bad=questions[-1:])
        assert "rival" in next(each for each in kept_analysis() if each.item == "q-4").findings
        questions[-1].spec = options("B")
        questions[-1].save()
        cache.clear()
        assert "rival" not in next(each for each in kept_analysis() if each.item == "q-4").findings


class TestAQuestion:
    def test_an_unanswered_question_says_so_and_an_unknown_one_is_not_there(self, client, teacher):
        make_choice("q-one")
        html = page_of(client, "/studio/answers/q-one/")
        assert "Nobody has answered it yet" in html
        assert "/studio/question/q-one/" in html
        assert client.get("/studio/answers/nowhere/").status_code == 404

    def test_every_option_stands_in_the_table_with_who_chose_it(self, client, teacher):
        questions = [make_choice(f"q-{n}") for n in range(5)]
        cohort(questions)
        found = analysed(questions[2])
        assert (found.choices[0].option.name, found.choices[0].right) == ("Text A.", True)
        counts = {each.option.name: each.option.count for each in found.choices}
        assert counts["Text D."] == 0
        assert sum(counts.values()) == 60
        html = page_of(client, "/studio/answers/q-2/")
        row = html[html.index("Text D.") :].split("</tr>")[0]
        assert "nobody chose it" in row
        assert "<td>0</td>" in row

    def test_a_misconception_is_counted_with_its_belief(self, client, teacher, known_misconception):
        question = make_question(key="q-one")  # whose second option shows it
        for number in range(10):
            user = make_user(f"l{number}")
            variant = question.vary(user.pk)
            shown = [each.id for each in variant.options if each.misconceptions]
            answer(user, question, answers=shown if number < 4 else list(variant.key))
        [belief] = analysed(question).beliefs
        assert (belief.name, belief.offered, belief.held, belief.enough) == (known_misconception.key, 10, 4, False)
        html = page_of(client, "/studio/answers/q-one/")
        assert html.count(known_misconception.belief) == 2  # beside its option, and among the misconceptions
        assert "too few data" in html

    def test_the_cases_of_a_scenario_are_told_apart_and_open_in_the_lab(self, client, teacher):
        question = make_question(
            key="s-one", kind="scenario", spec=BINPACK, version="one", misconceptions=["binpack_picks_most_free"]
        )
        for number in range(6):
            variant = question.vary(number % 2)
            given = variant.key if number % 2 else variant.predictions["binpack_picks_most_free"]
            answer(make_user(f"l{number}"), question, answers=list(given), seed=number % 2)
        found = analysed(question)
        assert [(each.group.responses, each.group.facility, each.seed) for each in found.cases] == [
            (3, 0, 0),
            (3, 1, 1),
        ]
        assert {each.option.name: each.option.count for each in found.choices} == {
            "right": 3, "binpack_picks_most_free": 3, "another wrong answer": 0,
        }  # fmt: skip
        html = page_of(client, "/studio/answers/s-one/")
        assert html.count("/labs/open/?family=placement.run") == 2
        assert "/studio/answers/s-one/marks/" not in html

    def test_times_versions_places_and_reports_are_there(self, client, teacher):
        question = make_choice("q-one")
        people = [make_user(f"l{number}") for number in range(4)]
        first = [
            answer(user, question, "A" if number else "B", seconds=[4, 70, 70][number])
            for number, user in enumerate(people[:3])
        ]
        question.version = "two"
        question.save()
        last = answer(people[3], question, "A", seconds=700, minutes=5)
        answer(people[0], question, "A", minutes=9)  # not the first
        Report.objects.create(user=people[3], attempt=last, text="Odd <b>words</b>", at=NOW)
        found = analysed(question)
        assert [(each.start, each.right, each.other) for each in found.spans if each.count] == [
            (0, 0, 1), (60, 2, 0), (300, 1, 0),
        ]  # fmt: skip
        assert [(each.group.name, each.group.responses, each.today) for each in found.versions] == [
            ("one", 3, False), ("two", 1, True),
        ]  # fmt: skip
        wanted = [option["id"] for each in [*first, last] for option in each.variant["options"] if option["right"]]
        assert {each.name: each.responses for each in found.places} == Counter(wanted)
        assert found.earlier == 3
        html = page_of(client, "/studio/answers/q-one/")
        assert '<th scope="row">60–90 s</th><td>2</td><td>0</td><td>50 %</td>' in html
        assert 'class="bar-right" x="96" y="4" width="190.0"' in html
        assert "Odd &lt;b&gt;words&lt;/b&gt;" in html
        assert "mark them anew" in html

    @pytest.mark.parametrize(
        ("kind", "spec"),
        [
            ("matching", {"pairs": [{"left": f"L{n}", "right": f"R{n}", "reason": "So."} for n in range(3)]}),
            ("ordering", {"items": [{"text": f"S{n}", "reason": "So."} for n in range(3)]}),
            ("numeric", {"value": 6, "unit": "tasks", "wrong": [{"value": 5, "reason": "No."}]}),
        ],
    )
    def test_every_kind_has_its_page(self, client, teacher, kind, spec):
        question = make_question(key="q-one", kind=kind, spec=spec)
        for number in range(3):
            user = make_user(f"l{number}")
            key = question.vary(user.pk).key
            answer(user, question, answers=["4"] if kind == "numeric" and not number else list(key))
        choices = analysed(question).choices
        assert choices[0].right
        if kind == "numeric":
            assert [(each.option.name, each.option.count, each.known) for each in choices] == [
                ("6", 2, True), ("4", 1, False), ("5", 0, True),
            ]  # fmt: skip
        else:
            assert [each.option.count for each in choices] == [3, 3, 3]
        assert client.get("/studio/answers/q-one/").status_code == 200

    def test_more_answers_cost_no_more_queries(self, client, teacher):
        question, scenario = make_choice("q-one"), make_question(key="s-one", kind="scenario", spec=BINPACK)
        client.get("/studio/answers/q-one/")
        counts = []
        for number in (2, 12):
            for place in range(number):
                user = make_user(f"l-{number}-{place}")
                answer(user, question, "B", minutes=number)
                last = answer(user, scenario, answers=list(scenario.vary(user.pk).key), minutes=number)
                Report.objects.create(user=user, attempt=last, text="Odd", at=NOW)
            for address in ("/studio/answers/s-one/", "/studio/answers/q-one/marks/"):
                cache.clear()
                with CaptureQueriesContext(connection) as caught:
                    client.get(address)
                counts.append(len(caught))
        assert counts[:2] == counts[2:]
        assert max(counts) <= 15


@pytest.fixture
def known_misconception():
    from studyapp.notes.models import Misconception

    return Misconception.objects.create(
        key="binpack_picks_most_free", belief="Binpack fills the emptiest first.", fact=make_fact(), refutation="No.",
        refutation_html="No.",
    )  # fmt: skip


class TestMarkingAnew:
    @pytest.fixture
    def question(self):
        return make_choice("q-one")

    def mend(self, question, right="B", version="two"):
        question.spec, question.version = options(right), version
        question.save()

    def test_looking_changes_nothing_and_the_button_does(self, client, teacher, question):
        learner = make_learner("learner")
        attempt = answer(learner, question, "B")
        self.mend(question)
        html = page_of(client, "/studio/answers/q-one/marks/")
        assert "Mark 1 answer anew" in html
        assert "<td>wrong</td><td>right</td><td>1</td>" in html
        assert not Remark.objects.exists()
        done = client.post("/studio/answers/q-one/marks/", {"version": "two"}, follow=True).content.decode()
        assert "1 answer was marked anew." in done
        assert "wrong → right" in done
        assert "Nothing would change" in done
        attempt.refresh_from_db()
        assert attempt.score == 1
        again = client.post("/studio/answers/q-one/marks/", {"version": "two"}, follow=True).content.decode()
        assert "Nothing was left to mark anew" in again
        assert Remark.objects.count() == 1

    def test_a_question_that_changed_meanwhile_is_looked_at_again_first(self, client, teacher, question):
        answer(make_learner("learner"), question, "B")
        self.mend(question)
        response = client.post("/studio/answers/q-one/marks/", {"version": "one"})
        assert response.status_code == 409
        assert "has changed since this page was shown" in response.content.decode()
        assert not Remark.objects.exists()

    def test_a_scenario_says_why_not(self, client, teacher):
        question = make_question(key="s-one", kind="scenario", spec=BINPACK)
        assert "stay as they were marked" in page_of(client, "/studio/answers/s-one/marks/")
        assert client.post("/studio/answers/s-one/marks/", {"version": question.version}).status_code == 400

    def test_what_cannot_be_marked_is_listed_with_why(self, client, teacher, question):
        answer(make_learner("learner"), question, "B")
        question.spec, question.version = options("X", "XBCD"), "two"
        question.save()
        assert "“Text X.” is right today, and could not be chosen." in page_of(client, "/studio/answers/q-one/marks/")

    def test_answers_to_another_stem_are_told_and_can_be_left_out(self, client, teacher, question):
        answer(make_learner("learner"), question, "B")
        old, question.stem = question.stem, "Which not?"
        self.mend(question)
        assert "1 answer was given to another wording" in page_of(client, "/studio/answers/q-one/marks/")
        html = page_of(client, "/studio/answers/q-one/marks/", stem="same")
        assert "They are left out" in html
        assert f"1 answer: {old}" in html
        client.post("/studio/answers/q-one/marks/", {"version": "two", "stem": "same"})
        assert not Remark.objects.exists()

    @pytest.mark.parametrize("place", ["quiz", "session"])
    def test_the_learner_sees_it_with_the_key_of_today(self, client, teacher, question, place):
        learner = make_learner("learner")
        quiz = Quiz.objects.create(code="c", user=learner, title="T", started_at=NOW, finished_at=NOW)
        attempt = answer(learner, question, "B", **({"quiz": quiz, "number": 1} if place == "quiz" else {}))
        self.mend(question)
        client.post("/studio/answers/q-one/marks/", {"version": "two"})
        client.force_login(learner, backend=BACKEND)
        for address in [attempt.get_absolute_url(), *(["/quiz/c/review/"] if place == "quiz" else [])]:
            html = page_of(client, address)
            assert "Marked anew on" in html
            assert "wrong → right" in html
            [told] = re.findall(r"✓ right</span> (Text .\.)", html)
            assert told == "Text B."

    def test_the_pages_of_marks_are_pages(self, client, teacher, question):
        for number in range(60):
            answer(make_user(f"l{number}"), question, "B")
        self.mend(question)
        html = page_of(client, "/studio/answers/q-one/marks/", page="2")
        assert "Page 2 of 2" in html
        assert html.count('<th scope="row">l') == 10
        client.post("/studio/answers/q-one/marks/", {"version": "two"})
        assert page_of(client, "/studio/answers/q-one/marks/", past="2").count('<th scope="row">l') == 10
