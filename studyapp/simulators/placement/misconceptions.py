"""Wrong rules that people believe, each of them the true ones with one part exchanged.

`violates` is the key of the fact that says how it is; `refutation` is what to tell somebody who answered so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from studyapp.simulators.placement import rebalance, rules, scale_in
from studyapp.simulators.placement.cluster import ZONE, RunningTasks
from studyapp.simulators.placement.request import DEFAULT_STRATEGIES, ZONE_SPREAD, Request, Strategy
from studyapp.simulators.placement.rules import REQUIREMENTS, Requirement
from studyapp.simulators.placement.standing import Standing, World


@dataclass(frozen=True, slots=True)
class Misconception[R]:
    """A wrong rule: its key, what its believer would say, the fact it violates, the answer to it, and the rules."""

    key: str
    sentence: str
    violates: str
    refutation: str
    rules: R


def _named[R](*misconceptions: Misconception[R]) -> Mapping[str, Misconception[R]]:
    return {misconception.key: misconception for misconception in misconceptions}


def _without(*dropped: Requirement) -> tuple[Requirement, ...]:
    return tuple(requirement for requirement in REQUIREMENTS if requirement not in dropped)


def _with(changed: Requirement, **changes: Any) -> tuple[Requirement, ...]:
    return tuple(replace(each, **changes) if each is changed else each for each in REQUIREMENTS)


def _other(standing: Standing, field: str) -> int:
    return rules.remaining(standing, "memory" if field == "cpu" else "cpu")


def _share(standing: Standing, field: str) -> int:
    registered: int = getattr(standing.instance, field)
    return rules.remaining(standing, field) * 1_000_000 // registered


def _all_tasks(standing: Standing) -> int:
    return standing.running


def _all_tasks_here(world: World, standing: Standing) -> int:
    return standing.running


def _own_in_zone(world: World, standing: Standing) -> int:
    zone = standing.value(ZONE)
    return sum(other.own for other in world.standings if other.value(ZONE) == zone)


def _first_only(strategies: tuple[Strategy, ...]) -> tuple[Strategy, ...]:
    return strategies[:1]


def _last_first(strategies: tuple[Strategy, ...]) -> tuple[Strategy, ...]:
    return strategies[::-1]


def _in_turn(standing: Standing) -> int:
    return standing.placed


def _hard_limit(request: Request) -> Request:
    return request if request.memory_limit is None else replace(request, memory=request.memory_limit)


def _holding_limit(tasks: RunningTasks) -> tuple[int, int]:
    return tasks.cpu, tasks.memory if tasks.memory_limit is None else tasks.memory_limit


def _holding_use(tasks: RunningTasks) -> tuple[int, int]:
    return tasks.cpu_used, tasks.memory_used


def _taken_by_any_protocol(standing: Standing, request: Request) -> list[str]:
    return [str(port) for port in sorted((request.tcp | request.udp) & (standing.tcp | standing.udp))]


def _taken_by_tasks(standing: Standing, request: Request) -> list[str]:
    instance = standing.instance
    held = [tasks for tasks in instance.tasks if tasks.count]
    tcp = {port for tasks in held for port in tasks.tcp}
    udp = {port for tasks in held for port in tasks.udp}
    if standing.placed:
        tcp |= request.tcp
        udp |= request.udp
    return [f"{port}/tcp" for port in sorted(request.tcp & tcp)] + [f"{port}/udp" for port in sorted(request.udp & udp)]


_ONE_COPY = Requirement(
    "tasks of the group here",
    rules.PORTS.reason,
    "N013",
    "is",
    lambda request: request.dynamic_ports > 0 and request.network_mode == "bridge",
    lambda request: 0,
    lambda standing, request: standing.own,
)
_PORTS_IN_AWSVPC = replace(
    rules.PORTS,
    applies=lambda request: bool(request.tcp or request.udp),
    found=lambda standing, request: _taken_by_tasks(standing, request) or rules.PORTS.found(standing, request),
)

_TRUE = rules.TRUTH
PLACING = _named(
    Misconception(
        "binpack_picks_most_free",
        "binpack picks the instance with the most of the resource left, because there is room.",
        "N030",
        "binpack picks the least that still fits, so that other instances stay empty.",
        replace(_TRUE, binpack_takes="most"),
    ),
    Misconception(
        "binpack_looks_at_other_resource",
        "binpack on memory packs by CPU, and the other way round.",
        "A014",
        "binpack compares only the resource in its field; the other one just has to be enough.",
        replace(_TRUE, binpack=_other),
    ),
    Misconception(
        "binpack_compares_percentages",
        "binpack picks the instance that is fullest in percent.",
        "A014",
        "binpack compares absolute amounts: an empty small instance can beat a half-used large one.",
        replace(_TRUE, binpack=_share),
    ),
    Misconception(
        "spread_counts_all_tasks",
        "spread evens out all tasks, whichever service they belong to.",
        "N032",
        "spread counts only the tasks of this service or task group.",
        replace(_TRUE, spread=_all_tasks),
    ),
    Misconception(
        "spread_counts_candidates_only",
        "spread counts only the tasks on instances that could still take one more.",
        "N032",
        "All tasks of the service in the zone count, also those on instances that are full.",
        replace(_TRUE, spread_over="candidates"),
    ),
    Misconception(
        "spread_fills_one_zone_first",
        "spread fills one zone before it goes on to the next.",
        "N032",
        "spread takes the value with the fewest tasks of the service each time.",
        replace(_TRUE, spread_takes="most"),
    ),
    Misconception(
        "spread_is_binding",
        "If the zone with the fewest tasks has no room, a task with spread is not placed.",
        "A011",
        "Strategies are best effort: the next zone is used. Only constraints and requirements stop a task.",
        replace(_TRUE, binding=True),
    ),
    Misconception(
        "distinct_instance_means_distinct_zone",
        "distinctInstance puts every task into another Availability Zone.",
        "N027",
        "distinctInstance separates instances; several of them may be in one zone.",
        replace(_TRUE, distinct=_own_in_zone),
    ),
    Misconception(
        "distinct_instance_counts_all_tasks",
        "distinctInstance needs an instance on which nothing runs.",
        "N027",
        "Only tasks of the same service or task group count; those of others may share the instance.",
        replace(_TRUE, distinct=_all_tasks_here),
    ),
    Misconception(
        "constraints_ignored_with_strategies",
        "When strategies are given, they replace the constraints.",
        "A011",
        "Constraints always bind. Strategies only rank what the constraints have left.",
        replace(_TRUE, constraints="unless strategies"),
    ),
    Misconception(
        "one_constraint_is_enough",
        "Of several constraints one has to hold.",
        "A019",
        "All constraints must hold together; an or has to stand inside one expression.",
        replace(_TRUE, constraints="any"),
    ),
    Misconception(
        "strategies_before_constraints",
        "The strategy picks first, then the constraint is checked on what it picked.",
        "N026",
        "Constraints filter first; the strategy ranks only what they leave.",
        replace(_TRUE, phases=("requirements", "strategies", "constraints")),
    ),
    Misconception(
        "strategies_before_requirements",
        "The strategy picks an instance first, and if that one is full the task fails.",
        "N029",
        "Instances that cannot take the task are out before any strategy looks.",
        replace(_TRUE, phases=("strategies", "requirements", "constraints")),
    ),
    Misconception(
        "only_first_strategy",
        "Only the first strategy of a list counts.",
        "A013",
        "Each strategy works inside what the one before it left, up to five of them.",
        replace(_TRUE, chain=_first_only),
    ),
    Misconception(
        "last_strategy_first",
        "The last strategy of a list is the most important one.",
        "A013",
        "Strategies apply in the order given: the first states the main aim.",
        replace(_TRUE, chain=_last_first),
    ),
    Misconception(
        "random_is_round_robin",
        "random goes through the instances in turn.",
        "N031",
        "random is chance: each pick may be any instance that passed, also the same one twice.",
        replace(_TRUE, random=_in_turn),
    ),
    Misconception(
        "run_task_spreads_by_default",
        "Without a strategy RunTask spreads tasks over zones, as a service does.",
        "A012",
        "Only services are spread by default; RunTask places at random.",
        replace(_TRUE, defaults={**DEFAULT_STRATEGIES, "RunTask": DEFAULT_STRATEGIES["CreateService"]}),
    ),
    Misconception(
        "service_packs_by_default",
        "Without a strategy a service is packed onto few instances.",
        "A012",
        "Without a strategy a service is spread over Availability Zones.",
        replace(_TRUE, defaults={**DEFAULT_STRATEGIES, "CreateService": (Strategy("binpack", "memory"),)}),
    ),
    Misconception(
        "host_ports_ignored",
        "Any number of tasks with the same host port can share an instance.",
        "N025",
        "A host port can be used once per instance and protocol.",
        replace(_TRUE, requirements=_without(rules.PORTS)),
    ),
    Misconception(
        "reserved_ports_ignored",
        "A host port is free as long as no task uses it.",
        "N025",
        "The agent reserves ports too: 22, 2375, 2376, 51678 and 51679, or what ECS_RESERVED_PORTS lists.",
        replace(_TRUE, requirements=_with(rules.PORTS, found=_taken_by_tasks)),
    ),
    Misconception(
        "tcp_and_udp_collide",
        "A host port that is taken for TCP is taken for UDP as well.",
        "N025",
        "TCP and UDP ports are separate lists: TCP 53 and UDP 53 can share an instance.",
        replace(_TRUE, requirements=_with(rules.PORTS, found=_taken_by_any_protocol)),
    ),
    Misconception(
        "dynamic_ports_allow_one_copy",
        "With a load balancer only one copy of a task fits on an instance.",
        "N013",
        "With dynamic host ports every copy gets a port of its own, so several fit.",
        replace(_TRUE, requirements=(*REQUIREMENTS, _ONE_COPY)),
    ),
    Misconception(
        "awsvpc_takes_host_ports",
        "In awsvpc mode two tasks with the same port cannot share an instance.",
        "A003",
        "In awsvpc mode every task has its own network interface, and so its own ports.",
        replace(_TRUE, requirements=tuple(_PORTS_IN_AWSVPC if r is rules.PORTS else r for r in REQUIREMENTS)),
    ),
    Misconception(
        "network_interfaces_ignored",
        "In awsvpc mode as many tasks fit as CPU and memory allow.",
        "A003",
        "Every awsvpc task needs a network interface, and an instance has only so many.",
        replace(_TRUE, requirements=_without(rules.INTERFACES)),
    ),
    Misconception(
        "agent_connection_ignored",
        "An instance whose agent is disconnected gets tasks like any other.",
        "N025",
        "Tasks only go to instances whose agent is connected.",
        replace(_TRUE, requirements=_without(rules.AGENT)),
    ),
    Misconception(
        "draining_instance_accepts_tasks",
        "A draining instance still gets new tasks.",
        "N025",
        "Only ACTIVE instances get new tasks.",
        replace(_TRUE, requirements=_without(rules.STATUS)),
    ),
    Misconception(
        "capabilities_ignored",
        "Any instance with room can run the task, whatever its agent was set up for.",
        "N025",
        "The instance must have every capability that the task definition calls for.",
        replace(_TRUE, requirements=_without(rules.CAPABILITIES)),
    ),
    Misconception(
        "cpu_ignored",
        "Only memory is reserved on EC2; CPU is shared, so it never stops a task.",
        "N025",
        "CPU units are reserved as well: a task needs as many as it asks for to be unreserved.",
        replace(_TRUE, requirements=_without(rules.CPU)),
    ),
    Misconception(
        "needs_more_than_asked",
        "An instance must have more memory left than the task reserves.",
        "N025",
        "Exactly enough is enough.",
        replace(_TRUE, requirements=_with(rules.MEMORY, test="more than")),
    ),
    Misconception(
        "hard_limit_reserved",
        "A task reserves the hard memory limits of its containers.",
        "A006",
        "Where a container has a soft limit, that is reserved; the hard limit is only a ceiling.",
        replace(_TRUE, request=_hard_limit, holding=_holding_limit),
    ),
    Misconception(
        "usage_instead_of_reservation",
        "An instance has room as long as its tasks use little.",
        "A015",
        "Reservations count, not use: an idle task still holds all that it reserved.",
        replace(_TRUE, holding=_holding_use),
    ),
)

_TRUE_STOPS = scale_in.TRUTH
STOPPING = _named(
    Misconception(
        "binpack_stops_on_fullest",
        "With binpack the task on the fullest instance stops, to relieve it.",
        "A017",
        "binpack stops where most is left afterwards, so that loose instances become empty.",
        replace(_TRUE_STOPS, binpack_takes="least"),
    ),
    Misconception(
        "spread_stops_in_smallest_zone",
        "Scale-in empties the zone with the fewest tasks.",
        "A017",
        "spread stops in the zone with the most tasks, which levels the zones.",
        replace(_TRUE_STOPS, spread_takes="least"),
    ),
    Misconception(
        "scale_in_ignores_strategies",
        "Strategies only matter when tasks start; which ones stop is left to the default.",
        "A017",
        "The strategy also chooses what stops, so that what remains fits it best.",
        replace(_TRUE_STOPS, chain=lambda strategies: scale_in.DEFAULT),
    ),
    Misconception(
        "scale_in_counts_all_tasks",
        "Scale-in takes from the zone with the most tasks of any service.",
        "A017",
        "Only tasks of the service itself count.",
        replace(_TRUE_STOPS, spread=_all_tasks),
    ),
)

_TRUE_MOVES = rebalance.TRUTH
REBALANCING = _named(
    Misconception(
        "rebalance_stops_first",
        "Rebalancing stops a task in the fullest zone and then starts it elsewhere.",
        "A018",
        "The replacement starts first; the old task stops when the new one is healthy.",
        replace(_TRUE_MOVES, first_action="stop"),
    ),
    Misconception(
        "rebalance_with_zone_spread_anywhere",
        "A zone spread anywhere among the strategies is enough for rebalancing.",
        "A018",
        "The zone spread must be the first strategy, or there must be none at all.",
        replace(_TRUE_MOVES, strategies=lambda strategies: not strategies or ZONE_SPREAD in strategies),
    ),
    Misconception(
        "rebalance_needs_equal_zones",
        "Zones are balanced only when all have the same number of tasks.",
        "A018",
        "Counts that differ by one are balanced; a remainder cannot be split.",
        replace(_TRUE_MOVES, tolerance=0),
    ),
)
