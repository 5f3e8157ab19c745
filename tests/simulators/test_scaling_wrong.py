"""What the scaling families refuse, and the misconceptions about them."""

import pytest

from studyapp.simulators.door import simulate
from studyapp.simulators.errors import InputError
from studyapp.simulators.scaling import misconceptions
from tests.simulators.ruled import check_misconceptions
from tests.simulators.scaling_inputs import (
    CHANGE,
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


def load(minutes):
    """Give a load on two tasks of 100 units with a target of 50 percent."""
    return {"load": minutes, "per_task": 100, "target": 50, "min": 1, "max": 9, "running": 2}


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
    "one_point_is_enough": {"scaling.alarm_state": alarms([40, 40, 55]), "scaling.over_time": load([40, 40, 110])},
    "low_begins_at_target": {"scaling.alarm_state": alarms([48] * 15), "scaling.over_time": load([96] * 15)},
    "at_target_is_above": {"scaling.alarm_state": alarms([50] * 3), "scaling.over_time": load([100] * 3)},
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
    "scaling.over_time": misconceptions.ALARM,
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
