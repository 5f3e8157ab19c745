"""Several policies at once, scheduled actions, and the range of a scalable target.

Sources: Application Auto Scaling user guide (target tracking, scheduled scaling), ECS developer guide
(service-auto-scaling), API reference (PutScalingPolicy, PutScheduledAction, RegisterScalableTarget).
"""

from dataclasses import dataclass
from typing import Any

from studyapp.simulators.errors import InputError
from studyapp.simulators.fields import Fields, known
from studyapp.simulators.ruled import Steps, truth_value
from studyapp.simulators.scaling.reading import moved, read_range
from studyapp.simulators.scaling.rules import MOST_TASKS, Rules
from studyapp.simulators.scaling.stepping import TYPES, adjusted
from studyapp.simulators.scaling.tracking import Tracking, read_tracking

_STEP = known("kind adjustment_type adjustment alarm")
_TRACKING = known("kind metric target alarm disable_scale_in")


@dataclass(frozen=True, slots=True)
class _StepPolicy:
    """The step of a step policy that its alarm takes."""

    kind: str
    adjustment: int
    alarm: bool


def _policy(value: object, path: str) -> _StepPolicy | Tracking:
    kind = Fields(value, path, _STEP | _TRACKING).choice("kind", ("step", "target_tracking"))
    if kind == "target_tracking":
        return read_tracking(Fields(value, path, _TRACKING))
    fields = Fields(value, path, _STEP)
    return _StepPolicy(
        fields.choice("adjustment_type", TYPES),
        fields.integer("adjustment", -MOST_TASKS, MOST_TASKS),
        truth_value(fields, "alarm"),
    )


def multi(input: dict[str, Any], rules: Rules, steps: Steps) -> dict[str, Any]:
    """Answer scaling.multi: the `new_capacity` that several policies together make.

    In: `current` tasks, `min`, `max`, `policies` of `kind` step (`adjustment_type`, `adjustment`, `alarm` true or
    false) or target_tracking (`metric`, `target`, `alarm`, `disable_scale_in`?). Raises InputError. Source:
    PutScalingPolicy, target tracking guide: scale-out to the largest; target tracking scales in only if all agree.
    """
    fields = Fields(input, "", known("current min max policies"))
    current = fields.integer("current", 0, MOST_TASKS)
    low, high = read_range(fields)
    policies = fields.each("policies", 50, _policy, None)
    out: list[int] = []
    step_in: list[int] = []
    ready: list[bool] = []
    tracking_in: list[int] = []
    for policy in policies:
        if isinstance(policy, _StepPolicy):
            if policy.alarm:
                wanted = adjusted(current, policy.kind, policy.adjustment, rules, steps)
                (out if wanted > current else step_in if wanted < current else []).append(wanted)
            continue
        state = policy.state(rules)
        wanted = policy.wanted(current, rules, steps) if state in ("HIGH", "LOW") else current
        if state == "HIGH" and max(wanted, low) > current:
            out.append(max(wanted, low))
        if not policy.disable_scale_in or rules.disabled_votes:
            ready.append(state == "LOW" and not policy.disable_scale_in)
            if ready[-1]:
                tracking_in.append(min(wanted, current, high))
    less = list(step_in)
    if tracking_in and rules.tracking_agrees(ready) and max(tracking_in) < current:
        less.append(max(tracking_in))
        steps.add("3.5-2", "A091", {"ready": sum(ready)}, max(tracking_in), "All that may scale in are ready.")
    elif ready:
        numbers = {"ready": sum(ready), "of": len(ready)}
        steps.add("3.5-2", "A091", numbers, None, "Not all that may scale in are ready, so none of them does.")
        if rules.tracking_holds_steps:
            less = []
    wanted = current
    if out and (rules.out_first or not less):
        wanted = rules.together(current, out)
        steps.add("3.5-1", "A091", {"results": out}, wanted, f"Scale-out goes before scale-in, to {wanted}.")
    elif less:
        wanted = max(less)
        steps.add("3.5-3", "A091", {"results": less}, wanted, f"The scale-in that leaves the most wins: {wanted}.")
    made = moved(current, wanted, low, high, rules)
    steps.add("AS-1", "N037", {"wanted": wanted, "min": low, "max": high}, made, f"Within {low} to {high}: {made}.")
    return {"new_capacity": made}


def scheduled(input: dict[str, Any], rules: Rules, steps: Steps) -> dict[str, Any]:
    """Answer scaling.scheduled: `error`, and `min`, `max` and `current` after a scheduled action.

    In: `current` tasks, `min`, `max`, `action` with `min`? and `max`? (one at least), `in_cooldown` [false], which
    changes nothing. With an error all stays as it was. Raises InputError. Source: PutScheduledAction.
    """
    fields = Fields(input, "", known("current min max action in_cooldown"))
    current = fields.integer("current", 0, MOST_TASKS)
    low, high = read_range(fields)
    action = Fields(fields.required("action"), "action", known("min max"))
    new_low = action.optional_integer("min", 0, MOST_TASKS)
    new_high = action.optional_integer("max", 0, MOST_TASKS)
    if new_low is None and new_high is None:
        raise InputError("action", "must set min, max or both")
    waits = fields.boolean("in_cooldown", False) and rules.cooldown_delays_schedule
    new_low, new_high = low if new_low is None else new_low, high if new_high is None else new_high
    numbers = {"min": new_low, "max": new_high, "current": current}
    if new_low > new_high:
        steps.add("3.4", "A093", numbers, None, f"Refused: the minimum {new_low} would exceed the maximum {new_high}.")
        return {"error": True, "min": low, "max": high, "current": current}
    if waits:
        return {"error": False, "min": low, "max": high, "current": current}
    made = rules.scheduled_count(current, new_low, new_high)
    steps.add("3.4", "A093", numbers, made, f"The range is {new_low} to {new_high} now, and {current} becomes {made}.")
    return {"error": False, "min": new_low, "max": new_high, "current": made}


def register(input: dict[str, Any], rules: Rules, steps: Steps) -> dict[str, Any]:
    """Answer scaling.register: the `current` count once a scalable target has the range `min` to `max`.

    Raises InputError. Source: RegisterScalableTarget, rule AS-2.
    """
    fields = Fields(input, "", known("current min max"))
    current = fields.integer("current", 0, MOST_TASKS)
    low, high = read_range(fields)
    made = min(max(current, low), high) if rules.registers else current
    numbers = {"current": current, "min": low, "max": high}
    steps.add("AS-2", "N037", numbers, made, f"{current} is pulled into {low} to {high} at once: {made}.")
    return {"current": made}


def out_of_range(input: dict[str, Any], rules: Rules, steps: Steps) -> dict[str, Any]:
    """Answer scaling.out_of_range: whether an alarm `changes` a count set by hand, and the `first_stop` it reaches.

    In: `desired` tasks, `min`, `max`, `alarm` scale_out or scale_in. Below the range only a scale-out changes it, to
    the minimum first; above it only a scale-in, to the maximum first. Within it the policy goes on from where it is.
    Raises InputError. Source: ECS developer guide (service-auto-scaling), rule AS-5.
    """
    fields = Fields(input, "", known("desired min max alarm"))
    desired = fields.integer("desired", 0, MOST_TASKS)
    low, high = read_range(fields)
    alarm = fields.choice("alarm", ("scale_out", "scale_in"))
    below, above = rules.lifts
    if desired < low:
        changes = below in (alarm, "both")
        stop = low if changes else desired
    elif desired > high:
        changes = above in (alarm, "both")
        stop = high if changes else desired
    else:
        changes = moved(desired, desired + (1 if alarm == "scale_out" else -1), low, high, rules) != desired
        stop = desired
    numbers = {"desired": desired, "min": low, "max": high, "alarm": alarm}
    text = f"A {alarm.replace('_', '-')} {'first reaches' if changes else 'leaves it at'} {stop}."
    steps.add("AS-5", "N037", numbers, stop, text)
    return {"changes": changes, "first_stop": stop}
