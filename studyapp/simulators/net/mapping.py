"""Where a container's port is reached from outside: the target type, the port, and the security group that guards it.

Sources: ECS developer guide (alb, networking-networkmode-bridge and -host, task-networking-awsvpc), API reference
(PortMapping.hostPort, LoadBalancer).
"""

from dataclasses import dataclass
from typing import Any

from studyapp.simulators.errors import InputError
from studyapp.simulators.fields import Fields, known, shown
from studyapp.simulators.net.rules import Rules
from studyapp.simulators.ruled import Steps

MODES = ("bridge", "host", "awsvpc", "default")  # `default` is what Windows calls its NAT
LAUNCH_TYPES = ("EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES")
FALLBACK = {"linux": (49153, 65535), "windows": (49152, 65535)}
SETTING = "network_mode container_port host_port ip_local_port_range os launch_type"
_FIELDS = known(SETTING)


@dataclass(frozen=True, slots=True)
class Mapping:
    """Where a container's port is reached."""

    launch_type: str
    network_mode: str
    container_port: int
    target_type: str  # instance or ip
    host_port: str  # dynamic, static or own-eni
    open_on: str  # the security group that guards the way
    ports: tuple[int, int]  # what must be open, both ends included
    copies_per_instance: str | None  # 1, eni-limit or cpu-memory-limit; None where there is no instance of yours


def read_mapping(fields: Fields, rules: Rules, steps: Steps) -> Mapping:
    """Read the fields of `SETTING` and work the mapping out. Raises InputError."""
    launch = fields.choice("launch_type", LAUNCH_TYPES, "EC2")
    mode = fields.choice("network_mode", (*MODES, "none"), "awsvpc" if launch == "FARGATE" else "bridge")
    if mode == "none":
        raise InputError("network_mode", "must not be none: that allows no port mappings; bridge, host or awsvpc do")
    if launch == "FARGATE" and mode != "awsvpc":
        raise InputError("network_mode", f"must be awsvpc on Fargate, not {mode}")
    system = fields.choice("os", tuple(FALLBACK), "linux")
    port = fields.integer("container_port", 1, 65535)
    host = fields.optional_integer("host_port", 0, 65535)
    ephemeral = _range(fields, system)
    if mode in ("host", "awsvpc") and host not in (None, port):
        raise InputError("host_port", f"must be left out or be the container port {port} in {mode} mode")
    if mode == "awsvpc":
        return _own_interface(launch, port, ephemeral, rules, steps)
    steps.add(
        "LB-1", "A068", {"network_mode": mode}, "instance",
        f"In {mode} mode the task has no address of its own: the instance and its port are registered.",
    )  # fmt: skip
    if mode == "host":
        steps.add(
            "8", "A004", {"container_port": port}, port, f"In host mode the container's {port} is the instance's."
        )
        return Mapping(launch, mode, port, "instance", "static", rules.bridge_group, (port, port), "1")
    if host or not rules.bridge_is_dynamic:
        static = host or port
        open_port = port if rules.opens_container_port else static
        steps.add(
            "LB-4", "N012", {"host_port": static}, open_port,
            f"The host port {static} is fixed, so the security group of the instance must let {open_port} in, and one"
            " copy fits on an instance.",
        )  # fmt: skip
        return Mapping(launch, mode, port, "instance", "static", rules.bridge_group, (open_port, open_port), "1")
    low, high = (port, port) if rules.opens_container_port else ephemeral
    steps.add(
        "LB-3", "N013", {"range": list(ephemeral)}, [low, high],
        f"No host port is given: one from {ephemeral[0]} to {ephemeral[1]} is picked when the task starts.",
    )  # fmt: skip
    steps.add(
        "LB-3", "N014", {"open": [low, high]}, rules.bridge_group,
        f"The {_words(rules.bridge_group)} must let the load balancer's group in on {_ports(low, high)}.",
    )  # fmt: skip
    return Mapping(launch, mode, port, "instance", "dynamic", rules.bridge_group, (low, high), rules.dynamic_copies)


def _own_interface(launch: str, port: int, ephemeral: tuple[int, int], rules: Rules, steps: Steps) -> Mapping:
    copies = None if launch == "FARGATE" else "eni-limit"
    steps.add(
        "LB-1", "A068", {"network_mode": "awsvpc"}, rules.awsvpc_target,
        f"The task has an interface of its own; as its target {_target(rules.awsvpc_target)} is registered.",
    )  # fmt: skip
    if rules.awsvpc_is_dynamic:
        low, high = ephemeral
        kind = "dynamic"
    else:
        low = high = port
        kind = "own-eni"
    steps.add(
        "LB-5", "A069", {"container_port": port}, [low, high],
        f"The {_words(rules.awsvpc_group)} must let the load balancer's group in on {_ports(low, high)}.",
    )  # fmt: skip
    return Mapping(launch, "awsvpc", port, rules.awsvpc_target, kind, rules.awsvpc_group, (low, high), copies)


def answer(input: dict[str, Any], rules: Rules, steps: Steps) -> dict[str, Any]:
    """Answer net.mapping: how a load balancer reaches a container's port.

    In: `network_mode` bridge [on EC2], host, awsvpc [on Fargate] or default (Windows); `container_port`; `host_port`
    (0, null or absent: picked); `ip_local_port_range` [low, high] of the instance, null or absent if it cannot be
    read, where the range of the API reference counts; `os` linux [default] or windows; `launch_type` [EC2]. Out:
    `target_type` instance or ip; `host_port` dynamic, static or own-eni; `open_on`, the security group; `ports`
    [from, to] to open there for the balancer; `copies_per_instance` 1, eni-limit, cpu-memory-limit, or null on
    Fargate, which has no instances of yours. Raises InputError. Sources: those of the module.
    """
    mapping = read_mapping(Fields(input, "", _FIELDS), rules, steps)
    return {
        "target_type": mapping.target_type,
        "host_port": mapping.host_port,
        "open_on": mapping.open_on,
        "ports": list(mapping.ports),
        "copies_per_instance": mapping.copies_per_instance,
    }


def _range(fields: Fields, system: str) -> tuple[int, int]:
    if fields.values.get("ip_local_port_range") is None:
        return FALLBACK[system]
    ends = fields.array("ip_local_port_range", 2)
    path = fields.at("ip_local_port_range")
    if len(ends) != 2:
        raise InputError(path, "must hold two ports, the lowest and the highest")
    for place, end in enumerate(ends):
        if type(end) is not int or not 1 <= end <= 65535:
            raise InputError(f"{path}[{place}]", f"must be a port from 1 to 65535, not {shown(end)}")
    if ends[0] > ends[1]:
        raise InputError(path, f"must begin with the lower port, not with {ends[0]}")
    return ends[0], ends[1]


def _ports(low: int, high: int) -> str:
    return f"port {low}" if low == high else f"ports {low} to {high}"


def _words(group: str) -> str:
    return "security group of the instance" if group.startswith("instance") else "security group of the task"


def _target(kind: str) -> str:
    return "its IP address with the container port" if kind == "ip" else "the instance"
