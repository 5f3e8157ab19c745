"""Where the limits of an input are: the last value that is taken, and the first that is not."""

from random import Random

import pytest

from studyapp.simulators.door import simulate
from studyapp.simulators.errors import InputError
from studyapp.simulators.placement.trace import replay

INSTANCE = {"id": "i-1", "az": "a", "cpu": 4096, "memory": 8192}
REQUEST = {"api": "CreateService", "count": 1, "group": "service:s", "cpu": 0, "memory": 1}
TASK = {"group": "service:x"}


def run(instance=None, request=None, **more):
    given = {"instances": [INSTANCE | (instance or {})], "request": REQUEST | (request or {})}
    return simulate("placement.run", given | more)


def ports(count):
    return list(range(1000, 1000 + count))


def expression(length):
    return "attribute:a == " + "x" * (length - len("attribute:a == "))


@pytest.mark.parametrize(
    ("instance", "request_", "beyond", "field"),
    [
        ({"cpu": 4_194_304}, {}, ({"cpu": 4_194_305}, {}), "instances[0].cpu"),
        ({"memory": 67_108_864}, {}, ({"memory": 67_108_865}, {}), "instances[0].memory"),
        ({"cpu": 1}, {}, ({"cpu": 0}, {}), "instances[0].cpu"),
        ({"gpus": 1000}, {}, ({"gpus": 1001}, {}), "instances[0].gpus"),
        ({"gpus": 0}, {}, ({"gpus": -1}, {}), "instances[0].gpus"),
        ({"task_enis": 10_000}, {}, ({"task_enis": 10_001}, {}), "instances[0].task_enis"),
        ({"task_enis": 0}, {}, ({"task_enis": -1}, {}), "instances[0].task_enis"),
        ({"reserved_tcp": ports(100)}, {}, ({"reserved_tcp": ports(101)}, {}), "instances[0].reserved_tcp"),
        ({"reserved_tcp": ports(60), "reserved_udp": ports(40)}, {},
         ({"reserved_tcp": ports(60), "reserved_udp": ports(41)}, {}), "instances[0].reserved_udp"),
        ({"reserved_tcp": [65535]}, {}, ({"reserved_tcp": [65536]}, {}), "instances[0].reserved_tcp[0]"),
        ({"reserved_tcp": [1]}, {}, ({"reserved_tcp": [0]}, {}), "instances[0].reserved_tcp[0]"),
        ({"tasks": [TASK] * 10_000}, {}, ({"tasks": [TASK] * 10_001}, {}), "instances[0].tasks"),
        ({"tasks": [TASK | {"count": 100_000}]}, {}, ({"tasks": [TASK | {"count": 100_001}]}, {}),
         "instances[0].tasks[0].count"),
        ({"tasks": [TASK | {"cpu": 4096}]}, {}, ({"tasks": [TASK | {"cpu": 4097}]}, {}), "instances[0].tasks"),
        ({"tasks": [TASK | {"memory": 4096, "count": 2}]}, {},
         ({"tasks": [TASK | {"memory": 4097, "count": 2}]}, {}), "instances[0].tasks"),
        ({"tasks": [TASK | {"cpu_used": 0, "memory_used": 0, "memory_limit": 0}]}, {},
         ({"tasks": [TASK | {"memory_limit": -1}]}, {}), "instances[0].tasks[0].memory_limit"),
        ({"attributes": {f"a{n}": "v" for n in range(100)}}, {},
         ({"attributes": {f"a{n}": "v" for n in range(101)}}, {}), "instances[0].attributes"),
        ({"attributes": {"a" * 128: "v" * 128}}, {},
         ({"attributes": {"a": "v" * 129}}, {}), "instances[0].attributes.a"),
        ({}, {"count": 100_000}, ({}, {"count": 100_001}), "request.count"),
        ({}, {"count": 0}, ({}, {"count": -1}), "request.count"),
        ({}, {"memory": 67_108_864}, ({}, {"memory": 67_108_865}), "request.memory"),
        ({}, {"cpu": 4_194_304}, ({}, {"cpu": 4_194_305}), "request.cpu"),
        ({}, {"dynamic_ports": 100}, ({}, {"dynamic_ports": 101}), "request.dynamic_ports"),
        ({}, {"requires": [f"c{n}" for n in range(200)]}, ({}, {"requires": [f"c{n}" for n in range(201)]}),
         "request.requires"),
        ({}, {"subnet_azs": [f"z{n}" for n in range(16)]}, ({}, {"subnet_azs": [f"z{n}" for n in range(17)]}),
         "request.subnet_azs"),
        ({}, {"constraints": [{"type": "memberOf", "expression": expression(2000)}]},
         ({}, {"constraints": [{"type": "memberOf", "expression": expression(2001)}]}),
         "request.constraints[0].expression"),
        ({}, {"constraints": [{"type": "distinctInstance"}] * 10},
         ({}, {"constraints": [{"type": "distinctInstance"}] * 11}), "request.constraints"),
        ({}, {"strategies": [{"type": "binpack", "field": "cpu"}] * 5},
         ({}, {"strategies": [{"type": "binpack", "field": "cpu"}] * 6}), "request.strategies"),
    ],
)  # fmt: skip
def test_the_last_that_is_taken_and_the_first_that_is_not(instance, request_, beyond, field):
    run(instance, request_)
    with pytest.raises(InputError) as refused:
        run(*beyond)
    assert refused.value.field == field


def test_so_many_instances_and_no_more():
    many = [INSTANCE | {"id": f"i-{n}"} for n in range(10_000)]
    simulate("placement.run", {"instances": many, "request": REQUEST})
    with pytest.raises(InputError) as refused:
        simulate("placement.run", {"instances": [*many, INSTANCE | {"id": "one-more"}], "request": REQUEST})
    assert refused.value.field == "instances"


@pytest.mark.parametrize("status", ["DRAINING", "REGISTERING", "REGISTRATION_FAILED", "DEREGISTERING", "INACTIVE"])
def test_every_status_but_active_keeps_tasks_away(status):
    assert run({"status": status})["picks"] == []
    assert run({"status": "ACTIVE"})["picks"] == ["i-1"]


@pytest.mark.parametrize(("api", "quota"), [("RunTask", 10), ("CreateService", 5000)])
def test_a_quota_is_told_beyond_it_and_not_at_it(api, quota):
    def told(count):
        return len(run({"cpu": 1, "memory": 1}, {"api": api, "count": count})["notes"])

    assert told(quota) == told(1)
    assert told(quota + 1) == told(1) + 1


def test_the_event_names_the_instance_that_lacks_the_least():
    instances = [
        INSTANCE | {"id": "i-1", "cpu": 1, "memory": 1},
        INSTANCE | {"id": "i-2", "memory": 1},
        INSTANCE | {"id": "i-3", "cpu": 1, "memory": 1},
    ]
    given = {"instances": instances, "request": REQUEST | {"cpu": 512, "memory": 512}}
    assert "container-instance ID i-2 has insufficient memory" in simulate("placement.run", given)["event"]


def test_each_task_takes_what_it_asks_for_once():
    instance = {"gpus": 3, "task_enis": 2}
    assert len(run(instance, {"gpus": 1, "count": 5})["picks"]) == 3
    assert len(run(instance, {"gpus": 2, "count": 5})["picks"]) == 1
    assert len(run(instance, {"network_mode": "awsvpc", "count": 5})["picks"]) == 2
    assert len(run({}, {"cpu": 1024, "count": 9})["picks"]) == 4
    assert len(run({}, {"memory": 4096, "count": 9})["picks"]) == 2
    assert len(run({}, {"tcp": [8080], "count": 9})["picks"]) == 1
    assert len(run({}, {"udp": [53], "count": 9})["picks"]) == 1
    held = {"group": "service:x", "cpu": 1024, "memory": 2048, "gpus": 1, "enis": 1, "count": 2}
    full = instance | {"tasks": [held]}
    assert len(run(full, {"cpu": 1024, "count": 9})["picks"]) == 2
    assert len(run(full, {"memory": 2048, "count": 9})["picks"]) == 2
    assert len(run(full, {"gpus": 1, "count": 9})["picks"]) == 1
    assert run(full, {"network_mode": "awsvpc", "count": 9})["picks"] == []


@pytest.mark.parametrize("port", [22, 2375, 2376, 51678, 51679])
def test_the_agents_and_the_daemons_ports_are_taken_on_every_instance(port):
    assert run({}, {"tcp": [port]})["failures"] == {"i-1": "RESOURCE:PORTS"}
    assert run({}, {"udp": [port]})["picks"] == ["i-1"]
    assert run({}, {"tcp": [port + 10]})["picks"] == ["i-1"]


def member(expression, **instance):
    return run(instance, {"constraints": [{"type": "memberOf", "expression": expression}]})["picks"] == ["i-1"]


def test_an_expression_sees_the_agent_and_the_capabilities():
    assert member("agentConnected == true")
    assert not member("agentConnected == false")
    assert member("attribute:com.amazonaws.ecs.x exists", capabilities=["com.amazonaws.ecs.x"])
    assert not member("attribute:com.amazonaws.ecs.y exists", capabilities=["com.amazonaws.ecs.x"])


def notes(instances, trace=False, **request):
    return simulate("placement.run", {"instances": instances, "request": REQUEST | request}, trace=trace)["notes"]


def test_what_aws_leaves_open_is_told_where_it_matters_and_nowhere_else():
    rack = [{"type": "spread", "field": "attribute:rack"}]
    racked, bare = INSTANCE | {"attributes": {"rack": "r"}}, INSTANCE | {"id": "i-2"}
    assert notes([racked, bare], strategies=rack) != []
    assert notes([racked], strategies=rack) == []
    assert notes([racked, bare], strategies=[{"type": "spread", "field": "instanceId"}]) == []
    draining = bare | {"status": "DRAINING"}
    assert notes([INSTANCE, draining], memory=8193) != notes([INSTANCE, bare], memory=8193)
    assert notes([INSTANCE, draining]) == []
    # A tie at one of two tasks is a tie.
    small = bare | {"memory": 1}
    assert any("equally good" in note for note in notes([INSTANCE, small], trace=True, count=2, strategies=[]))
    assert len(notes([INSTANCE | {"id": f"i-{n}"} for n in range(5001)])) == 1
    assert notes([INSTANCE | {"id": f"i-{n}"} for n in range(5000)]) == []


def test_a_seed_is_as_large_as_a_number_of_json_may_be():
    run(seed=2**53)
    with pytest.raises(InputError) as refused:
        run(seed=2**53 + 1)
    assert refused.value.field == "seed"


def test_a_run_may_be_larger_where_no_steps_are_shown():
    given = {"instances": [INSTANCE | {"id": f"i-{n}"} for n in range(100)], "request": REQUEST | {"count": 1001}}
    assert simulate("placement.run", given, misconception="binpack_picks_most_free")["placed"] == 1001
    with pytest.raises(InputError, match="shown with its trace"):
        simulate("placement.run", given, trace=True)


def test_what_a_task_uses_is_nothing_where_it_is_not_said():
    full = {"tasks": [{"group": "service:x", "cpu": 4096, "memory": 8192}]}
    given = {"instances": [INSTANCE | full], "request": REQUEST | {"cpu": 4096, "memory": 8192}}
    assert simulate("placement.run", given)["picks"] == []
    assert simulate("placement.run", given, misconception="usage_instead_of_reservation")["picks"] == ["i-1"]


@pytest.mark.parametrize("seed", range(60))
def test_several_spreads_are_followed_alike_with_and_without_steps(seed):
    draw = Random(seed)
    instances = [
        INSTANCE
        | {"id": f"i-{n}", "az": draw.choice("abc"), "attributes": {"rack": draw.choice("xy")}}
        | {"tasks": [{"group": "service:s", "count": draw.randrange(4), "memory": 512}]}
        for n in range(6)
    ]
    chain = [{"type": "spread", "field": f"attribute:{name}"} for name in ("ecs.availability-zone", "rack")]
    request = REQUEST | {"count": 12, "memory": 1024, "strategies": draw.sample(chain, 2)}
    given = {"instances": instances, "request": request} | ({"seed": seed} if seed % 2 else {})
    assert simulate("placement.run", given)["picks"] == simulate("placement.run", given, trace=True)["picks"]


def test_a_step_that_drops_another_than_its_numbers_say_does_not_replay():
    small = INSTANCE | {"id": "i-2", "memory": 1}
    given = {"instances": [INSTANCE, small], "request": REQUEST | {"memory": 2}}
    trace = simulate("placement.run", given, trace=True)["trace"]
    assert replay(trace) == ["i-1"]
    step = next(step for step in trace[0]["steps"] if step["dropped"])
    step["dropped"] = {}
    with pytest.raises(ValueError, match="does not follow"):
        replay(trace)
