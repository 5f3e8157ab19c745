"""Answers marked anew: by today's key, on what was asked then; once, on record, and never on an open test."""

import copy
from datetime import timedelta

import pytest

from studyapp.assessment.kind import Variant
from studyapp.quiz import answering, remarking
from studyapp.quiz.choosing import Choices
from studyapp.quiz.models import Attempt, Remark
from studyapp.quiz.remarking import CannotMark, QuestionChanged, anew, mark_anew, prospect
from studyapp.schedules.day import Desk
from studyapp.schedules.models import Review
from tests.factories import make_question, make_user
from tests.schedules.course import NOW, make_learner

pytestmark = pytest.mark.django_db


def option(text, right=False, misconception="", reason="So."):
    made = {"text": text, "reason": reason} | ({"right": True} if right else {})
    return made | ({"misconception": misconception} if misconception else {})


def options(right, texts="ABCD", **misconceptions):
    return {"options": [option(text, text in right, misconceptions.get(text, "")) for text in texts]}


def sides(cause, fix):
    return {
        "causes": [option(text, text == cause) for text in "ABC"],
        "fixes": [option(text, text == fix) for text in "ABC"],  # the same texts, in another group
    }


def pairs(**matches):
    return {"pairs": [{"left": left, "right": right, "reason": "So."} for left, right in matches.items()]}


def steps(order):
    return {"items": [{"text": text, "reason": "So."} for text in order]}


def number(value, unit="tasks", wrong=(1, 2), **misconceptions):
    listed = [{"value": each, "reason": "No."} for each in wrong]
    for each in listed:
        if name := misconceptions.get(f"n{each['value']}"):
            each["misconception"] = name
    return {"value": value, "unit": unit, "wrong": listed}


def answers_of(variant, *texts):
    """Give an answer to a variant by texts: `A`, for a matching `L → R`."""
    if variant.shape == "numeric":
        return texts
    ids = {(each.group, each.text): each.id for each in variant.options}
    if variant.shape == "matching":
        lefts = {each.text: each.id for each in variant.left}
        given = dict(text.split(" → ") for text in texts)
        return tuple(f"{lefts[each.text]}:{ids['', given[each.text]]}" for each in variant.left)
    if variant.shape == "cause_fix":
        return ids["cause", texts[0]], ids["fix", texts[1]]
    if variant.shape == "ordering":
        return tuple(ids["", text] for text in texts)
    return tuple(each.id for each in variant.options if each.text in texts)


class Asked:
    """A question that was asked, and that changes."""

    def __init__(self, kind, spec, **fields):
        self.question = make_question(kind=kind, spec=spec, version="one", stem="Which?", **fields)
        self.number = 0

    def answer(self, *texts, user=None, seed=None, **fields):
        """Keep an answer, marked as it was then."""
        self.number += 1
        variant = self.question.vary(seed or self.number)
        given = answers_of(variant, *texts)
        found = remarking.mark(variant, given)
        values = {
            "user": user or make_user(f"learner-{self.number}"), "question": self.question, "seed": variant.seed,
            "variant": variant.as_json(), "offered": list(variant.predictions), "answers": list(given),
            "score": found.score, "held": list(found.misconceptions),
            "answered_at": NOW + timedelta(seconds=self.number),
        }  # fmt: skip
        return Attempt.objects.create(**values | fields)

    def becomes(self, spec, version="two", **fields):
        """Publish another version."""
        self.question.spec, self.question.version = copy.deepcopy(spec), version
        for name, value in fields.items():
            setattr(self.question, name, value)
        self.question.save()

    def outcome(self, **how):
        """Give the scores before and after of the answers that would change, and why others cannot."""
        found = prospect(self.question, **how)
        changed = {each.attempt.pk: (each.attempt.score, each.score) for each in found.changes}
        return changed, {attempt.pk: why for attempt, why in found.refused}


@pytest.mark.parametrize(
    ("kind", "before", "after", "given", "scores"),
    [
        ("choice", options("A"), options("B"), ["B"], (0, 1)),
        ("choice", options("A"), options("B"), ["A"], (1, 0)),
        ("choice", options("A"), options("B", "AB12"), ["B"], (0, 1)),  # other wrong options by now
        ("multiple", options("AB", "ABCDE"), options("AC", "ABCDE"), ["A", "C"], (0, 1)),
        ("multiple", options("AB", "ABCDE"), options("CD", "ABCDE"), ["A", "B"], (1, 0)),
        ("multiple", options("ABC", "ABCDEF"), options("ABD", "ABCDEF"), ["A", "B", "C"], (1, 1 / 3)),
        ("cause_fix", sides("A", "A"), sides("A", "B"), ["A", "B"], (0.5, 1)),
        ("cause_fix", sides("A", "B"), sides("B", "A"), ["B", "B"], (0.5, 0.5)),
        (
            "matching", pairs(L="1", M="2", N="3"), pairs(L="2", M="1", N="3"),
            ["L → 2", "M → 1", "N → 3"], (1 / 3, 1),
        ),
        ("ordering", steps("ABC"), steps("ACB"), ["A", "C", "B"], (1 / 3, 1)),
        ("ordering", steps("ABC"), steps("AXBC"), ["A", "B", "C"], (1, 1)),  # a step more, which was not asked for
        ("numeric", number(5), number(6), ["6"], (0, 1)),
        ("numeric", number(5), number(0.5), ["5"], (1, 0)),
    ],
)  # fmt: skip
def test_an_answer_is_worth_what_todays_key_says_of_it(kind, before, after, given, scores):
    asked = Asked(kind, before)
    attempts = [asked.answer(*given) for _ in range(4)]  # each in another order
    asked.becomes(after)
    changed, refused = asked.outcome()
    assert not refused
    wanted = {} if scores[0] == scores[1] else {each.pk: pytest.approx(scores) for each in attempts}
    assert changed == wanted


@pytest.mark.parametrize(
    ("kind", "before", "after", "given", "why"),
    [
        ("choice", options("A"), options("X", "XBCD"), ["B"], "“X” is right today, and could not be chosen."),
        ("choice", options("A"), options("B", "XBCD"), ["A"], "What was chosen, “A”, is no longer there."),
        (
            "multiple", options("AB", "ABCDE"), options("ABC", "ABCDE"), ["A", "B"],
            "It asked for 2 answers, of which 3 are right today.",
        ),
        (
            "matching", pairs(L="1", M="2", N="3"), pairs(L="1", M="2", O="3"), ["L → 1", "M → 2", "N → 3"],
            "The line “N” is no longer there.",
        ),
        (
            "matching", pairs(L="1", M="2", N="3"), pairs(L="4", M="2", N="1", O="3"), ["L → 1", "M → 2", "N → 3"],
            "“L” belongs to “4” today, which could not be chosen.",
        ),
        ("ordering", steps("ABC"), steps("ABD"), ["A", "B", "C"], "What was chosen, “C”, is no longer there."),
        ("numeric", number(5), number(5, "minutes"), ["5"], "It was asked in tasks, and is asked in minutes today."),
    ],
)  # fmt: skip
def test_an_answer_whose_texts_are_gone_keeps_its_mark_and_is_told_why(kind, before, after, given, why):
    asked = Asked(kind, before)
    attempt = asked.answer(*given)
    asked.becomes(after)
    assert asked.outcome() == ({}, {attempt.pk: why})
    assert mark_anew(asked.question, make_user("ada"), NOW) == []
    assert not Remark.objects.exists()


def test_another_kind_of_question_cannot_be_marked():
    asked = Asked("choice", options("A"))
    asked.answer("A")
    asked.becomes(options("AB", "ABCDE"), kind="multiple")
    [why] = asked.outcome()[1].values()
    assert why == "It was asked as single choice, and is multiple response today."


def test_case_and_spaces_do_not_make_another_text():
    asked = Asked("choice", {"options": [option("One  thing.", True), option("Two."), option("3"), option("4")]})
    attempt = asked.answer("Two.")
    asked.becomes({"options": [option("one thing."), option("two.", True), option("3"), option("4")]})
    assert asked.outcome()[0] == {attempt.pk: (0, 1)}


def test_marking_writes_the_scores_and_a_record_and_nothing_the_second_time():
    ada = make_user("ada")
    asked = Asked("choice", options("A", A="", B="b_is_it", C="c_is_it"))
    wrong, right, other = asked.answer("B"), asked.answer("A"), asked.answer("C")
    asked.becomes(options("B", A="a_is_it", C="c_is_it"))
    made = mark_anew(asked.question, ada, NOW)
    told = [
        (each.attempt_id, each.score_before, each.score_after, each.held_before, each.held_after) for each in made
    ]  # fmt: skip
    assert told == [(wrong.pk, 0, 1, ["b_is_it"], []), (right.pk, 1, 0, [], ["a_is_it"])]
    assert {(each.version_before, each.version_after, each.by_id, each.name, each.at) for each in made} == {
        ("one", "two", ada.pk, "ada", NOW)
    }
    for each in (wrong, right, other):
        each.refresh_from_db()
    assert [(each.score, each.held) for each in (wrong, right, other)] == [(1, []), (0, ["a_is_it"]), (0, ["c_is_it"])]
    assert set(wrong.offered) == {"a_is_it", "c_is_it"}
    assert wrong.asked.key == Variant.from_json(wrong.variant).key  # as it was asked
    assert wrong.asked.version == "one"
    assert mark_anew(asked.question, ada, NOW + timedelta(minutes=1)) == []
    assert Remark.objects.count() == 2


def test_the_marks_of_an_answer_can_be_traced_in_order():
    asked = Asked("choice", options("A"))
    attempt = asked.answer("B")
    ada, bob = make_user("ada"), make_user("bob")
    asked.becomes(options("B"))
    mark_anew(asked.question, ada, NOW)
    asked.becomes(options("B"), version="typo")  # which changes no mark
    assert mark_anew(asked.question, ada, NOW) == []
    asked.becomes(options("A"), version="three")
    mark_anew(asked.question, bob, NOW)
    told = [(str(each), each.version_before, each.version_after, each.name) for each in attempt.remarks.all()]
    assert told == [("wrong → right", "one", "two", "ada"), ("right → wrong", "two", "three", "bob")]


def test_the_record_stays_when_people_go():
    ada = make_user("ada")
    asked = Asked("choice", options("A"))
    attempt = asked.answer("B")
    asked.becomes(options("B"))
    mark_anew(asked.question, ada, NOW)
    attempt.user.delete()
    ada.delete()
    remark = Remark.objects.get()
    assert (remark.attempt, remark.by, remark.name, str(remark)) == (None, None, "ada", "wrong → right")


def test_two_who_mark_at_once_mark_once(monkeypatch):
    asked = Asked("choice", options("A"))
    asked.answer("B")
    asked.becomes(options("B"))
    ada, bob = make_user("ada"), make_user("bob")
    seen = prospect(asked.question)
    mark_anew(asked.question, ada, NOW)
    monkeypatch.setattr(remarking, "prospect", lambda *_, **__: seen)  # as bob saw it before ada was done
    seen.changes[0].attempt.score = 0.0
    assert mark_anew(asked.question, bob, NOW) == []
    assert Remark.objects.get().name == "ada"


def test_a_question_published_meanwhile_is_not_marked_by_the_key_before():
    asked = Asked("choice", options("A"))
    attempt = asked.answer("B")
    asked.becomes(options("B"))
    stale = copy.deepcopy(asked.question)
    asked.becomes(options("C"), version="three")
    with pytest.raises(QuestionChanged):
        mark_anew(stale, make_user("ada"), NOW)
    attempt.refresh_from_db()
    assert attempt.score == 0


def test_open_tests_are_left_alone_and_the_schedule_stays():
    asked = Asked("choice", options("A"))
    learner = make_learner("learner")
    desk = Desk.of(learner, NOW)
    quizzes = [answering.begin(learner, Choices(mode=mode), NOW) for mode in ("test", "practice")]
    for quiz in quizzes:
        attempt = quiz.attempts.get()
        answering.answer(desk, quiz, 1, answers_of(attempt.asked, "B"), None, 5)
    log = list(Review.objects.values())
    asked.becomes(options("B"))
    found = prospect(asked.question)
    assert [each.attempt.quiz_id for each in found.changes] == [quizzes[1].pk]
    assert (found.open, found.total) == (1, 2)
    mark_anew(asked.question, make_user("ada"), NOW)
    assert [quiz.attempts.get().score for quiz in quizzes] == [0, 1]
    assert list(Review.objects.values()) == log
    answering.finish(desk, quizzes[0])
    assert len(mark_anew(asked.question, make_user("bob"), NOW)) == 1


def test_answers_to_other_words_can_be_left_out():
    asked = Asked("numeric", number(5))
    old = asked.answer("6")
    asked.becomes(number(6), stem="How many, if there are twelve?")
    new = asked.answer("5")
    asked.becomes(number(5), "three", stem="How many, if there are  twelve?")
    found = prospect(asked.question)
    assert (found.other_stem, found.left_out) == (1, 0)
    assert asked.outcome(same_stem=True)[0] == {new.pk: (0, 1)}
    assert prospect(asked.question, same_stem=True).left_out == 1
    assert len(mark_anew(asked.question, make_user("ada"), NOW, same_stem=True)) == 1
    old.refresh_from_db()
    assert old.score == 0


def test_a_misconception_follows_the_number_that_shows_it():
    asked = Asked("numeric", number(5, n1="off_by_four"))
    attempt = asked.answer("1")
    asked.becomes(number(5, n1="divides_by_five"))
    [remark] = mark_anew(asked.question, make_user("ada"), NOW)
    attempt.refresh_from_db()
    assert (str(remark), remark.held_before, attempt.held) == ("still wrong", ["off_by_four"], ["divides_by_five"])


def test_what_was_asked_today_is_worth_what_it_is_worth():
    specs = [
        ("choice", options("A")), ("multiple", options("AB", "ABCDE")), ("cause_fix", sides("A", "B")),
        ("matching", pairs(L="1", M="2", N="3")), ("ordering", steps("ABCD")), ("numeric", number(5)),
    ]  # fmt: skip
    for kind, spec in specs:
        question = make_question(kind=kind, spec=spec)
        for seed in range(12):
            asked = question.vary(seed)
            assert anew(asked, question.vary(99), asked.key) == asked


def test_a_scenario_is_another_case():
    question = make_question(kind="scenario")
    assert not remarking.can_be_marked(question)
    choice, ordering = (
        make_question(spec=options("A")).vary(1),
        make_question(kind="ordering", spec=steps("ABC")).vary(1),
    )
    with pytest.raises(CannotMark):
        anew(choice, ordering, ("a",))


def test_more_answers_cost_no_more_queries(django_assert_max_num_queries):
    asked = Asked("choice", options("A"))
    for _ in range(40):
        asked.answer("B")
    asked.becomes(options("B"))
    ada = make_user("ada")
    with django_assert_max_num_queries(9):
        assert len(mark_anew(asked.question, ada, NOW)) == 40
