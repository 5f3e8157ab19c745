"""Item analysis: the measures as worked out by hand, and bad questions found among good ones."""

import math
import random
import statistics
from collections import Counter
from fractions import Fraction as F
from itertools import combinations, permutations, product

import pytest

from studyapp.assessment.analysis import (
    FEWEST,
    SPANS,
    Response,
    analyse,
    by_belief,
    by_group,
    by_time,
    chance,
    correlation,
    efficiency,
    fisher,
    wilson,
)
from studyapp.assessment.diagnosis import Answer
from studyapp.assessment.kind import Group, Option, Variant
from studyapp.assessment.marking import mark

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


def exactly(value):
    return None if value is None else pytest.approx(float(value), abs=1e-9)


def item_of(scores, rests, options=None, seconds=None):
    """Analyse an item whose learners had so many of three other questions right."""
    answers = [
        response
        for learner, (score, rest) in enumerate(zip(scores, rests, strict=True))
        for response in (
            Response(
                learner, "x", float(score), options[learner] if options else (),
                seconds=seconds[learner] if seconds else None,
            ),
            *(Response(learner, other, float(place < rest)) for place, other in enumerate("abc")),
        )
    ]  # fmt: skip
    return next(each for each in analyse(answers) if each.item == "x")


@pytest.mark.parametrize(
    ("scores", "rests", "facility", "variance", "discrimination", "efficient"),
    [
        # Worked as fractions: sums of products of deviations, the others' as 0 to 3 of three questions.
        ([1, 1, 0, 0], [3, 3, 0, 0], F(1, 2), F(1, 3), 1, 1),
        ([0, 0, 1, 1], [3, 3, 0, 0], F(1, 2), F(1, 3), -1, -1),
        ([1, 1, 0, 0], [3, 2, 2, 0], F(1, 2), F(1, 3), 3 / ROOT(19), 1),
        ([1, 0, 1, 0], [3, 2, 1, 0], F(1, 2), F(1, 3), 1 / ROOT(5), F(1, 2)),
        ([1, F(1, 2), F(1, 2), 0], [3, 1, 2, 0], F(1, 2), F(1, 6), 3 / ROOT(10), 1),
        ([0, F(1, 2), 1, F(1, 2), 0], [0, 1, 2, 3, 3], F(2, 5), F(7, 40), 2 / ROOT(119), F(4, 19)),
        ([1, 1, 1, 1], [3, 2, 1, 0], 1, 0, None, None),
        ([1, 0, 1, 0], [2, 2, 2, 2], F(1, 2), F(1, 3), None, None),
        ([1, 0, 0], [1, 2, 3], F(1, 3), F(1, 3), -ROOT(3) / 2, -1),
        ([1, 1, 1, 0], [3, 3, 3, 0], F(3, 4), F(1, 4), 1, 1),
        ([1, 0, 0, 1], [3, 2, 1, 0], F(1, 2), F(1, 3), 0, 0),
        ([1, F(2, 3), F(1, 3), 0, F(1, 3), F(2, 3)], [3, 2, 1, 0, 1, 2], F(1, 2), F(11, 90), 1, 1),
    ],
)  # fmt: skip
def test_the_measures_of_an_item_by_hand(scores, rests, facility, variance, discrimination, efficient):
    item = item_of(scores, rests)
    assert item.facility == exactly(facility)
    assert item.deviation == exactly(ROOT(variance))
    assert item.discrimination == exactly(discrimination)
    assert item.efficiency == exactly(efficient)


@pytest.mark.parametrize(
    ("shape", "counts", "value"),
    [
        ("choice", [(4, 1)], F(1, 4)), ("choice", [(6, 1)], F(1, 6)), ("pick", [(5, 1)], F(1, 5)),
        # Two of five: only both right are worth something, one way of ten.
        ("multiple", [(5, 2)], F(1, 10)), ("multiple", [(6, 2)], F(1, 15)), ("pick", [(7, 2)], F(1, 21)),
        # Three of six: nine ways of twenty are worth a third, one is worth all.
        ("multiple", [(6, 3)], F(1, 5)), ("multiple", [(7, 3)], F(1, 7)),
        ("cause_fix", [(3, 1), (4, 1)], F(7, 24)), ("cause_fix", [(5, 1), (5, 1)], F(1, 5)),
        ("ordering", [(5, 5)], F(1, 5)), ("matching", [(6, 4)], F(1, 6)), ("numeric", [(3, 1)], 0), ("choice", [], 0),
    ],
)  # fmt: skip
def test_the_random_guess_score_by_hand(shape, counts, value):
    assert chance(shape, tuple(counts)) == exactly(value)


def every_answer(shape, options, choose):
    """Give every answer to a variant of a shape, and the variant."""
    ids = [str(number) for number in range(options)]
    match shape:
        case "ordering":
            answers = permutations(ids)
        case "matching":
            answers = (
                tuple(f"{left}:{right}" for left, right in enumerate(chosen))
                for chosen in permutations(ids, choose)
            )  # fmt: skip
        case "cause_fix":
            answers = product(ids[: options // 2], ids[options // 2 :])
        case _:
            answers = combinations(ids, choose)
    answers = list(answers)
    group = {id: str(shape == "cause_fix" and place >= options // 2) for place, id in enumerate(ids)}
    groups = tuple(Group(name, "", choose) for name in dict.fromkeys(group.values()))
    shown = tuple(Option(id, id, group[id]) for id in ids)
    return answers, Variant("q", "v", 1, shape, "", shown, groups, answers[0])


@pytest.mark.parametrize(
    ("shape", "options", "choose"),
    [
        ("choice", 5, 1), ("multiple", 5, 2), ("multiple", 6, 3), ("multiple", 7, 3), ("pick", 6, 4),
        ("cause_fix", 6, 1), ("ordering", 5, 5), ("matching", 6, 4),
    ],
)  # fmt: skip
def test_the_random_guess_score_is_what_marking_gives_on_average(shape, options, choose):
    answers, variant = every_answer(shape, options, choose)
    counts = Counter(option.group for option in variant.options)
    guess = chance(shape, tuple((count, choose) for count in counts.values()))
    assert guess == exactly(statistics.fmean(mark(variant, answer).score for answer in answers))


@pytest.mark.parametrize(
    ("options", "shares"),
    [
        (["key"] * 5 + ["b"] * 3 + ["c"] * 2, {"key": F(1, 2), "b": F(3, 10), "c": F(1, 5)}),
        (["key", "b", "b"], {"key": F(1, 3), "b": F(2, 3)}),
        (["ab", "ac", "ab", "bc", "ab", "cd", "ad"], {"a": F(5, 7), "b": F(4, 7), "c": F(3, 7), "d": F(2, 7)}),
    ],
)
def test_the_shares_of_options_by_hand(options, shares):
    chosen = [tuple(each) if len(each) == 2 else (each,) for each in options]
    item = item_of([0] * len(chosen), [1] * len(chosen), chosen)
    assert {each.name: each.share for each in item.options} == {name: exactly(share) for name, share in shares.items()}


def test_the_discrimination_of_an_option_by_hand():
    item = item_of([1, 0, 0, 0], [3, 2, 1, 0], [("key",), ("b",), ("b",), ("c",)])
    # Deviations of the rest: 3/2, 1/2, -1/2, -3/2, whose squares add up to 5; of one chosen of four: 3/4 and -1/4.
    told = {each.name: each.discrimination for each in item.options}
    assert told == {"key": exactly(1.5 / ROOT(15 / 4)), "b": exactly(0), "c": exactly(-1.5 / ROOT(15 / 4))}


def test_times_by_hand():
    item = item_of([1, 1, 0, 1, 0], [1] * 5, seconds=[10, None, 40, 20, 600])
    assert (item.mean_seconds, item.median_seconds) == (exactly(F(335, 2)), exactly(30))
    assert item_of([1], [0]).mean_seconds is None
    spans = by_time([(0, 1), (4.99, 0.5), (5, 0), (299.9, 1), (300, 1), (600, 0), (-1, 1)])
    assert [(each.start, each.right, each.other) for each in spans if each.count] == [
        (0, 2, 1), (5, 0, 1), (180, 1, 0), (300, 1, 1),
    ]  # fmt: skip
    assert [each.start for each in spans] == list(SPANS)
    assert [each.end for each in spans] == [*SPANS[1:], None]


def test_groups_with_enough_responses_come_first_and_the_hardest_of_them():
    scores = [("few", 0.0)] * 3 + [("easy", 1.0)] * FEWEST + [("hard", 0.0)] * FEWEST + [("hard", 1.0)] * FEWEST
    found = by_group(scores)
    assert [(each.name, each.responses, each.facility, each.enough) for each in found] == [
        ("hard", 2 * FEWEST, 0.5, True), ("easy", FEWEST, 1, True), ("few", 3, 0, False),
    ]  # fmt: skip
    assert found[0].facility_interval == wilson(0.5, 2 * FEWEST)


def test_a_misconception_is_counted_among_those_who_could_have_shown_it():
    answers = [
        Answer(["one", "two"], ["one"]),
        Answer(["one"], []),
        Answer(["two"], ["two", "two"]),
        Answer([], ["odd"]),
    ]
    assert [(each.name, each.held, each.offered, each.share) for each in by_belief(answers)] == [
        ("odd", 1, 1, 1), ("one", 1, 2, 0.5), ("two", 1, 2, 0.5),
    ]  # fmt: skip
    assert not by_belief(answers)[0].enough


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
