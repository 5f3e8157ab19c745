"""Changes to a lab's state, as the page's forms send them. Nothing is changed in place; a bad value names its field."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import QueryDict

from studyapp.labs.state import State, checked
from studyapp.simulators.errors import InputError

STRATEGIES = (
    "spread attribute:ecs.availability-zone", "spread instanceId", "binpack memory", "binpack cpu", "random",
    "spread attribute:ecs.instance-type",
)  # fmt: skip
MOST_STRATEGIES = 3  # that the form offers


def _number(query: Mapping[str, str], name: str, label: str, default: int | None = None) -> int:
    text = query.get(name, "").strip()
    if not text and default is not None:
        return default
    try:
        return int(text[:12])
    except ValueError:
        raise InputError(name, f"{label} must be a whole number, not “{text[:30]}”") from None


def _ports(query: Mapping[str, str], name: str) -> list[int]:
    words = query.get(name, "").replace(",", " ").split()
    if bad := next((word for word in words if not word.isdecimal() or len(word) > 5), None):
        raise InputError(name, f"must be port numbers with commas between them, not “{bad[:30]}”")
    return [int(word) for word in words]


def _strategies(query: QueryDict, name: str) -> list[dict[str, str]]:
    chain = []
    for text in query.getlist(name)[:5]:
        kind, _, over = text.strip().partition(" ")
        if kind:
            chain.append({"type": kind} | ({"field": over} if over else {}))
    return chain


def _instance(state: State, id: str) -> dict[str, Any]:
    for instance in state["instances"]:
        if instance["id"] == id:
            found: dict[str, Any] = instance
            return found
    raise InputError("id", f"“{id[:60]}” is no instance of this cluster")


def _attributes(text: str) -> dict[str, str | None]:
    attributes: dict[str, str | None] = {}
    for part in text.replace(";", ",").split(","):
        name, equals, value = part.partition("=")
        if name.strip():
            attributes[name.strip()] = value.strip() if equals else None
    return attributes


def _request(state: State, query: QueryDict) -> State:
    constraints: list[dict[str, str]] = []
    if query.get("distinct"):
        constraints.append({"type": "distinctInstance"})
    if expression := query.get("expression", "").strip():
        constraints.append({"type": "memberOf", "expression": expression})
    request = {
        **state["request"],
        "api": query.get("api", "CreateService"), "count": _number(query, "count", "The count"),
        "group": query.get("group", "").strip(), "cpu": _number(query, "cpu", "CPU"),
        "memory": _number(query, "memory", "Memory"), "network_mode": query.get("network_mode", "bridge"),
        "tcp": _ports(query, "tcp"), "constraints": constraints, "strategies": _strategies(query, "strategy"),
    }  # fmt: skip
    seed = query.get("seed", "").strip()
    return {
        **state,
        "request": request,
        "seed": _number(query, "seed", "The seed") if seed else None,
        "stop": _number(query, "stop", "The number of tasks", 0),
    }


def _put(state: State, query: QueryDict) -> State:
    """Add an instance, or change one: `old` names it."""
    old = query.get("old", "")
    before = _instance(state, old) if old else {}
    after = {
        **before,
        "id": query.get("id", "").strip(), "az": query.get("az", "").strip(), "type": query.get("type", "").strip(),
        "cpu": _number(query, "cpu", "CPU"), "memory": _number(query, "memory", "Memory"),
        "status": query.get("status", "ACTIVE"), "agent_connected": query.get("agent") == "on",
        "attributes": _attributes(query.get("attributes", "")),
    }  # fmt: skip
    if not after["type"]:
        del after["type"]
    instances = [after if each is before else each for each in state["instances"]]
    return {**state, "instances": instances if old else [*instances, after]}


def _change(state: State, id: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> State:
    chosen = _instance(state, id)
    return {**state, "instances": [change(each) if each is chosen else each for each in state["instances"]]}


def _remove(state: State, query: QueryDict) -> State:
    chosen = _instance(state, query.get("id", ""))
    return {**state, "instances": [each for each in state["instances"] if each is not chosen]}


def _drain(state: State, query: QueryDict) -> State:
    return _change(
        state,
        query.get("id", ""),
        lambda each: {**each, "status": "ACTIVE" if each.get("status") == "DRAINING" else "DRAINING"},
    )


def _left(instance: Mapping[str, Any], name: str) -> int:
    held: int = sum(task.get(name, 0) * task.get("count", 1) for task in instance.get("tasks", []))
    return int(instance[name]) - held


def _fill(state: State, query: QueryDict) -> State:
    def filled(each: dict[str, Any]) -> dict[str, Any]:
        cpu, memory = _left(each, "cpu"), _left(each, "memory")
        if not cpu and not memory:
            return each
        return {**each, "tasks": [*each.get("tasks", []), {"group": "service:filler", "cpu": cpu, "memory": memory}]}

    return _change(state, query.get("id", ""), filled)


def _clear(state: State, query: QueryDict) -> State:
    return _change(state, query.get("id", ""), lambda each: {**each, "tasks": []})


def _tasks(state: State, query: QueryDict) -> State:
    task = {
        "group": query.get("group", "").strip(), "count": _number(query, "count", "The count", 1),
        "cpu": _number(query, "cpu", "CPU", 0), "memory": _number(query, "memory", "Memory", 0),
        "tcp": _ports(query, "tcp"),
    }  # fmt: skip
    return _change(state, query.get("id", ""), lambda each: {**each, "tasks": [*each.get("tasks", []), task]})


def _other(state: State, query: QueryDict) -> State:
    return {**state, "other": None if query.get("off") else _strategies(query, "strategy")}


OPERATIONS: Mapping[str, Callable[[State, QueryDict], State]] = {
    "request": _request, "instance": _put, "remove": _remove, "drain": _drain, "fill": _fill, "clear": _clear,
    "tasks": _tasks, "other": _other,
}  # fmt: skip


def edited(state: State, query: QueryDict) -> State:
    """Give the state after the change that a form asks for.

    Raises InputError for a value that cannot be; its field is the form's, or a path at the door.
    """
    operation = OPERATIONS.get(query.get("op", ""))
    if operation is None:
        raise InputError("op", f"“{query.get('op', '')[:40]}” is nothing that this lab does")
    return checked(operation(state, query))
