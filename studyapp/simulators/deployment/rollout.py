"""A rolling deployment on a cluster: every wave is placed by the placement engine.

Which old tasks AWS stops first in a deployment is not documented; here those go where most of them run, and the answer
says so.

Sources: ECS developer guide (deployment-type-ecs, task-placement), and those of `placement` and `rolling`.
"""

from collections import Counter
from heapq import heapify, heapreplace
from typing import Any

from studyapp.simulators.deployment.rolling import MOST_PERCENT, MOST_TASKS, Limits
from studyapp.simulators.deployment.rules import Rules
from studyapp.simulators.errors import InputError
from studyapp.simulators.fields import Fields, known, shown
from studyapp.simulators.placement import placing, rules
from studyapp.simulators.ruled import Steps

NOTE = "AWS does not say which old tasks a deployment stops first; here they stop where most of them run."
_FIELDS = known("instances desired min_healthy_percent max_percent old new strategies constraints")
_TASK = known("cpu memory tcp")
OLD, NEW = "service:old", "service:new"


def _task(given: dict[str, Any], name: str) -> dict[str, Any]:
    value = given.get(name)
    if not isinstance(value, dict):
        raise InputError(name, "must be an object with cpu and memory")
    fields = Fields(value, name, _TASK)
    return {
        "cpu": fields.integer("cpu", 0, 10**6, 0),
        "memory": fields.integer("memory", 1, 10**8),
        "tcp": list(value.get("tcp") or []),
    }


class _Cluster:
    """The instances and what runs on them while the deployment goes on."""

    def __init__(self, given: dict[str, Any], tasks: dict[str, dict[str, Any]]) -> None:
        self.instances: list[dict[str, Any]] = [dict(each) for each in given["instances"]]
        self.tasks = tasks
        self.more = {name: given[name] for name in ("strategies", "constraints") if given.get(name) is not None}

    def place(self, group: str, count: int) -> dict[str, int]:
        """Place tasks as far as there is room; give how many went where."""
        request = {"api": "CreateService", "count": count, "group": group, **self.tasks[group], **self.more}
        answer = placing.answer({"instances": self.instances, "request": request}, rules.TRUTH, False)
        self._change(group, answer["per_instance"])
        return dict(answer["per_instance"])

    def stop(self, group: str, count: int) -> dict[str, int]:
        """Stop tasks one by one where most of them run, the first instance of several; give how many stopped where."""
        running = [
            (-task["count"], place)
            for place, instance in enumerate(self.instances)
            for task in instance.get("tasks", [])
            if task["group"] == group
        ]
        heapify(running)
        stops: Counter[str] = Counter()
        for _ in range(count):
            most, place = running[0]
            stops[self.instances[place]["id"]] += 1
            heapreplace(running, (most + 1, place))
        self._change(group, {name: -number for name, number in stops.items()})
        return dict(stops)

    def _change(self, group: str, numbers: dict[str, int]) -> None:
        for place, instance in enumerate(self.instances):
            if not (number := numbers.get(instance["id"], 0)):
                continue
            tasks = [dict(task) for task in instance.get("tasks", [])]
            mine = next((task for task in tasks if task["group"] == group), None)
            if mine is None:
                mine = {"group": group, "count": 0, **self.tasks[group]}
                tasks.append(mine)
            mine["count"] += number
            self.instances[place] = {**instance, "tasks": [task for task in tasks if task.get("count", 1) > 0]}


def rollout(input: dict[str, Any], by: Rules, steps: Steps) -> dict[str, Any]:
    """Answer deployment.rollout: how a deployment goes on a cluster, wave by wave.

    In: `instances` as for placement.run, `desired`, `min_healthy_percent`, `max_percent`; `old` and `new`, a task
    each: `cpu`, `memory`, `tcp` (fixed host ports); `strategies`, `constraints` as for placement.run. The old tasks
    are placed first. Out: `waves`, [{`action` start or stop, `count`, `per_instance`, `old`, `new`}]; `completes`;
    `blocked_reason` null, config or placement; `placed_old`, how many of the old tasks fitted; `notes`.
    Raises InputError.
    """
    fields = Fields(input, "", _FIELDS)
    desired = fields.integer("desired", 0, MOST_TASKS)
    minimum = fields.integer("min_healthy_percent", 0, MOST_PERCENT)
    maximum = fields.integer("max_percent", 0, MOST_PERCENT)
    if not isinstance(input.get("instances"), list):
        raise InputError("instances", "must be a list")
    for place, each in enumerate(input["instances"]):
        if not isinstance(each, dict):
            raise InputError(f"instances[{place}]", f"must be an object, not {shown(each)}")
    limits = Limits(desired, by.lower(desired, minimum), by.upper(desired, maximum))
    cluster = _Cluster(input, {OLD: _task(input, "old"), NEW: _task(input, "new")})
    old = sum(cluster.place(OLD, desired).values()) if desired else 0
    placed_old, new, waves, blocked = old, 0, [], None
    while old or new < desired:
        by_percent = max(0, min(limits.upper - old - new, desired - new))
        where = cluster.place(NEW, by_percent) if by_percent else {}
        started = sum(where.values())
        if started:
            new += started
            waves.append({"action": "start", "count": started, "per_instance": where, "old": old, "new": new})
            text = f"Start {started}: now {old} old and {new} new tasks."
            steps.add("DEP-6", "N100", {"upper": limits.upper, "allowed": by_percent}, where, text)
            continue
        surplus = max(0, min(old, old + new - limits.lower))
        if new + old > desired:
            surplus = min(surplus, old + new - desired)
        if not surplus:
            blocked = "placement" if by_percent else "config"
            fact = "A016" if by_percent else "A104"
            text = "No further move: " + ("no room." if by_percent else "the percentages.")
            steps.add("DEP-7", fact, {"old": old, "new": new}, blocked, text)
            break
        where = cluster.stop(OLD, surplus)
        old -= surplus
        waves.append({"action": "stop", "count": surplus, "per_instance": where, "old": old, "new": new})
        text = f"Stop {surplus}: now {old} old and {new} new tasks."
        steps.add("DEP-6", "N100", {"lower": limits.lower}, where, text)
    return {
        "waves": waves, "completes": blocked is None, "blocked_reason": blocked, "placed_old": placed_old,
        "notes": [NOTE],
    }  # fmt: skip
