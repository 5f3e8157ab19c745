"""Rolling deployments: their two limits, whether they can finish, and the moves in lock-step.

Sources: ECS developer guide (deployment-type-ecs, service-event-messages), API reference (DeploymentConfiguration).
Lock-step means that what was started is healthy before the next decision. AWS does not say whether the scheduler
starts or stops first when it may do both; here it starts first and then stops what became surplus.
"""

from dataclasses import dataclass
from typing import Any

from studyapp.simulators.deployment.rules import Rules
from studyapp.simulators.errors import InputError
from studyapp.simulators.fields import Fields, known
from studyapp.simulators.ruled import Steps

MOST_TASKS = 100_000
MOST_PERCENT = 100_000

_DEFAULTS_FIELDS = known("scheduling surface")
_BOUNDS_FIELDS = known("scheduling desired min_healthy_percent max_percent")
_ROOM_FIELDS = known("desired min_healthy_percent max_percent free_task_slots")
SCHEDULING = ("REPLICA", "DAEMON")


@dataclass(frozen=True, slots=True)
class Limits:
    """Between which numbers of tasks a deployment moves: `lower` healthy ones, `upper` running or pending ones."""

    desired: int
    lower: int
    upper: int

    @property
    def may_stop(self) -> int:
        """How many healthy old tasks may be stopped before any is started (DEP-6)."""
        return max(0, min(self.desired, self.desired - self.lower))

    @property
    def may_start(self) -> int:
        """How many new tasks may be started before any is stopped, if there is room (DEP-6)."""
        return max(0, min(self.desired, self.upper - self.desired))

    @property
    def stuck(self) -> bool:
        """Whether neither is allowed, so that the deployment can never move (DEP-7). Nothing to move is not stuck."""
        return self.desired > 0 and not self.may_stop and not self.may_start


@dataclass(frozen=True, slots=True)
class Course:
    """How a deployment went: its moves, whether it finished and if not why, and whether each move was the only one."""

    actions: list[tuple[str, int]]
    finished: bool
    blocked_reason: str | None
    forced: bool
    peak: int


def _limits(fields: Fields, rules: Rules, steps: Steps) -> Limits:
    desired = fields.integer("desired", 0, MOST_TASKS)
    minimum = fields.integer("min_healthy_percent", 0, MOST_PERCENT)
    maximum = fields.integer("max_percent", 0, MOST_PERCENT)
    limits = Limits(desired, rules.lower(desired, minimum), rules.upper(desired, maximum))
    of = {"desired": desired}
    steps.add(
        "DEP-1",
        "A102",
        of | {"percent": minimum},
        limits.lower,
        f"{minimum} % of {desired} is {_hundredths(desired * minimum)}: at least {limits.lower} must stay healthy.",
    )
    steps.add(
        "DEP-2",
        "A103",
        of | {"percent": maximum},
        limits.upper,
        f"{maximum} % of {desired} is {_hundredths(desired * maximum)}: at most {limits.upper} may run or be starting.",
    )
    return limits


def _hundredths(number: int) -> str:
    return f"{number // 100}.{number % 100:02}".rstrip("0").rstrip(".")


def defaults(input: dict[str, Any], rules: Rules, steps: Steps) -> dict[str, Any]:
    """Answer deployment.defaults: `min_healthy_percent` and `max_percent` of a service that does not set them.

    In: `scheduling` REPLICA or DAEMON, `surface` api or console. Raises InputError. Source: DeploymentConfiguration.
    """
    fields = Fields(input, "", _DEFAULTS_FIELDS)
    scheduling = fields.choice("scheduling", SCHEDULING)
    surface = fields.choice("surface", ("api", "console"))
    if scheduling == "REPLICA":
        minimum, maximum = 100, 200
        steps.add("DEP-3", "N100", {}, [100, 200], "A replica service gets 100 and 200 percent.")
    else:
        minimum, maximum = rules.daemon[surface == "console"]
        text = f"A daemon service gets {minimum} and {maximum} percent from the {surface}; the second stays 100."
        steps.add("DEP-4", "N100", {"surface": surface}, [minimum, maximum], text)
    return {"min_healthy_percent": minimum, "max_percent": maximum}


def bounds(input: dict[str, Any], rules: Rules, steps: Steps) -> dict[str, Any]:
    """Answer deployment.bounds: `lower` and `upper` limit in tasks, and how many may be stopped or started first.

    In: `scheduling`, `desired` tasks, `min_healthy_percent`, `max_percent`. Out as well: `stop_before_start`,
    `start_before_stop`, `stuck`. Raises InputError. Source: deployment-type-ecs, rules DEP-1, 2, 4, 6 and 7.
    """
    fields = Fields(input, "", _BOUNDS_FIELDS)
    daemon = fields.choice("scheduling", SCHEDULING) == "DAEMON"
    limits = _limits(fields, rules, steps)
    if daemon and fields.values["max_percent"] != 100:
        raise InputError("max_percent", f"must be 100 for a daemon service, not {fields.values['max_percent']}")
    _first_moves(limits, limits.may_start, steps)
    return {
        "lower": limits.lower,
        "upper": limits.upper,
        "stop_before_start": limits.may_stop,
        "start_before_stop": limits.may_start,
        "stuck": limits.stuck,
    }


def _first_moves(limits: Limits, may_start: int, steps: Steps) -> None:
    numbers = {"desired": limits.desired, "lower": limits.lower, "upper": limits.upper}
    steps.add(
        "DEP-6",
        "N100",
        numbers,
        {"stop": limits.may_stop, "start": may_start},
        f"With {limits.desired} healthy tasks {limits.may_stop} may stop at once and {may_start} start at once.",
    )
    if limits.stuck:
        steps.add("DEP-7", "A104", numbers, True, "Nothing may stop and nothing may start: the deployment is stuck.")


def _course(limits: Limits, free: int | None, rules: Rules) -> Course:
    """Replay a deployment in lock-step from `desired` healthy old tasks, with room for `free` more (None: no limit)."""
    old, new, peak, forced = limits.desired, 0, limits.desired, True
    room = free if rules.needs_room else None
    actions: list[tuple[str, int]] = []
    while old or new < limits.desired:
        by_percent = min(limits.upper - old - new, limits.desired - new)
        start = max(0, by_percent if room is None else min(by_percent, room))
        stop = max(0, min(old, old + new - limits.lower))
        if not start and not stop:
            return Course(actions, False, "placement" if by_percent > 0 else "config", forced, peak)
        forced = forced and not (start and stop)
        if start:
            new += start
            peak = max(peak, old + new)
            actions.append(("start", start))
            room = None if room is None else room - start
        else:
            surplus = old + new - limits.desired
            stop = min(stop, surplus) if surplus > 0 else stop
            old -= stop
            actions.append(("stop", stop))
            room = room + stop if room is not None and rules.stop_frees else room
    return Course(actions, True, None, forced, peak)


def _with_room(input: dict[str, Any], rules: Rules, steps: Steps) -> tuple[Limits, int | None, Course]:
    fields = Fields(input, "", _ROOM_FIELDS)
    limits = _limits(fields, rules, steps)
    free = fields.optional_integer("free_task_slots", 0, 10 * MOST_TASKS)
    return limits, free, _course(limits, free, rules)


def capacity(input: dict[str, Any], rules: Rules, steps: Steps) -> dict[str, Any]:
    """Answer deployment.capacity: whether a deployment can finish in a cluster with room for `free_task_slots` more.

    In: `desired`, `min_healthy_percent`, `max_percent`, `free_task_slots` (null: no limit). Out: `first_start_max`,
    `first_stop_max`, `completes`, `blocked_reason` (null, config, placement), and in tasks `peak_tasks_at_most` and
    `healthy_never_below`. Raises InputError. Source: deployment-type-ecs, service-event-messages.
    """
    limits, free, course = _with_room(input, rules, steps)
    may_start = limits.may_start if free is None or not rules.needs_room else min(limits.may_start, free)
    _first_moves(limits, may_start, steps)
    if course.blocked_reason == "placement":
        text = "The percentages allow a start, but there is no room, and nothing may stop: it waits for room."
        steps.add("1.3-5", "A016", {"free_task_slots": free}, "placement", text)
    return {
        "first_start_max": may_start,
        "first_stop_max": limits.may_stop,
        "completes": course.finished,
        "blocked_reason": course.blocked_reason,
        "peak_tasks_at_most": limits.desired + may_start,
        "healthy_never_below": max(0, min(limits.lower, limits.desired)),
    }


def waves(input: dict[str, Any], rules: Rules, steps: Steps) -> dict[str, Any]:
    """Answer deployment.waves: the moves of a deployment in lock-step, `actions` [[start or stop, tasks], ...].

    In: as for deployment.capacity. Out as well: `stuck`; `forced`, whether at each move only that kind was allowed;
    without it the order is a convention. Raises InputError. Source: deployment-type-ecs; the convention is ours.
    """
    limits, _free, course = _with_room(input, rules, steps)
    old, new = limits.desired, 0
    for kind, count in course.actions:
        before = {"old": old, "new": new, "lower": limits.lower, "upper": limits.upper}
        old, new = (old, new + count) if kind == "start" else (old - count, new)
        text = f"{kind.capitalize()} {count}: now {old} old and {new} new tasks."
        steps.add("DEP-6", "N100", before, {"old": old, "new": new}, text)
    if not course.finished:
        text = "No further move: " + ("no room." if course.blocked_reason == "placement" else "the percentages.")
        fact = "A016" if course.blocked_reason == "placement" else "A104"
        rule = "1.3-5" if course.blocked_reason == "placement" else "DEP-7"
        steps.add(rule, fact, {"old": old, "new": new}, course.blocked_reason, text)
    return {
        "actions": [[kind, count] for kind, count in course.actions],
        "stuck": not course.finished,
        "forced": course.forced,
    }
