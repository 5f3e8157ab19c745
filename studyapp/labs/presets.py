"""Clusters and requests that teach: one for each rule of placement, and the cases that surprise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

A, B, C = "eu-west-1a", "eu-west-1b", "eu-west-1c"
ZONE = {"type": "spread", "field": "attribute:ecs.availability-zone"}
INSTANCE = {"type": "spread", "field": "instanceId"}
BINPACK_MEMORY = {"type": "binpack", "field": "memory"}
BINPACK_CPU = {"type": "binpack", "field": "cpu"}


@dataclass(frozen=True, slots=True)
class Preset:
    """A state with its name, what to look for, and the fact that it teaches."""

    key: str
    title: str
    look: str
    fact: str
    state: Mapping[str, Any]


def _instance(id: str, az: str, cpu: int = 2048, memory: int = 4096, **more: Any) -> dict[str, Any]:
    return {"id": id, "az": az, "cpu": cpu, "memory": memory, **more}


def _tasks(group: str, cpu: int, memory: int, count: int = 1, **more: Any) -> dict[str, Any]:
    return {"group": group, "count": count, "cpu": cpu, "memory": memory, **more}


def _state(instances: Sequence[dict[str, Any]], api: str = "CreateService", **request: Any) -> dict[str, Any]:
    asked = {"api": api, "count": 3, "group": "service:web", "cpu": 512, "memory": 1024, **request}
    return {"instances": list(instances), "request": asked}


_SIX = [
    _instance("i-1", A, tasks=[_tasks("service:api", 512, 2048)]),
    _instance("i-2", A),
    _instance("i-3", B, tasks=[_tasks("service:jobs", 1024, 1024)]),
    _instance("i-4", B, 4096, 8192),
    _instance("i-5", C, tasks=[_tasks("service:web", 512, 1024)]),
    _instance("i-6", C, agent_connected=False),
]
_LEVEL = [_instance(f"i-{n}", az) for n, az in enumerate((A, A, B, B, C, C), start=1)]
_UNEVEN = [
    _instance("i-1", A, memory=3072), _instance("i-2", A, memory=4096), _instance("i-3", B, memory=8192),
    _instance("i-4", B, memory=2048),
]  # fmt: skip

PRESETS = (
    Preset("funnel", "Three steps, one pick", "Requirements and constraints drop instances, strategies rank the rest.",
           "N029", _state(_SIX, strategies=[ZONE, BINPACK_MEMORY])),
    Preset("requirements", "What a task needs comes first", "Each instance lacks something else. Which one is left?",
           "N025", _state([
               _instance("i-1", A, memory=900), _instance("i-2", A, 400), _instance("i-3", B, status="DRAINING"),
               _instance("i-4", B, agent_connected=False), _instance("i-5", C),
               _instance("i-6", C, tasks=[_tasks("service:old", 256, 512, tcp=[8080])]),
           ], tcp=[8080], count=1)),
    Preset("reserved", "Promised is taken", "i-1 idles, but its tasks have reserved its memory.", "A015", _state([
        _instance("i-1", A, tasks=[_tasks("service:idle", 128, 1800, 2)]), _instance("i-2", B, 1024, 2048),
    ], count=2)),
    Preset("member-of", "A rule about attributes", "Only c5 instances may run it, however full they are.", "N028",
           _state([
               _instance("i-1", A, type="c5.large"), _instance("i-2", A, type="m5.large"),
               _instance("i-3", B, type="c5a.large"), _instance("i-4", C, type="t3.medium"),
           ], constraints=[{"type": "memberOf", "expression": "attribute:ecs.instance-type =~ c5.*"}])),
    Preset("distinct", "Never two on one", "Four tasks, three instances: the fourth cannot start.", "N027", _state(
        [_instance("i-1", A), _instance("i-2", B), _instance("i-3", C)], count=4,
        constraints=[{"type": "distinctInstance"}])),
    Preset("binpack", "Binpack fills", "The instance with the least memory left that still fits comes first.", "N030",
           _state(_UNEVEN, count=6, strategies=[BINPACK_MEMORY])),
    Preset("spread", "Spread levels", "Zones stay level, and inside a zone any instance will do.", "N032",
           _state(_LEVEL, count=5, strategies=[ZONE])),
    Preset("random", "Random is no pattern", "Change the seed in the request and look again.", "N031",
           {**_state(_LEVEL, "RunTask", count=6, group="family:batch", strategies=[{"type": "random"}]), "seed": 7}),
    Preset("chain", "Order is meaning", "Zones first, memory inside them. Compare with the order turned round.", "N029",
           {**_state([
               _instance("i-1", A), _instance("i-2", A, memory=6144), _instance("i-3", B, memory=3072),
               _instance("i-4", B, memory=8192),
           ], count=4, strategies=[ZONE, BINPACK_MEMORY]), "other": [BINPACK_MEMORY, ZONE]}),
    Preset("ports", "A fixed host port", "One copy for each instance, without any constraint.", "N025", _state(
        [_instance("i-1", A), _instance("i-2", B)], count=3, tcp=[8080])),
    Preset("tie", "A tie", "Everything is equal. AWS does not say which one it takes.", "N032", _state(
        [_instance("i-1", A), _instance("i-2", B), _instance("i-3", C)], count=3, strategies=[INSTANCE])),
    Preset("partial", "Some, not all", "What fits is placed; the service goes on trying for the rest.", "A016", _state(
        [_instance("i-1", A, 1024, 2048), _instance("i-2", B, 1024, 1500)], count=4)),
    Preset("strategy-gives-way", "A strategy gives way", "Zone a has no room, so zone b gets more than its share.",
           "A013", _state([_instance("i-1", A, 512, 1024), _instance("i-2", B, 4096, 8192)], count=4,
                          strategies=[ZONE])),
    Preset("scale-in", "Which task stops",
           "After placing three, the service shrinks by three. The fullest zone goes first.", "A017", {**_state([
               _instance("i-1", A, tasks=[_tasks("service:web", 512, 1024, 2)]), _instance("i-2", A),
               _instance("i-3", B), _instance("i-4", C),
           ]), "stop": 3}),
    Preset("constraint-first", "Forbidden is forbidden",
           "The instance with the most room is out, whatever the ranking says.", "N026", _state([
               _instance("i-1", A, 1024, 2048), _instance("i-2", A, 1024, 2048), _instance("i-3", B, 8192, 16384),
           ], count=3, strategies=[ZONE], constraints=[
               {"type": "memberOf", "expression": "attribute:ecs.availability-zone == eu-west-1a"},
           ])),
    Preset("interfaces", "One network interface for each task", "awsvpc runs out of interfaces before memory.", "A003",
           _state([_instance("i-1", A, 4096, 16384, task_enis=2), _instance("i-2", B, 2048, 8192, task_enis=3)],
                  count=6, network_mode="awsvpc")),
)  # fmt: skip
BY_KEY = {preset.key: preset for preset in PRESETS}
