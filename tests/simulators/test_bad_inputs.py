"""What the simulators refuse, and which field they name."""

import copy

import pytest

from studyapp.simulators.door import LARGEST, read_json, simulate, simulate_line
from studyapp.simulators.errors import InputError

GOOD = {
    "instances": [
        {"id": "i-1", "az": "eu-north-1a", "type": "m5.large", "cpu": 2048, "memory": 4000, "tasks": [{"group": "x"}]},
        {"id": "i-2", "az": "eu-north-1b", "type": "m5.large", "cpu": 2048, "memory": 4000},
    ],
    "request": {"api": "CreateService", "count": 1, "group": "service:web", "cpu": 256, "memory": 512},
}
MISSING = object()
SPREAD = {"type": "spread", "field": "instanceId"}


def changed(path, value):
    given = copy.deepcopy(GOOD)
    *way, last = path
    place = given
    for step in way:
        place = place[step]
    if value is MISSING:
        del place[last]
    else:
        place[last] = value
    return given


BAD = [
    (["instances"], MISSING, "instances"),
    (["instances"], {}, "instances"),
    (["instances"], [7], "instances[0]"),
    (["extra"], 1, "extra"),
    (["seed"], -1, "seed"),
    (["seed"], 1.5, "seed"),
    (["instances", 1, "id"], "i-1", "instances[1].id"),
    (["instances", 1, "id"], "", "instances[1].id"),
    (["instances", 1, "id"], "a\nb", "instances[1].id"),
    (["instances", 1, "id"], "x" * 256, "instances[1].id"),
    (["instances", 1, "id"], MISSING, "instances[1].id"),
    (["instances", 1, "az"], None, "instances[1].az"),
    (["instances", 1, "cpu"], -1, "instances[1].cpu"),
    (["instances", 1, "cpu"], 0, "instances[1].cpu"),
    (["instances", 1, "cpu"], True, "instances[1].cpu"),
    (["instances", 1, "cpu"], 1024.0, "instances[1].cpu"),
    (["instances", 1, "cpu"], "1024", "instances[1].cpu"),
    (["instances", 1, "cpu"], 10**30, "instances[1].cpu"),
    (["instances", 1, "memory"], MISSING, "instances[1].memory"),
    (["instances", 1, "memroy"], 1, "instances[1].memroy"),
    (["instances", 1, "status"], "active", "instances[1].status"),
    (["instances", 1, "status"], ["ACTIVE"], "instances[1].status"),
    (["instances", 1, "agent_connected"], 1, "instances[1].agent_connected"),
    (["instances", 1, "reserved_tcp"], [0], "instances[1].reserved_tcp[0]"),
    (["instances", 1, "reserved_tcp"], [22, 22], "instances[1].reserved_tcp"),
    (["instances", 1, "reserved_tcp"], list(range(1, 102)), "instances[1].reserved_tcp"),
    (["instances", 1, "reserved_udp"], list(range(1, 100)), "instances[1].reserved_udp"),
    (["instances", 1, "capabilities"], [1], "instances[1].capabilities[0]"),
    (["instances", 1, "attributes"], [], "instances[1].attributes"),
    (["instances", 1, "attributes"], {"a b": "1"}, "instances[1].attributes.a b"),
    (["instances", 1, "attributes"], {"rack": 1}, "instances[1].attributes.rack"),
    (["instances", 0, "tasks", 0, "count"], -1, "instances[0].tasks[0].count"),
    (["instances", 0, "tasks", 0, "cpu"], 2049, "instances[0].tasks"),
    (["instances", 0, "tasks", 0, "memory"], 4001, "instances[0].tasks"),
    (["instances", 0, "tasks", 0, "tcp"], list(range(100, 196)), "instances[0].tasks"),
    (["instances", 0, "agent_version"], "new", "instances[0].agent_version"),
    (["instances", 0, "registered_at"], "today", "instances[0].registered_at"),
    (["instances", 0, "tasks", 0, "gpus"], 1, "instances[0].tasks"),
    (["instances", 0, "tasks", 0, "desired"], "PENDING", "instances[0].tasks[0].desired"),
    (["instances", 0, "tasks", 0, "tcp"], [70000], "instances[0].tasks[0].tcp[0]"),
    (["request"], MISSING, "request"),
    (["request"], [], "request"),
    (["request", "api"], "StartTask", "request.api"),
    (["request", "count"], 10**6, "request.count"),
    (["request", "count"], MISSING, "request.count"),
    (["request", "group"], MISSING, "request.group"),
    (["request", "memory"], MISSING, "request.memory"),
    (["request", "memory"], -5, "request.memory"),
    (["request", "network_mode"], "nat", "request.network_mode"),
    (["request", "tcp"], 80, "request.tcp"),
    (["request", "tcp"], [True], "request.tcp[0]"),
    (["request", "strategies"], [SPREAD] * 6, "request.strategies"),
    (["request", "strategies"], [{"type": "pack"}], "request.strategies[0].type"),
    (["request", "strategies"], [{"type": "spread"}], "request.strategies[0].field"),
    (["request", "strategies"], [{"type": "spread", "field": "zone"}], "request.strategies[0].field"),
    (["request", "strategies"], [{"type": "spread", "field": "attribute:"}], "request.strategies[0].field"),
    (["request", "strategies"], [SPREAD, {"type": "binpack", "field": "disk"}], "request.strategies[1].field"),
    (["request", "constraints"], [{"type": "distinctInstance"}] * 11, "request.constraints"),
    (["request", "constraints"], [{"type": "distinctInstance", "expression": ""}], "request.constraints[0].expression"),
    (["request", "constraints"], [{"type": "memberOf"}], "request.constraints[0].expression"),
    (
        ["request", "constraints"],
        [{"type": "memberOf", "expression": "rack == r1"}],
        "request.constraints[0].expression",
    ),
    (["request", "constraints"], [{"type": "memberOf", "expression": "x" * 2001}], "request.constraints[0].expression"),
]


@pytest.mark.parametrize(("path", "value", "field"), BAD, ids=[f"{field}-{n}" for n, (_, _, field) in enumerate(BAD)])
def test_a_bad_field_is_named(path, value, field):
    with pytest.raises(InputError) as caught:
        simulate("placement.run", changed(path, value))
    assert caught.value.field == field
    assert caught.value.message


def test_the_good_one_is_good():
    assert simulate("placement.run", GOOD)["placed"] == 1


@pytest.mark.parametrize(
    ("mode", "ports", "field"),
    [
        ("host", {"dynamic_ports": 1}, "request.dynamic_ports"),
        ("none", {"tcp": [80]}, "request.tcp"),
        ("none", {"dynamic_ports": 1}, "request.dynamic_ports"),
    ],
)
def test_ports_that_a_network_mode_does_not_have(mode, ports, field):
    with pytest.raises(InputError) as caught:
        simulate("placement.run", {**GOOD, "request": {**GOOD["request"], "network_mode": mode, **ports}})
    assert caught.value.field == field


def test_a_trace_of_a_huge_run_is_refused():
    huge = {**GOOD, "request": {**GOOD["request"], "count": 100_000, "memory": 0, "cpu": 0}}
    huge["instances"] = [{**GOOD["instances"][1], "id": f"i-{number}"} for number in range(200)]
    assert simulate("placement.run", huge)["placed"] == 100_000
    with pytest.raises(InputError, match="trace"):
        simulate("placement.run", huge, trace=True)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"per_az": {"eu-north-1a": -1}}, "per_az.eu-north-1a"),
        ({"per_az": {"eu-north-1a": "2"}}, "per_az.eu-north-1a"),
        ({"per_az": []}, "per_az"),
        ({"scheduling": "BOTH"}, "scheduling"),
        ({"maximum_percent": 2.5}, "maximum_percent"),
        ({"zones": {}}, "zones"),
    ],
)
def test_rebalance_names_a_bad_field(given, field):
    with pytest.raises(InputError) as caught:
        simulate("placement.rebalance", given)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("data", "part"),
    [
        (b"", "empty"),
        (b"{", "not JSON"),
        (b'{"a": 1} x', "not JSON"),
        (b"\xff{}", "UTF-8"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": [-Infinity]}', "Infinity"),
        (b'{"a": 1e999}', "too large"),
        (b'{"a": ' + b"9" * 5000 + b"}", "too long"),
        (b'{"a": {"b": 1, "b": 2}}', '"b" twice'),
        (b"[" * 100_000, "nested"),
        (b'{"a":' * 100_000, "nested"),
        (b'"' + b"x" * LARGEST + b'"', "longer"),
    ],
    ids=range(13),
)
def test_what_is_not_plain_json(data, part):
    with pytest.raises(InputError, match=part) as caught:
        read_json(data)
    assert caught.value.field == "input"


@pytest.mark.parametrize("depth", [500, 2_000, 10_000])
def test_json_nested_deeply_is_an_error_and_no_crash(depth):
    nested = b"[" * depth + b"]" * depth
    for line in (b'{"family": "placement.run", "input": {"instances": %s}}' % nested, nested):
        answer = simulate_line(line)
        assert set(answer) == {"error"}


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (b"\n", "line"),
        (b"[]", "line"),
        (b"{}", "family"),
        (b'{"family": 7, "input": {}}', "family"),
        (b'{"family": "no.such", "input": {}}', "family"),
        (b'{"family": "placement.run"}', "input"),
        (b'{"family": "placement.run", "input": []}', "input"),
        (b'{"family": "placement.run", "input": {}}', "instances"),
    ],
)
def test_a_bad_line_is_answered(line, field):
    assert simulate_line(line)["error"]["field"] == field


def test_an_unknown_misconception_is_named():
    with pytest.raises(InputError) as caught:
        simulate("placement.run", GOOD, misconception="flat_earth")
    assert caught.value.field == "misconception"
