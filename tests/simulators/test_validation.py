"""What AWS refuses, by the name of the rule."""

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyapp.simulators.door import simulate
from studyapp.simulators.errors import InputError

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "validation.json").read_text())["vectors"]
MEMBER = {"type": "memberOf", "expression": "attribute:a exists"}
DISTINCT = {"type": "distinctInstance"}
WEB = {"name": "web", "memory": 128}


def problems(op, **fields):
    answer = simulate("request.validate", {"op": op, **fields})
    assert answer["accepted"] is not bool(answer["problems"])
    for problem in answer["details"]:
        assert problem.keys() == {"name", "field", "message", "remedy"}
        assert all(problem.values())
    return [problem["name"] for problem in answer["details"]]


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_an_example_of_the_interface(vector):
    answer = simulate("request.validate", vector["input"])
    assert answer["accepted"] == vector["expect"]["accepted"]
    assert answer["problems"] == vector["expect"]["problems"]


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"constraints": [DISTINCT]}, []),
        ({"constraints": [{**DISTINCT, "expression": ""}]}, ["expression-on-distinct-instance"]),
        ({"constraints": [{"type": "memberOf"}]}, ["no-expression"]),
        ({"constraints": [{"type": "oneOf"}]}, ["unknown-constraint-type"]),
        ({"constraints": [{"type": "memberOf", "expression": "tier == front"}]}, ["invalid-expression"]),
        ({"constraints": [{"type": "memberOf", "expression": "attribute:a =~ '(?=b)b'"}]}, []),
        ({"constraints": [{"type": "memberOf", "expression": "attribute:a == " + "b" * 1985}]}, []),
        (
            {"constraints": [{"type": "memberOf", "expression": "attribute:a == " + "b" * 1986}]},
            ["expression-too-long"],
        ),
        ({"constraints": [MEMBER] * 10}, []),
        ({"constraints": [MEMBER] * 11}, ["too-many-constraints"]),
        ({"constraints": [MEMBER] * 5, "task_definition_constraints": 6}, ["too-many-constraints"]),
        ({"strategies": [{"type": "random"}] * 5}, []),
        ({"strategies": [{"type": "random"}] * 6}, ["too-many-strategies"]),
        ({"strategies": [{"type": "binpack", "field": "cpu"}]}, []),
        ({"strategies": [{"type": "binpack", "field": "gpu"}]}, ["strategy-field"]),
        ({"strategies": [{"type": "spread", "field": "host"}, {"type": "spread", "field": "attribute:rack"}]}, []),
        ({"strategies": [{"type": "spread", "field": "memory"}]}, ["strategy-field"]),
        ({"strategies": [{"type": "spread"}]}, ["strategy-field"]),
        ({"strategies": [{"type": "pack"}]}, ["unknown-strategy-type"]),
        ({"launch_type": "FARGATE", "strategies": [{"type": "random"}]}, ["strategies-on-fargate"]),
        ({"launch_type": "FARGATE", "constraints": [MEMBER]}, ["constraints-on-fargate"]),
        ({"launch_type": "MANAGED_INSTANCES", "strategies": [{"type": "random"}]}, ["strategies-on-managed-instances"]),
        ({"launch_type": "MANAGED_INSTANCES", "constraints": [MEMBER]}, ["attribute-on-managed-instances"]),
        (
            {
                "launch_type": "MANAGED_INSTANCES",
                "constraints": [{"type": "memberOf", "expression": "attribute:ecs.instance-type =~ m5.*"}],
            },
            [],
        ),
        ({"network_mode": "awsvpc"}, ["no-network-configuration"]),
        ({"network_mode": "bridge", "network_configuration": True}, ["network-configuration-not-allowed"]),
        ({"network_mode": "bridge", "launch_type": "FARGATE"}, ["network-mode-on-fargate"]),
        (
            {"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["s"] * 17, "securityGroups": ["g"] * 6}}},
            ["too-many-security-groups", "too-many-subnets"],
        ),
        (
            {
                "network_mode": "awsvpc",
                "network_configuration": {
                    "subnets": ["s"] * 16,
                    "security_groups": ["g"] * 5,
                    "assign_public_ip": "ENABLED",
                },
            },
            ["public-ip-on-ec2"],
        ),
        ({"launch_type": "EC2", "capacity_provider_strategy": [{}]}, ["launch-type-and-capacity-providers"]),
        ({"capacity_provider_strategy": [{}] * 21}, ["too-many-capacity-providers"]),
    ],
)
@pytest.mark.parametrize("op", ["RunTask", "CreateService"])
def test_both_calls(op, fields, names):
    assert problems(op, **fields) == names


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"count": 10}, []),
        ({"count": 0}, ["too-few-tasks"]),
        ({"group": "g" * 256}, ["group-too-long"]),
        ({"started_by": "g" * 129}, ["started-by-too-long"]),
        ({"startedBy": "g" * 128}, []),
        ({"overrides": {"containerOverrides": [{"command": ["x" * 8192]}]}}, ["overrides-too-long"]),
    ],
)
def test_run_task(fields, names):
    assert problems("RunTask", **fields) == names


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"desired_count": 5000}, []),
        ({"desired_count": 5001}, ["too-many-tasks"]),
        ({"desired_count": -1}, ["too-few-tasks"]),
        ({"scheduling_strategy": "DAEMON"}, []),
        ({"scheduling_strategy": "DAEMON", "constraints": [MEMBER]}, []),
        ({"scheduling_strategy": "DAEMON", "strategies": [{"type": "random"}]}, ["strategies-on-daemon"]),
        ({"scheduling_strategy": "DAEMON", "desired_count": 2}, ["desired-count-on-daemon"]),
        ({"scheduling": "DAEMON", "launch_type": "FARGATE"}, ["daemon-on-fargate"]),
        ({"schedulingStrategy": "DAEMON", "deploymentController": {"type": "CODE_DEPLOY"}}, ["daemon-with-controller"]),
        ({"load_balancers": [{}] * 5}, []),
        ({"load_balancers": 6}, ["too-many-target-groups"]),
        (
            {"launch_type": "FARGATE", "load_balancers": [{"loadBalancerName": "old"}]},
            ["classic-load-balancer-with-awsvpc"],
        ),
    ],
)
def test_create_service(fields, names):
    assert problems("CreateService", **fields) == names


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"containers": [WEB]}, []),
        ({"containers": []}, ["no-containers"]),
        ({"containers": [{"memory": 64}] * 10}, []),
        ({"containers": [{"memory": 64}] * 11}, ["too-many-containers"]),
        ({"containers": [{**WEB, "essential": False}]}, ["no-essential-container"]),
        ({"containers": [WEB, WEB]}, ["container-names"]),
        ({"containers": [{"memory": 64, "essential": False}, {"memory": 64}]}, []),
        ({"containers": [{"memoryReservation": 64}]}, []),
        ({"containers": [{"cpu": 1}], "memory": 512}, []),
        ({"containers": [{"cpu": 1}], "task_memory": "0.5 GB"}, []),
        ({"containers": [{"memory": 64}, {}]}, ["no-memory"]),
        ({"containers": [{"memory": 64, "memoryReservation": 64}]}, ["hard-limit-not-above-soft"]),
        ({"containers": [{"memory": 65, "memoryReservation": 64}]}, []),
        ({"containers": [{"memory": 5}]}, ["container-memory"]),
        ({"containers": [{"memory": 600}], "memory": 512}, ["containers-exceed-task-memory"]),
        ({"containers": [{"memory": 6, "cpu": 300}], "cpu": 256}, ["containers-exceed-task-cpu"]),
        ({"cpu": 128}, []),
        ({"cpu": 127}, ["task-cpu"]),
        ({"cpu": 196_609}, ["task-cpu"]),
        ({"cpu": "two"}, ["task-cpu"]),
        ({"cpu": "1 vCPU", "memory": "2GB"}, []),
        ({"memory": "much"}, ["task-memory"]),
        ({"family": "a b"}, ["family-name"]),
        ({"family": "f" * 255}, []),
        ({"family": "f" * 256}, ["family-name"]),
        ({"network_mode": "nat"}, ["unknown-network-mode"]),
        ({"strategies": [{"type": "random"}]}, ["strategies-in-task-definition"]),
        ({"constraints": [MEMBER] * 11}, ["too-many-constraints"]),
        (
            {"network_mode": "host", "containers": [{**WEB, "ports": [{"containerPort": 80, "hostPort": 81}]}]},
            ["host-port-differs"],
        ),
        (
            {"network_mode": "none", "containers": [{**WEB, "portMappings": [{"containerPort": 1}]}]},
            ["ports-in-none-mode"],
        ),
        (
            {"containers": [{**WEB, "ports": [{"containerPort": 53}, {"containerPort": 53, "protocol": "udp"}]}]},
            ["port-with-two-protocols"],
        ),
        ({"containers": [{**WEB, "ports": [{"containerPort": 70000}]}]}, ["port-number"]),
        (
            {"network_mode": "host", "containers": [{**WEB, "ports": [{"containerPortRange": "1-9"}]}]},
            ["container-port-range"],
        ),
        ({"network_mode": "awsvpc", "containers": [{**WEB, "links": ["db"]}]}, ["links-need-bridge"]),
        ({"containers": [{**WEB, "links": ["db"], "privileged": True}]}, []),
        ({"containers": [{**WEB, "secrets": [{}]}]}, ["secrets-need-execution-role"]),
        ({"executionRoleArn": "arn", "containers": [{**WEB, "secrets": [{}]}]}, []),
        ({"containers": [{**WEB, "environmentFiles": [{}] * 11}]}, ["environment-files"]),
        ({"volumes": [{"configuredAtLaunch": True}] * 2}, ["too-many-launch-volumes"]),
        ({"volumes": [{"s3filesVolumeConfiguration": {"fileSystemArn": "a"}}]}, ["s3-files-on-ec2"]),
        (
            {"volumes": [{"efsVolumeConfiguration": {"authorizationConfig": {"iam": "ENABLED"}}}]},
            ["efs-encryption"],
        ),
        ({"containers": [{**WEB, "command": ["x" * 66_000]}]}, ["definition-too-large"]),
    ],
)
def test_register_task_definition(fields, names):
    assert problems("RegisterTaskDefinition", **fields) == names


SIZES = {
    256: {512, 1024, 2048},
    512: set(range(1024, 4097, 1024)),
    1024: set(range(2048, 8193, 1024)),
    2048: set(range(4096, 16385, 1024)),
    4096: set(range(8192, 30721, 1024)),
    8192: set(range(16384, 61441, 4096)),
    16384: set(range(32768, 122881, 8192)),
}


@given(
    st.sampled_from([*SIZES, 128, 300, 3072]), st.integers(0, 125_000) | st.integers(0, 125).map(lambda gib: gib * 1024)
)
def test_the_sizes_of_fargate(cpu, memory):
    found = problems("RegisterTaskDefinition", launch_type="FARGATE", network_mode="awsvpc", cpu=cpu, memory=memory)
    assert (found == []) == (memory in SIZES.get(cpu, ()))
    assert set(found) <= {"fargate-size"}


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"cpu": "256"}, ["fargate-size-missing"]),
        ({}, ["fargate-size-missing", "fargate-size-missing"]),
        ({"cpu": 512, "memory": 1024, "os": "WINDOWS_SERVER_2022_CORE"}, ["fargate-size"]),
        ({"cpu": ".25 vCPU", "memory": "0.5 GB"}, []),
        ({"cpu": 256, "memory": 512, "network_mode": "bridge"}, ["network-mode-on-fargate"]),
        (
            {"cpu": 256, "memory": 512, "containers": [{"links": ["a"], "privileged": True, "dnsServers": ["d"]}]},
            ["dns-servers-on-fargate", "links-on-fargate", "privileged-on-fargate"],
        ),
        ({"cpu": 256, "memory": 512, "containers": [{"resourceRequirements": [{"type": "GPU"}]}]}, ["gpu-on-fargate"]),
        (
            {"cpu": 256, "memory": 512, "containers": [{"logConfiguration": {"logDriver": "syslog"}}]},
            ["log-driver-on-fargate"],
        ),
        ({"cpu": 256, "memory": 512, "volumes": [{"host": {"sourcePath": "/x"}}]}, ["source-path-on-fargate"]),
        ({"cpu": 256, "memory": 512, "volumes": [{"host": {}}]}, []),
        (
            {"cpu": 256, "memory": 512, "volumes": [{"dockerVolumeConfiguration": {"scope": "task"}}]},
            ["docker-volume-configuration-on-fargate"],
        ),
        ({"cpu": 256, "memory": 512, "ipcMode": "task"}, ["ipc-mode-on-fargate"]),
        ({"cpu": 256, "memory": 512, "ephemeralStorage": {"sizeInGiB": 20}}, ["ephemeral-storage-size"]),
        ({"cpu": 256, "memory": 512, "ephemeralStorage": {"sizeInGiB": 21}}, []),
        ({"cpu": 256, "memory": 512, "ephemeral_storage": 201}, ["ephemeral-storage-size"]),
    ],
)
def test_what_fargate_does_not_take(fields, names):
    assert problems("RegisterTaskDefinition", requiresCompatibilities=["FARGATE"], **fields) == names


def test_an_invalid_expression_shows_its_place():
    constraints = [{"type": "memberOf", "expression": "attribute:a => b"}]
    answer = simulate("request.validate", {"op": "RunTask", "constraints": constraints})
    assert answer["details"][0]["field"] == "constraints[0].expression"
    assert answer["details"][0]["remedy"].endswith("attribute:a => b\n            ^")


def test_fields_that_no_rule_looks_at_are_listed():
    given_ = {"op": "RegisterTaskDefinition", "colour": 1, "containers": [{**WEB, "shape": 2}]}
    assert simulate("request.validate", given_)["not_checked"] == ["colour", "containers[0].shape"]


@pytest.mark.parametrize(
    ("given_", "field"),
    [
        ({}, "op"),
        ({"op": "StopTask"}, "op"),
        ({"op": "RunTask", "count": "ten"}, "count"),
        ({"op": "RunTask", "launch_type": "LAMBDA"}, "launch_type"),
        ({"op": "RunTask", "launch_type": []}, "launch_type"),
        ({"op": "RunTask", "constraints": {}}, "constraints"),
        ({"op": "RunTask", "constraints": [1]}, "constraints[0]"),
        ({"op": "RunTask", "constraints": [], "placementConstraints": []}, "placementConstraints"),
        ({"op": "RegisterTaskDefinition", "containers": [{"memory": 1.5}]}, "containers[0].memory"),
        ({"op": "RegisterTaskDefinition", "containers": [{"essential": 1}]}, "containers[0].essential"),
    ],
)
def test_a_bad_input_names_its_field(given_, field):
    with pytest.raises(InputError) as caught:
        simulate("request.validate", given_)
    assert caught.value.field == field


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**6) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)
FIELDS = """
launch_type network_mode network_configuration constraints strategies count desired_count scheduling_strategy cpu memory
containers volumes os ephemeral_storage load_balancers capacity_provider_strategy overrides group family
runtime_platform requires_compatibilities deployment_controller ipc_mode
"""


@given(
    st.sampled_from(["RegisterTaskDefinition", "RunTask", "CreateService"]),
    st.dictionaries(
        st.sampled_from(FIELDS.split()),
        json_values | st.sampled_from(["FARGATE", "EC2", "awsvpc", "DAEMON"]),
        max_size=6,
    ),
)
def test_whatever_is_asked_is_answered_or_refused(op, given_):
    with contextlib.suppress(InputError):
        problems(op, **given_)
