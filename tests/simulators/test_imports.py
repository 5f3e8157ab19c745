"""The JSON of AWS's command line, to a placement question and back."""

import json
import subprocess
import sys
from collections import Counter
from dataclasses import replace

import pytest
from botocore.loaders import create_loader
from botocore.validate import ParamValidator
from hypothesis import given, settings
from hypothesis import strategies as st

from studyapp.simulators.door import simulate
from studyapp.simulators.errors import InputError
from studyapp.simulators.fields import Fields
from studyapp.simulators.imports import export_placement, import_placement, read_document
from studyapp.simulators.imports.kinds import SHAPES
from studyapp.simulators.imports.model import faults, shape
from studyapp.simulators.placement.cluster import read_cluster
from studyapp.simulators.placement.request import read_request
from tests.simulators.cases import runs

ARN = "arn:aws:ecs:eu-north-1:111122223333:"


def resources(cpu, memory, tcp, udp=()):
    return [
        {"name": "CPU", "type": "INTEGER", "doubleValue": 0.0, "longValue": 0, "integerValue": cpu},
        {"name": "MEMORY", "type": "INTEGER", "doubleValue": 0.0, "longValue": 0, "integerValue": memory},
        {
            "name": "PORTS",
            "type": "STRINGSET",
            "doubleValue": 0.0,
            "longValue": 0,
            "integerValue": 0,
            "stringSetValue": [str(port) for port in tcp],
        },
        {"name": "PORTS_UDP", "type": "STRINGSET", "integerValue": 0, "stringSetValue": [str(port) for port in udp]},
    ]


def instances():
    """What describe-container-instances prints of one instance that runs three tasks."""
    return {
        "containerInstances": [
            {
                "containerInstanceArn": f"{ARN}container-instance/shop/aaa",
                "ec2InstanceId": "i-0aaa",
                "version": 12,
                "versionInfo": {"agentVersion": "1.75.0", "agentHash": "abc", "dockerVersion": "DockerVersion: 20.10"},
                "remainingResources": resources(1024, 6000, [22, 2375, 2376, 51678, 51679, 8080]),
                "registeredResources": resources(2048, 7680, [22, 2375, 2376, 51678, 51679]),
                "status": "ACTIVE",
                "agentConnected": True,
                "runningTasksCount": 3,
                "pendingTasksCount": 0,
                "attributes": [
                    {"name": "ecs.availability-zone", "value": "eu-north-1a"},
                    {"name": "ecs.instance-type", "value": "m5.large"},
                    {"name": "ecs.subnet-id", "value": "subnet-0a"},
                    {"name": "ecs.capability.task-eni"},
                    {"name": "com.amazonaws.ecs.capability.logging-driver.awslogs"},
                    {"name": "rack", "value": "r1"},
                    {"name": "ssd"},
                ],
                "registeredAt": "2025-03-01T09:00:00.123000+01:00",
                "attachments": [],
                "tags": [{"key": "owner", "value": "me"}],
            }
        ],
        "failures": [],
    }


def tasks():
    """What describe-tasks prints of two of these three; the web task holds a fixed and a dynamic port."""
    web = {
        "taskArn": f"{ARN}task/shop/1",
        "containerInstanceArn": f"{ARN}container-instance/shop/aaa",
        "group": "service:web",
        "desiredStatus": "RUNNING",
        "lastStatus": "RUNNING",
        "cpu": "256",
        "memory": "512",
        "containers": [
            {
                "name": "web",
                "networkBindings": [
                    {"bindIP": "0.0.0.0", "containerPort": 80, "hostPort": 8080, "protocol": "tcp"},
                    {"bindIP": "0.0.0.0", "containerPort": 81, "hostPort": 49153, "protocol": "tcp"},
                ],
            }
        ],
        "attachments": [],
    }
    api = {
        **web,
        "taskArn": f"{ARN}task/shop/2",
        "group": "service:api",
        "cpu": None,
        "memory": None,
        "containers": [{"name": "api", "cpu": "256", "memory": "300", "memoryReservation": "200"}],
        "attachments": [{"id": "x", "type": "ElasticNetworkInterface", "status": "ATTACHED"}],
    }
    return {"tasks": [web, api], "failures": []}


def definition():
    """A task definition as it is registered."""
    return {
        "family": "job",
        "networkMode": "bridge",
        "taskRoleArn": "arn:aws:iam::111122223333:role/job",
        "containerDefinitions": [
            {
                "name": "main",
                "image": "job",
                "cpu": 128,
                "memory": 512,
                "memoryReservation": 256,
                "portMappings": [{"containerPort": 80, "hostPort": 9000}, {"containerPort": 81}],
                "logConfiguration": {"logDriver": "awslogs"},
            },
            {"name": "side", "image": "side", "memory": 64},
        ],
        "placementConstraints": [{"type": "memberOf", "expression": "attribute:rack exists"}],
    }


def call():
    """A run-task call."""
    return {
        "taskDefinition": "job:3",
        "count": 4,
        "placementConstraints": [{"type": "distinctInstance"}],
        "placementStrategy": [{"type": "binpack", "field": "memory"}],
    }


def documents():
    return [instances(), tasks(), definition(), call()]


def test_documents_of_aws_become_a_placement_question():
    imported = import_placement(documents())
    assert imported.unknown == []
    assert imported.question == {
        "instances": [
            {
                "id": "aaa",
                "az": "eu-north-1a",
                "type": "m5.large",
                "cpu": 2048,
                "memory": 7680,
                "status": "ACTIVE",
                "agent_connected": True,
                "reserved_tcp": [22, 2375, 2376, 51678, 51679],
                "reserved_udp": [],
                "capabilities": ["ecs.capability.task-eni", "com.amazonaws.ecs.capability.logging-driver.awslogs"],
                "task_enis": 2,
                "attributes": {"ecs.subnet-id": "subnet-0a", "rack": "r1", "ssd": None},
                "ec2_instance_id": "i-0aaa",
                "agent_version": "1.75.0",
                "registered_at": "2025-03-01T09:00:00.123000+01:00",
                "tasks": [
                    {"group": "service:web", "count": 1, "cpu": 256, "memory": 512, "tcp": [8080]},
                    {"group": "service:api", "count": 1, "cpu": 256, "memory": 200, "enis": 1},
                    {"group": "not-described", "count": 1, "cpu": 512, "memory": 968},
                ],
            }
        ],
        "request": {
            "api": "RunTask",
            "count": 4,
            "group": "family:job",
            "cpu": 128,
            "memory": 320,
            "network_mode": "bridge",
            "tcp": [9000],
            "dynamic_ports": 1,
            "memory_limit": 576,
            "requires": [
                "com.amazonaws.ecs.capability.logging-driver.awslogs",
                "com.amazonaws.ecs.capability.task-iam-role",
            ],
            "constraints": [
                {"type": "memberOf", "expression": "attribute:rack exists", "source": "task definition"},
                {"type": "distinctInstance", "source": "request"},
            ],
            "strategies": [{"type": "binpack", "field": "memory"}],
        },
    }
    assert any("not-described" in note for note in imported.notes)
    answer = simulate("placement.run", imported.question)
    assert answer["failures"] == {"aaa": "ATTRIBUTE"}  # the agent has no roles for tasks


def test_a_described_definition_and_a_service():
    described = {
        "taskDefinition": {
            **definition(),
            "taskDefinitionArn": f"{ARN}task-definition/job:3",
            "networkMode": "awsvpc",
            "requiresAttributes": [
                {"name": "ecs.capability.task-eni"},
                {"name": "ecs.capability.efs"},
                {"name": "disk"},
            ],
        }
    }
    service = {
        "serviceName": "shop",
        "taskDefinition": "job",
        "desiredCount": 2,
        "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-0a"]}},
    }
    imported = import_placement([service, described, instances()])
    request = imported.question["request"]
    assert (request["api"], request["group"], request["count"]) == ("CreateService", "service:shop", 2)
    assert request["subnet_azs"] == ["eu-north-1a"]
    assert request["requires"] == ["ecs.capability.efs"]
    assert "tcp" not in request
    assert any("disk" in note for note in imported.notes)
    service["networkConfiguration"]["awsvpcConfiguration"]["subnets"].append("subnet-far")
    imported = import_placement([service, described, instances()])
    assert "subnet_azs" not in imported.question["request"]
    assert any("subnet" in note for note in imported.notes)
    imported = import_placement([service, described, instances()], {"subnet-far": "eu-north-1b"})
    assert imported.question["request"]["subnet_azs"] == ["eu-north-1a", "eu-north-1b"]


def test_overrides_of_a_call_count():
    changed = {**call(), "overrides": {"containerOverrides": [{"name": "main", "cpu": 999, "memoryReservation": 100}]}}
    request = import_placement([instances(), definition(), changed]).question["request"]
    assert (request["cpu"], request["memory"]) == (999, 164)
    changed["overrides"]["memory"] = "2 GB"
    assert import_placement([instances(), definition(), changed]).question["request"]["memory"] == 2048


def test_a_definition_alone_runs_one_task():
    imported = import_placement([instances(), definition()])
    assert imported.question["request"]["count"] == 1
    assert any("one task" in note for note in imported.notes)


def test_what_holds_an_instance_without_being_described():
    question = import_placement([instances(), definition()]).question
    assert question["instances"][0]["tasks"] == [
        {"group": "not-described", "count": 1, "cpu": 1024, "memory": 1680, "tcp": [8080]},
        {"group": "not-described", "count": 2, "cpu": 0, "memory": 0},
    ]


def test_unknown_fields_are_listed_with_their_place():
    described = instances()
    described["containerInstances"][0]["colour"] = "red"
    described["containerInstances"][0]["attributes"][0]["Value"] = "x"
    imported = import_placement([described, definition()])
    assert imported.unknown == [
        "describe-container-instances: containerInstances[0].attributes[0].Value is not known to AWS;"
        " it is written value",
        "describe-container-instances: containerInstances[0].colour is not known to AWS",
    ]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda d: d.__setitem__(0, []), "documents[0]"),
        (lambda d: d.__setitem__(0, {"pods": []}), "documents[0]"),
        (lambda d: d.pop(0), "documents"),
        (lambda d: d.pop(2), "documents"),
        (lambda d: d.append(call()), "documents"),
        (lambda d: d[3].update(count="4"), "documents[3] (run-task): count"),
        (lambda d: d[3].update(launchType="FARGATE"), "launchType"),
        (lambda d: d[3].update(launchType="MOON"), "documents[3] (run-task): launchType"),
        (
            lambda d: d[0]["containerInstances"][0].update(agentConnected="yes"),
            "documents[0] (describe-container-instances): containerInstances[0].agentConnected",
        ),
        (lambda d: d[2].pop("family"), "documents[2] (register-task-definition): family"),
        (lambda d: d[0]["containerInstances"][0].update(registeredResources=[]), "instances[0].cpu"),
        (lambda d: d[2]["placementConstraints"][0].update(expression="rack"), "request.constraints[0].expression"),
    ],
)
def test_a_document_that_does_not_fit_names_its_field(change, field):
    given_ = documents()
    change(given_)
    with pytest.raises(InputError) as caught:
        import_placement(given_)
    assert caught.value.field == field


def test_the_families_take_a_list_or_names():
    named = dict(
        zip(("describe-container-instances", "register-task-definition"), (instances(), definition()), strict=True)
    )
    first = simulate("aws.import", {"documents": named})
    assert first["question"] == simulate("aws.import", {"documents": [instances(), definition()]})["question"]
    exported = simulate("aws.export", first["question"])
    again = simulate("aws.import", {"documents": exported["documents"]})
    assert meaning(again["question"]) == meaning(first["question"])
    assert again["unknown"] == []


def meaning(question):
    """Read a question as placement does, with equal running tasks counted together."""
    cluster = []
    for each in read_cluster(Fields({"instances": question["instances"]}, "", frozenset(("instances",)))):
        running = Counter()
        for entry in each.tasks:
            running[replace(entry, count=1)] += entry.count
        cluster.append((replace(each, tasks=()), +running))
    request = read_request(question["request"], "request")
    constraints = sorted((each.type, each.expression) for each in request.constraints)
    return cluster, replace(request, constraints=()), constraints


@given(runs)
@settings(max_examples=200)
def test_an_export_comes_back_with_the_same_meaning_and_fits_awss_model(question):
    try:
        before = meaning(question)
    except InputError:
        return
    exported = export_placement(question)
    again = json.loads(json.dumps(exported.documents))
    imported = import_placement(again)
    assert imported.unknown == []
    assert meaning(imported.question) == before
    for kind, value in again.items():
        report = ParamValidator().validate(value, shape(SHAPES[kind]))
        assert not report.has_errors(), report.generate_report()


def test_odd_names_survive_the_way_there_and_back():
    question = {
        "instances": [
            {"id": "a/b c", "az": "z", "cpu": 1, "memory": 1, "capabilities": [], "tasks": [{"group": "g"}]},
            {"id": "b", "az": "z", "cpu": 1, "memory": 1, "attributes": {"ecs.availability-zone": "y"}},
            {"id": "c", "az": "z", "cpu": 1, "memory": 1, "attributes": {"ecs.capability.efs": None}},
            {"id": "d", "az": "z", "cpu": 1, "memory": 1, "capabilities": ["all", "x"], "task_enis": 7},
            {"id": "e", "az": "unknown", "type": "t3.small", "cpu": 1, "memory": 1, "reserved_tcp": [], "gpus": 2},
        ],
        "request": {"api": "CreateService", "count": 1, "group": "odd", "memory": 0, "memory_limit": 0},
    }
    assert meaning(import_placement(export_placement(question).documents).question) == meaning(question)


def test_what_is_no_part_of_a_cluster_is_said_to_be_left_out():
    question = {**import_placement(documents()).question, "seed": 7}
    assert any("seed" in note for note in export_placement(question).notes)


def test_more_tasks_than_anyone_would_read_are_refused():
    instance = {"id": "a", "az": "z", "cpu": 1, "memory": 1, "tasks": [{"group": "g", "count": 20_001}]}
    request = {"api": "RunTask", "count": 1, "group": "g", "memory": 1}
    with pytest.raises(InputError, match="20001 running tasks"):
        export_placement({"instances": [instance], "request": request})


changes = st.sampled_from([None, True, 1, 1.5, "x", [], {}, ["x"], [1], {"x": 1}, "EC2", "ACTIVE", "2025-01-01"])
places = st.sampled_from(
    ["taskDefinition", "count", "launchType", "networkConfiguration", "placementStrategy", "overrides", "tags", "group"]
)


@given(st.dictionaries(places, changes, max_size=4))
def test_the_check_agrees_with_botocores_own(fields):
    """Botocore looks at neither enums nor null and takes true for 1; apart from these both say the same."""
    plain = {name: value for name, value in fields.items() if value is not None and value is not True}
    ours = [fault for fault in faults(plain, "RunTaskRequest") if "must be one of" not in fault.message]
    theirs = ParamValidator().validate(plain, shape("RunTaskRequest"))
    assert bool(ours) == theirs.has_errors()


@given(st.recursive(changes, lambda inner: st.dictionaries(places, inner, max_size=3), max_leaves=5))
def test_any_json_is_read_or_refused(value):
    try:
        document = read_document(value)
    except InputError:
        return
    assert document.kind in SHAPES


def test_the_model_is_not_read_before_it_is_needed():
    code = "import sys; import studyapp.simulators.door as d; d.families(); sys.exit('botocore' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_examples_that_aws_ships_fit_the_model():
    examples = create_loader().load_service_model("ecs", "examples-1")["examples"]
    for kind, name in SHAPES.items():
        operation = name.removesuffix("Response").removesuffix("Request")
        for example in examples.get(operation, ()):
            assert faults(example["output" if name.endswith("Response") else "input"], name) == [], kind
    shown = [examples[name][0]["output"] for name in ("DescribeContainerInstances", "DescribeTaskDefinition")]
    question = import_placement([*shown, examples["RunTask"][0]["input"]]).question
    assert simulate("placement.run", question)["failures"] == {question["instances"][0]["id"]: "RESOURCE:PORTS"}
