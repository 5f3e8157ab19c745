"""The cluster of a placement question: container instances, what runs on them, and how both are read.

CPU is in units (1024 are one vCPU), memory in MiB, both whole numbers.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from studyapp.simulators.errors import InputError
from studyapp.simulators.fields import Fields, checked_text, known, shown
from studyapp.simulators.placement.expressions import is_instant, is_version

MOST_CPU = 4096 * 1024  # units; no instance is larger
MOST_MEMORY = 64 * 1024 * 1024  # MiB
MOST_INSTANCES = 10_000  # AWS allows 5000 in a cluster
MOST_TASKS = 100_000  # of one entry or request
MOST_PORTS = 100  # reserved ports of an instance, the agent's own included

ZONE = "ecs.availability-zone"
RESERVED_TCP = (22, 2375, 2376, 51678, 51679)
STATUSES = ("ACTIVE", "DRAINING", "REGISTERING", "REGISTRATION_FAILED", "DEREGISTERING", "INACTIVE")
ATTRIBUTE_NAME = re.compile(r"[A-Za-z0-9_./\\-]{1,128}")


@dataclass(frozen=True, slots=True)
class RunningTasks:
    """So many equal tasks of one group on one instance. Every amount is that of one task.

    `memory` is what a task reserves; `memory_limit` (its hard limits, None if it has none) and `cpu_used` and
    `memory_used` (what it uses just now) do not matter to AWS, only to some misconceptions.
    """

    group: str
    count: int
    cpu: int
    memory: int
    tcp: frozenset[int]
    udp: frozenset[int]
    enis: int
    gpus: int
    running: bool  # the desired status, not the last one
    protected: bool  # from scale-in
    memory_limit: int | None
    cpu_used: int
    memory_used: int


@dataclass(frozen=True, slots=True)
class Instance:
    """A container instance. `cpu` and `memory` are what its agent registered.

    `capabilities` None stands for every one; `task_enis` None for no limit. `attributes` holds the built-in ones too.
    """

    id: str
    az: str
    cpu: int
    memory: int
    status: str
    agent_connected: bool
    reserved_tcp: frozenset[int]
    reserved_udp: frozenset[int]
    capabilities: frozenset[str] | None
    gpus: int
    task_enis: int | None
    attributes: Mapping[str, str | None]
    tasks: tuple[RunningTasks, ...]
    ec2_instance_id: str | None
    agent_version: str | None
    registered_at: str | None


_TASK = known("group count cpu memory tcp udp enis gpus desired protected memory_limit cpu_used memory_used")
_INSTANCE = known(
    "id az type cpu memory status agent_connected reserved_tcp reserved_udp capabilities gpus task_enis attributes"
    " tasks ec2_instance_id agent_version registered_at"
)
_NO_PORTS: frozenset[int] = frozenset()
_DEFAULT_TCP = frozenset(RESERVED_TCP)


def read_cluster(fields: Fields) -> tuple[Instance, ...]:
    """Read the instances of an input, sorted by id. Raises InputError, also for an id that stands twice."""
    instances = fields.each("instances", MOST_INSTANCES, read_instance, default=None)
    places: dict[str, int] = {}
    for place, instance in enumerate(instances):
        first = places.setdefault(instance.id, place)
        if first != place:
            raise InputError(f"instances[{place}].id", f"is the id of instances[{first}] too: {shown(instance.id)}")
    return tuple(sorted(instances, key=lambda instance: instance.id))


def read_instance(value: object, path: str) -> Instance:
    """Read one instance. Raises InputError, also when its running tasks hold more than it has."""
    fields = Fields(value, path, _INSTANCE)
    az = fields.text("az")
    attributes: dict[str, str | None] = {ZONE: az}
    if "type" in fields.values:
        attributes["ecs.instance-type"] = fields.text("type")
    given = fields.values
    capabilities = None
    if "capabilities" in given and given["capabilities"] != "all":
        capabilities = frozenset(fields.each("capabilities", 200, checked_text))
        if "all" in capabilities:
            capabilities = None
        attributes.update(dict.fromkeys(capabilities or ()))
    if "attributes" in given:
        for name, attribute in fields.mapping("attributes", 100).items():
            attributes[name] = _read_attribute(name, attribute, fields.at("attributes"))
    instance = Instance(
        id=fields.text("id"),
        az=az,
        cpu=fields.integer("cpu", 1, MOST_CPU),
        memory=fields.integer("memory", 1, MOST_MEMORY),
        status=fields.choice("status", STATUSES, "ACTIVE") if "status" in given else "ACTIVE",
        agent_connected=fields.boolean("agent_connected", True),
        reserved_tcp=read_ports(fields, "reserved_tcp") if "reserved_tcp" in given else _DEFAULT_TCP,
        reserved_udp=read_ports(fields, "reserved_udp"),
        capabilities=capabilities,
        gpus=fields.integer("gpus", 0, 1000, 0),
        task_enis=fields.optional_integer("task_enis", 0, 10_000),
        attributes=attributes,
        tasks=tuple(fields.each("tasks", 10_000, _read_tasks)) if "tasks" in given else (),
        ec2_instance_id=fields.text("ec2_instance_id") if given.get("ec2_instance_id") is not None else None,
        agent_version=_read_form(fields, "agent_version", is_version, "a version, such as 1.71.0"),
        registered_at=_read_form(fields, "registered_at", is_instant, "a date, such as 2018-06-18T22:28:28Z"),
    )
    _check_possible(instance, fields)
    return instance


def read_ports(fields: Fields, name: str) -> frozenset[int]:
    """Read a list of different port numbers; absent is none."""
    if name not in fields.values:
        return _NO_PORTS
    given = fields.array(name, MOST_PORTS)
    for place, port in enumerate(given):
        if type(port) is not int or not 1 <= port <= 65535:
            raise InputError(f"{fields.at(name)}[{place}]", f"must be a port from 1 to 65535, not {shown(port)}")
    ports = frozenset(given)
    if len(ports) < len(given):
        twice = next(port for port in given if given.count(port) > 1)
        raise InputError(fields.at(name), f"lists port {twice} twice")
    return ports


def _read_form(fields: Fields, name: str, has_form: Callable[[str], bool], form: str) -> str | None:
    if fields.values.get(name) is None:
        return None
    text = fields.text(name)
    if not has_form(text):
        raise InputError(fields.at(name), f"must be {form}, not {shown(text)}")
    return text


def _read_attribute(name: str, value: object, path: str) -> str | None:
    if not ATTRIBUTE_NAME.fullmatch(name):
        raise InputError(f"{path}.{name[:60]}", "must have a name of 1 to 128 letters, digits and - _ / \\ .")
    return None if value is None else checked_text(value, f"{path}.{name}", 128)


def _read_tasks(value: object, path: str) -> RunningTasks:
    fields = Fields(value, path, _TASK)
    running = fields.choice("desired", ("RUNNING", "STOPPED"), "RUNNING") == "RUNNING"
    return RunningTasks(
        group=fields.text("group"),
        count=fields.integer("count", 0, MOST_TASKS, 1),
        cpu=fields.integer("cpu", 0, MOST_CPU, 0),
        memory=fields.integer("memory", 0, MOST_MEMORY, 0),
        tcp=read_ports(fields, "tcp"),
        udp=read_ports(fields, "udp"),
        enis=fields.integer("enis", 0, 100, 0),
        gpus=fields.integer("gpus", 0, 1000, 0),
        running=running,
        protected=fields.boolean("protected", False),
        memory_limit=fields.optional_integer("memory_limit", 0, MOST_MEMORY),
        cpu_used=fields.integer("cpu_used", 0, MOST_CPU, 0),
        memory_used=fields.integer("memory_used", 0, MOST_MEMORY, 0),
    )


def _check_possible(instance: Instance, fields: Fields) -> None:
    """Refuse running tasks that hold more than there is. Tasks being stopped may overlap with their successors."""
    if len(instance.reserved_tcp) + len(instance.reserved_udp) > MOST_PORTS:
        raise InputError(fields.at("reserved_udp"), f"brings the reserved ports above {MOST_PORTS}")
    tcp, udp = set(instance.reserved_tcp), set(instance.reserved_udp)
    for tasks in instance.tasks:
        if tasks.count:
            tcp |= tasks.tcp
            udp |= tasks.udp
    if len(tcp) + len(udp) > MOST_PORTS:
        raise InputError(fields.at("tasks"), f"bring the ports that are taken above {MOST_PORTS}")
    held = {"cpu": 0, "memory": 0, "gpus": 0, "enis": 0}
    for tasks in instance.tasks:
        if tasks.running:
            for name in held:
                held[name] += getattr(tasks, name) * tasks.count
    for name, unit, has in (
        ("cpu", "CPU units", instance.cpu),
        ("memory", "MiB of memory", instance.memory),
        ("gpus", "GPUs", instance.gpus),
        ("enis", "network interfaces", instance.task_enis),
    ):
        if has is not None and held[name] > has:
            raise InputError(fields.at("tasks"), f"hold {held[name]} {unit}, but the instance has {has}")
