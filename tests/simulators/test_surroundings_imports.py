"""Task definitions, lifecycle policies and image lists of AWS, read as cases of the simulators."""

import copy
import json
from datetime import UTC, datetime

import pytest

from studyapp.simulators.door import simulate
from studyapp.simulators.errors import InputError
from studyapp.simulators.imports import surroundings as read

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
WEB = {
    "name": "web", "image": "111122223333.dkr.ecr.eu-west-1.amazonaws.com/web:1", "memory": 512,
    "portMappings": [{"containerPort": 8080, "hostPort": 80}],
    "secrets": [{"name": "KEY", "valueFrom": "arn:aws:secretsmanager:eu-west-1:1:secret:key"},
                {"name": "FLAG", "valueFrom": "flag"}],
    "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/ecs/web"}},
}  # fmt: skip
TASK = {
    "family": "web", "requiresCompatibilities": ["EC2"], "networkMode": "bridge", "containerDefinitions": [WEB],
    "executionRoleArn": "arn:aws:iam::1:role/exec",
}  # fmt: skip
RULE = {
    "rulePriority": 1, "description": "keep ten",
    "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1},
    "action": {"type": "expire"},
}  # fmt: skip
IMAGES = {
    "imageDetails": [
        {"imageDigest": "sha256:0123456789abcdef", "imagePushedAt": "2026-11-10T12:00:00+00:00"},
        {"imageDigest": "sha256:fedcba9876543210", "imageTags": ["v2", "latest"], "imagePushedAt": 1763553600.0,
         "lastRecordedPullTime": "2026-11-19T12:00:00Z", "imageStatus": "ACTIVE"},
    ]
}  # fmt: skip


def changed(**fields):
    return {**copy.deepcopy(TASK), **fields}


@pytest.mark.parametrize("document", [TASK, {"taskDefinition": TASK | {"taskDefinitionArn": "arn", "revision": 3}}])
def test_a_task_definition_is_a_case_of_three_labs(document):
    network = read.network_case(document)
    assert (network.family, network.given) == (
        "net.mapping",
        {"launch_type": "EC2", "network_mode": "bridge", "container_port": 8080, "host_port": 80},
    )
    roles = read.roles_case(document)
    assert roles.family == "iam.life"
    assert roles.given["execution_role"]
    assert not roles.given["task_role"]
    assert roles.given["actions"] == [
        "agent-poll", "awslogs", "inject-secret", "inject-ssm-parameter", "pull-from-ecr", "register-instance",
    ]  # fmt: skip
    logs = read.logs_case(document)
    assert logs.family == "log.check"
    assert logs.given["containers"][0]["logConfiguration"] == WEB["logConfiguration"]
    for case in (network, roles, logs):
        assert simulate(case.family, case.given)


def test_more_of_a_task_definition_asks_for_more_roles():
    router = {"name": "router", "image": "r", "firelensConfiguration": {"type": "fluentbit"},
              "environmentFiles": [{"value": "arn:aws:s3:::b/f.env", "type": "s3"}],
              "repositoryCredentials": {"credentialsParameter": "arn"}}  # fmt: skip
    volume = {
        "name": "v",
        "efsVolumeConfiguration": {"fileSystemId": "fs-1", "authorizationConfig": {"iam": "ENABLED"}},
    }
    document = changed(
        requiresCompatibilities=["FARGATE"], networkMode="awsvpc", taskRoleArn="arn", containerDefinitions=[router],
        volumes=[volume, {"name": "e", "configuredAtLaunch": True}],
    )  # fmt: skip
    assert read.roles_case(document).given["actions"] == [
        "app-calls-aws", "attach-task-eni", "ebs-volume", "efs-iam-authorization", "env-file-from-s3",
        "firelens-sends-to-aws", "private-registry-credentials",
    ]  # fmt: skip


def test_what_was_supposed_is_said():
    case = read.network_case({"family": "x", "containerDefinitions": [WEB, WEB | {"name": "two"}], "colour": "red"})
    assert case.notes == [
        "AWS knows no such field, so it had no effect: colour.",
        "It names no requiresCompatibilities; EC2 was taken.",
        "Of 2 port mappings the first was taken, of web.",
    ]
    alone = read.logs_case(WEB)
    assert alone.given["execution_role"]
    assert "A container alone names no roles; both were supposed." in alone.notes
    windows = changed(runtimePlatform={"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"})
    assert read.logs_case(windows).given["os"] == "windows"


def test_a_policy_and_a_list_of_images_are_a_case():
    case = read.registry_case({"policy": {"rules": [copy.deepcopy(RULE)]}, "images": IMAGES}, NOW, [], [])
    assert case.given["images"] == [
        {"id": "0123456789ab", "pushed_days_ago": 10},
        {"id": "v2", "pushed_days_ago": 366, "tags": ["v2", "latest"], "pulled_days_ago": 1},
    ]
    assert case.given["rules"] == [{name: value for name, value in RULE.items() if name != "description"}]
    assert "The description of rules[0] says nothing to ECR and was left out." in case.notes
    assert simulate(case.family, case.given)["expire"] == ["v2"]


@pytest.mark.parametrize(
    "document",
    [
        {"rules": [RULE]},
        {"lifecyclePolicyText": json.dumps({"rules": [RULE]})},
        {"policy": json.dumps({"rules": [RULE]})},
    ],
)
def test_a_policy_alone_meets_the_images_of_the_example(document):
    case = read.registry_case(copy.deepcopy(document), NOW, [{"id": "A", "pushed_days_ago": 1}], [])
    assert case.given["images"] == [{"id": "A", "pushed_days_ago": 1}]
    assert case.given["rules"][0]["rulePriority"] == 1
    assert "No images were given; those of the example stand in." in case.notes


def test_of_many_images_the_newest_are_kept_and_it_is_said():
    many = {"imageDetails": [
        {"imageDigest": f"sha256:{n:064x}", "imagePushedAt": 1760000000 + n, "imageTags": ["same"]} for n in range(100)
    ]}  # fmt: skip
    case = read.registry_case(many, NOW, [], [RULE])
    assert len(case.given["images"]) == read.MOST_IMAGES
    assert len({image["id"] for image in case.given["images"]}) == read.MOST_IMAGES
    assert any("100 images" in note for note in case.notes)


@pytest.mark.parametrize(
    ("reader", "document", "field"),
    [
        (read.network_case, 7, "json"),
        (read.network_case, {"Reservations": []}, "json"),
        (read.network_case, changed(containerDefinitions=[]), "containerDefinitions"),
        (read.network_case, changed(containerDefinitions=[{"name": "quiet"}]), "containerDefinitions"),
        (read.network_case, changed(networkMode="wifi"), "networkMode"),
        (read.roles_case, changed(containerDefinitions=[{"name": 7}]), "containerDefinitions[0].name"),
        (read.logs_case, {"containerDefinitions": [{"logConfiguration": {"logDriver": "tape"}}]},
         "containerDefinitions[0].logConfiguration.logDriver"),
        (read.logs_case, {"services": []}, "json"),
    ],
)  # fmt: skip
def test_what_is_no_task_definition_is_refused(reader, document, field):
    with pytest.raises(InputError) as refused:
        reader(document)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ([], "json"), ({"repositories": []}, "json"), ({"rules": {}}, "rules"), ({"rules": []}, "rules"),
        ({"lifecyclePolicyText": "{"}, "lifecyclePolicyText"), ({"policy": "{"}, "policy"),
        ({"imageDetails": []}, "imageDetails"),
        ({"imageDetails": [{"imageDigest": "x"}]}, "imageDetails[0].imagePushedAt"),
        ({"imageDetails": [{"imagePushedAt": "yesterday"}]}, "imageDetails[0].imagePushedAt"),
        ({"imageDetails": [{"imagePushedAt": 1, "imageTags": "v1"}]}, "imageDetails[0].imageTags"),
    ],
)  # fmt: skip
def test_what_is_no_policy_and_no_list_of_images_is_refused(document, field):
    with pytest.raises(InputError) as refused:
        read.registry_case(document, NOW, [], [])
    assert refused.value.field == field


def test_a_field_that_describe_images_does_not_have_is_named_and_nothing_pasted_is_changed():
    document = {
        "policy": {"rules": [RULE]},
        "images": {"imageDetails": [IMAGES["imageDetails"][0] | {"colour": "red"}]},
    }
    before = copy.deepcopy(document)
    case = read.registry_case(document, NOW, [], [])
    assert "AWS knows no such field, so it had no effect: imageDetails[0].colour." in case.notes
    assert "description" not in case.given["rules"][0]
    assert document == before
