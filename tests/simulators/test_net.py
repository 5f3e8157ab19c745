"""Ports, target types and security groups: where a port is reached, and at which hop a request ends."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studyapp.simulators.door import simulate
from studyapp.simulators.errors import InputError
from studyapp.simulators.net import misconceptions
from tests.simulators.ruled import check, check_steps, check_wrong, vectors

INSTANCE, TASK = "instance-security-group", "task-security-group"
RANGE = [32768, 60999]
WAY = {
    "network_mode": "bridge", "container_port": 8080, "ip_local_port_range": RANGE, "target_type": "instance",
    "instance_rules": [{"from": 32768, "to": 60999}],
}  # fmt: skip
OWN = {"launch_type": "FARGATE", "container_port": 80, "target_type": "ip", "task_rules": [{"from": 80}]}


@vectors("net")
def test_an_example_of_the_interface(vector):
    check(vector)


@pytest.mark.parametrize(
    ("fields", "target", "host", "group", "ports", "copies"),
    [
        ({"network_mode": "bridge"}, "instance", "dynamic", INSTANCE, [49153, 65535], "cpu-memory-limit"),
        ({"network_mode": "bridge", "host_port": 0}, "instance", "dynamic", INSTANCE, [49153, 65535],
         "cpu-memory-limit"),
        ({"network_mode": "bridge", "host_port": None, "ip_local_port_range": RANGE}, "instance", "dynamic", INSTANCE,
         RANGE, "cpu-memory-limit"),
        ({"network_mode": "default", "os": "windows"}, "instance", "dynamic", INSTANCE, [49152, 65535],
         "cpu-memory-limit"),
        ({"network_mode": "bridge", "host_port": 8081}, "instance", "static", INSTANCE, [8081, 8081], "1"),
        ({"network_mode": "host"}, "instance", "static", INSTANCE, [8080, 8080], "1"),
        ({"network_mode": "host", "host_port": 8080}, "instance", "static", INSTANCE, [8080, 8080], "1"),
        ({"network_mode": "awsvpc"}, "ip", "own-eni", TASK, [8080, 8080], "eni-limit"),
        ({"network_mode": "awsvpc", "host_port": 8080}, "ip", "own-eni", TASK, [8080, 8080], "eni-limit"),
        ({"launch_type": "FARGATE"}, "ip", "own-eni", TASK, [8080, 8080], None),
        ({}, "instance", "dynamic", INSTANCE, [49153, 65535], "cpu-memory-limit"),
        ({"launch_type": "EXTERNAL"}, "instance", "dynamic", INSTANCE, [49153, 65535], "cpu-memory-limit"),
        ({"launch_type": "MANAGED_INSTANCES", "network_mode": "awsvpc"}, "ip", "own-eni", TASK, [8080, 8080],
         "eni-limit"),
    ],
)  # fmt: skip
def test_where_a_port_is_reached(fields, target, host, group, ports, copies):
    given = {"container_port": 8080, **fields}
    assert simulate("net.mapping", given) == {
        "target_type": target, "host_port": host, "open_on": group, "ports": ports, "copies_per_instance": copies,
    }  # fmt: skip
    check_steps("net.mapping", given)


@pytest.mark.parametrize(
    ("fields", "reaches", "stops_at", "rule"),
    [
        ({}, "always", None, None),
        ({"listener_open": False}, "never", "listener", None),
        ({"target_type": "ip"}, "never", "target-type", None),
        ({"balancer_zones": ["a", "b"], "task_zone": "c"}, "never", "zone", None),
        ({"balancer_zones": ["a", "b"], "task_zone": "b"}, "always", None, None),
        ({"instance_rules": []}, "never", "security-group", {"group": INSTANCE, "from": 32768, "to": 60999}),
        ({"instance_rules": [{"from": 8080}]}, "never", "security-group",
         {"group": INSTANCE, "from": 32768, "to": 60999}),
        ({"instance_rules": [{"from": 32768, "to": 50000}]}, "sometimes", "security-group",
         {"group": INSTANCE, "from": 50001, "to": 60999}),
        ({"instance_rules": [{"from": 40000, "to": 65535}]}, "sometimes", "security-group",
         {"group": INSTANCE, "from": 32768, "to": 39999}),
        ({"instance_rules": [{"from": 50001, "to": 60999}, {"from": 1, "to": 50000}]}, "always", None, None),
        ({"instance_rules": [{"from": 32768, "to": 40000}, {"from": 40002, "to": 60999}]}, "sometimes",
         "security-group", {"group": INSTANCE, "from": 40001, "to": 40001}),
        ({"instance_rules": [{"from": 0, "to": 65535, "source": "anywhere"}]}, "always", None, None),
        ({"instance_rules": [{"from": 0, "to": 65535, "source": "elsewhere"}]}, "never", "security-group",
         {"group": INSTANCE, "from": 32768, "to": 60999}),
        ({"task_rules": [{"from": 0, "to": 65535}], "instance_rules": []}, "never", "security-group",
         {"group": INSTANCE, "from": 32768, "to": 60999}),
        ({"listens_on": 3000}, "never", "container", None),
        ({"host_port": 80, "instance_rules": [{"from": 80}]}, "always", None, None),
        ({"host_port": 80, "instance_rules": [{"from": 8080}]}, "never", "security-group",
         {"group": INSTANCE, "from": 80, "to": 80}),
    ],
)  # fmt: skip
def test_at_which_hop_a_request_ends(fields, reaches, stops_at, rule):
    answer = simulate("net.reach", WAY | fields)
    assert (answer["reaches"], answer["stops_at"], answer["reachable"]) == (reaches, stops_at, reaches == "always")
    assert (answer["rule"] and {name: answer["rule"][name] for name in ("group", "from", "to")}) == rule
    assert bool(answer["mend"]) == (reaches != "always")
    assert [hop["hop"] for hop in answer["hops"]] == ["listener", "target-type", "zone", "security-group", "container"]
    check_steps("net.reach", WAY | fields)


def test_on_fargate_the_security_group_of_the_task_decides():
    assert simulate("net.reach", OWN)["reaches"] == "always"
    closed = simulate("net.reach", OWN | {"task_rules": [], "instance_rules": [{"from": 80}]})
    assert closed["rule"] == {"group": TASK, "from": 80, "to": 80, "source": "balancer"}


RULES = st.lists(
    st.tuples(st.integers(1, 30), st.integers(0, 12), st.sampled_from(["balancer", "anywhere", "elsewhere"])).map(
        lambda each: {"from": each[0], "to": each[0] + each[1], "source": each[2]}
    ),
    max_size=5,
)


@settings(max_examples=2000, deadline=None)
@given(st.integers(1, 15), st.integers(0, 20), RULES)
def test_the_rule_that_mends_it_mends_it_and_no_smaller_one_would(low, length, rules):
    given = WAY | {"ip_local_port_range": [low, low + length], "instance_rules": rules}
    answer = simulate("net.reach", given)
    ports = range(low, low + length + 1)
    let_in = {
        port for port in ports for rule in rules if rule["from"] <= port <= rule["to"] and rule["source"] != "elsewhere"
    }
    assert answer["reaches"] == ("always" if len(let_in) == len(ports) else "sometimes" if let_in else "never")
    if answer["rule"]:
        closed = sorted(set(ports) - let_in)
        assert (answer["rule"]["from"], answer["rule"]["to"]) == (closed[0], closed[-1])
        mended = {name: answer["rule"][name] for name in ("from", "to", "source")}
        assert simulate("net.reach", given | {"instance_rules": [*rules, mended]})["reaches"] == "always"


@pytest.mark.parametrize(
    ("family", "fields", "field"),
    [
        ("net.mapping", {"network_mode": "none"}, "network_mode"),
        ("net.mapping", {"network_mode": "bridge", "launch_type": "FARGATE"}, "network_mode"),
        ("net.mapping", {"network_mode": "host", "host_port": 81}, "host_port"),
        ("net.mapping", {"network_mode": "awsvpc", "host_port": 81}, "host_port"),
        ("net.mapping", {"container_port": 0}, "container_port"),
        ("net.mapping", {"container_port": 65536}, "container_port"),
        ("net.mapping", {"host_port": -1}, "host_port"),
        ("net.mapping", {"ip_local_port_range": [1]}, "ip_local_port_range"),
        ("net.mapping", {"ip_local_port_range": [2, 1]}, "ip_local_port_range"),
        ("net.mapping", {"ip_local_port_range": [1, 65536]}, "ip_local_port_range[1]"),
        ("net.mapping", {"ip_local_port_range": [0, 5]}, "ip_local_port_range[0]"),
        ("net.reach", {"target_type": "lambda"}, "target_type"),
        ("net.reach", {"target_type": "instance", "task_zone": "a"}, "balancer_zones"),
        ("net.reach", {"target_type": "instance", "balancer_zones": ["a"]}, "task_zone"),
        ("net.reach", {"target_type": "instance", "instance_rules": [{"from": 9, "to": 8}]}, "instance_rules[0].to"),
        ("net.reach", {"target_type": "instance", "task_rules": [{"from": 70000}]}, "task_rules[0].from"),
    ],
)
def test_what_is_refused(family, fields, field):
    with pytest.raises(InputError) as refused:
        simulate(family, {"container_port": 80} | fields)
    assert refused.value.field == field


def test_the_misconceptions():
    mappings = [
        {"container_port": 80, **more}
        for more in ({}, {"host_port": 81}, {"network_mode": "awsvpc"}, {"network_mode": "host"})
    ]
    ways = [
        WAY, OWN, WAY | {"target_type": "ip"}, WAY | {"balancer_zones": ["a"], "task_zone": "b"},
        WAY | {"instance_rules": [{"from": 32768, "to": 40000}]}, WAY | {"instance_rules": [{"from": 8080}]},
        OWN | {"target_type": "instance"}, OWN | {"task_rules": [], "instance_rules": [{"from": 80}]},
        WAY | {"task_rules": [{"from": 1, "to": 65535}], "instance_rules": []},
    ]  # fmt: skip
    known = {"net.mapping": misconceptions.MAPPING, "net.reach": misconceptions.REACH}
    check_wrong("net", known, {"net.mapping": mappings, "net.reach": ways})
