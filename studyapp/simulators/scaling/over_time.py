"""A load over time, and the tasks that target tracking keeps for it.

The alarms have the shape that `tracking.alarm_state` describes: 3 minutes above the target, 15 below nine tenths of it.
How long a task takes to start, and that the metric is known within its minute, are conventions of ours: AWS promises
neither, so the answer says so and no question is scored by it.

Sources: Application Auto Scaling user guide (target-tracking-scaling-policy-overview), rules AS-1, TT-1, TT-4 and TT-7.
"""

from dataclasses import dataclass
from typing import Any

from studyapp.simulators.errors import InputError
from studyapp.simulators.fields import Fields, known, shown
from studyapp.simulators.ruled import Steps
from studyapp.simulators.scaling.reading import read_range
from studyapp.simulators.scaling.rules import Rules

MOST_MINUTES = 530_000  # a year
LARGEST_LOAD = 10**9
HIGH_PERIODS, LOW_PERIODS = 3, 15
MOST_STEPS = 60  # that are told
NOTE = (
    "AWS does not promise how soon a metric is known or a task is up; here the metric is known within its minute, and a"
    " task is up after the minutes given."
)
_FIELDS = known("load per_task target min max running start_minutes scale_in_cooldown disable_scale_in")


@dataclass(slots=True)
class _Service:
    running: int
    starting: list[tuple[int, int]]  # (minute at which they are up, how many)
    last_in: int = -(10**9)

    @property
    def desired(self) -> int:
        return self.running + sum(count for _, count in self.starting)


def _load(value: object, path: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST_LOAD:
        raise InputError(path, f"must be a whole number from 0 to {LARGEST_LOAD}, not {shown(value)}")
    return value


def over_time(input: dict[str, Any], rules: Rules, steps: Steps) -> dict[str, Any]:
    """Answer scaling.over_time: `tasks` running in each minute, and what it came to.

    In: `load` per minute in units of work; `per_task`, units that make one task 100 % busy; `target` percent; `min`,
    `max` tasks; `running` [min] at first; `start_minutes` [2], `scale_in_cooldown` [5] minutes; `disable_scale_in`
    [false]. Out: `tasks`, `metric` (percent, rounded to the nearest), `alarm` (HIGH, LOW, NONE), each per minute;
    `task_minutes`, what is paid for; `minutes_over_target`; `changes`, how often the count was changed; `notes`.
    Raises InputError.
    """
    fields = Fields(input, "", _FIELDS)
    load = fields.each("load", MOST_MINUTES, _load, None)
    per_task, target = fields.integer("per_task", 1, LARGEST_LOAD), fields.integer("target", 1, 1000)
    low, high = read_range(fields)
    start_minutes = fields.integer("start_minutes", 0, 60, 2)
    cooldown = fields.integer("scale_in_cooldown", 0, 1440, 5)
    may_scale_in = not fields.boolean("disable_scale_in", False)
    service = _Service(fields.integer("running", 0, high, low), [])
    tasks, metric, alarms = [], [], []
    over = above = below = changes = 0
    for minute, work in enumerate(load):
        while service.starting and service.starting[0][0] <= minute:
            service.running += service.starting.pop(0)[1]
        capacity = service.running * per_task
        tasks.append(service.running)
        metric.append((200 * work + capacity) // (2 * capacity) if capacity else 0)
        is_over = 100 * work > target * capacity
        over += is_over
        above = above + 1 if is_over or (not rules.strict and 100 * work == target * capacity) else 0
        line = 9 * target if rules.low_line else 10 * target
        below = below + 1 if 1000 * work < line * capacity else 0
        alarm = (
            "HIGH" if above >= (HIGH_PERIODS if rules.all_points else 1) else "LOW" if below >= LOW_PERIODS else "NONE"
        )
        alarms.append(alarm)
        if alarm == "NONE":
            continue
        wanted = min(high, max(low, -(-100 * work // (per_task * target))))
        desired = service.desired
        if alarm == "HIGH" and wanted > desired:
            service.starting.append((minute + max(1, start_minutes), wanted - desired))
            told = f"Minute {minute}: {metric[-1]} % with {service.running} tasks, target {target} %: to {wanted}."
        elif alarm == "LOW" and wanted < desired and may_scale_in and minute - service.last_in >= cooldown:
            service.running, service.starting, service.last_in = wanted, [], minute
            told = f"Minute {minute}: {metric[-1]} % with {desired} tasks is well below the target: down to {wanted}."
        else:
            continue
        changes += 1
        if len(steps) < MOST_STEPS:
            numbers = {"minute": minute, "load": work, "metric": metric[-1]}
            steps.add("TT-1", "A090" if alarm == "HIGH" else "N041", numbers, wanted, told)
    return {
        "tasks": tasks, "metric": metric, "alarm": alarms, "task_minutes": sum(tasks), "minutes_over_target": over,
        "changes": changes, "notes": [NOTE],
    }  # fmt: skip
