"""The reservation of a task, from its own size and its containers.

Sources: API reference (ContainerDefinition, RegisterTaskDefinitionRequest, PortMapping), ECS developer guide
(memory-management, container-instance-eni), the container agent's resource accounting.

- Memory is the task's size if it has one, else the sum over the containers of `memoryReservation`, or of `memory`
  where there is none. CPU is the task's size, else the sum of the containers' CPU, absent counting 0. The two are
  looked at separately. Task sizes are ignored for Windows containers.
- Only fixed host ports are taken, TCP and UDP apart. In bridge mode a host port of 0 or none is dynamic and takes
  nothing; in host mode the container port is the host port; with awsvpc the task has an interface of its own, which
  it takes, and no ports of the instance.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

NETWORK_MODES = ("bridge", "host", "awsvpc", "none")


@dataclass(frozen=True, slots=True)
class Port:
    """A port mapping. `host` is None or 0 when it is not given; `container` is None for a range of ports."""

    container: int | None
    host: int | None = None
    udp: bool = False


@dataclass(frozen=True, slots=True)
class Container:
    """A container of a task definition: CPU units, hard and soft limit of memory in MiB, port mappings."""

    name: str
    cpu: int | None = None
    memory: int | None = None
    reservation: int | None = None
    ports: Sequence[Port] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a reservation: what it is about, the numbers it adds, what comes out, and a sentence."""

    about: str
    numbers: dict[str, int]
    result: int | list[int]
    text: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What a task takes. `remarks` say what AWS would not accept about it; `steps` how it comes about."""

    cpu: int
    memory: int
    tcp: list[int]
    udp: list[int]
    enis: int
    steps: list[Step] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What decides where learners go wrong. `TRUTH` holds AWS's; a misconception exchanges one of them."""

    soft_first: bool = True  # a reservation counts, not the hard limit
    task_first: bool = True  # the task's size stands above its containers'
    dynamic_is_free: bool = True  # a mapping without a host port takes none
    awsvpc_shares_nothing: bool = True  # a task with an interface of its own takes no ports


TRUTH = Rules()


def take(
    task_cpu: int | None,
    task_memory: int | None,
    network_mode: str,
    containers: Sequence[Container],
    *,
    windows: bool = False,
    rules: Rules = TRUTH,
) -> Taken:
    """Work out what a task takes. Sizes are CPU units and MiB, None when they are not given."""
    steps: list[Step] = []
    remarks: list[str] = []
    if len({each.name for each in containers}) < len(containers):
        containers = [replace(each, name=f"{each.name} ({place})") for place, each in enumerate(containers, 1)]
    if windows and (task_cpu is not None or task_memory is not None):
        remarks.append("The size of the task is ignored for Windows containers.")
        task_cpu = task_memory = None
    if not rules.task_first and any(each.memory or each.reservation for each in containers):
        task_memory = None
    if not rules.task_first and any(each.cpu for each in containers):
        task_cpu = None
    cpu = _cpu(task_cpu, containers, steps)
    memory = _memory(task_memory, containers, steps, rules)
    if not memory:
        remarks.append("Memory is missing: the task or a container must have some.")
    tcp, udp = _ports(network_mode, containers, steps, remarks, rules)
    enis = 1 if network_mode == "awsvpc" else 0
    reason = "awsvpc gives the task a network interface of its own" if enis else f"{network_mode} needs none"
    steps.append(Step("enis", {}, enis, f"Network interfaces: {enis}, since {reason}."))
    return Taken(cpu, memory, tcp, udp, enis, steps, remarks)


def _cpu(size: int | None, containers: Sequence[Container], steps: list[Step]) -> int:
    if size is not None:
        steps.append(Step("cpu", {"task": size}, size, f"CPU: the task's own size, {size} units."))
        return size
    numbers = {each.name: each.cpu or 0 for each in containers}
    total = sum(numbers.values())
    steps.append(Step("cpu", numbers, total, f"CPU: the task has no size, so its containers' {_sum(numbers)} units."))
    return total


def _memory(size: int | None, containers: Sequence[Container], steps: list[Step], rules: Rules) -> int:
    if size is not None:
        steps.append(Step("memory", {"task": size}, size, f"Memory: the task's own size, {size} MiB."))
        return size
    numbers = {}
    for each in containers:
        soft, hard = each.reservation or 0, each.memory or 0
        numbers[each.name] = (soft or hard) if rules.soft_first else (hard or soft)
    total = sum(numbers.values())
    text = f"Memory: the task has no size, so its containers' {_sum(numbers)} MiB"
    kinds = {"the soft limit" if each.reservation else "the hard limit" for each in containers if numbers[each.name]}
    if rules.soft_first and kinds:
        text += f" ({' or '.join(sorted(kinds, reverse=True))} of each)"
    steps.append(Step("memory", numbers, total, text + "."))
    return total


def _sum(numbers: dict[str, int]) -> str:
    total = sum(numbers.values())
    return f"{' + '.join(map(str, numbers.values()))} = {total}" if len(numbers) > 1 else str(total)


def _ports(
    mode: str, containers: Sequence[Container], steps: list[Step], remarks: list[str], rules: Rules
) -> tuple[list[int], list[int]]:
    taken: dict[bool, list[int]] = {False: [], True: []}
    for container in containers:
        for port in container.ports:
            number, why = _host_port(mode, port, rules)
            name = "UDP" if port.udp else "TCP"
            shown = f"{name} {port.container if port.container is not None else 'range'} of {container.name}"
            if number is None:
                steps.append(Step("ports", {}, [], f"{shown}: takes no port of the instance, {why}."))
            else:
                if number in taken[port.udp]:
                    remarks.append(f"{name} port {number} is wanted twice by one task, which cannot start.")
                taken[port.udp].append(number)
                steps.append(Step("ports", {}, [number], f"{shown}: takes {name} port {number}, {why}."))
            if mode == "none":
                remarks.append("Network mode none allows no port mappings.")
            elif mode != "bridge" and port.host and port.container is not None and port.host != port.container:
                remarks.append(f"In {mode} mode the host port must be the container port, {port.container}.")
    return sorted(set(taken[False])), sorted(set(taken[True]))


def _host_port(mode: str, port: Port, rules: Rules) -> tuple[int | None, str]:
    """Give the port of the instance that a mapping takes, or None, and why."""
    if mode == "host":
        return port.container or port.host or None, "which in host mode is the container's port"
    if mode == "none":
        return None, "since there is no network"
    if mode == "awsvpc" and rules.awsvpc_shares_nothing:
        return None, "since the task has an interface of its own"
    if port.host:
        return port.host, "which is fixed"
    if not rules.dynamic_is_free or mode == "awsvpc":
        return port.container, "the container's port"
    return None, "since the host port is dynamic"
