"""The family placement.rebalance: whether Availability Zone rebalancing applies to a service, and what it does.

Source: ECS developer guide, service-rebalancing.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from studyapp.simulators.errors import InputError
from studyapp.simulators.fields import Fields, checked_text, known, shown
from studyapp.simulators.placement.cluster import MOST_TASKS, ZONE
from studyapp.simulators.placement.request import ZONE_SPREAD, Constraint, Strategy, read_constraints, read_strategies

_FIELDS = known("per_az strategies constraints scheduling launch_type maximum_percent classic_load_balancer")
LAUNCH_TYPES = ("EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES")
_NAMES_ZONE = re.compile(rf"attribute:{re.escape(ZONE)}(?![A-Za-z0-9_./\\-])")


@dataclass(frozen=True, slots=True)
class Service:
    """What decides whether the tasks of a service are rebalanced. `maximum_percent` is that of its deployments."""

    strategies: tuple[Strategy, ...]
    constraints: tuple[Constraint, ...]
    scheduling: str
    launch_type: str
    maximum_percent: int
    classic_load_balancer: bool


def zone_spread_first(strategies: Sequence[Strategy]) -> bool:
    """Tell whether the strategies allow it: a zone spread first, or none at all, which means one."""
    return not strategies or strategies[0] == ZONE_SPREAD


@dataclass(frozen=True, slots=True, kw_only=True)
class RebalanceRules:
    """What decides about rebalancing."""

    strategies: Callable[[Sequence[Strategy]], bool] = zone_spread_first
    first_action: str = "start"
    tolerance: int = 1  # by how many tasks zones may differ


TRUTH = RebalanceRules()


def conditions(service: Service, rules: RebalanceRules = TRUTH) -> dict[str, bool]:
    """Tell for each condition whether the service meets it."""
    return {
        "REPLICA scheduling": service.scheduling == "REPLICA",
        "zone spread first, or no strategy": rules.strategies(service.strategies),
        "not EXTERNAL": service.launch_type != "EXTERNAL",
        "maximumPercent above 100": service.maximum_percent > 100,
        "no Classic Load Balancer": not service.classic_load_balancer,
        f"no constraint on {ZONE}": not any(_NAMES_ZONE.search(each.expression) for each in service.constraints),
    }


def moves(per_az: Mapping[str, int]) -> list[list[str]]:
    """List the moves that even the zones out: [where a task starts, where one then stops], first zones by name."""
    counts = dict(sorted(per_az.items()))
    made = []
    while counts and max(counts.values()) - min(counts.values()) > 1:
        start = min(counts, key=lambda zone: counts[zone])
        stop = max(counts, key=lambda zone: counts[zone])
        counts[start] += 1
        counts[stop] -= 1
        made.append([start, stop])
        if len(made) == 1000:  # enough to see
            break
    return made


def answer(given: dict[str, Any], rules: RebalanceRules, trace: bool) -> dict[str, Any]:
    """Answer an input of placement.rebalance, by true or wrong rules.

    In, all optional: `per_az` {zone: tasks}, `strategies`, `constraints`, `scheduling`, `launch_type`,
    `maximum_percent`, `classic_load_balancer`. Out: `eligible`; `balanced`, null without `per_az`; `start_in` and
    `stop_in`, the zones of which any may be the next, none when nothing is to be done; `first_action`, "start" or
    null; `not_met`, the conditions that keep the service from it. With `trace`: `trace`, {`conditions`, `fact`,
    `moves`}, the moves as [where a task starts, where one then stops].
    Raises InputError.
    """
    fields = Fields(given, "", _FIELDS)
    service = Service(
        strategies=read_strategies(fields),
        constraints=read_constraints(fields),
        scheduling=fields.choice("scheduling", ("REPLICA", "DAEMON"), "REPLICA"),
        launch_type=fields.choice("launch_type", LAUNCH_TYPES, "EC2"),
        maximum_percent=fields.integer("maximum_percent", 0, 100_000, 200),
        classic_load_balancer=fields.boolean("classic_load_balancer", False),
    )
    per_az = {_zone(zone): _count(count, f"per_az.{zone}") for zone, count in fields.mapping("per_az", 100).items()}
    met = conditions(service, rules)
    eligible = all(met.values())
    fewest, most = min(per_az.values(), default=0), max(per_az.values(), default=0)
    balanced = most - fewest <= rules.tolerance
    acts = eligible and not balanced
    answered: dict[str, Any] = {
        "eligible": eligible,
        "balanced": balanced if per_az else None,
        "start_in": sorted(zone for zone, count in per_az.items() if acts and count == fewest),
        "stop_in": sorted(zone for zone, count in per_az.items() if acts and count == most),
        "first_action": rules.first_action if acts else None,
        "not_met": [name for name, holds in met.items() if not holds],
    }
    if trace:
        answered["trace"] = {
            "conditions": met,
            "fact": "A018",
            "moves": moves(per_az) if acts else [],
        }
    return answered


def _zone(name: str) -> str:
    return checked_text(name, "per_az")


def _count(value: object, path: str) -> int:
    if type(value) is not int or not 0 <= value <= MOST_TASKS:
        raise InputError(path, f"must be a whole number from 0 to {MOST_TASKS}, not {shown(value)}")
    return value
