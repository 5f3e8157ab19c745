"""What a placement lab holds: a cluster, a request, strategies to compare with, a seed. Plain JSON, as at the door."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from studyapp.simulators.door import simulate
from studyapp.simulators.errors import InputError

MOST_INSTANCES = 40
MOST_TASKS = 60  # of the request
FIELDS = ("instances", "request", "seed", "other", "stop")

# What is left out of a link: absent, it means this.
_INSTANCE = {"type": "", "status": "ACTIVE", "agent_connected": True, "tasks": [], "attributes": {}, "gpus": 0}
_TASK = {"count": 1, "cpu": 0, "memory": 0, "tcp": [], "udp": [], "enis": 0, "gpus": 0, "desired": "RUNNING"}
_REQUEST = {
    "cpu": 0, "network_mode": "bridge", "tcp": [], "udp": [], "dynamic_ports": 0, "gpus": 0, "subnet_azs": [],
    "requires": [], "constraints": [], "strategies": [],
}  # fmt: skip

type State = dict[str, Any]


def _slim(values: Mapping[str, Any], usual: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in usual or value != usual[name]}


def slim(state: Mapping[str, Any]) -> State:
    """Give a state without what goes without saying."""
    instances = []
    for instance in state["instances"]:
        tasks = [_slim(task, _TASK) for task in instance.get("tasks", [])]
        instances.append(_slim({**instance, "tasks": tasks}, _INSTANCE))
    small: State = {"instances": instances, "request": _slim(state["request"], _REQUEST)}
    for name in ("seed", "other", "stop"):
        if state.get(name) not in (None, 0):
            small[name] = state[name]
    if state.get("seed") == 0:
        small["seed"] = 0
    return small


def door_input(state: Mapping[str, Any], strategies: Any = None) -> dict[str, Any]:
    """Give a state as an input of placement.run, with other strategies if given."""
    request = dict(state["request"])
    if strategies is not None:
        request["strategies"] = strategies
    given: dict[str, Any] = {"instances": state["instances"], "request": request}
    if state.get("seed") is not None:
        given["seed"] = state["seed"]
    return given


def shrinking(state: Mapping[str, Any], picks: Sequence[str]) -> dict[str, Any]:
    """Give the input of placement.scale_in for a state whose tasks were placed so."""
    request, here = state["request"], Counter(picks)
    task = {"group": request["group"], "cpu": request.get("cpu", 0), "memory": request["memory"]}
    instances = [
        {**each, "tasks": [*each.get("tasks", []), {**task, "count": here[each["id"]]}]} if here[each["id"]] else each
        for each in state["instances"]
    ]
    given = {"instances": instances, "group": request["group"], "stop": state.get("stop", 0)}
    return given | {"strategies": request.get("strategies", [])}


def checked(state: Any) -> State:
    """Give a state that can be shown, slim. Raises InputError that names the field."""
    if not isinstance(state, dict):
        raise InputError("state", "must be an object")
    if unknown := next((name for name in state if name not in FIELDS), None):
        raise InputError(str(unknown)[:60], f"is no field of a lab's state; known are {', '.join(FIELDS)}")
    for name, kind in (("instances", list), ("request", dict)):
        if not isinstance(state.get(name), kind):
            raise InputError(name, f"must be {'a list' if kind is list else 'an object'}")
    if len(state["instances"]) > MOST_INSTANCES:
        count = len(state["instances"])
        raise InputError("instances", f"has {count} instances; the lab draws at most {MOST_INSTANCES}")
    count = state["request"].get("count")
    if isinstance(count, int) and count > MOST_TASKS:
        raise InputError("request.count", f"is {count}; the lab places at most {MOST_TASKS} tasks at a time")
    simulate("placement.run", door_input(state))
    if state.get("stop"):
        if state["request"].get("api") != "CreateService":
            raise InputError("stop", "is for services: tasks of RunTask have no desired count that could fall")
        if not isinstance(state["stop"], int) or not 0 <= state["stop"] <= MOST_TASKS:
            raise InputError("stop", f"must be a whole number from 0 to {MOST_TASKS}")
    if state.get("other") is not None:
        try:
            simulate("placement.run", door_input(state, state["other"]))
        except InputError as problem:
            raise InputError(problem.field.replace("request.strategies", "other"), problem.message) from None
    return slim(state)
