"""What is asked of the cluster: the tasks to place, their constraints and strategies, and how they are read."""

from collections.abc import Callable
from dataclasses import dataclass

from studyapp.simulators.errors import InputError
from studyapp.simulators.fields import Fields, checked_text, known, shown
from studyapp.simulators.placement.cluster import (
    ATTRIBUTE_NAME,
    MOST_CPU,
    MOST_MEMORY,
    MOST_TASKS,
    ZONE,
    read_ports,
)
from studyapp.simulators.placement.expressions import Facts, compile_expression

MOST_STRATEGIES = 5
MOST_CONSTRAINTS = 10
LONGEST_EXPRESSION = 2000


@dataclass(frozen=True, slots=True)
class Strategy:
    """A placement strategy. `field` is instanceId or attribute:NAME (spread), cpu or memory (binpack), "" (random)."""

    type: str
    field: str = ""

    @property
    def attribute(self) -> str | None:
        """The attribute that a spread goes over, None for instanceId."""
        return self.field.removeprefix("attribute:") if self.field.startswith("attribute:") else None

    def __str__(self) -> str:
        return f"{self.type} {self.field}".rstrip()


@dataclass(frozen=True, slots=True)
class Constraint:
    """A placement constraint. `holds` tells whether the facts of an instance satisfy a memberOf expression."""

    type: str
    expression: str = ""
    holds: Callable[[Facts], bool] | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """Equal tasks to place, one after the other. `tcp` and `udp` are the fixed host ports of one task.

    `strategies` is empty when none were given. `memory_limit` only matters to a misconception.
    """

    api: str
    count: int
    group: str
    cpu: int
    memory: int
    network_mode: str = "bridge"
    tcp: frozenset[int] = frozenset()
    udp: frozenset[int] = frozenset()
    dynamic_ports: int = 0
    gpus: int = 0
    subnet_azs: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    strategies: tuple[Strategy, ...] = ()
    memory_limit: int | None = None

    @property
    def service(self) -> str:
        """The name of the service, from its group `service:NAME`."""
        return self.group.removeprefix("service:")


_REQUEST = known(
    "api count group cpu memory network_mode tcp udp dynamic_ports gpus subnet_azs requires constraints strategies"
    " memory_limit"
)
_NETWORK_MODES = ("bridge", "host", "awsvpc", "none")
ZONE_SPREAD = Strategy("spread", f"attribute:{ZONE}")
# Source: ECS developer guide, ecs_service-options; AWS compute blog "Amazon ECS Task Placement".
DEFAULT_STRATEGIES = {
    "RunTask": (Strategy("random"),),
    "CreateService": (ZONE_SPREAD, Strategy("spread", "instanceId")),
}


def read_request(value: object, path: str) -> Request:
    """Read a request. Raises InputError, also for what AWS would refuse: 11 constraints, a spread over cpu."""
    fields = Fields(value, path, _REQUEST)
    mode = fields.choice("network_mode", _NETWORK_MODES, "bridge")
    tcp, udp = read_ports(fields, "tcp"), read_ports(fields, "udp")
    dynamic = fields.integer("dynamic_ports", 0, 100, 0)
    if dynamic and mode == "host":
        raise InputError(fields.at("dynamic_ports"), "must be 0: in host mode the host port is the container port")
    if mode == "none" and (tcp or udp or dynamic):
        name = "tcp" if tcp else "udp" if udp else "dynamic_ports"
        raise InputError(fields.at(name), "must be empty: network mode none allows no port mappings")
    return Request(
        api=fields.choice("api", tuple(DEFAULT_STRATEGIES)),
        count=fields.integer("count", 0, MOST_TASKS),
        group=fields.text("group"),
        cpu=fields.integer("cpu", 0, MOST_CPU, 0),
        memory=fields.integer("memory", 0, MOST_MEMORY),
        network_mode=mode,
        tcp=tcp,
        udp=udp,
        dynamic_ports=dynamic,
        gpus=fields.integer("gpus", 0, 1000, 0),
        subnet_azs=tuple(fields.each("subnet_azs", 16, checked_text)),
        requires=tuple(fields.each("requires", 200, checked_text)),
        constraints=read_constraints(fields),
        strategies=read_strategies(fields),
        memory_limit=fields.optional_integer("memory_limit", 0, MOST_MEMORY),
    )


def read_constraints(fields: Fields) -> tuple[Constraint, ...]:
    """Read the constraints of a request, which may come from the task definition and from the call."""
    return tuple(fields.each("constraints", MOST_CONSTRAINTS, _read_constraint))


def read_strategies(fields: Fields) -> tuple[Strategy, ...]:
    """Read the strategies, in order. Absent, null or empty is none given."""
    if fields.values.get("strategies") is None:
        return ()
    return tuple(fields.each("strategies", MOST_STRATEGIES, _read_strategy))


def _read_constraint(value: object, path: str) -> Constraint:
    fields = Fields(value, path, known("type expression source"))
    kind = fields.choice("type", ("distinctInstance", "memberOf"))
    if kind == "distinctInstance":
        if fields.values.get("expression") is not None:
            raise InputError(fields.at("expression"), "must not be given: distinctInstance takes no expression")
        return Constraint(kind)
    text = fields.required("expression")
    if not isinstance(text, str):
        raise InputError(fields.at("expression"), f"must be a text, not {shown(text)}")
    if len(text) > LONGEST_EXPRESSION:
        raise InputError(fields.at("expression"), f"must have at most {LONGEST_EXPRESSION} characters, not {len(text)}")
    try:
        return Constraint(kind, text, compile_expression(text))
    except ValueError as error:
        raise InputError(fields.at("expression"), str(error)) from None


def _read_strategy(value: object, path: str) -> Strategy:
    fields = Fields(value, path, known("type field"))
    kind = fields.choice("type", ("random", "spread", "binpack"))
    if kind == "random":
        return Strategy(kind)  # AWS does not use its field
    if kind == "binpack":
        return Strategy(kind, fields.choice("field", ("cpu", "memory")))
    field = fields.text("field")
    if field in ("instanceId", "host"):
        return Strategy(kind, "instanceId")
    name = field.removeprefix("attribute:")
    if name == field or not ATTRIBUTE_NAME.fullmatch(name):
        raise InputError(fields.at("field"), f"must be instanceId, host or attribute:NAME, not {shown(field)}")
    return Strategy(kind, field)
