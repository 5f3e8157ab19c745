"""What AWS's documented rules of ECS task placement permit, worked out naively.

Written from the specification of the placement families alone (its sections 1 to 6, 16 and 17; the few query forms
of section 7), apart from any engine, so that an engine can be checked by it. Everything is recomputed from the plain
JSON for every single task; nothing is clever and nothing is remembered.

Two kinds of freedom are kept apart:

* a *tie*: several instances are equally right (section 4, "Ties"). Functions answer with the whole set;
* a *reading*: the specification leaves a rule open (section 16) or is silent. `Reading` lists these points as yes/no
  questions. Whatever some reading permits is permitted, but one run has to keep to one reading from end to end.

Left open without being a reading, because any outcome is accepted there: which of several reasons is reported (16.1),
spread over an attribute that an instance lacks (16.3), the reason of an instance that is not ACTIVE (5 is silent),
the choice inside a zone after an explicit zone spread alone (16.9).

    python -m tests.oracles.placement VECTORS.json
"""

import json
import random
import sys
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

type Json = dict[str, Any]
type State = list[Json]

ZONE = "attribute:ecs.availability-zone"
TASK_ENI = "ecs.capability.task-eni"
RESERVED_TCP = [22, 2375, 2376, 51678, 51679]  # PT-4; 51680 is left alone (16.5)
MOST_PORTS = 100  # PT-5
MEMBER_OF = "MemberOf placement constraint unsatisfied."
DISTINCT = "DistinctInstance placement constraint unsatisfied."


@dataclass(frozen=True)
class Reading:
    """One answer to each question that the specification leaves open. "Stopping" means: desired status not RUNNING."""

    stopping_holds_room: bool  # 16.6: a stopping task still holds its CPU, memory and ports
    stopping_holds_devices: bool  # silent (16.6 names neither): it still holds its GPUs and network interface
    stopping_is_counted: bool  # silent: spread and scale-in still count it (distinctInstance does not: section 3)
    query_sees_stopping: bool  # silent: `task:group` still sees it (QL-6: "runs there")
    query_sees_new: bool  # 16.4, PL-2: `task:group` sees the tasks placed earlier by the same request
    no_value_differs: bool  # silent (QL-2, QL-5): `!=` is true of an attribute that has a name and no value
    port_limit_is_joint: bool  # silent: PT-5 counts TCP and UDP together


READINGS = [Reading(*answers) for answers in product((True, False), repeat=7)]
PLAIN = READINGS[0]


# --- What an instance has and a task takes (section 2) ---------------------------------------------------------------


def tasks_of(instance: Json) -> list[Json]:
    """The task rows of an instance; a row stands for `count` equal tasks (section 17)."""
    return instance.get("tasks") or []


def is_running(task: Json) -> bool:
    """Whether the desired status is RUNNING, the default (section 17)."""
    return bool(task.get("desired", "RUNNING") == "RUNNING")


def number(task: Json) -> int:
    """How many tasks a row stands for (section 17)."""
    return int(task.get("count", 1))


def held(instance: Json, what: str, reading: Reading) -> int:
    """CPU, memory, GPUs or interfaces taken by the tasks on the instance: reservations, not usage (2.1)."""
    stopping = reading.stopping_holds_room if what in ("cpu", "memory") else reading.stopping_holds_devices
    rows = [task for task in tasks_of(instance) if is_running(task) or stopping]
    return sum(number(task) * task.get(what, 0) for task in rows)


def remaining(instance: Json, what: str, reading: Reading) -> int:
    """Registered minus reserved (2.1)."""
    return int(instance.get(what, 0)) - held(instance, what, reading)


def ports_taken(instance: Json, protocol: str, reading: Reading) -> set[int]:
    """The reserved ports and those of the tasks; TCP and UDP are separate lists (PT-2, PT-4)."""
    taken = set(instance.get(f"reserved_{protocol}", RESERVED_TCP if protocol == "tcp" else []))
    for task in tasks_of(instance):
        if is_running(task) or reading.stopping_holds_room:
            taken |= set(task.get(protocol, []))
    return taken


def ports_wanted(request: Json, protocol: str) -> set[int]:
    """Fixed host ports; none in awsvpc (PT-7), none for dynamic ports (PT-3), none without a network (8)."""
    if request.get("network_mode", "bridge") in ("awsvpc", "none"):
        return set()
    return set(request.get(protocol, []))


def is_awsvpc(request: Json) -> bool:
    """Whether the task brings its own network interface (2.4)."""
    return bool(request.get("network_mode", "bridge") == "awsvpc")


def attributes_of(instance: Json) -> Json:
    """Built-in attributes, overridden and joined by the given ones; None is a name without value (section 17)."""
    built_in = {"ecs.availability-zone": instance["az"], "ecs.instance-type": instance["type"]}
    return built_in | (instance.get("attributes") or {})


# --- Step 1, capacity and capabilities; step 2, constraints (sections 1 to 3) ----------------------------------------


def ports_fail(instance: Json, request: Json, reading: Reading) -> bool:
    """A fixed port is taken (PT-1), or the instance would have more than 100 reserved ports (PT-5)."""
    taken = {protocol: ports_taken(instance, protocol, reading) for protocol in ("tcp", "udp")}
    wanted = {protocol: ports_wanted(request, protocol) for protocol in ("tcp", "udp")}
    if taken["tcp"] & wanted["tcp"] or taken["udp"] & wanted["udp"]:
        return True
    if not wanted["tcp"] and not wanted["udp"]:
        return False
    tcp, udp = (len(taken[protocol] | wanted[protocol]) for protocol in ("tcp", "udp"))
    return tcp + udp > MOST_PORTS if reading.port_limit_is_joint else max(tcp, udp) > MOST_PORTS


def lacks_capability(instance: Json, request: Json) -> bool:
    """A capability attribute is missing: one the task names, or the one that awsvpc needs (2.4, 2.5)."""
    if instance.get("capabilities") is None:  # the default: it has all
        return False
    needed = set(request.get("requires") or []) | ({TASK_ENI} if is_awsvpc(request) else set())
    return not needed <= set(instance["capabilities"])


def lacks_interface(instance: Json, request: Json, reading: Reading) -> bool:
    """No free slot for the one interface of an awsvpc task (2.4). No `task_enis` is no limit (section 17)."""
    limit = instance.get("task_enis")
    return is_awsvpc(request) and limit is not None and held(instance, "enis", reading) + 1 > limit


def is_elsewhere(instance: Json, request: Json) -> bool:
    """The instance is in none of the zones of the chosen subnets (2.4); only awsvpc tasks choose subnets."""
    zones = request.get("subnet_azs") or []
    return is_awsvpc(request) and bool(zones) and instance["az"] not in zones


def query_is_true(expression: str, instance: Json, reading: Reading) -> bool:
    """A few simple expressions of the cluster query language, and `not(...)` around one (section 7)."""
    text = expression.strip()
    if text.startswith("not(") and text.endswith(")"):
        return not query_is_true(text[4:-1], instance, reading)
    subject, operator, argument = [*text.split(maxsplit=2), ""][:3]
    if subject == "task:group" and operator == "==":
        return argument in groups_seen(instance, reading)
    if not subject.startswith("attribute:"):
        raise ValueError(f"not one of the oracle's query forms: {expression}")
    return attribute_is(operator, argument, subject.removeprefix("attribute:"), instance, reading)


def groups_seen(instance: Json, reading: Reading) -> set[str]:
    """The groups with a task on the instance (QL-6)."""
    seen = set()
    for task in tasks_of(instance):
        if task.get("new") and not reading.query_sees_new:
            continue
        if is_running(task) or reading.query_sees_stopping:
            seen.add(task["group"])
    return seen


def attribute_is(operator: str, argument: str, name: str, instance: Json, reading: Reading) -> bool:
    """`exists`, `!exists`, `==`, `!=` and `in [...]` on an attribute (QL-1, QL-2, QL-5)."""
    has_name, value = name in attributes_of(instance), attributes_of(instance).get(name)
    match operator:
        case "exists":
            return has_name
        case "!exists":
            return not has_name
        case "==":
            return value is not None and value == argument
        case "!=":
            return (has_name and reading.no_value_differs) if value is None else value != argument
        case "in":
            return value is not None and value in [word.strip() for word in argument.strip("[]").split(",")]
    raise ValueError(f"not one of the oracle's operators: {operator}")


def tasks_in_group(instance: Json, group: str, *, stopping: bool) -> int:
    """How many tasks of the group the instance has; those being stopped only on demand."""
    rows = [task for task in tasks_of(instance) if task["group"] == group and (is_running(task) or stopping)]
    return sum(number(task) for task in rows)


def broken_constraints(instance: Json, request: Json, reading: Reading) -> list[str]:
    """The reasons of the constraints that do not hold; all must hold (CN-2)."""
    reasons = []
    for constraint in request.get("constraints") or []:
        if constraint["type"] == "memberOf":
            if not query_is_true(constraint["expression"], instance, reading):
                reasons.append(MEMBER_OF)
        elif tasks_in_group(instance, request["group"], stopping=False):  # desired RUNNING only (section 3)
            reasons.append(DISTINCT)
    return reasons


def reasons_against(instance: Json, request: Json, reading: Reading = PLAIN) -> list[str]:
    """Every reason why the instance cannot take the next task; none if it can (sections 1, 2, 3 and 5)."""
    status = instance.get("status", "ACTIVE")
    checks = {
        # PL-4. Section 5 has no word of its own for RunTask here, so the status stands in for one.
        status: status != "ACTIVE",
        "AGENT": not instance.get("agent_connected", True),  # PL-5
        "RESOURCE:CPU": remaining(instance, "cpu", reading) < request.get("cpu", 0),  # equal is enough (2.1)
        "RESOURCE:MEMORY": remaining(instance, "memory", reading) < request["memory"],
        "RESOURCE:GPU": remaining(instance, "gpus", reading) < request.get("gpus", 0),  # RS-11: whole and exclusive
        "RESOURCE:PORTS": ports_fail(instance, request, reading),
        "RESOURCE:ENI": lacks_interface(instance, request, reading),
        "ATTRIBUTE": lacks_capability(instance, request),
        "LOCATION": is_elsewhere(instance, request),
    }
    return [reason for reason, holds in checks.items() if holds] + broken_constraints(instance, request, reading)


def fit_failures(state: State, request: Json) -> dict[str, str]:
    """For each instance that cannot take the next task, one of its reasons (section 5).

    The first in the order of the pipeline, by the plain reading. Where several apply any of them is right (16.1):
    `check_run` accepts them all.
    """
    reasons = {instance["id"]: reasons_against(instance, request) for instance in state}
    return {instance_id: found[0] for instance_id, found in reasons.items() if found}


# --- Step 3, strategies (section 4) ----------------------------------------------------------------------------------


def strategies_of(request: Json) -> list[Json]:
    """The strategies of the request, or the default of its API when there are none (section 4, Defaults)."""
    given: list[Json] = request.get("strategies") or []
    if given:
        return given
    if request["api"] == "CreateService":  # zone spread, then the fewest tasks of the service
        return [{"type": "spread", "field": ZONE}, {"type": "spread", "field": "instanceId"}]
    return [{"type": "random"}]


def spread_value(instance: Json, field: str) -> str | None:
    """The instance's value of the field; None if it has none."""
    if field in ("instanceId", "host"):
        return str(instance["id"])
    value = attributes_of(instance).get(field.removeprefix("attribute:"))
    return None if value is None else str(value)


def tasks_per_value(state: State, field: str, group: str, reading: Reading) -> Counter[str | None]:
    """Tasks of this group, and no others (ST-1), per value, over all instances, usable or not (ST-2)."""
    counts: Counter[str | None] = Counter()
    for instance in state:
        counts[spread_value(instance, field)] += tasks_in_group(instance, group, stopping=reading.stopping_is_counted)
    return counts


def chosen_by(strategies: list[Json], candidates: State, state: State, group: str, reading: Reading) -> set[str]:
    """Which candidates the strategies may lead to, each working inside the selection of the one before (ST-8)."""
    if not strategies:
        return {instance["id"] for instance in candidates}  # a tie: each of them is right (16.1, 16.9)
    first, rest = strategies[0], strategies[1:]
    if first["type"] == "random":  # any candidate; what follows has nothing left to choose from
        return {instance["id"] for instance in candidates}
    if first["type"] == "binpack":  # the least left, in absolute numbers, of this resource only (ST-4, ST-5)
        least = min(remaining(instance, first["field"], reading) for instance in candidates)
        tied = [instance for instance in candidates if remaining(instance, first["field"], reading) == least]
        return chosen_by(rest, tied, state, group, reading)
    field = first["field"]
    counts = tasks_per_value(state, field, group, reading)
    # 16.3 (ST-10): an instance without the attribute may be taken at any time, or passed over.
    chosen = {instance["id"] for instance in candidates if spread_value(instance, field) is None}
    values = {spread_value(instance, field) for instance in candidates} - {None}  # only these compete (ST-3)
    for value in values:
        if counts[value] == min(counts[other] for other in values):  # tied groups are all right (section 4, Ties)
            inside = [instance for instance in candidates if spread_value(instance, field) == value]
            chosen |= chosen_by(rest, inside, state, group, reading)
    return chosen


def legal_under(state: State, request: Json, reading: Reading) -> set[str]:
    """The instances that may take the next task by one reading: filters, constraints, strategies (section 1)."""
    candidates = [instance for instance in state if not reasons_against(instance, request, reading)]
    if not candidates:
        return set()
    return chosen_by(strategies_of(request), candidates, state, request["group"], reading)


def legal_next(state: State, request: Json) -> set[str]:
    """The instances that may take the next task, by whichever reading.

    Tasks that this request has already placed should be marked `new`, as `place` does, because 16.4 is about them.
    """
    return set().union(*(legal_under(state, request, reading) for reading in READINGS))


# --- Step 4, one task after the other (section 1) --------------------------------------------------------------------


def place(state: State, request: Json, instance_id: str) -> State:
    """The state after the task has been placed on that instance: what it takes is gone (step 4, PL-2)."""
    task = {
        "group": request["group"],
        "count": 1,
        "cpu": request.get("cpu", 0),
        "memory": request["memory"],
        "tcp": sorted(ports_wanted(request, "tcp")),
        "udp": sorted(ports_wanted(request, "udp")),
        "enis": 1 if is_awsvpc(request) else 0,
        "gpus": request.get("gpus", 0),
        "desired": "RUNNING",
        "new": True,
    }
    after = deepcopy(state)
    for instance in after:
        if instance["id"] == instance_id:
            instance["tasks"] = [*tasks_of(instance), task]
    return after


def check_run(input: Json, picks: list[str], failures: dict[str, str]) -> str | None:
    """None if some reading permits this run from end to end, or else what is wrong with it by the plain reading."""
    complaints = []
    for reading in READINGS:
        complaint = run_complaint(input, picks, failures, reading)
        if complaint is None:
            return None
        complaints.append(complaint)
    return complaints[0]


def run_complaint(input: Json, picks: list[str], failures: dict[str, str], reading: Reading) -> str | None:
    """The first disagreement of a run with one reading (sections 1 and 5)."""
    state, request = input["instances"], input["request"]
    if len(picks) > request["count"]:
        return f"{len(picks)} tasks were placed where {request['count']} were wanted."
    for position, pick in enumerate(picks, start=1):
        legal = legal_under(state, request, reading)
        if pick not in legal:
            return f"Task {position} went to {pick}, but only {sorted(legal)} may take it."
        state = place(state, request, pick)
    if len(picks) == request["count"]:
        return f"All tasks were placed, yet there are failures: {failures}." if failures else None
    legal = legal_under(state, request, reading)
    if legal:  # PL-3: only a task that fits nowhere ends the request
        return f"The run ended after {len(picks)} of {request['count']} tasks, but {sorted(legal)} may take one more."
    return failures_complaint(state, request, failures, reading)


def failures_complaint(state: State, request: Json, failures: dict[str, str], reading: Reading) -> str | None:
    """Every ACTIVE instance must be listed with a reason that applies to it; any such reason is right (5, 16.1).

    An instance that is not ACTIVE may be left out or carry any reason: section 5 lists the failures "per instance
    looked at" and has no reason for this case. A final full stop makes no difference.
    """
    unknown = set(failures) - {instance["id"] for instance in state}
    if unknown:
        return f"There are failures of instances that do not exist: {sorted(unknown)}."
    for instance in state:
        if instance.get("status", "ACTIVE") != "ACTIVE":
            continue
        name, right = instance["id"], reasons_against(instance, request, reading)
        if name not in failures:
            return f"{name} cannot take the task ({', '.join(right)}), but is not among the failures."
        if failures[name].rstrip(".") not in [reason.rstrip(".") for reason in right]:
            return f"{name} is reported with {failures[name]!r}, but the reason is one of {right}."
    return None


# --- Scale-in (section 6) --------------------------------------------------------------------------------------------


def rows_to_stop(instance: Json, group: str) -> list[Json]:
    """The task rows of the group from which one task may be stopped: a task being stopped cannot be stopped again."""
    return [task for task in tasks_of(instance) if task["group"] == group and is_running(task)]


def stop_chosen_by(
    strategies: list[Json], candidates: State, left: dict[str, Json], state: State, group: str, reading: Reading
) -> set[str]:
    """Which candidates the strategies may take the task from, in the order given (SI-5).

    `left` holds what each candidate will have left of CPU and memory after the stop.
    """
    if not strategies or strategies[0]["type"] == "random":
        return {instance["id"] for instance in candidates}  # SI-2: at random
    first, rest = strategies[0], strategies[1:]
    field = first["field"]
    if first["type"] == "binpack":  # SI-3: the most left afterwards
        most = max(left[instance["id"]][field] for instance in candidates)
        tied = [instance for instance in candidates if left[instance["id"]][field] == most]
        return stop_chosen_by(rest, tied, left, state, group, reading)
    counts = tasks_per_value(state, field, group, reading)
    # 16.3: an instance without the attribute may lose a task at any time, or be passed over.
    chosen = {instance["id"] for instance in candidates if spread_value(instance, field) is None}
    values = {spread_value(instance, field) for instance in candidates} - {None}
    for value in values:
        if counts[value] == max(counts[other] for other in values):  # SI-2, SI-4: where most tasks are
            inside = [instance for instance in candidates if spread_value(instance, field) == value]
            chosen |= stop_chosen_by(rest, inside, left, state, group, reading)
    return chosen


def legal_stops_under(state: State, group: str, strategies: list[Json] | None, reading: Reading) -> set[str]:
    """The instances that may lose the next task by one reading.

    Section 6 does not say which task of an instance is stopped when tasks of the group differ in size: each way of
    taking one task per instance is tried. Nor does it treat instances differently by status or agent.
    """
    # SI-4: no strategy means the zone with most tasks, then the instance with most.
    wanted = strategies or [{"type": "spread", "field": ZONE}, {"type": "spread", "field": "instanceId"}]
    candidates = [instance for instance in state if rows_to_stop(instance, group)]
    if not candidates:
        return set()
    stops: set[str] = set()
    for rows in product(*(rows_to_stop(instance, group) for instance in candidates)):
        left = {
            instance["id"]: {what: remaining(instance, what, reading) + row.get(what, 0) for what in ("cpu", "memory")}
            for instance, row in zip(candidates, rows, strict=True)
        }
        stops |= stop_chosen_by(wanted, candidates, left, state, group, reading)
    return stops


def legal_stops(state: State, group: str, strategies: list[Json] | None) -> set[str]:
    """The instances that may lose the next task in a scale-in, by whichever reading (section 6)."""
    return set().union(*(legal_stops_under(state, group, strategies, reading) for reading in READINGS))


def states_after_stop(state: State, group: str, instance_id: str) -> list[State]:
    """Each state that may follow when the instance loses a task of the group: one per row it may come from."""
    states = []
    for position, instance in enumerate(state):
        if instance["id"] != instance_id:
            continue
        for row, task in enumerate(tasks_of(instance)):
            if task in rows_to_stop(instance, group):
                after = deepcopy(state)
                after[position]["tasks"][row]["count"] = number(task) - 1
                after[position]["tasks"] = [kept for kept in after[position]["tasks"] if number(kept)]
                states.append(after)
    return states


def check_scale_in(input: Json, stops: list[str]) -> str | None:
    """None if some reading permits these stops from end to end, or else what is wrong by the plain reading."""
    complaints = []
    for reading in READINGS:
        complaint = scale_in_complaint(input, stops, reading)
        if complaint is None:
            return None
        complaints.append(complaint)
    return complaints[0]


def scale_in_complaint(input: Json, stops: list[str], reading: Reading) -> str | None:
    """The first disagreement of the stops with one reading; every state they may have led to is followed."""
    group, strategies = input["group"], input.get("strategies")
    states: list[State] = [input["instances"]]
    present = sum(tasks_in_group(instance, group, stopping=False) for instance in input["instances"])
    expected = min(input["stop"], present)
    if len(stops) != expected:
        return f"{len(stops)} tasks were stopped instead of {expected}."
    for position, stop in enumerate(stops, start=1):
        legal = [legal_stops_under(state, group, strategies, reading) for state in states]
        if stop not in set().union(*legal):
            return f"Stop {position} hit {stop}, but only {sorted(set().union(*legal))} may lose a task."
        states = [
            after
            for state, ids in zip(states, legal, strict=True)
            if stop in ids
            for after in states_after_stop(state, group, stop)
        ]
    return None


# --- Zone rebalancing (section 6) ------------------------------------------------------------------------------------


def is_eligible(input: Json) -> bool:
    """Whether zone rebalancing applies to the service at all (section 6, "eligible")."""
    strategies, constraints = input.get("strategies") or [], input.get("constraints") or []
    return all(
        [
            input.get("scheduling", "REPLICA") == "REPLICA",
            not strategies or (strategies[0]["type"] == "spread" and strategies[0].get("field") == ZONE),
            input.get("launch_type", "EC2") != "EXTERNAL",
            input.get("maximum_percent", 200) != 100,
            not input.get("classic_load_balancer", False),
            not any("ecs.availability-zone" in constraint.get("expression", "") for constraint in constraints),
        ]
    )


def rebalance(input: Json) -> Json:
    """The answer of placement.rebalance (section 6, "balanced" and "action").

    Keys that the specification does not settle are left out: what a service that is not eligible would do, and
    everything about zones when none are given. `start_in` and `stop_in` are the zones that are right to begin with.
    """
    eligible, counts = is_eligible(input), input.get("per_az")
    if not counts:
        return {"eligible": eligible}
    low, high = min(counts.values()), max(counts.values())
    balanced = high - low <= 1
    if not eligible:
        return {"eligible": False, "balanced": balanced}
    return {
        "eligible": True,
        "balanced": balanced,
        "start_in": [] if balanced else sorted(zone for zone in counts if counts[zone] == low),
        "stop_in": [] if balanced else sorted(zone for zone in counts if counts[zone] == high),
        "first_action": None if balanced else "start",
    }


def check_rebalance(input: Json, answer: Json) -> str | None:
    """None if the answer holds all that `rebalance` says; nothing to do may be written as any empty value."""
    for key, right in rebalance(input).items():
        given = answer.get(key)
        if isinstance(given, list):
            given = sorted(given)
        if key not in answer or (given or None) != (right or None):
            return f"{key} is {given!r} instead of {right!r}."
    return None


# --- Random cases ----------------------------------------------------------------------------------------------------

ZONES = ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
GROUPS = ["service:web", "service:api", "family:job", "nightly"]
AWSLOGS = "com.amazonaws.ecs.capability.logging-driver.awslogs"
RACKS = ["r1", "r2", "r3"]


def chance(rng: random.Random, percent: int) -> bool:
    """True in so many cases out of a hundred."""
    return rng.randrange(100) < percent


def random_case(rng: random.Random) -> Json:
    """A small valid case of one of the three families (section 17), drawn so that rules meet often."""
    draw = rng.randrange(100)
    if draw < 70:
        return {"family": "placement.run", "input": random_run(rng)}
    if draw < 90:
        return {"family": "placement.scale_in", "input": random_scale_in(rng)}
    return {"family": "placement.rebalance", "input": random_rebalance(rng)}


def random_run(rng: random.Random) -> Json:
    """A cluster of 2 to 6 instances and a request of 1 to 6 tasks."""
    api = rng.choice(["RunTask", "CreateService"])
    group = rng.choice(["service:web", "service:api"] if api == "CreateService" else ["family:job", "nightly"])
    zones = ZONES[: rng.randint(2, 3)]
    mode = rng.choices(["bridge", "awsvpc", "host", "none"], [50, 32, 12, 6])[0]
    request: Json = {"api": api, "count": rng.randint(1, 6), "group": group}
    request |= {"cpu": rng.choice([0, 128, 256, 256, 512, 1024]), "memory": rng.choice([250, 250, 500, 1000])}
    if mode != "bridge" or chance(rng, 50):
        request["network_mode"] = mode
    request |= random_network(rng, mode, zones)
    if chance(rng, 10):
        request["gpus"] = rng.randint(0, 2)
    if chance(rng, 15):
        request["requires"] = [AWSLOGS]
    constraints = random_constraints(rng, zones)
    if constraints or chance(rng, 20):
        request["constraints"] = constraints
    strategies = random_strategies(rng)
    if strategies or chance(rng, 30):
        request["strategies"] = strategies
    wants_gpus = request.get("gpus", 0) > 0
    instances = [random_instance(rng, n, zones, wants_gpus=wants_gpus) for n in range(1, rng.randint(2, 6) + 1)]
    rng.shuffle(instances)
    return {"instances": instances, "request": request}


def random_network(rng: random.Random, mode: str, zones: list[str]) -> Json:
    """Ports and subnets that the network mode allows (2.3, 2.4, section 8)."""
    network: Json = {}
    if mode in ("bridge", "host"):
        if chance(rng, 45):
            network["tcp"] = rng.sample([80, 443, 8080, 53, 2375], rng.choice([1, 1, 2]))
        if chance(rng, 20) and not (mode == "host" and 53 in network.get("tcp", [])):  # PT-9
            network["udp"] = [53]
    if mode == "bridge" and chance(rng, 25):
        network["dynamic_ports"] = rng.randint(1, 2)
    if mode == "awsvpc" and chance(rng, 60):
        network["subnet_azs"] = sorted(rng.sample(zones, rng.randint(1, len(zones))))
    return network


def random_instance(rng: random.Random, position: int, zones: list[str], *, wants_gpus: bool) -> Json:
    """An instance with its limits and attributes and the tasks it already runs."""
    instance: Json = {"id": f"i-{position}", "az": rng.choice(zones), "type": rng.choice(["m5.large", "c5.large"])}
    instance |= {"cpu": rng.choice([1024, 2048, 2048]), "memory": rng.choice([1000, 2000, 2000, 4000])}
    if chance(rng, 10):
        instance["status"] = rng.choice(["DRAINING", "DRAINING", "ACTIVE", "REGISTERING"])
    if chance(rng, 10):
        instance["agent_connected"] = chance(rng, 30)
    if chance(rng, 10):
        instance["reserved_tcp"] = rng.choice([[], [22, 8080], [*RESERVED_TCP, 80]])
    elif chance(rng, 3):  # near the limit of PT-5
        instance["reserved_tcp"] = list(range(20000, 20000 + rng.randint(97, MOST_PORTS)))
    elif chance(rng, 5):
        instance["reserved_udp"] = [53]
    if chance(rng, 12):
        instance["capabilities"] = rng.choice([[], [TASK_ENI], [AWSLOGS], [AWSLOGS, TASK_ENI]])
    if chance(rng, 70 if wants_gpus else 5):
        instance |= {"gpus": rng.randint(0, 4), "type": "g5.12xlarge"}
    if chance(rng, 60):
        instance["task_enis"] = rng.choice([0, 1, 1, 2, 2, 3])
    if chance(rng, 75):
        instance["attributes"] = random_attributes(rng)
    return add_tasks(rng, instance, GROUPS, rng.choice([0, 0, 1, 1, 2, 3]))


def random_attributes(rng: random.Random) -> Json:
    """Custom attributes, some without value, and now and then a built-in one overridden."""
    attributes: Json = {"rack": rng.choice(RACKS)} if chance(rng, 80) else {}
    if chance(rng, 40):
        attributes["tier"] = rng.choice(["front", "back", None])
    if chance(rng, 25):
        attributes["nvme"] = None
    if chance(rng, 8):
        attributes["ecs.instance-type"] = "r5.large"
    return attributes


def add_tasks(rng: random.Random, instance: Json, groups: list[str], rows: int) -> Json:
    """The instance with up to so many task rows more, as far as there is room for them."""
    for _ in range(rows):
        task: Json = {"group": rng.choice(groups), "cpu": rng.choice([0, 128, 256])}
        task["memory"] = rng.choice([125, 250, 500])
        if chance(rng, 40):
            task["count"] = rng.randint(1, 3)
        if number(task) == 1 and chance(rng, 25):
            task["tcp"] = [rng.choice([80, 443, 8080, 53])]
        if number(task) == 1 and chance(rng, 10):
            task["udp"] = [53]
        if "tcp" not in task and "udp" not in task and chance(rng, 30):
            task["enis"] = 1
        if instance.get("gpus") and chance(rng, 40):
            task["gpus"] = 1
        if chance(rng, 12):
            task["desired"] = "STOPPED"
        if has_room(instance, task):
            instance["tasks"] = [*tasks_of(instance), task]
    return instance


def has_room(instance: Json, task: Json) -> bool:
    """Whether the instance can hold the row beside everything else on it: no case begins with an impossible state."""
    whole = instance | {"tasks": [*tasks_of(instance), task]}
    tcp, udp = (ports_taken(instance, protocol, PLAIN) for protocol in ("tcp", "udp"))
    new_tcp, new_udp = set(task.get("tcp", [])), set(task.get("udp", []))
    return all(
        [
            all(remaining(whole, what, PLAIN) >= 0 for what in ("cpu", "memory", "gpus")),
            held(whole, "enis", PLAIN) <= instance.get("task_enis", 99),
            not (tcp & new_tcp or udp & new_udp),
            len(tcp | new_tcp) + len(udp | new_udp) <= MOST_PORTS,
        ]
    )


def random_constraints(rng: random.Random, zones: list[str]) -> list[Json]:
    """Up to three constraints; distinctInstance carries no expression (CN-5)."""
    constraints: list[Json] = [{"type": "distinctInstance"}] if chance(rng, 25) else []
    for _ in range(rng.choices([0, 1, 2], [72, 22, 6])[0]):
        constraints.append({"type": "memberOf", "expression": random_expression(rng, zones)})
    return constraints


def random_expression(rng: random.Random, zones: list[str]) -> str:
    """One of the query forms that `query_is_true` knows."""
    zone, rack = rng.choice(zones), rng.choice(RACKS)
    return rng.choice(
        [
            f"attribute:ecs.availability-zone == {zone}",
            f"attribute:ecs.availability-zone != {zone}",
            f"attribute:ecs.availability-zone in [{', '.join(sorted(rng.sample(zones, 2)))}]",
            "attribute:ecs.instance-type == m5.large",
            "attribute:ecs.instance-type in [c5.large, r5.large]",
            f"attribute:rack == {rack}",
            f"attribute:rack != {rack}",
            f"attribute:rack in [{rack}, r9]",
            "attribute:rack exists",
            "attribute:nvme exists",
            "attribute:nvme !exists",
            "attribute:nvme == fast",
            "attribute:tier != front",
            "attribute:tier exists",
            "attribute:tier !exists",
            f"task:group == {rng.choice(GROUPS)}",
        ]
    )


def random_strategies(rng: random.Random) -> list[Json]:
    """None at all, or a chain of up to five (ST-8)."""
    kinds: list[Json] = [
        {"type": "spread", "field": ZONE},
        {"type": "spread", "field": ZONE},
        {"type": "spread", "field": "instanceId"},
        {"type": "spread", "field": "host"},
        {"type": "spread", "field": "attribute:rack"},
        {"type": "spread", "field": "attribute:ecs.instance-type"},
        {"type": "binpack", "field": "cpu"},
        {"type": "binpack", "field": "memory"},
        {"type": "binpack", "field": "memory"},
        {"type": "random"},
    ]
    return [dict(rng.choice(kinds)) for _ in range(rng.choices(range(6), [25, 30, 25, 10, 5, 5])[0])]


def random_scale_in(rng: random.Random) -> Json:
    """A cluster that runs tasks of one service among others, some of which are to go.

    All instances are ACTIVE and connected: section 6 does not say whether the others lose their tasks first.
    """
    zones, group = ZONES[: rng.randint(2, 3)], "service:web"
    instances = []
    for position in range(1, rng.randint(2, 6) + 1):
        instance = random_instance(rng, position, zones, wants_gpus=False)
        instance |= {"status": "ACTIVE", "agent_connected": True}
        instances.append(add_tasks(rng, instance, [group], rng.choice([0, 1, 1, 2])))
    total = sum(tasks_in_group(instance, group, stopping=False) for instance in instances)
    if total == 0:
        return random_scale_in(rng)
    case: Json = {"instances": instances, "group": group, "stop": rng.randint(1, min(total, 6))}
    strategies = random_strategies(rng)
    if strategies or chance(rng, 30):
        case["strategies"] = strategies
    return case


def random_rebalance(rng: random.Random) -> Json:
    """A service over two or three zones, most often one that is eligible."""
    case: Json = {"per_az": {zone: rng.randint(0, 3) for zone in ZONES[: rng.randint(2, 3)]}}
    if not any(case["per_az"].values()):
        case["per_az"][ZONES[0]] = 2
    if chance(rng, 30):
        case["maximum_percent"] = rng.choice([100, 150, 200])
    if chance(rng, 20):
        case["scheduling"] = rng.choice(["REPLICA", "REPLICA", "DAEMON"])
    if chance(rng, 30):
        case["launch_type"] = rng.choice(["EC2", "FARGATE", "EXTERNAL"])
    if case.get("launch_type") == "FARGATE":  # no strategies, no constraints (PL-6), no Classic Load Balancer (LB-6)
        return case | {"scheduling": "REPLICA"}
    if chance(rng, 25):
        case["constraints"] = random_constraints(rng, list(case["per_az"]))
    if chance(rng, 20):
        case["classic_load_balancer"] = chance(rng, 50)
    if case.get("scheduling") == "DAEMON":  # strategies do not apply (section 4)
        return case
    if chance(rng, 40):
        case["strategies"] = [{"type": "spread", "field": ZONE}, *random_strategies(rng)[:2]]
    elif chance(rng, 30):
        case["strategies"] = random_strategies(rng)
    return case


# --- The public examples ---------------------------------------------------------------------------------------------


def every_run(state: State, request: Json, wanted: int) -> Iterator[tuple[list[str], State]]:
    """Every run that is permitted, with the state it ends in."""
    legal = legal_next(state, request) if wanted else set()
    if not legal:
        yield [], state
    for pick in sorted(legal):
        for picks, end in every_run(place(state, request, pick), request, wanted - 1):
            yield [pick, *picks], end


def run_shows(input: Json, picks: list[str], end: State, key: str, value: Any) -> bool:
    """Whether a run has what an example expects."""
    request, instances = input["request"], {instance["id"]: instance for instance in input["instances"]}
    match key:
        case "placed":
            return bool(len(picks) == value)
        case "failed":
            return bool(request["count"] - len(picks) == value)
        case "per_instance":
            return bool(Counter(picks) == value)
        case "per_az":
            return bool(Counter(instances[pick]["az"] for pick in picks) == Counter(value))
        case "per_field_any_order":
            values = Counter(spread_value(instances[pick], value["field"]) for pick in picks)
            every_value = {spread_value(instance, value["field"]) for instance in instances.values()}
            return bool(sorted((values[each] for each in every_value), reverse=True) == value["counts"])
        case "allowed_instances":
            return set(picks) <= set(value)
        case "failure_reasons":
            reasons = {instance["id"]: set(reasons_against(instance, request)) for instance in end}
            return all(reasons[name] and reasons[name] <= set(right) for name, right in value.items())
        case "event_contains":  # the text of the service event is no matter of this oracle
            return True
    raise KeyError(key)


def agrees(vector: Json) -> bool:
    """Whether the oracle agrees with one example: every run it permits must show what is expected."""
    input, expect = vector["input"], vector["expect"]
    if vector["family"] == "placement.rebalance":
        answer = rebalance(input)
        return all(answer[key] == value for key, value in expect.items())
    if vector["family"] == "placement.scale_in":
        state, group, strategies = input["instances"], input["group"], input.get("strategies")
        for right in expect.get("stop_in", [expect.get("first_stop_in")]):
            if legal_stops(state, group, strategies) != set(right):
                return False
            state = states_after_stop(state, group, right[0])[0]
        return True
    runs = every_run(input["instances"], input["request"], input["request"]["count"])
    return all(run_shows(input, picks, end, *pair) for picks, end in runs for pair in expect.items())


if __name__ == "__main__":
    vectors = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["vectors"]
    ours = [vector for vector in vectors if f"random_{vector['family'].removeprefix('placement.')}" in globals()]
    verdicts = [agrees(vector) for vector in ours]
    for vector, verdict in zip(ours, verdicts, strict=True):
        print("agrees   " if verdict else "DISAGREES", vector["id"], "-", vector["why"])
    print(f"{sum(verdicts)} of {len(ours)} agree")
