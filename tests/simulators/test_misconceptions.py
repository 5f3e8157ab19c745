"""Every misconception of placement: that it gives another answer somewhere, and that it names a fact there is."""

from pathlib import Path

import pytest
import yaml

from studyapp.simulators.door import families, simulate
from studyapp.simulators.placement.misconceptions import PLACING, REBALANCING, STOPPING

ZONE = {"type": "spread", "field": "attribute:ecs.availability-zone"}
INSTANCE = {"type": "spread", "field": "instanceId"}
MEMORY = {"type": "binpack", "field": "memory"}
CPU = {"type": "binpack", "field": "cpu"}
DISTINCT = {"type": "distinctInstance"}


def inst(name, zone="a", memory=4000, cpu=2048, **fields):
    return {"id": name, "az": f"eu-north-1{zone}", "type": "m5.large", "cpu": cpu, "memory": memory, **fields}


def web(count=1, memory=500, **fields):
    return {"group": "service:web", "count": count, "memory": memory, **fields}


def other(count=1, memory=500, **fields):
    return {"group": "service:other", "count": count, "memory": memory, **fields}


def run(instances, count=1, api="CreateService", **fields):
    request = {"api": api, "count": count, "group": "service:web", "cpu": 256, "memory": 500, **fields}
    return {"instances": instances, "request": request}


TWO = [inst("i-1", memory=4000), inst("i-2", "b", memory=3000)]
WHERE_THEY_DIFFER = {
    "binpack_picks_most_free": run(TWO, strategies=[MEMORY]),
    "binpack_looks_at_other_resource": run([inst("i-1", cpu=1024), inst("i-2", memory=3000)], strategies=[MEMORY]),
    "binpack_compares_percentages": run(
        [inst("i-1", memory=8000, tasks=[other(8)]), inst("i-2", memory=2000)], strategies=[MEMORY]
    ),
    "spread_counts_all_tasks": run([inst("i-1", tasks=[other(2)]), inst("i-2", "b", tasks=[web(1)])]),
    "spread_counts_candidates_only": run(
        [inst("i-1", memory=1000, tasks=[web(2)]), inst("i-2"), inst("i-3", "b", tasks=[web()])], strategies=[ZONE]
    ),
    "spread_fills_one_zone_first": run(TWO, 3, strategies=[ZONE]),
    "spread_is_binding": run([inst("i-1", memory=400), inst("i-2", "b")], 2, strategies=[ZONE]),
    "distinct_instance_means_distinct_zone": run([inst("i-1"), inst("i-2")], 2, constraints=[DISTINCT]),
    "distinct_instance_counts_all_tasks": run([inst("i-1", tasks=[other()])], constraints=[DISTINCT]),
    "constraints_ignored_with_strategies": run([inst("i-1")], 2, constraints=[DISTINCT], strategies=[MEMORY]),
    "one_constraint_is_enough": run(
        [inst("i-1")],
        2,
        constraints=[DISTINCT, {"type": "memberOf", "expression": "attribute:ecs.instance-type == m5.large"}],
    ),
    "strategies_before_constraints": run(
        [inst("i-1", memory=3000, tasks=[web()]), inst("i-2")], constraints=[DISTINCT], strategies=[MEMORY]
    ),
    "strategies_before_requirements": run([inst("i-1", memory=400), inst("i-2")], strategies=[MEMORY]),
    "only_first_strategy": run([inst("i-1"), inst("i-2", memory=3000)], strategies=[ZONE, MEMORY]),
    "last_strategy_first": run([*TWO, inst("i-3", "b", memory=2000)], 2, strategies=[ZONE, MEMORY]),
    "random_is_round_robin": run(TWO, 2, api="RunTask"),
    "run_task_spreads_by_default": run(TWO, 2, api="RunTask"),
    "service_packs_by_default": run(TWO, 2),
    "host_ports_ignored": run([inst("i-1")], 2, tcp=[80]),
    "reserved_ports_ignored": run([inst("i-1")], tcp=[22]),
    "tcp_and_udp_collide": run([inst("i-1", tasks=[other(tcp=[53])])], udp=[53]),
    "dynamic_ports_allow_one_copy": run([inst("i-1")], 2, dynamic_ports=1),
    "awsvpc_takes_host_ports": run([inst("i-1")], 2, network_mode="awsvpc", tcp=[80]),
    "network_interfaces_ignored": run([inst("i-1", task_enis=1)], 2, network_mode="awsvpc"),
    "agent_connection_ignored": run([inst("i-1", agent_connected=False)]),
    "draining_instance_accepts_tasks": run([inst("i-1", status="DRAINING")]),
    "capabilities_ignored": run(
        [inst("i-1", capabilities=[])], requires=["com.amazonaws.ecs.capability.logging-driver.gelf"]
    ),
    "cpu_ignored": run([inst("i-1", cpu=256)], 2),
    "needs_more_than_asked": run([inst("i-1", memory=500)]),
    "hard_limit_reserved": run([inst("i-1", memory=600)], memory_limit=1000),
    "usage_instead_of_reservation": run([inst("i-1", memory=600, tasks=[other()])]),
    "binpack_stops_on_fullest": {
        "instances": [inst("i-1", memory=2000, tasks=[web()]), inst("i-2", tasks=[web()])],
        "group": "service:web",
        "stop": 1,
        "strategies": [MEMORY],
    },
    "spread_stops_in_smallest_zone": {
        "instances": [inst("i-1", tasks=[web(1)]), inst("i-2", "b", tasks=[web(3)])],
        "group": "service:web",
        "stop": 1,
    },
    "scale_in_ignores_strategies": {
        "instances": [inst("i-1", memory=2000, tasks=[web(2)]), inst("i-2", "b", tasks=[web()])],
        "group": "service:web",
        "stop": 1,
        "strategies": [MEMORY],
    },
    "scale_in_counts_all_tasks": {
        "instances": [inst("i-1", tasks=[web(1), other(3)]), inst("i-2", "b", tasks=[web(2)])],
        "group": "service:web",
        "stop": 1,
    },
    "rebalance_stops_first": {"per_az": {"eu-north-1a": 2, "eu-north-1b": 0}},
    "rebalance_with_zone_spread_anywhere": {"strategies": [CPU, ZONE]},
    "rebalance_needs_equal_zones": {"per_az": {"eu-north-1a": 1, "eu-north-1b": 2}},
}
BY_FAMILY = {"placement.run": PLACING, "placement.scale_in": STOPPING, "placement.rebalance": REBALANCING}
ALL = [(family, each) for family, known in BY_FAMILY.items() for each in known.values()]


@pytest.mark.parametrize(("family", "misconception"), ALL, ids=[each.key for _, each in ALL])
def test_a_misconception_gives_another_answer(family, misconception):
    given = WHERE_THEY_DIFFER[misconception.key]
    assert simulate(family, given) != simulate(family, given, misconception=misconception.key)


def test_every_misconception_names_a_fact_and_ends_its_sentences():
    content = Path(__file__).parent.parent.parent / "content"
    facts = {fact["key"] for file in content.rglob("facts.yaml") for fact in yaml.safe_load(file.read_text())}
    for _, each in ALL:
        assert each.violates in facts, each.key
        assert each.sentence.endswith(".")
        assert each.refutation.endswith(".")


def test_the_door_offers_them_all():
    for name, known in BY_FAMILY.items():
        assert families()[name].misconceptions == {key: each.sentence for key, each in known.items()}
