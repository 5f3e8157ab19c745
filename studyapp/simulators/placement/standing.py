"""How the cluster stands at one moment of a request: what is left on every instance, and whose tasks run where."""

from collections.abc import Callable, Sequence

from studyapp.simulators.placement.cluster import Instance, RunningTasks
from studyapp.simulators.placement.expressions import Facts
from studyapp.simulators.placement.request import Request

type Holding = Callable[[RunningTasks], tuple[int, int]]


def reservation(tasks: RunningTasks) -> tuple[int, int]:
    """What one running task holds: the CPU units and MiB that it has reserved, used or not."""
    return tasks.cpu, tasks.memory


class Standing:
    """One instance at one moment. `own` counts the tasks of the request's group with desired status RUNNING,
    `running` those of all groups, `placed` the tasks of this request.
    """

    __slots__ = (
        "arrival",
        "cpu",
        "enis",
        "gpus",
        "groups",
        "id",
        "instance",
        "memory",
        "own",
        "placed",
        "running",
        "tcp",
        "udp",
    )

    def __init__(self, instance: Instance, group: str, holding: Holding = reservation) -> None:
        self.instance = instance
        self.id = instance.id
        self.cpu = instance.cpu
        self.memory = instance.memory
        self.gpus = instance.gpus
        self.enis = instance.task_enis
        self.tcp: frozenset[int] | set[int] = instance.reserved_tcp  # taken ports; copied before it changes
        self.udp: frozenset[int] | set[int] = instance.reserved_udp
        self.groups: dict[str, int] = {}
        self.own = self.running = self.placed = 0
        self.arrival = 0  # see `draws`
        for tasks in instance.tasks:
            count = tasks.count
            cpu, memory = holding(tasks)
            self.cpu -= cpu * count
            self.memory -= memory * count
            self.gpus -= tasks.gpus * count
            if self.enis is not None:
                self.enis -= tasks.enis * count
            if count:
                self.tcp = self.tcp | tasks.tcp
                self.udp = self.udp | tasks.udp
                if tasks.running:
                    self.running += count
                    self.groups[tasks.group] = self.groups.get(tasks.group, 0) + count
        self.own = self.groups.get(group, 0)

    def take(self, request: Request, times: int = 1) -> None:
        """Place so many tasks here."""
        self.cpu -= request.cpu * times
        self.memory -= request.memory * times
        self.gpus -= request.gpus * times
        if request.network_mode == "awsvpc":
            if self.enis is not None:
                self.enis -= times
        else:
            self.tcp = self.tcp | request.tcp
            self.udp = self.udp | request.udp
        self.own += times
        self.running += times
        self.placed += times
        self.groups[request.group] = self.own

    def value(self, attribute: str | None) -> str | None:
        """Give the value of an attribute, None if it has none; of None, the instance's id."""
        return self.id if attribute is None else self.instance.attributes.get(attribute)

    def facts(self) -> Facts:
        """Give what the cluster query language can ask about, by full name."""
        instance = self.instance
        facts: dict[str, str | frozenset[str] | None] = {
            f"attribute:{name}": value for name, value in instance.attributes.items()
        }
        facts["task:group"] = frozenset(self.groups)
        facts["runningTasksCount"] = str(self.running)
        facts["agentConnected"] = "true" if instance.agent_connected else "false"
        for name, fact in (
            ("ec2InstanceId", instance.ec2_instance_id),
            ("agentVersion", instance.agent_version),
            ("registeredAt", instance.registered_at),
        ):
            if fact is not None:
                facts[name] = fact
        return facts


class World:
    """All instances, sorted by id, and the request that is being placed."""

    __slots__ = ("request", "standings")

    def __init__(self, instances: Sequence[Instance], request: Request, holding: Holding = reservation) -> None:
        self.request = request
        self.standings = [Standing(instance, request.group, holding) for instance in instances]

    def tally(
        self, attribute: str | None, count: Callable[[Standing], int], among: Sequence[Standing]
    ) -> dict[str | None, int]:
        """Count tasks per value of an attribute (None: per instance) over some instances."""
        tally: dict[str | None, int] = {}
        for standing in among:
            value = standing.value(attribute)
            tally[value] = tally.get(value, 0) + count(standing)
        return tally


def own_tasks(standing: Standing) -> int:
    """Count the tasks of the request's group on an instance: what spread counts, and distinctInstance wants at 0."""
    return standing.own
