"""The deployment circuit breaker: its threshold, when it trips, and what it rolls back to.

Sources: ECS developer guide (deployment-circuit-breaker, text of 2026), API reference (ThresholdConfiguration).
"""

from typing import Any

from studyapp.simulators.deployment.rolling import MOST_TASKS
from studyapp.simulators.deployment.rules import DEFAULT_SHARE, Rules
from studyapp.simulators.errors import InputError
from studyapp.simulators.fields import Fields, known, shown
from studyapp.simulators.ruled import Steps, truth_value

_KINDS = ("BOUNDED_PERCENT", "UNBOUNDED_PERCENT", "COUNT")
_STATES = ("COMPLETED", "IN_PROGRESS", "FAILED")
_MOST_EVENTS = 100_000


def _threshold(fields: Fields, rules: Rules, steps: Steps) -> int:
    desired = fields.integer("desired", 0, MOST_TASKS)
    kind, value = "BOUNDED_PERCENT", DEFAULT_SHARE
    if fields.values.get("threshold_configuration") is not None:
        inner = Fields(fields.values["threshold_configuration"], "threshold_configuration", known("type value"))
        kind = inner.choice("type", _KINDS)
        value = inner.integer("value", 1, MOST_TASKS if kind == "COUNT" else 100)
    if kind == "COUNT":
        steps.add("1.5", "A105", {"value": value}, value, f"The threshold is given as a count: {value}.")
        return value
    share = rules.threshold_share(desired, value)
    numbers = {"desired": desired, "percent": value}
    steps.add("1.5", "A106", numbers, share, f"{value} % of {desired} tasks, rounded, is {share}.")
    if kind == "UNBOUNDED_PERCENT":
        return share
    bounded = max(rules.floor, share)
    if rules.ceiling is not None:
        bounded = min(rules.ceiling, bounded)
    steps.add("1.5", "A106", {"share": share}, bounded, f"Held between the bounds this is {bounded}.")
    return bounded


def threshold(input: dict[str, Any], rules: Rules, steps: Steps) -> dict[str, Any]:
    """Answer deployment.cb_threshold: how many failures fail a deployment.

    In: `desired` tasks, `threshold_configuration`? with `type` BOUNDED_PERCENT [with 50], UNBOUNDED_PERCENT or COUNT
    and `value` (1 to 100 for percentages). Raises InputError. Source: deployment-circuit-breaker.
    """
    fields = Fields(input, "", known("desired threshold_configuration"))
    return {"threshold": _threshold(fields, rules, steps)}


def _event(value: object, path: str) -> str:
    if value not in ("fail", "healthy"):
        raise InputError(path, f"must be fail or healthy, not {shown(value)}")
    return str(value)


def trip(input: dict[str, Any], rules: Rules, steps: Steps) -> dict[str, Any]:
    """Answer deployment.cb_trip: `state` IN_PROGRESS or FAILED after the events, `tripped_at_event` from 1, or null.

    In: as for the threshold, `events` of fail and healthy in order, `reset_on_healthy_task` [true]. What comes after
    the failure is not looked at. Raises InputError. Source: deployment-circuit-breaker.
    """
    fields = Fields(input, "", known("desired threshold_configuration events reset_on_healthy_task"))
    resets = fields.boolean("reset_on_healthy_task", True)
    events = fields.each("events", _MOST_EVENTS, _event, None)
    limit = _threshold(fields, rules, steps)
    failures = 0
    for place, event in enumerate(events, 1):
        before = failures
        if event == "fail":
            failures += 1
        elif resets:
            failures = rules.reset(failures)
        numbers = {"event": place, "kind": event, "failures": before}
        steps.add("1.5", "A105", numbers, failures, f"Event {place}, {event}: {failures} of {limit} failures.")
        if event == "fail" and failures >= limit + rules.trips_beyond:
            return {"state": "FAILED", "tripped_at_event": place, "threshold": limit}
    return {"state": "IN_PROGRESS", "tripped_at_event": None, "threshold": limit}


def _deployment(value: object, path: str) -> tuple[str, str]:
    fields = Fields(value, path, known("id state"))
    return fields.text("id"), fields.choice("state", _STATES)


def rollback(input: dict[str, Any], rules: Rules, steps: Steps) -> dict[str, Any]:
    """Answer deployment.cb_rollback: `outcome` of a failed deployment and `rollback_to`, an id or null.

    In: `rollback`, whether it is switched on; `deployments` with `id` and `state`, oldest first, of which the last
    one has just failed. Raises InputError. Source: deployment-circuit-breaker, with its example of a stall.
    """
    fields = Fields(input, "", known("rollback deployments"))
    asked = truth_value(fields, "rollback")
    deployments = fields.each("deployments", 1000, _deployment, None)
    if not deployments:
        raise InputError("deployments", "must hold the deployment that has just failed")
    names = [name for name, _ in deployments]
    for place, name in enumerate(names):
        if name in names[:place]:
            raise InputError(f"deployments[{place}].id", f"{shown(name)} is there already")
    states = [state for _, state in deployments]
    if states[-1] != "FAILED":
        raise InputError(f"deployments[{len(states) - 1}].state", "must be FAILED, as this one has just failed")
    if rules.rollback_asked and not asked:
        steps.add("1.5", "A105", {"rollback": False}, None, "Rollback is a switch of its own, and it is off.")
        return {"outcome": "FAILED_NO_ROLLBACK", "rollback_to": None}
    found = rules.rollback_to(states)
    target = None if found is None else names[found]
    text = "No earlier deployment is COMPLETED: nothing is launched." if target is None else f"Back to {target}."
    steps.add("1.5", "A105", dict(deployments), target, text)
    return {"outcome": "STALLED" if target is None else "ROLLING_BACK", "rollback_to": target}
