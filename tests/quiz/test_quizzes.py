"""Quizzes: begun, answered, left and taken up again; what counts, what is refused, what is nobody else's."""

import re
from datetime import timedelta
from itertools import pairwise

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from studyapp.accounts.guests import join
from studyapp.quiz import answering, choosing
from studyapp.quiz.choosing import Choices
from studyapp.quiz.models import Attempt, Quiz, Report
from studyapp.quiz.profile import findings
from studyapp.schedules.day import Desk
from studyapp.schedules.models import Review, Schedule
from tests.factories import make_fact, make_guest, make_question, make_topic, make_user
from tests.schedules.course import NOW, make_learner

pytestmark = pytest.mark.django_db
BACKEND = "studyapp.accounts.backends.LearnerBackend"
BINPACK = {
    "family": "placement.run",
    "given": {
        "instances": {
            "repeat": 4,
            "of": {
                "id": {"serial": "i-"}, "az": "eu-west-1a", "type": "m5.large", "cpu": 2048, "memory": 7680,
                "tasks": [{"group": "g", "count": {"between": [1, 4]}, "cpu": 128, "memory": {"between": [300, 1500]}}],
            },
        },
        "request": {
            "api": "RunTask", "count": 1, "group": "x", "memory": 512,
            "strategies": [{"type": "binpack", "field": "memory"}],
        },
    },
    "ask": "picks.0", "show": "pick", "misconceptions": ["binpack_picks_most_free"],
}  # fmt: skip


@pytest.fixture
def ada():
    return make_learner("ada")


def scenario(**fields):
    return make_question(
        kind="scenario", spec=BINPACK, misconceptions=["binpack_picks_most_free"], stem="Where?", **fields
    )


def desk(user, now=NOW):
    return Desk.of(user, now)


def begin(user, **choices):
    return answering.begin(user, Choices(**choices), NOW)


def ids(attempt, *, right):
    """Give an answer to a question: the key, or one option that is wrong."""
    return list(attempt.asked.key) if right else [next(o.id for o in attempt.asked.options if not o.right)]


def reply(user, quiz, number=1, *, right=True, certainty=None, seconds=10.0, now=NOW):
    attempt = quiz.attempts.get(number=number)
    return answering.answer(desk(user, now), quiz, number, ids(attempt, right=right), certainty, seconds)


class TestChoosing:
    def test_topics_alternate_where_they_can(self, ada):
        for topic in (make_topic("one"), make_topic("two")):
            for _ in range(4):
                make_question(make_fact(topic))
        order = [row.question.item.topic.key for row in begin(ada, number=8).attempts.order_by("place")]
        assert sorted(order) == ["one"] * 4 + ["two"] * 4
        assert all(here != there for here, there in pairwise(order))

    def test_few_scenarios_come_again_with_other_numbers(self, ada):
        scenario()
        quiz = begin(ada, number=6)
        assert len({row.problem for row in quiz.attempts.all()}) == 6

    def test_static_questions_do_not_come_twice(self, ada):
        make_question()
        assert begin(ada, number=6).attempts.count() == 1

    def test_what_was_missed_is_what_was_wrong_last_time(self, ada):
        wrong, right = make_question(), make_question()
        quiz = begin(ada, number=2)
        for row in quiz.attempts.all():
            reply(ada, quiz, row.number, right=row.question_id == right.pk)
        assert [row.question_id for row in begin(ada, missed=True).attempts.all()] == [wrong.pk]

    def test_questions_never_asked_come_first_and_problems_are_fresh(self, ada):
        old = make_question()
        begin_one = begin(ada, number=1)
        reply(ada, begin_one)
        new = make_question()
        assert [each.pk for each in choosing.candidates(ada, Choices())] == [new.pk, old.pk]

    def test_nothing_that_fits_is_said(self, ada):
        with pytest.raises(answering.NothingToAsk):
            begin(ada, topics=("nowhere",))

    def test_a_retired_question_is_not_asked(self, ada):
        question = make_question()
        question.item.retired = True
        question.item.save()
        with pytest.raises(answering.NothingToAsk):
            begin(ada)


class TestPractice:
    def test_an_answer_is_marked_scheduled_and_kept(self, ada):
        make_question()
        quiz = begin(ada)
        row = reply(ada, quiz)
        review = Review.objects.get(key=row.review_key)
        assert (row.score, review.rating, review.item_id) == (1.0, 3, row.question_id)
        assert Schedule.objects.get(user=ada, item=row.question_id).reps == 1

    @pytest.mark.parametrize(
        ("right", "certainty", "seconds", "rating"),
        [(False, 3, 5, 1), (True, 1, 5, 2), (True, None, 61, 2), (True, 3, 5, 3), (True, 2, 59, 3)],
    )
    def test_the_rating_follows_the_rule(self, ada, right, certainty, seconds, rating):
        make_question()
        row = reply(ada, begin(ada), right=right, certainty=certainty, seconds=seconds)
        assert Review.objects.get(key=row.review_key).rating == rating

    def test_a_learner_may_overrule_the_rating(self, ada):
        make_question()
        row = reply(ada, begin(ada), right=False)
        answering.rerate(desk(ada), row, 4)
        schedule = Schedule.objects.get(user=ada)
        assert (schedule.reps, schedule.state) == (1, 2)  # as if Easy had been the first answer
        assert [each.rating for each in ada.reviews.filter(undone=False)] == [4]

    def test_a_second_answer_is_refused_and_the_first_counts(self, ada):
        make_question()
        make_question()
        quiz = begin(ada)
        first = reply(ada, quiz)
        with pytest.raises(answering.AlreadyAnswered):
            reply(ada, quiz, right=False)
        assert Attempt.objects.get(pk=first.pk).score == 1
        assert ada.reviews.count() == 1

    def test_a_misconception_brings_another_question_on_it_later(self, ada):
        scenario()
        plain = {"options": [{"text": text, "reason": "So.", "right": text == "A"} for text in "ABCD"]}
        for _ in range(4):
            make_question(spec=plain)
        quiz = begin(ada, number=5)
        row = next(each for each in quiz.attempts.order_by("place") if each.question.kind == "scenario")
        believed = row.asked.predictions["binpack_picks_most_free"]
        answering.answer(desk(ada), quiz, row.number, list(believed), None, 5)
        new = quiz.attempts.get(number=6)
        assert new.offered == ["binpack_picks_most_free"]
        assert new.place > row.place
        assert new.problem != row.problem
        assert findings(ada)[0].name == "binpack_picks_most_free"

    def test_the_last_answer_finishes_the_quiz(self, ada):
        make_question()
        quiz = begin(ada)
        reply(ada, quiz)
        assert Quiz.objects.get(pk=quiz.pk).finished_at == NOW


class TestTest:
    def test_answers_can_be_changed_until_the_end_and_count_then(self, ada):
        make_question()
        quiz = begin(ada, mode="test")
        reply(ada, quiz, right=False)
        reply(ada, quiz, right=True)
        assert not ada.reviews.exists()
        answering.finish(desk(ada), quiz)
        assert [each.rating for each in ada.reviews.all()] == [3]
        with pytest.raises(answering.Finished):
            reply(ada, quiz)

    def test_finishing_twice_counts_once(self, ada):
        make_question()
        quiz = begin(ada, mode="test")
        reply(ada, quiz)
        answering.finish(desk(ada), quiz)
        answering.finish(desk(ada, NOW + timedelta(minutes=1)), quiz)
        assert ada.reviews.count() == 1
        assert Quiz.objects.get(pk=quiz.pk).finished_at == NOW

    def test_nothing_is_told_before_the_end(self, ada, client):
        question = make_question(explanation="The lesson.")
        client.force_login(ada, backend=BACKEND)
        quiz = begin(ada, mode="test")
        reply(ada, quiz)
        page = client.get(quiz.attempts.get().get_absolute_url()).content.decode()
        assert "The lesson." not in page
        assert "It is not." not in page
        assert question.spec["options"][0]["reason"] not in page
        client.post(f"/quiz/{quiz.pk}/finish/")
        assert "The lesson." in client.get(f"/quiz/{quiz.pk}/review/").content.decode()


class TestPages:
    @pytest.fixture(autouse=True)
    def now(self):
        with time_machine.travel(NOW, tick=True):
            yield

    def start(self, client, **more):
        answer = client.post("/quiz/", {"number": 5, "mode": "practice", "which": "all", **more}, follow=True)
        return answer, re.search(r"/quiz/([^/]+)/", answer.redirect_chain[-1][0])[1]

    def test_a_browser_without_a_learner_gets_a_guest_and_a_quiz(self, client):
        make_question()
        answer, code = self.start(client)
        assert answer.status_code == 200
        assert Quiz.objects.get(pk=code).user.is_guest

    def test_the_key_is_nowhere_before_the_answer(self, client, ada):
        client.force_login(ada, backend=BACKEND)
        scenario(explanation="Because of {key}.")
        answer, code = self.start(client, number=1)
        page = answer.content.decode()
        attempt = Attempt.objects.get(quiz=code)
        (key,) = attempt.asked.key
        assert page.count(key) == len(re.findall(f'pick-{key}|value="{key}"|{key} <span', page))  # as any other one
        for word in ("Because of", "right", "binpack_picks_most_free", str(attempt.seed), attempt.problem):
            assert word not in page

    def test_an_answer_that_is_none_keeps_what_was_typed(self, client, ada):
        client.force_login(ada, backend=BACKEND)
        make_question(kind="numeric", spec={"value": 6, "unit": "tasks", "wrong": [{"value": 5, "reason": "No."}]})
        answer, code = self.start(client)
        key = re.search(r'name="key" value="([^"]+)"', answer.content.decode())[1]
        refused = client.post(f"/quiz/{code}/1/", {"key": key, "answer": "six"})
        assert refused.status_code == 400
        assert 'value="six"' in refused.content.decode()
        assert "Type a number" in refused.content.decode()
        assert Attempt.objects.get(quiz=code).answers is None

    def test_a_report_carries_everything(self, client, ada):
        client.force_login(ada, backend=BACKEND)
        scenario()
        row = reply(ada, begin(ada, number=1), right=False)
        client.post(f"/quiz/report/{row.pk}/", {"text": "  The picture is wrong. "})
        report = Report.objects.get()
        assert (report.text, report.attempt_id, report.attempt.seed) == ("The picture is wrong.", row.pk, row.seed)
        assert any("inpack" in step[1] for step in report.steps)

    def test_a_report_without_words_is_not_taken(self, client, ada):
        client.force_login(ada, backend=BACKEND)
        make_question()
        row = reply(ada, begin(ada))
        client.post(f"/quiz/report/{row.pk}/", {"text": " "})
        assert not Report.objects.exists()

    @pytest.mark.parametrize("path", ["", "review/"])
    def test_more_questions_cost_no_more_queries(self, client, ada, path):
        client.force_login(ada, backend=BACKEND)
        counts = []
        for number in (2, 12):
            for _ in range(number):
                make_question(make_fact(make_topic()))
            quiz = begin(ada, number=number)
            for row in quiz.attempts.all():
                reply(ada, quiz, row.number)
            client.get(f"/quiz/{quiz.pk}/review/")
            with CaptureQueriesContext(connection) as caught:
                client.get(f"/quiz/{quiz.pk}/1/" if not path else f"/quiz/{quiz.pk}/{path}")
            counts.append(len(caught))
        assert counts[0] == counts[1] <= 10

    def test_redo_draws_what_was_not_seen(self, client, ada):
        client.force_login(ada, backend=BACKEND)
        scenario()
        quiz = begin(ada, number=1)
        reply(ada, quiz)
        client.post(f"/quiz/{quiz.pk}/again/")
        problems = list(ada.attempts.values_list("problem", flat=True))
        assert len(set(problems)) == 2


class TestPeople:
    def test_a_guest_who_signs_in_keeps_the_quizzes(self, ada):
        make_question()
        guest = make_guest()
        reply(guest, begin(guest))
        join(guest, ada)
        assert ada.quizzes.count() == 1
        assert ada.attempts.get().score == 1

    def test_the_export_holds_every_answer(self, ada, client):
        client.force_login(ada, backend=BACKEND)
        make_question(key="q-one")
        reply(ada, begin(ada), right=False)
        exported = client.get("/account/export/")
        if exported.status_code == 404:
            pytest.skip("the export lies elsewhere")
        told = b"".join(exported.streaming_content if exported.streaming else [exported.content]).decode()
        assert '"question": "q-one"' in told.replace('":"', '": "')

    def test_another_learners_attempt_is_not_there(self, client, ada):
        make_question()
        row = reply(ada, begin(ada))
        client.force_login(make_user("eve"), backend=BACKEND)
        assert client.get(row.get_absolute_url()).status_code == 404
        assert client.post(f"/quiz/report/{row.pk}/", {"text": "x"}).status_code == 404


def test_quizzes_are_timed_in_utc(ada):
    make_question()
    assert begin(ada).started_at.utcoffset() == timezone.now().utcoffset()
