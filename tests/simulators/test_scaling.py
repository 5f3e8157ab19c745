"""Service Auto Scaling: target tracking, step and scheduled scaling, several policies at once."""

from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyapp.simulators.door import simulate
from tests.simulators.ruled import check, check_steps, vectors
from tests.simulators.scaling_inputs import (
    CHANGE,
    IN,
    OPEN,
    OUT,
    action,
    alarms,
    bounds,
    by_step,
    by_target,
    cooling,
    policies,
    stepping,
    tracking,
)


@vectors("scaling")
def test_an_example_of_the_interface(vector):
    check(vector)


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        (tracking(7, 65, 40), 12),
        (tracking(12, 18, 40, "LOW"), 6),
        (tracking(5, 900, 600), 8),
        (tracking(4, 100), 8),
        (tracking(4, 55.1, 55.1), 4),
        (tracking(30, 1.1, 0.1, max=1000), 330),
        (tracking(15, 90), 20),
        (tracking(4, 5, 50, "LOW"), 1),
        (tracking(4, 5, 50, "LOW", min=3), 3),
        (tracking(4, 0, 50, "LOW", min=0), 0),
        (tracking(30, 51, 50, "LOW"), 20),
        (tracking(4, 5, 50, "NONE"), 4),
        (tracking(4, None, 50, "INSUFFICIENT_DATA"), 4),
        (tracking(4, None, 50, "LOW"), 4),
        (tracking(4, 5, 50, "LOW", disable_scale_in=True), 4),
        (tracking(4, 90, 50, disable_scale_in=True), 8),
        (tracking(4, 5, 50, "LOW", deployment_in_progress=True), 4),
        (tracking(4, 90, 50, deployment_in_progress=True), 8),
        (tracking(4, 5, 50, "LOW", in_scale_in_cooldown=True), 4),
        (tracking(4, 90, 50, in_scale_in_cooldown=True), 8),
        (tracking(4, 80, 50, desired=8), 8),
        (tracking(4, 120, 50, desired=8), 10),
        (tracking(4, 20, 50, "LOW", desired=8), 2),
        (tracking(0, 80, 50, min=0), 1),
        (tracking(0, 80, 50, min=2), 2),
        (tracking(0, 0, 50, "LOW", min=0), 0),
        (tracking(2, 60, 50, min=5), 5),
        (tracking(2, 10, 50, "LOW", min=5), 2),
        (tracking(30, 60, 50), 30),
        (tracking(30, 49, 50, "LOW"), 20),
    ],
)
def test_target_tracking(given_, expected):
    check_steps("scaling.target_tracking", given_)
    assert simulate("scaling.target_tracking", given_)["desired"] == expected


metrics = st.integers(0, 2000).map(lambda tenths: tenths / 10)


@given(st.integers(0, 50), metrics, st.integers(1, 100), st.sampled_from(["HIGH", "LOW", "NONE"]))
def test_target_tracking_moves_only_the_way_of_its_alarm_and_not_further_than_needed(running, metric, target, alarm):
    given_ = tracking(running, metric, target, alarm, min=0, max=100)
    made = simulate("scaling.target_tracking", given_)["desired"]
    if alarm == "HIGH":
        assert made >= running
    elif alarm == "LOW":
        assert made <= running
    else:
        assert made == running
    load = running * Fraction(str(metric))
    if made < running and running:
        assert load <= made * target
        assert made == 0 or load > (made - 1) * target
    if running < made < 100 and running:
        assert load <= made * target
        assert load > (made - 1) * target


@given(st.integers(1, 20), metrics, metrics, st.integers(1, 100))
def test_more_load_never_makes_fewer_tasks(running, one, other, target):
    less, more = sorted((one, other))
    made = [simulate("scaling.target_tracking", tracking(running, each, target))["desired"] for each in (less, more)]
    assert made == sorted(made)


@pytest.mark.parametrize(
    ("series", "expected"),
    [
        ([51, 51, 51], "HIGH"),
        ([51, 51, 50], "NONE"),
        ([51, 51], "NONE"),
        ([51, None, 51], "NONE"),
        ([44.9] * 15, "LOW"),
        ([45] * 15, "NONE"),
        ([44] * 14, "NONE"),
        ([44] * 14 + [45], "NONE"),
        ([99] * 5 + [0] * 15, "LOW"),
        ([44] * 14 + [None], "NONE"),
        ([], "NONE"),
    ],
)
def test_the_alarms(series, expected):
    given_ = alarms(series)
    assert simulate("scaling.alarm_state", given_)["alarm"] == expected
    check_steps("scaling.alarm_state", given_)


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        (stepping(10, 50, OUT), (10, 0)),
        (stepping(10, 59.9, OUT), (10, 0)),
        (stepping(10, 49, OUT), (10, None)),
        (stepping(10, 50, IN), (10, 0)),
        (stepping(10, 40.1, IN), (10, 0)),
        (stepping(10, 51, IN), (10, None)),
        (stepping(10, 50, [*OUT, *IN]), (10, 0)),
        (stepping(10, 45, [*OUT, *IN]), (10, 3)),
        (stepping(5, 61, OUT), (6, 1)),
        (stepping(5, 39, IN), (4, 1)),
        (stepping(100, 61, OUT, min_adjustment_magnitude=25), (125, 1)),
        (stepping(100, 39, IN, min_adjustment_magnitude=25), (75, 1)),
        (stepping(100, 51, OUT, min_adjustment_magnitude=25), (100, 0)),
        (stepping(1000, 61, OUT, max=1050), (1050, 1)),
        (stepping(5, 60, OPEN, CHANGE), (8, 0)),
        (stepping(5, 60, OPEN, CHANGE, max=6), (6, 0)),
        (stepping(5, 60, OPEN, "ExactCapacity"), (3, 0)),
        (stepping(2, 60, OPEN, CHANGE, min=8), (8, 0)),
        (stepping(9, 60, OPEN, CHANGE, max=6), (9, 0)),
        (stepping(2, 30, IN, min=4), (2, 2)),
        (stepping(2, 30, [{"upper": 0, "adjustment": -5}], CHANGE), (0, 0)),
    ],
)
def test_which_step_is_taken(given_, expected):
    answer = simulate("scaling.step", given_)
    assert (answer["new_capacity"], answer["step"]) == expected
    check_steps("scaling.step", given_)


@given(st.integers(0, 500), st.integers(0, 1000).map(lambda tenths: tenths / 10), st.integers(0, 50))
def test_a_larger_breach_never_adds_less_and_the_range_holds(current, metric, low):
    made = [
        simulate("scaling.step", stepping(current, each, OUT, min=low, max=low + 100))["new_capacity"]
        for each in (metric, metric + 5)
    ]
    assert made == sorted(made)
    for each in made:
        assert each == current or low <= each <= low + 100


@pytest.mark.parametrize(
    ("raw", "rounded"),
    [(12.7, 12), (0.67, 1), (-0.58, -1), (-6.67, -6), (0, 0), (1, 1), (-1, -1), (1.99, 1), (0.001, 1), (-12.7, -12)],
)
def test_the_rounding_of_percentages(raw, rounded):
    assert simulate("scaling.step_round", {"raw": raw}) == {"rounded": rounded}


@given(st.integers(-10_000, 10_000).map(lambda hundredths: hundredths / 100))
def test_rounding_is_the_same_on_both_sides(raw):
    rounded = simulate("scaling.step_round", {"raw": raw})["rounded"]
    assert simulate("scaling.step_round", {"raw": -raw})["rounded"] == -rounded
    assert abs(rounded - raw) < 1
    assert (rounded == 0) == (raw == 0)


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        (cooling((0, 2), (100, 2)), [12, 12]),
        (cooling((0, 3), (100, 2)), [13, 13]),
        (cooling((0, 2), (299, 3)), [12, 13]),
        (cooling((0, 2), (300, 3)), [12, 15]),
        (cooling((0, 2), (100, 3), (200, 5)), [12, 13, 15]),
        (cooling((0, -2), (100, -2), (300, -2)), [8, 8, 6]),
        (cooling((0, -2), (100, 3), (200, -1)), [8, 11, 10]),
        (cooling((0, 2), (100, 9), high=14), [12, 14]),
        (cooling((0, 2), current=14, high=14), [14]),
        (cooling((0, -2), (1, -2), current=1), [0, 0]),
        (cooling((0, 0)), [10]),
        (cooling(), []),
    ],
)
def test_cooldowns(given_, expected):
    assert simulate("scaling.step_cooldown", given_)["trace"] == expected
    check_steps("scaling.step_cooldown", given_)


@given(st.lists(st.tuples(st.integers(0, 2000), st.integers(-5, 5)), max_size=8))
def test_a_cooldown_never_adds_more_than_going_without(made):
    given_ = cooling(*sorted(made), current=10)
    trace = simulate("scaling.step_cooldown", given_)["trace"]
    before = 10
    for alarm, capacity in zip(given_["alarms"], trace, strict=True):
        assert 0 <= capacity <= 100
        change = capacity - before
        assert change * alarm["adjustment"] >= 0
        assert abs(change) <= abs(alarm["adjustment"])
        before = capacity


@pytest.mark.parametrize(
    ("given_", "valid"),
    [
        (bounds((0, None)), True),
        (bounds((None, 0)), True),
        (bounds((5, None)), True),
        (bounds((None, -10), (-10, 0), (0, 10), (10, None)), True),
        (bounds((10, None), (0, 10)), True),
        (bounds((0.5, 1.5), (1.5, None)), True),
        (bounds(), False),
        (bounds((None, None)), False),
        (bounds((0, 10)), False),
        (bounds((-10, 0)), False),
        (bounds((0, 10), (11, None)), False),
        (bounds((0, 10), (9, None)), False),
        (bounds((0, None), (10, None)), False),
        (bounds((None, 0), (None, -5)), False),
        (bounds((None, 0), (5, None)), False),
        (bounds((10, 10), (10, None)), False),
        (bounds((10, 5), (5, None)), False),
        (bounds((0, None), kind="ExactCapacity", adjustment=-1), False),
        (bounds((0, None), kind="ExactCapacity", adjustment=0), True),
        (bounds((None, 0), adjustment=-1), True),
    ],
)
def test_what_aws_takes_as_steps(given_, valid):
    answer = simulate("scaling.step_validate", given_)
    assert answer["valid"] == valid == (not answer["problems"])
    check_steps("scaling.step_validate", given_)


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=6, unique=True), st.randoms(use_true_random=False))
def test_contiguous_steps_with_open_ends_are_taken_and_every_breach_has_one(cuts, random):
    cuts = sorted(cuts)
    pairs = list(zip([None, *cuts], [*cuts, None], strict=True))
    random.shuffle(pairs)
    given_ = bounds(*pairs)
    assert simulate("scaling.step_validate", given_)["valid"]
    for metric in range(-10, 111, 7):
        answer = simulate("scaling.step", stepping(5, metric, given_["steps"], CHANGE))
        lower, upper = pairs[answer["step"]]
        assert lower is None or lower <= metric - 50
        assert upper is None or metric - 50 <= upper


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        (policies(), 10),
        (policies(by_step(3, False)), 10),
        (policies(by_step(-3), by_step(2)), 12),
        (policies(by_step(-3), by_step(-5)), 7),
        (policies(by_step(4, kind="ExactCapacity")), 4),
        (policies(by_target(20, "LOW"), by_target(30, "LOW")), 6),
        (policies(by_target(20, "LOW"), by_target(48, "NONE")), 10),
        (policies(by_target(20, "LOW"), by_target(48, "NONE", disable_scale_in=True)), 4),
        (policies(by_target(20, "LOW", disable_scale_in=True)), 10),
        (policies(by_target(20, "LOW"), by_target(None, "NONE")), 10),
        (policies(by_target(20, "LOW"), by_target(60, "HIGH")), 12),
        (policies(by_target(60, "HIGH"), by_step(5)), 15),
        (policies(by_target(48, "NONE"), by_step(-2)), 8),
        (policies(by_target(20, "LOW"), by_step(-2)), 8),
        (policies(by_target(20, "LOW"), by_step(-8)), 4),
        (policies(by_target(49.9, "LOW"), by_step(-2)), 8),
        (policies(by_step(200, kind="PercentChangeInCapacity"), high=25), 25),
        (policies(by_step(-50), low=2), 2),
        (policies(by_step(-1), current=1, low=3), 1),
        (policies(by_target(10, "HIGH"), current=1, low=3), 3),
    ],
)
def test_several_policies(given_, expected):
    assert simulate("scaling.multi", given_) == {"new_capacity": expected}
    check_steps("scaling.multi", given_)


policy = st.one_of(
    st.builds(by_step, st.integers(-5, 5), st.booleans()),
    st.builds(by_target, st.integers(0, 150), st.sampled_from(["HIGH", "LOW", "NONE"])),
)


@given(st.lists(policy, max_size=4), policy, st.randoms(use_true_random=False))
def test_the_order_of_policies_does_not_matter_and_one_more_to_scale_out_never_makes_fewer(made, more, random):
    answer = simulate("scaling.multi", policies(*made))["new_capacity"]
    shuffled = random.sample(made, len(made))
    assert simulate("scaling.multi", policies(*shuffled))["new_capacity"] == answer
    if simulate("scaling.multi", policies(more))["new_capacity"] > 10:
        assert simulate("scaling.multi", policies(*made, more))["new_capacity"] >= answer


@given(policy.filter(lambda each: each["kind"] == "target_tracking"), st.integers(1, 40))
def test_one_target_tracking_policy_does_what_it_does_alone(made, current):
    alone = tracking(current, made["metric"], made["target"], made["alarm"], max=100)
    expected = simulate("scaling.target_tracking", alone)["desired"]
    assert simulate("scaling.multi", policies(made, current=current)) == {"new_capacity": expected}


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        (action(7, 2, 10, min=4), (False, 4, 10, 7)),
        (action(3, 2, 10, min=4), (False, 4, 10, 4)),
        (action(7, 2, 10, min=12), (True, 2, 10, 7)),
        (action(7, 2, 10, max=1), (True, 2, 10, 7)),
        (action(7, 2, 10, max=2), (False, 2, 2, 2)),
        (action(7, 2, 10, min=9, in_cooldown=True), (False, 9, 10, 9)),
        (action(7, 2, 10, min=None, max=0), (True, 2, 10, 7)),
        (action(7, 2, 10, min=0, max=0), (False, 0, 0, 0)),
    ],
)
def test_scheduled_actions(given_, expected):
    answer = simulate("scaling.scheduled", given_)
    assert (answer["error"], answer["min"], answer["max"], answer["current"]) == expected
    check_steps("scaling.scheduled", given_)


@pytest.mark.parametrize(
    ("count", "alarm", "expected"),
    [
        (12, "scale_in", (True, 10)),
        (12, "scale_out", (False, 12)),
        (2, "scale_out", (True, 4)),
        (2, "scale_in", (False, 2)),
        (10, "scale_out", (False, 10)),
        (4, "scale_in", (False, 4)),
        (7, "scale_in", (True, 7)),
    ],
)
def test_counts_out_of_range(count, alarm, expected):
    given_ = {"desired": count, "min": 4, "max": 10, "alarm": alarm}
    answer = simulate("scaling.out_of_range", given_)
    assert (answer["changes"], answer["first_stop"]) == expected
    check_steps("scaling.out_of_range", given_)


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_registering_pulls_into_the_range(current, one, other):
    low, high = sorted((one, other))
    assert simulate("scaling.register", {"current": current, "min": low, "max": high}) == {
        "current": sorted((low, current, high))[1]
    }


def test_percentages_are_exact():
    for hundredths in range(1, 200):
        running, metric = 100, hundredths / 100
        made = simulate("scaling.target_tracking", tracking(running, metric, 0.01, min=0, max=10**6))["desired"]
        assert made == max(running, ceil(Fraction(hundredths * running)))
