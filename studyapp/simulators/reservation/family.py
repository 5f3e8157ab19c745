"""The family task.reserve."""

from dataclasses import asdict, replace
from typing import Any

from studyapp.simulators.family import Family
from studyapp.simulators.fields import Fields
from studyapp.simulators.reservation.taking import NETWORK_MODES, TRUTH, Container, Port, Rules, take

_MOST_CPU = 4096 * 1024  # units
_MOST_MEMORY = 64 * 1024 * 1024  # MiB

_MISCONCEPTIONS: dict[str, tuple[Rules, str]] = {
    "hard-limit": (replace(TRUTH, soft_first=False), "A container takes its hard limit, even if it reserves less."),
    "containers-always": (
        replace(TRUTH, task_first=False),
        "The containers are summed up, even if the task has a size.",
    ),
    "dynamic-port-taken": (replace(TRUTH, dynamic_is_free=False), "A mapping without a host port takes its own port."),
    "awsvpc-ports": (
        replace(TRUTH, awsvpc_shares_nothing=False),
        "A task with an interface of its own takes ports of the instance all the same.",
    ),
}


def _port(value: object, path: str) -> Port:
    fields = Fields(value, path, frozenset(("containerPort", "hostPort", "protocol", "containerPortRange", "name")))
    protocol = fields.text("protocol", "tcp")  # in small letters; AWS takes everything but "udp" for tcp
    if "containerPortRange" in fields.values:
        fields.text("containerPortRange")
        return Port(None, fields.optional_integer("hostPort", 0, 65535), protocol == "udp")
    host = fields.optional_integer("hostPort", 0, 65535)
    container = (
        fields.optional_integer("containerPort", 1, 65535) if host else fields.integer("containerPort", 1, 65535)
    )
    return Port(container, host, protocol == "udp")


def _container(value: object, path: str) -> Container:
    known = ("name", "essential", "image", "cpu", "memory", "memoryReservation", "ports")
    fields = Fields(value, path, frozenset(known))
    return Container(
        name=fields.text("name", path),
        cpu=fields.optional_integer("cpu", 0, _MOST_CPU),
        memory=fields.optional_integer("memory", 0, _MOST_MEMORY),
        reservation=fields.optional_integer("memoryReservation", 0, _MOST_MEMORY),
        ports=fields.each("ports", 100, _port),
    )


def answer(input: dict[str, Any], *, misconception: str | None = None, trace: bool = False) -> dict[str, Any]:
    """Answer task.reserve: `cpu`, `memory`, `tcp`, `udp` (sorted ports) and `enis` that a task takes.

    The input has `task_cpu`? and `task_memory`?, `network_mode` [bridge], `os` linux or windows [linux], and
    `containers`. `remarks` are sentences about what AWS would not accept. With `trace` there are the steps: `about`
    (cpu, memory, ports, enis), `numbers` (what is added, by container), `result`, `text`.
    Raises InputError.
    """
    fields = Fields(input, "", frozenset(("task_cpu", "task_memory", "network_mode", "containers", "os")))
    taken = take(
        fields.optional_integer("task_cpu", 0, _MOST_CPU),
        fields.optional_integer("task_memory", 0, _MOST_MEMORY),
        fields.choice("network_mode", NETWORK_MODES, "bridge"),
        fields.each("containers", 100, _container),
        windows=fields.choice("os", ("linux", "windows"), "linux") == "windows",
        rules=TRUTH if misconception is None else _MISCONCEPTIONS[misconception][0],
    )
    made: dict[str, Any] = {
        "cpu": taken.cpu,
        "memory": taken.memory,
        "tcp": taken.tcp,
        "udp": taken.udp,
        "enis": taken.enis,
        "remarks": taken.remarks,
    }
    if trace:
        made["trace"] = [asdict(step) for step in taken.steps]
    return made


FAMILIES = (
    Family(
        "task.reserve",
        "What a task takes from a container instance: CPU, memory, host ports, a network interface.",
        answer,
        {name: sentence for name, (_, sentence) in _MISCONCEPTIONS.items()},
    ),
)
