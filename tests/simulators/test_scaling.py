"""Service Auto Scaling: target tracking, step and scheduled scaling, several policies at once."""

from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyapp.simulators.door import simulate
from studyapp.simulators.errors import InputError
from studyapp.simulators.scaling import misconceptions
from tests.simulators.ruled import check, check_misconceptions, check_steps, vectors

OUT = [
    {"lower": 0, "upper": 10, "adjustment": 0},
    {"lower": 10, "upper": 20, "adjustment": 10},
    {"lower": 20, "upper": None, "adjustment": 30},
]
IN = [
    {"lower": -10, "upper": 0, "adjustment": 0},
    {"lower": -20, "upper": -10, "adjustment": -10},
    {"lower": None, "upper": -20, "adjustment": -30},
]


def tracking(running, metric, target=50, alarm="HIGH", **more):
    return {"running": running, "metric": metric, "target": target, "alarm": alarm, "min": 1, "max": 20, **more}


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


def alarms(series, target=50):
    return {"series_per_minute": series, "target": target, "high_periods": 3, "low_periods": 15, "low_ratio": 0.9}


def stepping(current, metric, steps, kind="PercentChangeInCapacity", **more):
    return {
        "current": current,
        "threshold": 50,
        "metric": metric,
        "adjustment_type": kind,
        "steps": steps,
        "min": 0,
        "max": 1000,
        **more,
    }


CHANGE = "ChangeInCapacity"
OPEN = [{"lower": 0, "upper": None, "adjustment": 3}]


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


def cooling(*alarms, current=10, low=0, high=100):
    made = [{"t": t, "adjustment": adjustment} for t, adjustment in alarms]
    return {"current": current, "cooldown": 300, "alarms": made, "min": low, "max": high}


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


def bounds(*pairs, kind=CHANGE, adjustment=1):
    steps = [{"lower": lower, "upper": upper, "adjustment": adjustment} for lower, upper in pairs]
    return {"adjustment_type": kind, "steps": steps}


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


def by_step(adjustment, alarm=True, kind=CHANGE):
    return {"kind": "step", "adjustment_type": kind, "adjustment": adjustment, "alarm": alarm}


def by_target(metric, alarm, target=50, **more):
    return {"kind": "target_tracking", "metric": metric, "target": target, "alarm": alarm, **more}


def policies(*made, current=10, low=1, high=100):
    return {"current": current, "min": low, "max": high, "policies": list(made)}


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
    if more["alarm"] in (True, "HIGH") and more.get("adjustment", 1) > 0:
        assert simulate("scaling.multi", policies(*made, more))["new_capacity"] >= answer


@given(policy.filter(lambda each: each["kind"] == "target_tracking"), st.integers(1, 40))
def test_one_target_tracking_policy_does_what_it_does_alone(made, current):
    alone = tracking(current, made["metric"], made["target"], made["alarm"], max=100)
    expected = simulate("scaling.target_tracking", alone)["desired"]
    assert simulate("scaling.multi", policies(made, current=current)) == {"new_capacity": expected}


def action(current, low, high, **more):
    cooling_down = more.pop("in_cooldown", False)
    return {"current": current, "min": low, "max": high, "action": more, "in_cooldown": cooling_down}


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


@pytest.mark.parametrize(
    ("family", "given_", "field"),
    [
        ("target_tracking", tracking(-1, 50), "running"),
        ("target_tracking", tracking(1, "50"), "metric"),
        ("target_tracking", tracking(1, -5), "metric"),
        ("target_tracking", tracking(1, True), "metric"),
        ("target_tracking", tracking(1, 50, 0), "target"),
        ("target_tracking", tracking(1, 50, alarm="OK"), "alarm"),
        ("target_tracking", tracking(1, 50, min=30), "max"),
        ("target_tracking", tracking(1, 50, deployment_in_progress=1), "deployment_in_progress"),
        ("target_tracking", {"running": 1}, "target"),
        ("alarm_state", alarms([1, "2"]), "series_per_minute[1]"),
        ("alarm_state", alarms(None), "series_per_minute"),
        ("alarm_state", {**alarms([]), "high_periods": 0}, "high_periods"),
        ("alarm_state", {**alarms([]), "low_ratio": 2}, "low_ratio"),
        ("step", stepping(1, 50, [{"lower": "0"}]), "steps[0].lower"),
        ("step", stepping(1, 50, [{"lower": 0}]), "steps[0].adjustment"),
        ("step", stepping(1, 50, [{"adjustment": 1.5}]), "steps[0].adjustment"),
        ("step", stepping(1, 50, OUT, "Percent"), "adjustment_type"),
        ("step", stepping(1, 50, OUT, min_adjustment_magnitude=0), "min_adjustment_magnitude"),
        ("step_round", {"raw": None}, "raw"),
        ("step_round", {"raw": 1e300}, "raw"),
        ("step_cooldown", cooling((5, 1), (4, 1)), "alarms[1].t"),
        ("step_cooldown", cooling((-5, 1)), "alarms[0].t"),
        ("step_validate", {"adjustment_type": CHANGE}, "steps"),
        ("multi", policies({"kind": "predictive"}), "policies[0].kind"),
        ("multi", policies({**by_step(1), "metric": 1}), "policies[0].metric"),
        ("multi", policies({**by_step(1), "alarm": "HIGH"}), "policies[0].alarm"),
        ("multi", policies(by_target(5, True)), "policies[0].alarm"),
        ("scheduled", action(1, 2, 3), "action"),
        ("scheduled", {"current": 1, "min": 2, "max": 3}, "action"),
        ("scheduled", action(1, 2, 3, min=-1), "action.min"),
        ("register", {"current": 1, "min": 3, "max": 2}, "max"),
        ("out_of_range", {"desired": 1, "min": 2, "max": 3, "alarm": "HIGH"}, "alarm"),
    ],
)
def test_a_bad_input_names_its_field(family, given_, field):
    with pytest.raises(InputError) as caught:
        simulate(f"scaling.{family}", given_)
    assert caught.value.field == field


WHERE_THEY_DIFFER = {
    "tracking_rounds_down": tracking(3, 75),
    "tracking_rounds_to_nearest": tracking(7, 65, 40),
    "tracking_adds_one_at_a_time": tracking(4, 100),
    "calculates_from_desired": tracking(4, 80, desired=8),
    "no_data_means_no_load": tracking(4, None, alarm="INSUFFICIENT_DATA"),
    "deployment_stops_all_scaling": tracking(4, 90, deployment_in_progress=True),
    "deployment_stops_no_scaling": tracking(4, 9, alarm="LOW", deployment_in_progress=True),
    "cooldown_blocks_scale_out_too": {
        "scaling.target_tracking": tracking(4, 90, in_scale_in_cooldown=True),
        "scaling.step_cooldown": cooling((0, 2), (100, 3)),
    },
    "cooldown_blocks_nothing": tracking(4, 9, alarm="LOW", in_scale_in_cooldown=True),
    "disabled_scale_in_stops_policy": tracking(4, 90, disable_scale_in=True),
    "policy_may_leave_range": tracking(15, 90),
    "one_point_is_enough": alarms([40, 40, 55]),
    "low_begins_at_target": alarms([48] * 15),
    "at_target_is_above": alarms([50] * 3),
    "percent_rounds_to_nearest": {"scaling.step": stepping(28, 60, OUT), "scaling.step_round": {"raw": 12.7}},
    "percent_rounds_up": {"scaling.step": stepping(28, 60, OUT), "scaling.step_round": {"raw": 12.7}},
    "small_percent_is_nothing": {"scaling.step": stepping(5, 60, OUT), "scaling.step_round": {"raw": 0.5}},
    "bounds_are_absolute": stepping(10, 60, OUT),
    "boundary_belongs_to_smaller_step": stepping(10, 60, OUT),
    "steps_add_up": stepping(10, 75, OUT),
    "least_change_ignored": stepping(10, 60, OUT, min_adjustment_magnitude=3),
    "step_may_leave_range": stepping(10, 75, OUT, max=11),
    "steps_in_cooldown_add_in_full": cooling((0, 2), (100, 3)),
    "scale_in_knows_no_cooldown": cooling((0, -2), (100, -2)),
    "scale_in_cooldown_holds_scale_out": cooling((0, -2), (100, 3)),
    "gaps_are_allowed": bounds((0, 10), (11, None)),
    "ends_may_be_closed": bounds((0, 10)),
    "policies_add_up": policies(by_step(3), by_step(5)),
    "smallest_policy_wins": policies(by_step(3), by_step(5)),
    "first_policy_wins": policies(by_step(3), by_step(5)),
    "scale_in_goes_first": policies(by_step(-3), by_step(5)),
    "one_policy_scales_in": policies(by_target(20, "LOW"), by_target(48, "NONE")),
    "disabled_policy_has_a_vote": policies(by_target(20, "LOW"), by_target(48, "NONE", disable_scale_in=True)),
    "tracking_holds_back_steps": policies(by_target(48, "NONE"), by_step(-2)),
    "schedule_sets_count_to_minimum": action(7, 2, 10, min=4),
    "schedule_sets_count_to_maximum": action(7, 2, 10, min=4),
    "schedule_leaves_count": action(7, 2, 10, min=9),
    "schedule_waits_for_cooldown": action(7, 2, 10, min=9, in_cooldown=True),
    "registering_leaves_count": {"current": 1, "min": 2, "max": 3},
    "any_alarm_pulls_into_range": {"desired": 1, "min": 2, "max": 3, "alarm": "scale_in"},
    "outside_range_nothing_scales": {"desired": 1, "min": 2, "max": 3, "alarm": "scale_out"},
}
KNOWN = {
    "scaling.target_tracking": misconceptions.TRACKING,
    "scaling.alarm_state": misconceptions.ALARM,
    "scaling.step": misconceptions.STEP,
    "scaling.step_round": misconceptions.ROUNDING,
    "scaling.step_cooldown": misconceptions.COOLDOWN,
    "scaling.step_validate": misconceptions.VALIDATION,
    "scaling.multi": misconceptions.MULTI,
    "scaling.scheduled": misconceptions.SCHEDULED,
    "scaling.register": misconceptions.REGISTER,
    "scaling.out_of_range": misconceptions.OUT_OF_RANGE,
}


def test_every_misconception_gives_another_answer():
    check_misconceptions("scaling", KNOWN, WHERE_THEY_DIFFER)
