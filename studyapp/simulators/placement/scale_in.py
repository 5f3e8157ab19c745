"""The family placement.scale_in: which tasks of a service stop when its desired count falls.

Source: ECS developer guide, ecs_service-options and task-placement-strategies.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from studyapp.simulators.fields import Fields, known
from studyapp.simulators.placement import draws, notes
from studyapp.simulators.placement.cluster import MOST_TASKS, Instance, RunningTasks, read_cluster
from studyapp.simulators.placement.placing import LARGEST_SEED, check_size
from studyapp.simulators.placement.ranking import Comparison, Numbers, Step, take
from studyapp.simulators.placement.request import DEFAULT_STRATEGIES, Strategy, read_strategies
from studyapp.simulators.placement.standing import Standing, own_tasks

# Zone with the most tasks, then instance with the most of the service: the mirror of where they are placed.
DEFAULT = DEFAULT_STRATEGIES["CreateService"]
FACTS = dict.fromkeys(("spread", "binpack", "random"), "A017")


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRules:
    """What decides which task stops."""

    chain: Callable[[tuple[Strategy, ...]], tuple[Strategy, ...]] = lambda strategies: strategies or DEFAULT
    spread: Callable[[Standing], int] = own_tasks
    spread_takes: str = "most"
    binpack_takes: str = "most"


TRUTH = StopRules()


@dataclass(frozen=True, slots=True)
class Stopping:
    """Which tasks stop: the instances that lose one, in order, and the tasks that are left per instance and zone."""

    stops: list[str]
    left_per_instance: dict[str, int]
    left_per_az: dict[str, int]
    trace: list[dict[str, Any]] | None


class _Pool:
    """The tasks of one group on one instance that may be stopped, and what each of them would free."""

    def __init__(self, instance: Instance, group: str) -> None:
        self.entries: list[tuple[RunningTasks, int]] = [
            (tasks, tasks.count)
            for tasks in instance.tasks
            if tasks.group == group and tasks.running and not tasks.protected and tasks.count
        ]

    def best(self, fields: Sequence[str]) -> int:
        """Find the entry whose task frees the most of the resources that binpack strategies name, in their order."""
        entries = range(len(self.entries))
        return max(entries, key=lambda place: [getattr(self.entries[place][0], field) for field in fields])

    def stop(self, place: int) -> RunningTasks:
        """Stop a task of an entry."""
        tasks, count = self.entries[place]
        if count > 1:
            self.entries[place] = (tasks, count - 1)
        else:
            del self.entries[place]
        return tasks


def stop_tasks(
    instances: Sequence[Instance],
    group: str,
    stop: int,
    strategies: tuple[Strategy, ...],
    *,
    rules: StopRules = TRUTH,
    seed: int | None = None,
    trace: bool = False,
) -> Stopping:
    """Stop so many tasks of a group one by one, or as many as may be stopped.

    Only tasks whose desired status is RUNNING and that are not protected from scale-in are candidates.
    """
    standings = [Standing(instance, group) for instance in instances]
    pools = {instance.id: _Pool(instance, group) for instance in instances}
    chain = rules.chain(strategies)
    fields = [strategy.field for strategy in chain if strategy.type == "binpack"]
    chosen: dict[str, int] = {}

    def numbers(strategy: Strategy, survivors: list[Standing]) -> Numbers | None:
        if strategy.type == "random":
            return None
        if strategy.type == "binpack":
            return {standing.id: _left_after(standing, strategy.field) for standing in survivors}
        tally: Counter[str | None] = Counter()
        for standing in standings:
            tally[standing.value(strategy.attribute)] += rules.spread(standing)
        return {standing.id: tally[standing.value(strategy.attribute)] for standing in survivors}

    def _left_after(standing: Standing, field: str) -> int:
        tasks, _ = pools[standing.id].entries[chosen[standing.id]]
        left: int = getattr(standing, field) + getattr(tasks, field)
        return left

    def takes(strategy: Strategy) -> str:
        return rules.binpack_takes if strategy.type == "binpack" else rules.spread_takes

    comparison = Comparison(numbers, takes, facts=FACTS)
    if seed is not None:
        for standing in standings:
            standing.arrival = draws.wait(seed, standing.id, 0)
    stops: list[str] = []
    shown: list[dict[str, Any]] = []
    for number in range(1, stop + 1):
        candidates = [standing for standing in standings if pools[standing.id].entries]
        if not candidates:
            break
        chosen = {standing.id: pools[standing.id].best(fields) for standing in candidates}
        steps: list[Step] = []
        survivors, alternatives = comparison.rank(chain, candidates, steps, default=not strategies)
        pick = take(survivors, seed, steps)
        if trace:
            legal = sorted({standing.id for group in alternatives for standing in group})
            shown.append({"task": number, "steps": steps, "legal": legal, "pick": pick.id})
        stops.append(pick.id)
        tasks = pools[pick.id].stop(chosen[pick.id])
        pick.cpu += tasks.cpu
        pick.memory += tasks.memory
        pick.own -= 1
        pick.placed += 1
        if seed is not None:
            pick.arrival += draws.wait(seed, pick.id, pick.placed)
    per_az = dict.fromkeys(sorted({instance.az for instance in instances}), 0)
    for standing in standings:
        per_az[standing.instance.az] += standing.own
    return Stopping(
        stops, {standing.id: standing.own for standing in standings if standing.own}, per_az, shown if trace else None
    )


def answer(given: dict[str, Any], rules: StopRules, trace: bool) -> dict[str, Any]:
    """Answer an input of placement.scale_in, by true or wrong rules.

    In: `instances` (see `cluster`), `group`, `stop` (a number of tasks), `strategies`?, `seed`?. Out: `stops`, the ids
    of the instances that lose a task, in order; `not_stopped`, how many of `stop` there was no candidate for;
    `remaining_per_instance` and `remaining_per_az`, tasks of the group that are left; `notes`. With `trace`: `trace`.
    Raises InputError.
    """
    fields = Fields(given, "", known("instances group stop strategies seed"))
    instances = read_cluster(fields)
    group = fields.text("group")
    stop = fields.integer("stop", 0, MOST_TASKS)
    strategies = read_strategies(fields)
    seed = fields.optional_integer("seed", 0, LARGEST_SEED)
    check_size("stop", stop, instances, trace)
    stopping = stop_tasks(instances, group, stop, strategies, rules=rules, seed=seed, trace=trace)
    answered: dict[str, Any] = {
        "stops": stopping.stops,
        "not_stopped": stop - len(stopping.stops),
        "remaining_per_instance": stopping.left_per_instance,
        "remaining_per_az": stopping.left_per_az,
        "notes": list(notes.on_strategies(instances, strategies)),
    }
    if stopping.trace is not None:
        answered["notes"] += notes.on_trace(stopping.trace)
        answered["trace"] = stopping.trace
    return answered
