"""Step scaling: which step an alarm takes, what it makes of the capacity, its cooldown, and what AWS takes as steps.

Sources: Application Auto Scaling user guide (step-scaling-policy-overview), API reference (StepAdjustment,
StepScalingPolicyConfiguration).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from studyapp.simulators.errors import InputError
from studyapp.simulators.fields import Fields, known
from studyapp.simulators.ruled import Steps, number, optional_number, plain
from studyapp.simulators.scaling.reading import moved, read_range
from studyapp.simulators.scaling.rules import MOST_TASKS, Rules

TYPES = ("ChangeInCapacity", "PercentChangeInCapacity", "ExactCapacity")
_MOST_STEPS = 100
_FIELDS = known("current threshold metric adjustment_type steps min max min_adjustment_magnitude")


@dataclass(frozen=True, slots=True)
class StepAdjustment:
    """A step: its bounds as offsets from the threshold, None where it is open, and its adjustment."""

    lower: Fraction | None
    upper: Fraction | None
    adjustment: int


def _adjustment(value: object, path: str) -> StepAdjustment:
    fields = Fields(value, path, known("lower upper adjustment"))
    return StepAdjustment(
        optional_number(fields, "lower"),
        optional_number(fields, "upper"),
        fields.integer("adjustment", -MOST_TASKS, MOST_TASKS),
    )


def adjusted(current: int, kind: str, adjustment: int, rules: Rules, steps: Steps, magnitude: int | None = None) -> int:
    """What an adjustment wants the capacity to be, before the range applies (StepAdjustment)."""
    if kind == "ExactCapacity":
        steps.add("3.3", "N042", {"current": current}, adjustment, f"The capacity is set to {adjustment}.")
        return adjustment
    change = adjustment
    if kind == "PercentChangeInCapacity":
        raw = Fraction(current * adjustment, 100)
        change = rules.percent(raw)
        text = f"{adjustment} % of {current} is {plain(raw)}, rounded to {change}."
        steps.add("3.3", "N042", {"current": current, "percent": adjustment, "raw": plain(raw)}, change, text)
        if magnitude is not None and rules.lifts_magnitude and 0 < abs(change) < magnitude:
            change = magnitude if change > 0 else -magnitude
            text = f"The least change is {magnitude}: {change}."
            steps.add("3.3", "N042", {"min_adjustment_magnitude": magnitude}, change, text)
    steps.add(
        "3.3",
        "N042",
        {"current": current, "change": change},
        current + change,
        f"{current} becomes {current + change}.",
    )
    return current + change


def _chosen(adjustments: Sequence[StepAdjustment], diff: Fraction, rules: Rules) -> int | None:
    """Which step takes a difference from the threshold. At the threshold [0, u) goes before (l, 0]."""
    tests = (rules.above,) if diff > 0 else (rules.below,) if diff < 0 else (rules.above, rules.below)
    for test in tests:
        for place, each in enumerate(adjustments):
            if test(each.lower, each.upper, diff):
                return place
    return None


def step(input: dict[str, Any], rules: Rules, steps: Steps) -> dict[str, Any]:
    """Answer scaling.step: `new_capacity` and the `step` taken, counted from 0, or null.

    In: `current` tasks, `threshold`, `metric`, `adjustment_type`, `steps` with `lower` and `upper` (offsets from the
    threshold, null where open) and `adjustment`, `min`, `max`, `min_adjustment_magnitude`?. Out as well: `problems`,
    for which AWS would not take the steps. Raises InputError. Source: step-scaling-policy-overview, StepAdjustment.
    """
    fields = Fields(input, "", _FIELDS)
    current = fields.integer("current", 0, MOST_TASKS)
    threshold, metric = number(fields, "threshold"), number(fields, "metric")
    kind = fields.choice("adjustment_type", TYPES)
    adjustments = fields.each("steps", _MOST_STEPS, _adjustment, None)
    low, high = read_range(fields)
    magnitude = fields.optional_integer("min_adjustment_magnitude", 1, MOST_TASKS)
    diff = metric - threshold if rules.offsets else metric
    place = _chosen(adjustments, diff, rules)
    numbers = {"metric": plain(metric), "threshold": plain(threshold)}
    text = "no step" if place is None else f"step {place}"
    steps.add("3.3", "N042", numbers, place, f"{plain(metric)} - {plain(threshold)} = {plain(diff)} takes {text}.")
    problems = step_problems(kind, adjustments, rules)
    if place is None:
        return {"new_capacity": current, "step": None, "problems": problems}
    adjustment = adjustments[place].adjustment
    if rules.steps_add_up:
        adjustment = _sum_up_to(adjustments, place, diff)
    wanted = adjusted(current, kind, adjustment, rules, steps, magnitude)
    made = moved(current, wanted, low, high, rules)
    steps.add("AS-1", "N037", {"wanted": wanted, "min": low, "max": high}, made, f"Within {low} to {high}: {made}.")
    return {"new_capacity": made, "step": place, "problems": problems}


def _sum_up_to(adjustments: Sequence[StepAdjustment], place: int, diff: Fraction) -> int:
    """Add up the steps from the threshold to the one taken: what a believer in adding up takes."""

    def nearer(each: StepAdjustment) -> bool:
        taken = adjustments[place]
        if diff >= 0:
            return each.lower is not None and each.lower >= 0 and (taken.lower is None or each.lower <= taken.lower)
        return each.upper is not None and each.upper <= 0 and (taken.upper is None or each.upper >= taken.upper)

    return sum(each.adjustment for each in adjustments if nearer(each))


def step_round(input: dict[str, Any], rules: Rules, steps: Steps) -> dict[str, Any]:
    """Answer scaling.step_round: a percentage of the capacity, `raw`, as the change that is made of it, `rounded`.

    Raises InputError. Source: step-scaling-policy-overview.
    """
    fields = Fields(input, "", known("raw"))
    raw = number(fields, "raw")
    rounded = rules.percent(raw)
    text = f"{plain(raw)} becomes {rounded}: cut toward zero beyond 1, and to 1 in size within."
    steps.add("3.3", "N042", {"raw": plain(raw)}, rounded, text)
    return {"rounded": rounded}


def step_cooldown(input: dict[str, Any], rules: Rules, steps: Steps) -> dict[str, Any]:
    """Answer scaling.step_cooldown: `trace`, the capacity after each alarm. The steps are under `steps`.

    In: `current` tasks, `cooldown` in seconds, `alarms` with `t` (seconds, in order) and `adjustment`
    (ChangeInCapacity), `min`, `max`. A scale-out inside the cooldown of one may raise the capacity to what there was
    before the first plus its own adjustment; each one that raises it starts the cooldown anew. A scale-in waits for
    the cooldown of the last scale-in, which a scale-out ends. AWS does not say whether it also waits for that of a
    scale-out: here it does not. Raises InputError. Source: step-scaling-policy-overview.
    """
    fields = Fields(input, "", known("current cooldown alarms min max"))
    capacity = fields.integer("current", 0, MOST_TASKS)
    cooldown = fields.integer("cooldown", 0, 10**9)
    alarms = fields.each("alarms", 10_000, _alarm, None)
    low, high = read_range(fields)
    trace: list[int] = []
    base, last_out, last_in = capacity, None, None
    before: Fraction | None = None
    for place, (time, adjustment) in enumerate(alarms):
        if before is not None and time < before:
            raise InputError(f"alarms[{place}].t", "must not be before the alarm ahead of it")
        before = time
        cools_out = last_out is not None and time - last_out < cooldown
        cools_in = last_in is not None and time - last_in < cooldown
        start = capacity
        if adjustment > 0 and not (rules.out_waits and (cools_out or cools_in)):
            if not rules.out_cancels and cools_in:
                wanted = capacity
            elif cools_out and rules.counts_earlier:
                wanted = min(max(capacity, base + adjustment), capacity + adjustment)
            else:
                base, wanted = capacity, capacity + adjustment
            capacity = moved(capacity, wanted, low, high, rules)
            if capacity > start:
                last_out, last_in = time, None
        elif adjustment < 0 and not (rules.in_waits and cools_in):
            capacity = moved(capacity, capacity + adjustment, low, high, rules)
            last_in = time if capacity < start else last_in
        numbers = {"t": plain(time), "adjustment": adjustment, "capacity": start}
        state = ", within a cooldown" if cools_out or cools_in else ""
        steps.add(
            "3.3", "N042", numbers, capacity, f"{adjustment:+} at {plain(time)} s{state}: {start} becomes {capacity}."
        )
        trace.append(capacity)
    return {"trace": trace}


def _alarm(value: object, path: str) -> tuple[Fraction, int]:
    fields = Fields(value, path, known("t adjustment"))
    return number(fields, "t", 0), fields.integer("adjustment", -MOST_TASKS, MOST_TASKS)


def step_problems(kind: str, adjustments: Sequence[StepAdjustment], rules: Rules) -> list[str]:
    """Say what AWS would not take about the steps of a policy (StepAdjustment, PutScalingPolicy)."""
    problems: list[str] = []
    if not adjustments:
        problems.append("At least one step is needed.")
    for place, each in enumerate(adjustments):
        if each.lower is None and each.upper is None:
            problems.append(f"Step {place} is open at both ends.")
        if each.lower is not None and each.upper is not None and each.upper <= each.lower:
            problems.append(f"Step {place} ends where it begins, or before.")
        if kind == "ExactCapacity" and each.adjustment < 0:
            problems.append(f"Step {place} sets a capacity below zero.")
    bottoms = sum(each.lower is None for each in adjustments)
    tops = sum(each.upper is None for each in adjustments)
    if bottoms > 1 or tops > 1:
        problems.append("More than one step is open at the same end.")
    if rules.open_ends and not bottoms and any(each.lower is not None and each.lower < 0 for each in adjustments):
        problems.append("A lower bound is below zero, so one step must be open at the bottom.")
    if rules.open_ends and not tops and any(each.upper is not None and each.upper > 0 for each in adjustments):
        problems.append("An upper bound is above zero, so one step must be open at the top.")
    ordered = sorted(adjustments, key=lambda each: (each.lower is not None, each.lower or Fraction(0)))
    for one, other in pairwise(ordered):
        if one.upper is None or other.lower is None or one.upper > other.lower:
            problems.append("Two steps overlap.")
        elif one.upper < other.lower and not rules.gaps:
            problems.append(f"There is a gap from {plain(one.upper)} to {plain(other.lower)}.")
    return problems


def step_validate(input: dict[str, Any], rules: Rules, steps: Steps) -> dict[str, Any]:
    """Answer scaling.step_validate: whether AWS takes the steps, `valid`, and for people the `problems`.

    In: `adjustment_type`, `steps` as for scaling.step. Raises InputError. Source: StepAdjustment, PutScalingPolicy.
    """
    fields = Fields(input, "", known("adjustment_type steps"))
    kind = fields.choice("adjustment_type", TYPES)
    problems = step_problems(kind, fields.each("steps", _MOST_STEPS, _adjustment, None), rules)
    for problem in problems:
        steps.add("3.3", "N042", {}, False, problem)
    return {"valid": not problems, "problems": problems}
