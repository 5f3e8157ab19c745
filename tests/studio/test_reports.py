"""Reports in the studio: seen as the learner saw it, answered, closed, opened again; and what the learner reads."""

import json
import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from studyapp.assessment import questions
from studyapp.quiz.models import Quiz, Remark, Report
from studyapp.quiz.posing import report_state
from studyapp.quiz.reporting import LONGEST_REPLY
from studyapp.simulators.errors import InputError
from studyapp.studio.roles import make_instructor
from tests.factories import make_question, make_user
from tests.quiz.test_quizzes import BINPACK
from tests.schedules.course import NOW, make_learner
from tests.studio.test_answers import answer, make_choice

pytestmark = pytest.mark.django_db
BACKEND = "studyapp.accounts.backends.LearnerBackend"


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def browser_of(user):
    browser = Client()
    browser.force_login(user, backend=BACKEND)
    return browser


def teacher(name):
    user = make_user(name)
    make_instructor(user)
    return browser_of(user)


@pytest.fixture
def ada():
    return teacher("ada")


@pytest.fixture
def learner():
    return make_learner("learner")


def report_on(attempt, text="The key is wrong.", minutes=0, **fields):
    values = {"steps": report_state(attempt), "at": NOW + timedelta(minutes=minutes)}
    return Report.objects.create(user=attempt.user, attempt=attempt, text=text, **values | fields)


def scenario(key="s-one"):
    return make_question(key=key, kind="scenario", spec=BINPACK, version="one", stem="Where?")


@pytest.fixture
def report(learner):
    return report_on(answer(learner, make_choice("q-one"), "B"))


def send(browser, report, act, reply="", changes=0):
    return browser.post(f"/studio/reports/{report.pk}/", {"act": act, "reply": reply, "changes": changes})


def said(response):
    return response.content.decode()


class TestTheList:
    def test_no_report_is_said(self, ada):
        assert "Nobody has reported anything" in said(ada.get("/studio/reports/"))

    def test_the_open_ones_that_wait_longest_come_first(self, ada, learner):
        attempt = answer(learner, make_choice("q-one"), "B")
        for text, minutes, closed in (("second", 5, None), ("old", 0, 0), ("first", 1, None), ("older", 2, 1)):
            at = None if closed is None else NOW - timedelta(days=closed)
            report_on(attempt, text, minutes, closed_at=at)
        order = re.findall(r'report-text" hx-disable>([^<]+)<', said(ada.get("/studio/reports/")))
        assert order == ["first", "second", "old", "older"]
        assert (
            re.findall(r'report-text" hx-disable>([^<]+)<', said(ada.get("/studio/reports/?state=closed"))) == order[2:]
        )
        assert "None of these" in said(ada.get("/studio/reports/?question=q-two"))
        assert "2 open reports on it" in said(ada.get("/studio/reports/?question=q-one&state=nonsense"))

    def test_more_reports_cost_no_more_queries(self, ada, learner):
        counts = []
        for number in (1, 12):
            for place in range(number):
                made = report_on(answer(learner, make_choice(f"q-{number}-{place}"), "B"))
                report_on(made.attempt, "Once more.")
            for address in ("/studio/reports/", f"/studio/reports/{made.pk}/"):
                ada.get(address)
                with CaptureQueriesContext(connection) as caught:
                    ada.get(address)
                counts.append(len(caught))
        assert counts[:2] == counts[2:]
        assert max(counts) <= 12


class TestAReport:
    def test_it_shows_the_case_the_answer_the_key_and_the_way_to_mend_it(self, ada, learner):
        question = scenario()
        variant = question.vary(7)
        wrong = variant.predictions["binpack_picks_most_free"]
        made = report_on(answer(learner, question, answers=list(wrong), seed=7), "Why <b>not</b> that one?\nSay.")
        html = said(ada.get(f"/studio/reports/{made.pk}/"))
        assert "Why &lt;b&gt;not&lt;/b&gt; that one?<br>Say." in html
        assert f"<dt>Answer</dt><dd>{wrong[0]}" in html
        assert f"<dt>Key</dt><dd>{variant.key[0]}" in html
        assert "<code>7</code>" in html
        assert made.steps[-1][1] in html
        assert f"/studio/question/s-one/?back=/studio/reports/{made.pk}/" in html
        assert "tells these steps otherwise" not in html

    def test_steps_that_are_told_otherwise_by_now_stand_as_they_were_seen(self, ada, learner):
        attempt = answer(learner, scenario(), answers=["i-1"])
        made = report_on(attempt, steps=[["Task 1", "The moon decides.", ""]])
        html = said(ada.get(f"/studio/reports/{made.pk}/"))
        assert "tells these steps otherwise by now" in html
        assert "The moon decides." in html

    def test_a_case_that_the_simulator_refuses_by_now_is_still_shown(self, ada, learner, monkeypatch):
        made = report_on(answer(learner, scenario(), answers=["i-1"]), steps=[["Task 1", "The moon decides.", ""]])

        def refuse(*_, **__):
            raise InputError("given", "is not taken any more")

        monkeypatch.setattr(questions, "simulate", refuse)
        html = said(ada.get(f"/studio/reports/{made.pk}/"))
        assert "The moon decides." in html

    def test_an_answer_that_was_marked_anew_stands_as_the_learner_saw_it(self, ada, report):
        attempt = report.attempt
        Remark.objects.create(
            question=attempt.question, attempt=attempt, score_before=0, score_after=1, version_before="one",
            version_after="two", variant=attempt.variant, name="bob", at=NOW,
        )  # fmt: skip
        attempt.score = 1
        attempt.save()
        html = said(ada.get(f"/studio/reports/{report.pk}/"))
        assert "marked anew on" in html
        assert "by bob: wrong → right" in html
        assert "<b>Wrong.</b>" in html

    def test_a_question_that_changed_since_is_told(self, ada, report):
        assert "has been changed since" not in said(ada.get(f"/studio/reports/{report.pk}/"))
        report.attempt.question.version = "two"
        report.attempt.question.save()
        assert "has been changed since" in said(ada.get(f"/studio/reports/{report.pk}/"))


class TestSettling:
    def test_an_answer_closes_and_the_learner_reads_it(self, ada, report, learner):
        response = send(ada, report, "close", " You are right: <i>mended</i>.\r\nThank you. ")
        assert response.url == "/studio/reports/"
        report.refresh_from_db()
        assert (report.reply, report.closed_at, report.replied_at, report.name, report.by.username) == (
            "You are right: <i>mended</i>.\nThank you.", NOW, NOW, "ada", "ada",
        )  # fmt: skip
        browser = browser_of(learner)
        front = said(browser.get("/quiz/"))
        address = re.search(r'was answered on [^:]+: <a href="([^"]+)"', front)[1]
        page = said(browser.get(address))
        assert "You are right: &lt;i&gt;mended&lt;/i&gt;.<br>Thank you." in page
        assert "was answered on" not in said(browser_of(make_user("eve")).get("/quiz/"))

    def test_the_learner_of_a_quiz_reads_it_there(self, ada, learner):
        quiz = Quiz.objects.create(code="c", user=learner, title="T", started_at=NOW, finished_at=NOW)
        made = report_on(answer(learner, make_choice("q-one"), "B", quiz=quiz, number=1))
        browser = browser_of(learner)
        assert "The instructors have it." in said(browser.get("/quiz/c/1/"))
        send(ada, made, "close")
        assert "and closed it." in said(browser.get("/quiz/c/1/"))
        assert "was answered on" not in said(browser.get("/quiz/"))
        send(ada, made, "reply", "Look again.", 1)
        assert "<blockquote>Look again.</blockquote>" in said(browser.get("/quiz/c/1/"))
        assert 'href="/quiz/c/1/#reports"' in said(browser.get("/quiz/"))

    def test_an_answer_is_told_for_two_weeks(self, ada, report, learner, now):
        send(ada, report, "close", "Mended.")
        now.shift(timedelta(days=13))
        assert "was answered on" in said(browser_of(learner).get("/quiz/"))
        now.shift(timedelta(days=2))
        assert "was answered on" not in said(browser_of(learner).get("/quiz/"))

    def test_an_answer_may_leave_it_open_and_a_closed_one_may_be_opened(self, ada, report):
        assert send(ada, report, "reply", "Which page?").url == f"/studio/reports/{report.pk}/"
        report.refresh_from_db()
        assert (report.reply, report.closed_at) == ("Which page?", None)
        send(ada, report, "close", "Which page?", 1)
        send(ada, report, "reopen", "is not looked at", 2)
        report.refresh_from_db()
        assert (report.reply, report.closed_at, report.replied_at, report.changes) == ("Which page?", None, NOW, 3)

    @pytest.mark.parametrize(
        ("act", "reply", "why"),
        [
            ("reply", " \r\n ", "The answer is empty"),
            ("close", "x" * 10_000, "has 10,000 characters; at most 4,000"),
            ("shred", "", "is none of these"),
        ],
    )
    def test_what_cannot_be_taken_is_told_and_nothing_is_lost(self, ada, report, act, reply, why):
        response = send(ada, report, act, reply)
        assert response.status_code == 400
        assert why in said(response)
        assert f"{reply.strip()}</textarea>" in said(response)
        report.refresh_from_db()
        assert (report.reply, report.closed_at, report.changes) == ("", None, 0)

    def test_the_longest_answer_is_counted_as_it_is_kept(self, ada, report):
        lines = "\r\n".join(["x"] * (LONGEST_REPLY // 2))
        assert send(ada, report, "close", f"{lines}\0\r\n").status_code == 302
        report.refresh_from_db()
        assert len(report.reply) == LONGEST_REPLY - 1

    def test_a_double_click_and_a_second_instructor_change_nothing_more(self, ada, report, now):
        send(ada, report, "close", "Mended.")
        now.shift(60)
        for browser in (ada, teacher("bob")):
            assert send(browser, report, "close", "Mended.").status_code == 302
        report.refresh_from_db()
        assert (report.closed_at, report.name, report.changes) == (NOW, "ada", 1)

    def test_of_two_answers_the_second_is_kept_in_the_form_until_it_is_sent_again(self, ada, report, now):
        bob = teacher("bob")
        send(ada, report, "close", "It is mended.")
        now.shift(60)
        response = send(bob, report, "close", "It is right as it is.")
        assert response.status_code == 409
        html = said(response)
        assert "ada was faster" in html
        assert "It is mended." in html
        assert "It is right as it is.</textarea>" in html
        report.refresh_from_db()
        assert report.reply == "It is mended."
        changes = re.search(r'name="changes" value="(\d+)"', html)[1]
        send(bob, report, "close", "It is right as it is.", changes)
        report.refresh_from_db()
        assert (report.reply, report.name, report.closed_at) == ("It is right as it is.", "bob", NOW)

    def test_a_learner_takes_reports_and_answers_home(self, ada, report, learner):
        send(ada, report, "close", "Mended.")
        exported = browser_of(learner).get("/account/export/")
        told = json.loads(b"".join(exported.streaming_content) if exported.streaming else exported.content)
        assert [(each["question"], each["text"], each["reply"]) for each in told["reports"]] == [
            ("q-one", "The key is wrong.", "Mended.")
        ]

    def test_a_report_sent_twice_is_one(self, learner, report):
        browser = browser_of(learner)
        for _ in range(2):
            browser.post(f"/quiz/report/{report.attempt_id}/", {"text": "Again\0 wrong."})
        assert [each.text for each in Report.objects.all()] == ["The key is wrong.", "Again wrong."]
