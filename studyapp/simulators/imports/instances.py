"""From describe-container-instances and describe-tasks to the instances of placement.run.

Sources: API reference (ContainerInstance, Resource, Task), ECS developer guide (eni-trunking-supported-instance-types
for how many tasks with an interface of their own fit an instance).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from studyapp.simulators.cql.values import registered, version
from studyapp.simulators.fields import shown
from studyapp.simulators.imports.carried import carried
from studyapp.simulators.imports.notes import Notes

UNDESCRIBED = "not-described"  # the group of tasks that only show by what they hold
UNKNOWN_ZONE = "unknown"
CAPABILITIES = ("ecs.capability.", "com.amazonaws.ecs.capability.")
_FIRST_DYNAMIC_PORT = 32768
TASK_ENIS = {  # tasks with an interface of their own: without and with trunking
    "a1.medium": (1, 10),
    "m5.large": (2, 10),
    "m6i.large": (2, 10),
    "m7i.large": (2, 10),
    "c5.large": (2, 10),
    "m5.xlarge": (3, 20),
    "m5.2xlarge": (3, 40),
    "m5.4xlarge": (7, 60),
    "m5.16xlarge": (14, 120),
    "m5.24xlarge": (14, 120),
    "m6g.medium": (1, 4),
    "m7g.medium": (1, 4),
    "m6g.large": (2, 10),
    "m4.large": (1, 1),
    "t2.nano": (1, 1),
    "t2.micro": (1, 1),
    "t2.small": (2, 2),
    "t2.medium": (2, 2),
    "t2.large": (2, 2),
    "t3.nano": (1, 1),
    "t3.micro": (1, 1),
    "t3.small": (2, 2),
    "t3.medium": (2, 2),
    "t3.large": (2, 2),
    "t3.xlarge": (3, 3),
}


def import_instances(
    described: Sequence[Mapping[str, Any]], tasks: Sequence[Mapping[str, Any]], notes: Notes
) -> list[dict[str, Any]]:
    """Make the instances of placement.run, with what runs on them.

    Tasks that hold resources but are in no describe-tasks become entries of the group `not-described`.
    """
    by_instance: dict[str, list[Mapping[str, Any]]] = {}
    for task in tasks:
        by_instance.setdefault(last(task.get("containerInstanceArn")), []).append(task)
    made = [_instance(each, by_instance.pop(_id(each), []), notes) for each in described]
    if "" in by_instance:
        notes.add(f"{len(by_instance.pop(''))} tasks run on no container instance (Fargate) and were left out.")
    if by_instance:
        names = ", ".join(sorted(by_instance)[:5])
        notes.add(f"Tasks on instances that are not described were left out: {names}.")
    return made


def last(arn: object) -> str:
    """Give the last part of an ARN."""
    return str(arn or "").rsplit("/", 1)[-1]


def _id(described: Mapping[str, Any]) -> str:
    return last(described.get("containerInstanceArn")) or str(described.get("ec2InstanceId") or "")


def _resources(described: Mapping[str, Any], which: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in described.get(which) or ():
        name, listed = each.get("name"), each.get("stringSetValue") or ()
        if name in ("PORTS", "PORTS_UDP"):
            found[name] = [int(port) for port in listed if str(port).isdecimal() and len(port) < 6]
        elif name == "GPU":
            found[name] = len(listed)  # their ids
        else:
            number = each.get("integerValue")
            found[name] = int(each.get("longValue") or each.get("doubleValue") or 0) if number is None else number
    return found


def _instance(described: Mapping[str, Any], tasks: list[Mapping[str, Any]], notes: Notes) -> dict[str, Any]:
    name = _id(described)
    has = _resources(described, "registeredResources")
    left = _resources(described, "remainingResources")
    kept = carried(described.get("tags"))
    made: dict[str, Any] = {"id": kept.get("id", name)}
    attributes, capabilities = _attributes(described)
    if "az" in kept:
        made["az"] = kept["az"]
    else:
        made["az"] = attributes.pop("ecs.availability-zone", None) or UNKNOWN_ZONE
    if made["az"] == UNKNOWN_ZONE:
        notes.add("Some instances have no attribute ecs.availability-zone; their zone is called unknown.")
    kind = attributes.pop("ecs.instance-type", None)
    if kind is not None:
        made["type"] = kind
    made["cpu"] = has.get("CPU") or 0
    made["memory"] = has.get("MEMORY") or 0
    if described.get("status") is not None:
        made["status"] = described["status"]
    if described.get("agentConnected") is not None:
        made["agent_connected"] = described["agentConnected"]
    if "PORTS" in has:
        made["reserved_tcp"] = has["PORTS"]
    if "PORTS_UDP" in has:
        made["reserved_udp"] = has["PORTS_UDP"]
    if "capabilities" in kept:
        made["capabilities"] = kept["capabilities"]
        attributes = {**dict.fromkeys(capabilities), **attributes}
    elif capabilities:
        made["capabilities"] = capabilities
    else:
        notes.add("Instances without any capability attribute are taken to have every capability.")
    gpus = has.get("GPU")
    if gpus:
        made["gpus"] = gpus
    _interfaces(made, attributes, kept, notes)
    if attributes:
        made["attributes"] = attributes
    for field, value, read in (
        ("ec2_instance_id", described.get("ec2InstanceId"), str),
        ("agent_version", (described.get("versionInfo") or {}).get("agentVersion"), version),
        ("registered_at", _time(described.get("registeredAt")), registered),
    ):
        if value and read(value) is None:
            notes.add(f"An instance's {field} cannot be read and was left out: {shown(value)}.")
        elif value:
            made[field] = value
    _add_tasks(made, described, tasks, left, notes)
    return made


def _attributes(described: Mapping[str, Any]) -> tuple[dict[str, str | None], list[str]]:
    """Give the attributes, and of them the names that stand for a capability."""
    attributes: dict[str, str | None] = {}
    capabilities = []
    for each in described.get("attributes") or ():
        name, value = each.get("name"), each.get("value")
        if str(name).startswith(CAPABILITIES):
            capabilities.append(name)
            if not value:
                continue  # placement makes attributes of capabilities by itself
        attributes[name] = value or None
    return attributes, capabilities


def _interfaces(
    made: dict[str, Any], attributes: Mapping[str, str | None], kept: Mapping[str, Any], notes: Notes
) -> None:
    if "task_enis" in kept:
        if kept["task_enis"] != "no limit":
            made["task_enis"] = kept["task_enis"]
    elif made.get("type") in TASK_ENIS:
        plain, trunk = TASK_ENIS[made["type"]]
        made["task_enis"] = trunk if "ecs.awsvpc-trunk-id" in attributes else plain
    else:
        notes.add("How many awsvpc tasks fit is not known for every instance type; there it is not limited.")


def _time(value: object) -> str | None:
    """Give a registration time as text; old command lines print seconds since 1970."""
    if value is None or isinstance(value, str):
        return None if value is None else value.replace(" ", "T")
    from datetime import UTC, datetime

    try:
        return datetime.fromtimestamp(float(str(value)), UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return None


def _add_tasks(
    made: dict[str, Any],
    described: Mapping[str, Any],
    tasks: Sequence[Mapping[str, Any]],
    left: Mapping[str, Any],
    notes: Notes,
) -> None:
    groups: dict[str, dict[str, Any]] = {}
    number = 0
    for task in tasks:
        if task.get("lastStatus") == "STOPPED":
            notes.add("Tasks that have stopped hold nothing and were left out.")
            continue
        number += 1
        entry = _task(task, left)
        known = groups.setdefault(repr(entry), {**entry, "count": 0})
        known["count"] += 1
    entries = list(groups.values())
    entries += _undescribed(made, described, entries, left, number, notes)
    if entries:
        made["tasks"] = entries


def _task(task: Mapping[str, Any], left: Mapping[str, Any]) -> dict[str, Any]:
    """Make the entry of one task: what it holds, and what our own tags say of it."""
    containers = task.get("containers") or []
    kept = carried(task.get("tags"))
    tcp: set[int] = set()
    udp: set[int] = set()
    gpus = 0
    for container in containers:
        gpus += len(container.get("gpuIds") or ())
        for binding in container.get("networkBindings") or ():
            port = binding.get("hostPort")
            is_udp = binding.get("protocol") == "udp"
            taken = left.get("PORTS_UDP" if is_udp else "PORTS")
            if port and (port < _FIRST_DYNAMIC_PORT if taken is None else port in taken):
                (udp if is_udp else tcp).add(port)
    entry: dict[str, Any] = {
        "group": task.get("group") or UNDESCRIBED,
        "count": 1,
        "cpu": _number(task.get("cpu"), [each.get("cpu") for each in containers]),
        "memory": _number(
            task.get("memory"), [each.get("memoryReservation") or each.get("memory") for each in containers]
        ),
    }
    if tcp:
        entry["tcp"] = sorted(tcp)
    if udp:
        entry["udp"] = sorted(udp)
    enis = sum(each.get("type") == "ElasticNetworkInterface" for each in task.get("attachments") or ())
    for name, value in (("enis", enis), ("gpus", gpus)):
        if value:
            entry[name] = value
    if task.get("desiredStatus") == "STOPPED":
        entry["desired"] = "STOPPED"
    for name in ("protected", "memory_limit", "cpu_used", "memory_used", "group"):
        if name in kept:
            entry[name] = kept[name]
    return entry


def _number(whole: object, parts: Sequence[object]) -> int:
    """Read a task's own size, or add up its containers'. Both are texts in describe-tasks."""
    return _whole(whole) if whole not in (None, "") else sum(_whole(part) for part in parts)


def _whole(value: object) -> int:
    text = str(value or 0)
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 12 else 0


def _undescribed(
    made: Mapping[str, Any],
    described: Mapping[str, Any],
    entries: Sequence[Mapping[str, Any]],
    left: Mapping[str, Any],
    number: int,
    notes: Notes,
) -> list[dict[str, Any]]:
    """Account for what is taken on an instance, but by no task that is described."""
    held = {
        name: made[name] - (left.get(key) or 0) - sum(each[name] * each["count"] for each in entries)
        if key in left
        else 0
        for name, key in (("cpu", "CPU"), ("memory", "MEMORY"))
    }
    ports = {}
    for name, key in (("tcp", "PORTS"), ("udp", "PORTS_UDP")):
        known = {port for each in entries for port in each.get(name, ())} | set(made.get(f"reserved_{name}", ()))
        ports[name] = sorted(set(left.get(key) or ()) - known)
    if min(held.values()) < 0:
        notes.add("On some instances the tasks hold more than remainingResources says; the tasks are believed.")
    running = (described.get("runningTasksCount") or 0) + (described.get("pendingTasksCount") or 0) - number
    if max(held.values()) <= 0 and running <= 0 and not any(ports.values()):
        return []
    notes.add(f"What runs but is not in describe-tasks stands in the group {UNDESCRIBED}.")
    first: dict[str, Any] = {"group": UNDESCRIBED, "count": 1}
    first.update({name: max(0, value) for name, value in held.items()})
    first.update({name: value for name, value in ports.items() if value})
    rest = {"group": UNDESCRIBED, "count": running - 1, "cpu": 0, "memory": 0}
    return [first, rest] if running > 1 else [first]
