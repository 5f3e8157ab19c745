"""Placement by example: what the rules come to in cases that can be worked out on paper."""

from pathlib import Path

import pytest
import yaml

from studyapp.simulators.door import simulate
from studyapp.simulators.placement.trace import replay

ZONE = {"type": "spread", "field": "attribute:ecs.availability-zone"}
INSTANCE = {"type": "spread", "field": "instanceId"}
MEMORY = {"type": "binpack", "field": "memory"}


def inst(name, zone="a", **fields):
    return {"id": name, "az": f"eu-north-1{zone}", "type": "m5.large", "cpu": 2048, "memory": 7680} | fields


def run(instances, count, api="CreateService", *, trace=False, **fields):
    request = {"api": api, "count": count, "group": "service:web", "cpu": 64, "memory": 64} | fields
    return simulate("placement.run", {"instances": instances, "request": request}, trace=trace)


LOPSIDED = [inst("i-a1"), inst("i-a2"), inst("i-a3"), inst("i-a4"), inst("i-b1", "b")]


def test_a_service_without_strategy_levels_zones_then_instances():
    answer = run(LOPSIDED, 8)
    assert answer["per_instance"] == {"i-a1": 1, "i-a2": 1, "i-a3": 1, "i-a4": 1, "i-b1": 4}


def test_a_spread_over_instances_does_not_level_zones():
    answer = run(LOPSIDED, 8, strategies=[INSTANCE])
    assert sorted(answer["per_instance"].values()) == [1, 1, 2, 2, 2]


def test_binpack_takes_the_least_that_still_fits():
    instances = [inst("p", memory=1800), inst("q", memory=900), inst("r", memory=5000)]
    assert run(instances, 4, memory=800, strategies=[MEMORY])["picks"] == ["q", "p", "p", "r"]


def test_distinct_instance_counts_what_already_runs():
    instances = [inst("i-1", tasks=[{"group": "service:web"}]), inst("i-2"), inst("i-3")]
    answer = run(instances, 3, constraints=[{"type": "distinctInstance"}])
    assert answer["picks"] == ["i-2", "i-3"]
    assert set(answer["failures"].values()) == {"DistinctInstance placement constraint unsatisfied."}
    assert 'encountered error "DistinctInstance placement constraint unsatisfied.".' in answer["event"]


def test_a_task_that_is_being_stopped_no_longer_keeps_its_instance_distinct():
    instances = [inst("i-1", tasks=[{"group": "service:web", "desired": "STOPPED"}])]
    assert run(instances, 1, constraints=[{"type": "distinctInstance"}])["placed"] == 1


def test_a_fixed_host_port_allows_one_copy_per_instance():
    instances = [inst(f"i-{n}") for n in range(3)] + [inst("i-3", tasks=[{"group": "x", "tcp": [8443]}])]
    answer = run(instances, 5, tcp=[8443])
    assert answer["placed"] == 3
    assert set(answer["failures"].values()) == {"RESOURCE:PORTS"}


def test_at_most_100_ports_of_an_instance_are_reserved():
    full = [inst("i-1", reserved_tcp=list(range(1, 100)))]
    assert run(full, 1, tcp=[8080])["placed"] == 1
    assert run(full, 1, tcp=[8080], udp=[8081])["failures"] == {"i-1": "RESOURCE:PORTS"}


@pytest.mark.parametrize(
    ("fields", "request_fields", "reason", "words"),
    [
        ({"cpu": 32}, {}, "RESOURCE:CPU", "has insufficient CPU units available."),
        ({"memory": 32}, {}, "RESOURCE:MEMORY", "has insufficient memory available."),
        ({}, {"tcp": [22]}, "RESOURCE:PORTS", "is already using a port required by your task."),
        ({}, {"gpus": 1}, "RESOURCE:GPU", 'encountered error "RESOURCE:GPU".'),
        ({"task_enis": 0}, {"network_mode": "awsvpc"}, "RESOURCE:ENI", 'encountered error "RESOURCE:ENI".'),
        ({"agent_connected": False}, {}, "AGENT", 'encountered error "AGENT".'),
        ({"capabilities": []}, {"network_mode": "awsvpc"}, "ATTRIBUTE", "is missing an attribute required"),
        ({"capabilities": []}, {"requires": ["x"]}, "ATTRIBUTE", "is missing an attribute required by your task."),
        ({}, {"network_mode": "awsvpc", "subnet_azs": ["eu-north-1b"]}, "LOCATION", "is missing an attribute"),
        ({"status": "DRAINING"}, {}, "INACTIVE", "Reason: No Container Instances were found in your cluster."),
        (
            {},
            {"constraints": [{"type": "memberOf", "expression": "attribute:rack exists"}]},
            "MemberOf placement constraint unsatisfied.",
            'encountered error "MemberOf placement constraint unsatisfied.".',
        ),
    ],
)
def test_a_failure_is_told_in_the_words_of_aws(fields, request_fields, reason, words):
    answer = run([inst("i-1", **fields)], 1, **request_fields)
    assert answer["failures"] == {"i-1": reason}
    assert answer["event"].startswith("service web was unable to place a task because no container instance met all")
    assert words in answer["event"]


def test_an_empty_cluster_has_no_failures_but_an_event():
    answer = run([], 1)
    assert answer["failures"] == {}
    assert answer["event"].endswith("Reason: No Container Instances were found in your cluster.")


def test_every_reason_is_told():
    answer = run([inst("i-1", cpu=32, memory=32, agent_connected=False)], 1, "RunTask")
    assert answer["all_reasons"] == {"i-1": ["AGENT", "RESOURCE:CPU", "RESOURCE:MEMORY"]}
    assert answer["event"] is None


def test_tied_zones_are_all_legal_and_packing_applies_inside_each():
    instances = [inst("i-a1"), inst("i-a2", memory=1000), inst("i-b1", "b"), inst("i-b2", "b", memory=2000)]
    answer = run(instances, 2, strategies=[ZONE, MEMORY], trace=True)
    assert [task["legal"] for task in answer["trace"]] == [["i-a2", "i-b2"], ["i-b2"]]


def test_random_leaves_the_rest_to_chance():
    answer = run(LOPSIDED, 1, "RunTask", strategies=[{"type": "random"}, MEMORY], trace=True)
    assert answer["trace"][0]["legal"] == [each["id"] for each in LOPSIDED]


def test_a_seed_repeats_its_choices_and_another_makes_others():
    picks = {seed: simulate("placement.run", seeded(seed))["picks"] for seed in range(5)}
    assert picks == {seed: simulate("placement.run", seeded(seed))["picks"] for seed in range(5)}
    assert len({tuple(each) for each in picks.values()}) == 5


def seeded(seed):
    request = {"api": "RunTask", "count": 10, "group": "family:job", "memory": 64}
    return {"instances": LOPSIDED, "request": request, "seed": seed}


def test_every_step_teaches_a_fact_that_there_is():
    content = Path(__file__).parent.parent.parent / "content"
    facts = {fact["key"] for file in content.rglob("facts.yaml") for fact in yaml.safe_load(file.read_text())}
    constraints = [{"type": "distinctInstance"}, {"type": "memberOf", "expression": "runningTasksCount < 3"}]
    strategies = [ZONE, MEMORY, {"type": "random"}]
    answer = run(
        LOPSIDED,
        9,
        trace=True,
        network_mode="awsvpc",
        requires=["x"],
        gpus=0,
        subnet_azs=["eu-north-1a", "eu-north-1b"],
        constraints=constraints,
        strategies=strategies,
    )
    steps = [step for task in answer["trace"] for step in task["steps"]]
    assert {step["fact"] for step in steps} <= facts
    assert {step["step"] for step in steps} == {"requirement", "constraint", "strategy", "selection"}


def test_a_trace_that_was_tampered_with_does_not_replay():
    trace = run(LOPSIDED, 2, trace=True)["trace"]
    assert len(replay(trace)) == 2
    for step in trace[1]["steps"]:
        if step["step"] == "strategy":
            step["numbers"] = {name: -number for name, number in step["numbers"].items()}
    with pytest.raises(ValueError, match="does not follow from its numbers"):
        replay(trace)


@pytest.mark.parametrize(
    ("instance", "fields", "words"),
    [
        ({}, {"api": "RunTask", "count": 11}, "at most 10 tasks"),
        ({}, {"count": 5001}, "at most 5000 tasks"),
        ({}, {"constraints": [{"type": "memberOf", "expression": "runningTasksCount < 3"}]}, "placed earlier"),
        ({}, {"strategies": [{"type": "spread", "field": "attribute:rack"}]}, "without the attribute"),
        ({"cpu": 1, "memory": 1}, {}, "several reasons"),
        ({"status": "DRAINING"}, {}, "not ACTIVE"),
    ],
)
def test_quotas_and_conventions_are_told(instance, fields, words):
    assert not run([inst("i-1")], 1)["notes"]
    answer = run([inst("i-1", **instance)], **{"count": 1, **fields})
    assert any(words in note for note in answer["notes"])


def test_ties_are_told_where_they_are_shown():
    assert any("equally good" in note for note in run(LOPSIDED, 1, trace=True)["notes"])
    assert run([inst("i-1")], 1, trace=True)["notes"] == []


def test_protected_tasks_are_not_stopped():
    tasks = [{"group": "service:web", "count": 2, "memory": 64, "protected": True}]
    given = {"instances": [inst("i-1", tasks=tasks)], "group": "service:web", "stop": 1}
    answer = simulate("placement.scale_in", given)
    assert (answer["stops"], answer["not_stopped"]) == ([], 1)


@pytest.mark.parametrize(
    ("given", "eligible"),
    [
        ({}, True),
        ({"strategies": [ZONE]}, True),
        ({"strategies": [ZONE, MEMORY]}, True),
        ({"strategies": [INSTANCE]}, False),
        ({"strategies": [MEMORY, ZONE]}, False),
        ({"scheduling": "DAEMON"}, False),
        ({"launch_type": "FARGATE"}, True),
        ({"launch_type": "EXTERNAL"}, False),
        ({"maximum_percent": 100}, False),
        ({"maximum_percent": 150}, True),
        ({"classic_load_balancer": True}, False),
        ({"constraints": [{"type": "distinctInstance"}]}, True),
        (
            {"constraints": [{"type": "memberOf", "expression": "attribute:ecs.availability-zone == eu-north-1a"}]},
            False,
        ),
        ({"constraints": [{"type": "memberOf", "expression": "attribute:rack == r1"}]}, True),
    ],
)
def test_who_is_rebalanced(given, eligible):
    answer = simulate("placement.rebalance", given)
    assert answer["eligible"] == eligible
    assert answer["balanced"] is None


@pytest.mark.parametrize(
    ("counts", "balanced", "start_in", "stop_in"),
    [
        ({"a": 1, "b": 1}, True, [], []),
        ({"a": 1, "b": 2}, True, [], []),
        ({"a": 1, "b": 2, "c": 2}, True, [], []),
        ({"a": 4, "b": 1, "c": 1}, False, ["b", "c"], ["a"]),
        ({"a": 3, "b": 3, "c": 0}, False, ["c"], ["a", "b"]),
        ({"a": 7}, True, [], []),
    ],
)
def test_which_zones_rebalancing_works_on(counts, balanced, start_in, stop_in):
    answer = simulate("placement.rebalance", {"per_az": counts}, trace=True)
    assert (answer["balanced"], answer["start_in"], answer["stop_in"]) == (balanced, start_in, stop_in)
    assert answer["first_action"] == (None if balanced else "start")
    assert bool(answer["trace"]["moves"]) != balanced
