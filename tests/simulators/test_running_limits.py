"""Limits and ties of the simulators of running services, to the letter: one inside, one outside."""

import pytest

from studyapp.simulators.door import simulate
from studyapp.simulators.errors import InputError

SERVICE = {"desired": 4, "min_healthy_percent": 50, "max_percent": 150}
ALARM = {"series_per_minute": [60], "target": 50, "high_periods": 1, "low_periods": 1, "low_ratio": 0.9}
STEP = {"current": 10, "threshold": 50, "metric": 60, "adjustment_type": "ChangeInCapacity", "min": 0, "max": 100}
OVER = {"per_task": 100, "target": 50, "min": 1, "max": 9}
PULL = {
    "behavior": "default", "cached_digest": "old", "remote_digest": "new", "pull_succeeds": True,
    "pulled_by_earlier_task_on_instance": True,
}  # fmt: skip


def strategy(tasks, *rows):
    return {"tasks": tasks, "strategy": [{"name": f"p{n}", "type": "asg", **row} for n, row in enumerate(rows)]}


def created(desired):
    push = {"op": "push", "tag": "t", "digest": "A"}
    return {"version_consistency": "enabled", "events": [push, {"op": "create_service", "desired": desired}]}


@pytest.mark.parametrize(
    ("family", "largest", "field"),
    [
        ("capacity.strategy", strategy(1_000_000, {"weight": 1}), "tasks"),
        ("image.resolution", created(10_000), "events[1].desired"),
        (
            "deployment.bounds",
            {"scheduling": "DAEMON", "desired": 1, "min_healthy_percent": 0, "max_percent": 100},
            "max_percent",
        ),
        ("deployment.waves", {**SERVICE, "free_task_slots": 1_000_000}, "free_task_slots"),
        (
            "deployment.rollout",
            {**SERVICE, "instances": [], "old": {"memory": 1, "cpu": 10**6}, "new": {"memory": 1}},
            "old.cpu",
        ),
        ("scaling.over_time", {**OVER, "load": [10**9]}, "load[0]"),
        ("scaling.over_time", {**OVER, "load": [], "start_minutes": 60}, "start_minutes"),
    ],
)
def test_the_largest_number_is_taken_and_the_next_is_not(family, largest, field):
    simulate(family, largest)
    beyond = {**largest}
    place, above = beyond, None
    parts = field.replace("[", ".").replace("]", "").split(".")
    for part in parts[:-1]:
        key = int(part) if part.isdecimal() else part
        place[key] = list(place[key]) if isinstance(place[key], list) else dict(place[key])
        place = place[key]
    last = int(parts[-1]) if parts[-1].isdecimal() else parts[-1]
    above = place[last] + 1
    place[last] = above
    with pytest.raises(InputError) as caught:
        simulate(family, beyond)
    assert caught.value.field == field


@pytest.mark.parametrize("value", [True, 1.5, -1, "1", None])
def test_a_load_is_a_whole_number(value):
    with pytest.raises(InputError) as caught:
        simulate("scaling.over_time", {**OVER, "load": [1, value]})
    assert caught.value.field == "load[1]"


def test_one_period_is_a_period():
    assert simulate("scaling.alarm_state", ALARM)["alarm"] == "HIGH"
    with pytest.raises(InputError):
        simulate("scaling.alarm_state", {**ALARM, "high_periods": 0})


@pytest.mark.parametrize(
    ("steps", "problem"),
    [
        (
            [{"upper": -10, "adjustment": -2}, {"upper": 0, "adjustment": -1}],
            "More than one step is open at the same end.",
        ),
        (
            [{"lower": 0, "adjustment": 1}, {"lower": 10, "adjustment": 2}],
            "More than one step is open at the same end.",
        ),
        (
            [{"lower": 0, "upper": 1, "adjustment": 1}],
            "An upper bound is above zero, so one step must be open at the top.",
        ),
        (
            [{"lower": -1, "upper": 0, "adjustment": -1}],
            "A lower bound is below zero, so one step must be open at the bottom.",
        ),
    ],
)
def test_what_is_wrong_with_steps_is_said(steps, problem):
    given = {"adjustment_type": "ChangeInCapacity", "steps": steps}
    answer = simulate("scaling.step_validate", given, trace=True)
    assert not answer["valid"]
    assert problem in answer["problems"]
    assert [(step["text"], step["result"]) for step in answer["trace"]] == [
        (text, False) for text in answer["problems"]
    ]


def test_half_a_point_beyond_the_threshold_is_beyond_it():
    steps = [{"upper": 0, "adjustment": -1}, {"lower": 0, "adjustment": 2}]
    assert simulate("scaling.step", {**STEP, "metric": 50.5, "steps": steps})["new_capacity"] == 12
    assert simulate("scaling.step", {**STEP, "metric": 49.5, "steps": steps})["new_capacity"] == 9


def test_a_believer_in_no_range_still_stops_at_nothing():
    given = {**STEP, "current": 3, "metric": 40, "steps": [{"upper": 0, "adjustment": -9}]}
    assert simulate("scaling.step", given, misconception="step_may_leave_range")["new_capacity"] == 0


@pytest.mark.parametrize(("alarm", "metric", "rule"), [("LOW", 60, "TT-2"), ("HIGH", 10, "AS-3")])
def test_no_change_in_the_direction_of_the_alarm_names_its_rule(alarm, metric, rule):
    given = {"running": 4, "metric": metric, "target": 50, "alarm": alarm, "min": 1, "max": 9}
    answer = simulate("scaling.target_tracking", given, trace=True)
    assert answer["desired"] == 4
    assert answer["trace"][-1]["rule"] == rule


@pytest.mark.parametrize(
    ("change", "runs", "asks"),
    [
        ({}, "new", True),
        ({"behavior": "once"}, "old", False),
        ({"pull_succeeds": False}, "old", True),
        ({"pull_succeeds": False, "behavior": "always"}, None, True),
    ],
)
def test_whether_the_registry_is_asked_is_said(change, runs, asks):
    answer = simulate("image.pull", PULL | change)
    assert (answer["runs"], answer["asks_registry"], answer["task_fails"]) == (runs, asks, runs is None)


def test_the_moves_of_a_deployment_are_told_with_what_runs_after_them():
    answer = simulate("deployment.waves", SERVICE, trace=True)
    told = [step["result"] for step in answer["trace"][2:]]
    assert told == [{"old": 4, "new": 2}, {"old": 2, "new": 2}, {"old": 2, "new": 4}, {"old": 0, "new": 4}]


def test_a_low_alarm_without_anything_to_take_away_is_no_change():
    answer = simulate("scaling.over_time", {**OVER, "load": [10] * 60, "running": 1})
    assert answer["alarm"][-1] == "LOW"
    assert answer["changes"] == 0


def test_a_low_alarm_waits_for_the_cooldown():
    falling = [100] * 20 + [60] * 20
    answer = simulate("scaling.over_time", {**OVER, "load": falling, "running": 6, "scale_in_cooldown": 30})
    assert [answer["tasks"][minute] for minute in (14, 15, 39)] == [6, 2, 2]


def test_old_tasks_stop_evenly():
    instances = [{"id": f"i-{n}", "az": "a", "cpu": 9999, "memory": 9999} for n in range(3)]
    answer = simulate("deployment.rollout", {
        "instances": instances, "desired": 9, "min_healthy_percent": 0, "max_percent": 100,
        "strategies": [{"type": "spread", "field": "instanceId"}], "old": {"memory": 10}, "new": {"memory": 10},
    })  # fmt: skip
    assert answer["waves"][0]["per_instance"] == {"i-0": 3, "i-1": 3, "i-2": 3}
    part = simulate("deployment.rollout", {
        "instances": instances, "desired": 9, "min_healthy_percent": 66, "max_percent": 100,
        "strategies": [{"type": "spread", "field": "instanceId"}], "old": {"memory": 10}, "new": {"memory": 10},
    })  # fmt: skip
    assert part["waves"][0]["per_instance"] == {"i-0": 1, "i-1": 1, "i-2": 1}


def test_a_base_that_was_set_off_against_the_share_takes_the_surplus_from_the_others():
    given = strategy(12, {"base": 9, "weight": 1}, {"weight": 1}, {"weight": 1})
    assert simulate("capacity.strategy", given)["counts"] == {"p0": 10, "p1": 1, "p2": 1}
    wrong = simulate("capacity.strategy", given, misconception="weight_counts_before_base")
    assert wrong["counts"] == {"p0": 9, "p1": 3, "p2": 0}


def test_the_usual_cooldown_and_start_are_those_that_the_answer_says():
    falling = [100] * 5 + [300] * 12 + [60] * 60
    plain = simulate("scaling.over_time", {**OVER, "load": falling})
    assert plain == simulate("scaling.over_time", {**OVER, "load": falling, "scale_in_cooldown": 5, "start_minutes": 2})
    ebbing = [300] * 21 + [280, 280, 285, 280, 200, 270, 160, 260, 120, 200, 245, 60, 40, 20, 225, 140, 215, 120, 205]
    ebbing += [200, 0, 0, 70, 0, 175, 40, 165, 0, 10, 0, 0, 0, 135, 0, 0, 0, 0, 110, 105]
    given = {"per_task": 60, "target": 60, "min": 1, "max": 12, "load": ebbing, "running": 9}
    four, five, six = (simulate("scaling.over_time", {**given, "scale_in_cooldown": minutes}) for minutes in (4, 5, 6))
    assert simulate("scaling.over_time", given) == five
    assert four != five != six


@pytest.mark.parametrize("name", ["min_step", "max_step"])
def test_a_step_of_one_instance_is_a_step(name):
    given = {"running_instances": 2, "instances_needed": 6, "target_capacity": 100, name: 1}
    assert simulate("capacity.cpr", given)["desired_instances"] == (3 if name == "max_step" else 6)
    with pytest.raises(InputError):
        simulate("capacity.cpr", {**given, name: 0})


def test_a_deployment_has_at_most_a_hundred_thousand_tasks():
    simulate("deployment.bounds", {"scheduling": "REPLICA", **SERVICE, "desired": 100_000})
    with pytest.raises(InputError):
        simulate("deployment.bounds", {"scheduling": "REPLICA", **SERVICE, "desired": 100_001})


def test_a_difference_of_less_than_one_takes_the_step_on_its_side_of_the_threshold():
    steps = [{"upper": 0, "adjustment": -1}, {"lower": 0, "upper": 2, "adjustment": 2}, {"lower": 2, "adjustment": 3}]
    for metric, capacity in ((50.25, 12), (51, 12), (50, 12), (49.75, 9), (52, 13)):
        assert simulate("scaling.step", {**STEP, "metric": metric, "steps": steps})["new_capacity"] == capacity
