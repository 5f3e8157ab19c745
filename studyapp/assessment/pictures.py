"""The given of a scenario as a page shows it: a cluster is drawn, everything else stands in tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_WIDTH = 1000  # of a bar
COLOURS = 6
_KEPT = {"instances", "request", "expression"}  # that are drawn


@dataclass(frozen=True, slots=True)
class Bar:
    """How full an instance is of one resource."""

    name: str
    left: int
    total: int
    unit: str
    parts: Sequence[tuple[str, int, int]]  # colour, from, width


@dataclass(frozen=True, slots=True)
class Block:
    """Tasks of one group on an instance."""

    colour: str
    count: int
    group: str
    new: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """An instance."""

    id: str
    type: str
    flags: Sequence[str]
    bars: Sequence[Bar]
    blocks: Sequence[Block]
    ports: str
    mark: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A list of things: its name, the columns, and a row for each thing."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Picture:
    """What a scenario starts from."""

    berths: Sequence[tuple[str, Sequence[Box]]] = ()  # zone -> its instances
    lines: Sequence[tuple[str, str]] = ()
    tables: Sequence[Table] = field(default=())


def words(value: Any) -> str:
    """Give a value as it stands in a table."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {words(each)}" for name, each in value.items()) or "none"
    if isinstance(value, list | tuple):
        return ", ".join(map(words, value)) or "none"
    return str(value)


def _label(name: str) -> str:
    return name.replace("_", " ")


def _box(instance: Mapping[str, Any], colours: Mapping[str, str]) -> Box:
    tasks = [task for task in instance.get("tasks", ()) if task.get("count", 1)]
    bars = []
    for name, key, unit in (("CPU", "cpu", "units"), ("Memory", "memory", "MiB")):
        total = instance[key]
        taken, parts = 0, []
        for task in tasks:
            much = task.get("count", 1) * task.get(key, 0)
            parts.append((colours[task["group"]], taken * _WIDTH // total, max(1, much * _WIDTH // total)))
            taken += much
        bars.append(Bar(name, total - taken, total, unit, parts))
    ports = [f"TCP {port}" for task in tasks for port in task.get("tcp", ())]
    ports += [f"UDP {port}" for task in tasks for port in task.get("udp", ())]
    flags = [instance["status"]] if instance.get("status", "ACTIVE") != "ACTIVE" else []
    flags += ["agent disconnected"] if instance.get("agent_connected") is False else []
    if "task_enis" in instance:
        used = sum(task.get("count", 1) * task.get("enis", 0) for task in tasks)
        flags.append(f"interfaces for tasks: {instance['task_enis']}, {used} in use")
    flags += [f"{name} = {words(value)}" for name, value in instance.get("attributes", {}).items()]
    blocks = [Block(colours[task["group"]], task.get("count", 1), task["group"]) for task in tasks]
    return Box(instance["id"], instance.get("type", ""), flags, bars, blocks, ", ".join(ports))


def _request(request: Mapping[str, Any]) -> list[tuple[str, str]]:
    what = "service" if request.get("api") == "CreateService" else "RunTask"
    lines = [("Asked for", f"{request.get('count', 1)} × {request.get('group', '')} ({what})")]
    lines.append(("Each task reserves", f"{request.get('cpu', 0)} CPU units, {request.get('memory', 0)} MiB"))
    if request.get("network_mode", "bridge") != "bridge":
        lines.append(("networkMode", str(request["network_mode"])))
    ports = [f"TCP {port}" for port in request.get("tcp", ())] + [f"UDP {port}" for port in request.get("udp", ())]
    if ports:
        lines.append(("Host ports", ", ".join(ports)))
    if request.get("dynamic_ports"):
        lines.append(("Host ports", "chosen when the task starts"))
    if request.get("subnet_azs"):
        lines.append(("Subnets in", ", ".join(request["subnet_azs"])))
    constraints = [f"{each['type']} {each.get('expression', '')}".strip() for each in request.get("constraints", ())]
    if constraints:
        lines.append(("placementConstraints", "; ".join(constraints)))
    strategies = _strategies(request.get("strategies"))
    lines.append(("placementStrategy", strategies or "none given"))
    return lines


def _strategies(strategies: Any) -> str:
    return ", then ".join(f"{each['type']} {each.get('field', '')}".strip() for each in strategies or ())


def _table(name: str, rows: Sequence[Any]) -> Table:
    if all(isinstance(row, Mapping) for row in rows):
        columns = list(dict.fromkeys(column for row in rows for column in row))
        return Table(
            _label(name),
            [_label(each) for each in columns],
            [[words(row.get(each, "")) for each in columns] for row in rows],
        )
    return Table(_label(name), [_label(name)], [[words(row)] for row in rows])


def picture(given: Mapping[str, Any]) -> Picture:
    """Draw a given."""
    berths: list[tuple[str, list[Box]]] = []
    lines: list[tuple[str, str]] = []
    instances = given.get("instances")
    drawn = isinstance(instances, list) and all("cpu" in each and "az" in each for each in instances)
    if drawn and instances:
        groups = sorted({task["group"] for each in instances for task in each.get("tasks", ())})
        colours = {group: f"c-{number % COLOURS}" for number, group in enumerate(groups)}
        zones: dict[str, list[Box]] = {}
        for instance in instances:
            zones.setdefault(instance["az"], []).append(_box(instance, colours))
        berths = sorted(zones.items())
    if isinstance(given.get("request"), Mapping):
        lines += _request(given["request"])
    if isinstance(given.get("expression"), str):
        lines.append(("Expression", given["expression"]))
    tables = []
    for name, value in given.items():
        if name in _KEPT and (drawn or name != "instances"):
            continue
        if name == "strategies":
            lines.append(("placementStrategy", _strategies(value) or "none given"))
        elif isinstance(value, list) and value and any(isinstance(each, Mapping) for each in value):
            tables.append(_table(name, value))
        else:
            lines.append((_label(name), words(value)))
    return Picture(berths, lines, tables)
