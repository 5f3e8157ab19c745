"""Item analysis: the measures as worked out by hand, and bad questions found among good ones."""

import math
import random
import statistics

import pytest

from studyapp.assessment.analysis import (
    FEWEST,
    Response,
    analyse,
    correlation,
    efficiency,
    fisher,
    wilson,
)

ROOT = math.sqrt


@pytest.mark.parametrize(
    ("one", "other", "value"),
    [
        ([1, 2, 3], [2, 4, 6], 1), ([1, 2, 3], [5, 3, 1], -1), ([0, 0, 1, 1], [0, 1, 0, 1], 0),
        ([0, 0, 1], [1, 2, 3], ROOT(3) / 2), ([0, 1, 1], [1, 2, 3], ROOT(3) / 2), ([1, 0, 1], [1, 2, 3], 0),
        ([1, 2, 3, 4], [1, 3, 2, 4], 0.8), ([1, 1, 1], [1, 2, 3], None), ([1, 2], [1, 2], None),
        ([0, 0, 0, 1], [0, 0, 1, 1], 1 / ROOT(3)),
    ],
)  # fmt: skip
def test_correlation_by_hand(one, other, value):
    assert correlation(one, other) == (None if value is None else pytest.approx(value, abs=1e-9))


@pytest.mark.parametrize(
    ("scores", "rest", "value"),
    [
        ([0, 0, 1, 1], [1, 2, 3, 4], 1), ([1, 1, 0, 0], [1, 2, 3, 4], -1), ([0, 1, 0, 1], [1, 2, 3, 4], 0.5),
        ([1, 0, 0, 1], [1, 2, 3, 4], 0), ([1, 1, 1], [1, 2, 3], None), ([0, 1, 1], [1, 3, 2], 1),
    ],
)  # fmt: skip
def test_efficiency_by_hand(scores, rest, value):
    assert efficiency(scores, rest) == (None if value is None else pytest.approx(value, abs=1e-9))


def test_intervals_by_hand():
    assert wilson(0.5, 100) == pytest.approx((0.403831530, 0.596168470), abs=1e-6)
    assert wilson(0, 10) == pytest.approx((0, 0.277532800), abs=1e-6)
    assert wilson(0.3, 0) == (0, 1)
    assert fisher(0.5, 28) == pytest.approx(
        (math.tanh(math.atanh(0.5) - 0.3919928), math.tanh(math.atanh(0.5) + 0.3919928))
    )
    assert fisher(1, 10) == (1, 1)
    assert fisher(0.5, 3) is None


def test_an_item_by_hand():
    scores = {"x": [1, 1, 0, 0], "a": [1, 1, 1, 0], "b": [1, 1, 0, 0], "c": [1, 0, 1, 0]}
    answers = [
        Response(learner, item, score, ("key",) if score else ("trap",), 0.25)
        for item, row in scores.items()
        for learner, score in enumerate(row)
    ]
    item = next(each for each in analyse(answers, {"x": ["key"]}) if each.item == "x")
    # The rest of the four learners: 1, 2/3, 2/3, 0.
    assert (item.responses, item.facility, item.guess) == (4, 0.5, 0.25)
    assert item.deviation == pytest.approx(ROOT(1 / 3), abs=1e-9)
    assert item.discrimination == pytest.approx(3 / ROOT(19), abs=1e-9)
    assert item.discrimination == pytest.approx(statistics.correlation([1, 1, 0, 0], [1, 2 / 3, 2 / 3, 0]), abs=1e-9)
    assert item.efficiency == pytest.approx(1, abs=1e-9)
    assert [(each.name, each.count, each.share) for each in item.options] == [("key", 2, 0.5), ("trap", 2, 0.5)]
    assert item.options[1].discrimination == pytest.approx(-item.discrimination, abs=1e-9)
    assert item.findings == ("few-data",)


def test_learners_with_few_other_answers_do_not_count_in_what_is_compared():
    answers = [Response(learner, item, 1.0) for learner in range(40) for item in ("x", "y")]
    assert all(each.discrimination is None and each.efficiency is None for each in analyse(answers))


def test_rests_that_differ_only_by_the_order_of_adding_up_do_not_discriminate():
    parts = [0.1, 0.2, 0.3, 0.7]
    orders = [parts[turn:] + parts[:turn] for turn in range(4)] * 10
    answers = [
        response
        for learner, order in enumerate(orders)
        for response in (
            *(Response(learner, f"a{place}", score) for place, score in enumerate(order)),
            Response(learner, "x", float(learner % 4 == 1)),
        )
    ]
    item = next(each for each in analyse(answers) if each.item == "x")
    assert item.discrimination is None
    assert item.efficiency is None


def test_nothing_is_concluded_from_few():
    answers = [Response(learner, "x", 0.0, ("trap",), 0.25) for learner in range(FEWEST - 1)]
    assert analyse(answers)[0].findings == ("few-data",)
    assert analyse([*answers, Response(99, "x", 0.0, ("trap",), 0.25)])[0].findings == ("below-chance",)
    assert analyse([]) == []


def cohort(seed, items=40, learners=200):
    """Make answers of learners of different ability to questions, one in twenty of them bad: each in its own way."""
    dice = random.Random(seed)
    bad = dict(zip(dice.sample(range(items), 3), ("wrong key", "two right", "giveaway"), strict=True))
    ability = [dice.gauss(0, 1) for _ in range(learners)]
    answers, keys = [], {}
    for item in range(items):
        hardness = dice.gauss(-0.3, 0.8)
        keys[f"q{item}"] = ["a"]
        for learner, able in enumerate(ability):
            knows = dice.random() < 1 / (1 + math.exp(-1.4 * (able - hardness)))
            chosen = "a" if knows else dice.choice("abcd")
            match bad.get(item):
                case "wrong key":
                    chosen = {"a": "b", "b": "a"}.get(chosen, chosen)
                case "two right":
                    chosen = dice.choice("ab") if knows else chosen
                case "giveaway":
                    chosen = "a" if dice.random() < 0.99 else "b"
            answers.append(Response(learner, f"q{item}", float(chosen == "a"), (chosen,), 0.25))
    return answers, keys, {f"q{item}" for item in bad}


def test_bad_questions_are_found_and_good_ones_are_left_alone():
    found = missed = alarms = good = 0
    for seed in range(20):
        answers, keys, bad = cohort(seed)
        told = {each.item for each in analyse(answers, keys) if each.findings}
        found += len(told & bad)
        missed += len(bad - told)
        alarms += len(told - bad)
        good += len(keys) - len(bad)
    assert found / (found + missed) >= 0.85
    assert alarms / good <= 0.05
    answers, keys, bad = cohort(0)
    assert {each.item for each in analyse(answers, keys)[: len(bad)]} <= bad
