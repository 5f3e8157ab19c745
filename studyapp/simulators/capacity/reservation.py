"""CapacityProviderReservation, and the number of instances that managed scaling steers to.

Sources: ECS developer guide (managed-scaling-behavior), API reference (ManagedScaling). From zero instances the
metric is 200 by what others quote of an AWS post, and AWS starts with at least two.
"""

from fractions import Fraction
from typing import Any

from studyapp.simulators.capacity.rules import Rules
from studyapp.simulators.errors import InputError
from studyapp.simulators.fields import Fields, known
from studyapp.simulators.ruled import Steps, plain

MOST_INSTANCES = 1_000_000
MOST_STEP = 10_000
_FIELDS = known("running_instances instances_needed target_capacity extra_instances_needed max_step min_step")


def _rounded(metric: Fraction) -> int | float:
    """A percentage as CloudWatch shows it: whole when it is whole, else to two places."""
    return metric.numerator if metric.denominator == 1 else round(float(metric), 2)


def _metric(needed: int, running: int, rules: Rules) -> Fraction:
    if running:
        return rules.ratio(needed, running)
    return Fraction(200 if needed else 100)


def answer(input: dict[str, Any], rules: Rules, steps: Steps) -> dict[str, Any]:
    """Answer capacity.cpr: the metric `cpr` in percent, `action` and `desired_instances`.

    In: `running_instances`, `instances_needed` (those with tasks other than daemons, and those that waiting tasks
    need), `target_capacity` in percent (1 to 100), `extra_instances_needed` [what is missing to the target],
    `min_step` [1] and `max_step` [10000], which bound a scale-out. Out: `action` scale_out, scale_in or none;
    `desired_instances` before warm-up and the limits of the group. Raises InputError. Source:
    managed-scaling-behavior, ManagedScaling.
    """
    fields = Fields(input, "", _FIELDS)
    running = fields.integer("running_instances", 0, MOST_INSTANCES)
    needed = fields.integer("instances_needed", 0, MOST_INSTANCES)
    target = fields.integer("target_capacity", 1, 100)
    given_extra = fields.optional_integer("extra_instances_needed", 0, MOST_INSTANCES)
    least = 1 if fields.values.get("min_step") is None else fields.integer("min_step", 1, MOST_STEP)
    most = MOST_STEP if fields.values.get("max_step") is None else fields.integer("max_step", 1, MOST_STEP)
    if least > most:
        raise InputError("max_step", f"must not be less than min_step, {least}")
    metric = _metric(needed, running, rules)
    numbers = {"needed": needed, "running": running}
    text = f"{needed} needed / {running} running × 100 = {_rounded(metric)}."
    if not running:
        text = f"Without instances the metric is {_rounded(metric)}."
    steps.add("4.2", "A096", numbers, _rounded(metric), text)
    wanted = rules.spare(needed, target)
    text = f"{needed} × 100 / {target}, rounded: {wanted} instances are wanted."
    steps.add("4.2", "A096", {"needed": needed, "target": target}, wanted, text)
    if not running and 0 < wanted < rules.from_zero:
        wanted = rules.from_zero
        steps.add("4.2", "A096", {"running": 0}, wanted, f"From zero it starts with {wanted} instances.")
    extra = given_extra or wanted - running
    if extra > 0:
        step = min(max(extra, least), most) if rules.limits_steps else extra
        text = f"{extra} more are needed; asked for at once: {step}."
        steps.add("4.2", "A096", {"min_step": least, "max_step": most, "extra": extra}, step, text)
        wanted = running + step
    elif extra < 0 and rules.steps_bound_scale_in:
        wanted = running - min(max(-extra, least), most)
    action = "scale_out" if wanted > running else "scale_in" if wanted < running else "none"
    compared = {"cpr": plain(round(metric, 2)), "target": target, "running": running}
    steps.add("4.2", "N046", compared, wanted, f"The group is steered to {wanted}: {action.replace('_', ' ')}.")
    return {"cpr": _rounded(metric), "action": action, "desired_instances": wanted}
