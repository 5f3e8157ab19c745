"""Target tracking: the number of tasks it steers to, and the state of its alarms.

Sources: Application Auto Scaling user guide (target-tracking-scaling-policy-overview), ECS developer guide
(service-auto-scaling). The shape of the alarms is seen in accounts, not promised by AWS.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from studyapp.simulators.errors import InputError
from studyapp.simulators.fields import Fields, known
from studyapp.simulators.ruled import Steps, exact, number, optional_number, plain
from studyapp.simulators.scaling.reading import moved, read_range
from studyapp.simulators.scaling.rules import MOST_TASKS, Rules

ALARMS = ("HIGH", "LOW", "NONE", "INSUFFICIENT_DATA")
_FIELDS = known(
    "running metric target alarm min max disable_scale_in deployment_in_progress desired in_scale_in_cooldown"
)


@dataclass(frozen=True, slots=True)
class Tracking:
    """A target tracking policy: its metric, None without data, the target and the state of its alarms."""

    metric: Fraction | None
    target: Fraction
    alarm: str
    disable_scale_in: bool

    def state(self, rules: Rules) -> str:
        """The state that counts: without data there is none to act on (TT-5)."""
        if self.metric is None or self.alarm == "INSUFFICIENT_DATA":
            return "LOW" if rules.no_data_is_low else "NONE"
        return self.alarm

    def wanted(self, running: int, rules: Rules, steps: Steps) -> int:
        """The number of tasks that would bring the metric to the target (TT-1, TT-6), before the range applies."""
        metric = self.metric or Fraction(0)
        if not running:
            steps.add("TT-6", "A090", {"running": 0}, int(metric > 0), "From none, the smallest step is one task.")
            return int(metric > 0)
        raw = running * metric / self.target
        wanted = rules.tracked(raw)
        if rules.one_at_a_time:
            wanted = max(running - 1, min(running + 1, wanted))
        numbers = {"running": running, "metric": plain(metric), "target": plain(self.target), "raw": plain(raw)}
        text = f"{running} × {plain(metric)} / {plain(self.target)} = {plain(raw)}, rounded to {wanted}."
        steps.add("TT-1", "A090", numbers, wanted, text)
        return wanted


def read_tracking(fields: Fields) -> Tracking:
    """Read a policy. Raises InputError."""
    target = number(fields, "target", 0)
    if not target:
        raise InputError(fields.at("target"), "must be more than 0")
    return Tracking(
        None if fields.required("metric") is None else optional_number(fields, "metric", 0),
        target,
        fields.choice("alarm", ALARMS),
        fields.boolean("disable_scale_in", False),
    )


def target_tracking(input: dict[str, Any], rules: Rules, steps: Steps) -> dict[str, Any]:
    """Answer scaling.target_tracking: the `desired` count that the policy sets.

    In: `running` tasks, `metric` (null: no data), `target`, `alarm` HIGH, LOW, NONE or INSUFFICIENT_DATA, `min`,
    `max`; `disable_scale_in` [false], `deployment_in_progress` [false], `in_scale_in_cooldown` [false], `desired`
    [running]. Raises InputError. Source: rules AS-1, 3, 4, 5 and TT-1 to 8 of the guides above.
    """
    fields = Fields(input, "", _FIELDS)
    running = fields.integer("running", 0, MOST_TASKS)
    desired = fields.integer("desired", 0, MOST_TASKS, running)
    policy = read_tracking(fields)
    low, high = read_range(fields)
    held_back = (
        ("TT-8", "N041", policy.disable_scale_in, rules.disabled_blocks, "Scale-in is disabled."),
        (
            "AS-4",
            "A092",
            fields.boolean("deployment_in_progress", False),
            rules.deployment_blocks,
            "During a deployment nothing is scaled in.",
        ),
        (
            "TT-7",
            "N041",
            fields.boolean("in_scale_in_cooldown", False),
            rules.cooldown_blocks,
            "The cooldown of the last scale-in holds back another.",
        ),
    )
    state = policy.state(rules)
    if state == "NONE":
        rule = "TT-5" if policy.metric is None or policy.alarm == "INSUFFICIENT_DATA" else "TT-4"
        steps.add(rule, "N041", {"alarm": policy.alarm}, desired, "No alarm, no change; no data is never low use.")
        return {"desired": desired}
    for rule, fact, holds, blocks, text in held_back:
        if holds and state in blocks:
            steps.add(rule, fact, {"alarm": state}, desired, text)
            return {"desired": desired}
    wanted = policy.wanted(running if rules.from_running else desired, rules, steps)
    wanted = max(wanted, low) if state == "HIGH" else min(wanted, high)
    if (state == "HIGH" and wanted <= desired) or (state == "LOW" and wanted >= desired):
        text = f"{wanted} is no change from {desired} in the direction of the alarm."
        steps.add("TT-2" if state == "LOW" else "AS-3", "A090", {"desired": desired}, desired, text)
        return {"desired": desired}
    made = moved(desired, wanted, low, high, rules)
    steps.add("AS-1", "N037", {"wanted": wanted, "min": low, "max": high}, made, f"Within {low} to {high}: {made}.")
    return {"desired": made}


def alarm_state(input: dict[str, Any], rules: Rules, steps: Steps) -> dict[str, Any]:
    """Answer scaling.alarm_state: `alarm` HIGH, LOW or NONE after the last of the points.

    In: `series_per_minute` (null: no point), `target`, `high_periods` and `low_periods` in minutes, `low_ratio`, the
    low line as a part of the target. HIGH needs all of the last points above the target, LOW all below the line.
    Raises InputError. Source: observed alarms, rule TT-4; a missing point breaks a run (TT-5).
    """
    fields = Fields(input, "", known("series_per_minute target high_periods low_periods low_ratio"))
    series = fields.each(
        "series_per_minute", 100_000, lambda value, path: None if value is None else exact(value, path), None
    )
    target = number(fields, "target", 0)
    high, low = fields.integer("high_periods", 1, 10_000), fields.integer("low_periods", 1, 10_000)
    ratio = number(fields, "low_ratio", 0, 1)
    line = target * ratio if rules.low_line else target

    def breaching(count: int, sign: int, limit: Fraction) -> bool:
        if len(series) < count:
            return False
        past = [
            point is not None and ((point - limit) * sign > 0 or (point == limit and not rules.strict))
            for point in series[-count:]
        ]
        return all(past) if rules.all_points else past[-1]

    states = {"HIGH": breaching(high, 1, target), "LOW": breaching(low, -1, line)}
    steps.add("TT-4", "N041", {"above": plain(target), "points": high}, states["HIGH"], f"High: {high} of {high}.")
    steps.add("TT-4", "N041", {"below": plain(line), "points": low}, states["LOW"], f"Low: {low} of {low}.")
    return {"alarm": next((state for state, is_so in states.items() if is_so), "NONE")}
