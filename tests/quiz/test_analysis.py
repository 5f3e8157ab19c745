"""What the answers in the database say of the questions: counted once for a learner, told by the command."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from studyapp.quiz.analysing import item_analysis
from studyapp.quiz.models import Attempt
from tests.factories import make_fact, make_question, make_topic, make_user

pytestmark = pytest.mark.django_db
SPEC = {"options": [
    {"text": "Right.", "right": True, "reason": "Yes."}, {"text": "Wrong.", "reason": "No."},
    {"text": "Worse.", "reason": "No."}, {"text": "Worst.", "reason": "No."}]}  # fmt: skip


@pytest.fixture
def asked():
    topic = make_topic()
    return [make_question(make_fact(topic=topic), kind="choice", spec=SPEC, stem=f"Which, {n}?") for n in range(4)]


def answer(user, question, text, minutes=0, seed=1):
    variant = question.vary(seed)
    chosen = next(option.id for option in variant.options if option.text == text)
    return Attempt.objects.create(
        user=user, question=question, seed=seed, variant=variant.as_json(), answers=[chosen],
        score=float(text == "Right."), answered_at=timezone.now() + timedelta(minutes=minutes),
    )  # fmt: skip


def test_a_learners_first_answer_counts_whatever_the_seed(asked):
    for number in range(52):
        user = make_user(f"u{number}")
        for place, question in enumerate(asked):
            answer(user, question, "Right." if number % 4 >= place else "Wrong.", seed=number + 1)
            answer(user, question, "Worst.", minutes=5)
    found = {each.item: each for each in item_analysis()}
    first, last = found[asked[0].item.key], found[asked[3].item.key]
    assert (first.responses, first.facility, first.guess) == (52, 1.0, 0.25)
    assert first.findings == ("giveaway",)
    assert [(option.name, option.count) for option in last.options] == [("Right.", 13), ("Wrong.", 39)]
    assert last.discrimination > 0.5


@pytest.mark.parametrize(
    ("kind", "spec", "names"),
    [
        (
            "matching", {"pairs": [{"left": f"L{n}", "right": f"R{n}", "reason": "So."} for n in range(3)]},
            ["L0 → R0", "L1 → R1", "L2 → R2"],
        ),
        (
            "ordering", {"items": [{"text": f"S{n}", "reason": "So."} for n in range(3)]},
            ["1. S0", "2. S1", "3. S2"],
        ),
    ],
)  # fmt: skip
def test_what_was_put_in_its_place_has_the_same_name_whatever_the_seed(kind, spec, names):
    question = make_question(make_fact(topic=make_topic()), kind=kind, spec=spec, stem="How?")
    for seed in range(1, 53):
        user = make_user(f"u{seed}")
        variant = question.vary(seed)
        Attempt.objects.create(
            user=user, question=question, seed=seed, variant=variant.as_json(), answers=list(variant.key), score=1.0,
            answered_at=timezone.now(),
        )  # fmt: skip
    [item] = item_analysis()
    assert [(option.name, option.count) for option in item.options] == [(name, 52) for name in names]
    assert item.findings == ("giveaway",)


def test_the_command_tells_and_names_what_to_look_at(asked):
    out = StringIO()
    call_command("itemanalysis", stdout=out)
    assert out.getvalue() == "No question has been answered yet.\n"
    for number in range(52):
        user = make_user(f"u{number}")
        for question in asked:
            answer(user, question, "Right.")
    out = StringIO()
    call_command("itemanalysis", stdout=out)
    assert "giveaway" in out.getvalue()
    assert out.getvalue().endswith("4 questions, 4 to look at\n")
    out = StringIO()
    call_command("itemanalysis", "--json", "--topic", asked[0].item.topic.key, stdout=out)
    assert {each["item"] for each in json.loads(out.getvalue())} == {question.item.key for question in asked}
    with pytest.raises(CommandError, match="there is no topic"):
        call_command("itemanalysis", "--topic", "nowhere")


def test_many_answers_take_as_few_queries(asked, django_assert_num_queries):
    for number in range(5):
        user = make_user(f"u{number}")
        for question in asked:
            answer(user, question, "Right.")
    with django_assert_num_queries(2):
        item_analysis()
