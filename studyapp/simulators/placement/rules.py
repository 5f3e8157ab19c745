"""The rules of placement, each of them one exchangeable part. `TRUTH` holds those of AWS.

Sources: ECS developer guide (task-placement, task-placement-strategies, task-placement-constraints,
ecs_service-options, api_failures_messages, container-instance-eni), API reference (ContainerInstance, PortMapping,
PlacementConstraint, PlacementStrategy).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from studyapp.simulators.placement.cluster import MOST_PORTS
from studyapp.simulators.placement.request import DEFAULT_STRATEGIES, Request, Strategy
from studyapp.simulators.placement.standing import Holding, Standing, World, own_tasks, reservation

# How a number that was found is held against what is wanted. A trace names the test of every step.
TESTS: Mapping[str, Callable[[Any, Any], bool]] = {
    "is": lambda found, wanted: found == wanted,
    "one of": lambda found, wanted: found in wanted,
    "none": lambda found, wanted: not found,
    "at least": lambda found, wanted: found is None or found >= wanted,  # None: no limit
    "more than": lambda found, wanted: found is None or found > wanted,
    "at most": lambda found, wanted: found <= wanted,
}


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing a task needs from an instance: what is wanted, what is found, and how one is held to the other.

    `reason` is AWS's word for its lack; `fact` is the key of the fact that teaches it.
    """

    name: str
    reason: str
    fact: str
    test: str
    applies: Callable[[Request], bool]
    wanted: Callable[[Request], Any]
    found: Callable[[Standing, Request], Any]


def _always(request: Request) -> bool:
    return True


def _needs_interface(request: Request) -> bool:
    return request.network_mode == "awsvpc"


def fixed_ports(request: Request) -> bool:
    """Tell whether the tasks need certain ports of the instance. In awsvpc mode they have an address of their own."""
    return bool(request.tcp or request.udp) and request.network_mode != "awsvpc"


def _capabilities(request: Request) -> list[str]:
    own_interface = ["ecs.capability.task-eni"] if _needs_interface(request) else []
    return [*own_interface, *request.requires]


def _lacks(standing: Standing, request: Request) -> list[str]:
    has = standing.instance.capabilities
    return [] if has is None else [name for name in _capabilities(request) if name not in has]


def _taken(standing: Standing, request: Request) -> list[str]:
    tcp = [f"{port}/tcp" for port in sorted(request.tcp & standing.tcp)]
    return tcp + [f"{port}/udp" for port in sorted(request.udp & standing.udp)]


def _ports(request: Request) -> list[str]:
    return [f"{port}/tcp" for port in sorted(request.tcp)] + [f"{port}/udp" for port in sorted(request.udp)]


def _ports_after(standing: Standing, request: Request) -> int:
    return len(standing.tcp | request.tcp) + len(standing.udp | request.udp)


STATUS = Requirement("status", "INACTIVE", "N025", "is", _always, lambda r: "ACTIVE", lambda s, r: s.instance.status)
AGENT = Requirement(
    "agent connected", "AGENT", "N025", "is", _always, lambda r: True, lambda s, r: s.instance.agent_connected
)
SUBNETS = Requirement(
    "zone of a subnet",
    "LOCATION",
    "N025",
    "one of",
    lambda r: bool(r.subnet_azs) and _needs_interface(r),
    lambda r: list(r.subnet_azs),
    lambda s, r: s.instance.az,
)
CAPABILITIES = Requirement(
    "missing capabilities", "ATTRIBUTE", "N025", "none", lambda r: bool(_capabilities(r)), _capabilities, _lacks
)
CPU = Requirement("CPU units left", "RESOURCE:CPU", "N025", "at least", _always, lambda r: r.cpu, lambda s, r: s.cpu)
MEMORY = Requirement(
    "memory left, MiB", "RESOURCE:MEMORY", "N025", "at least", _always, lambda r: r.memory, lambda s, r: s.memory
)
GPUS = Requirement(
    "GPUs left", "RESOURCE:GPU", "N025", "at least", lambda r: r.gpus > 0, lambda r: r.gpus, lambda s, r: s.gpus
)
PORTS = Requirement("host ports taken", "RESOURCE:PORTS", "N025", "none", fixed_ports, _ports, _taken)
PORT_LIMIT = Requirement(
    "reserved ports with this task",
    "RESOURCE:PORTS",
    "N025",
    "at most",
    fixed_ports,
    lambda r: MOST_PORTS,
    _ports_after,
)
INTERFACES = Requirement(
    "network interfaces left",
    "RESOURCE:ENI",
    "A003",
    "at least",
    _needs_interface,
    lambda r: 1,
    lambda s, r: s.enis,
)
REQUIREMENTS = (STATUS, AGENT, SUBNETS, CAPABILITIES, CPU, MEMORY, GPUS, PORTS, PORT_LIMIT, INTERFACES)


def own_tasks_here(world: World, standing: Standing) -> int:
    """Count what distinctInstance wants to be 0."""
    return standing.own


def remaining(standing: Standing, field: str) -> int:
    """What an instance has left of the resource that a binpack names."""
    return standing.cpu if field == "cpu" else standing.memory


def as_given(strategies: tuple[Strategy, ...]) -> tuple[Strategy, ...]:
    """Apply all strategies, in the order given."""
    return strategies


def as_asked(request: Request) -> Request:
    """Take the request at its word."""
    return request


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Everything that decides a placement. A misconception is `TRUTH` with one part exchanged."""

    requirements: tuple[Requirement, ...] = REQUIREMENTS
    request: Callable[[Request], Request] = as_asked
    holding: Holding = reservation  # what a running task takes from its instance
    constraints: str = "all"  # or "any", or "unless strategies": ignored when strategies are given
    distinct: Callable[[World, Standing], int] = own_tasks_here  # must be 0 for distinctInstance
    phases: tuple[str, ...] = ("requirements", "constraints", "strategies")
    binding: bool = False  # a value that a spread prefers must be used, candidate or not
    defaults: Mapping[str, tuple[Strategy, ...]] = field(default_factory=lambda: DEFAULT_STRATEGIES)  # by API
    chain: Callable[[tuple[Strategy, ...]], tuple[Strategy, ...]] = as_given
    binpack: Callable[[Standing, str], int] = remaining
    binpack_takes: str = "least"
    spread: Callable[[Standing], int] = own_tasks  # summed over a value's instances
    spread_over: str = "all"  # or "candidates": instances that cannot take the task are not counted
    spread_takes: str = "least"
    random: Callable[[Standing], int] | None = None  # ranks what should be left to chance


TRUTH = Rules()
