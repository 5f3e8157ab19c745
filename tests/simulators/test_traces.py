"""What the simulators of the surroundings say on the way to an answer, word for word: learners read it."""

import json
from pathlib import Path

import pytest

from studyapp.simulators.door import simulate
from studyapp.simulators.errors import InputError

TRACES = json.loads((Path(__file__).parent.parent / "vectors" / "traces.json").read_text())["traces"]


@pytest.mark.parametrize("told", TRACES, ids=[f"{number}-{told['family']}" for number, told in enumerate(TRACES)])
def test_what_is_said(told):
    trace = simulate(told["family"], told["input"], trace=True)["trace"]
    assert [[step[name] for name in ("rule", "fact", "numbers", "result", "text")] for step in trace] == told["trace"]


LIMITS = [
    ("volume.ephemeral", "size_gib", {"image_gib": 1, "data_gib": 1}, 10_000),
    ("volume.ephemeral", "image_gib", {"data_gib": 1}, 10_000),
    ("volume.ephemeral", "data_gib", {"image_gib": 1}, 10_000),
    ("net.mapping", "container_port", {}, 65_535),
    ("net.mapping", "host_port", {"container_port": 80}, 65_535),
    ("net.reach", "listener_port", {"container_port": 80, "target_type": "instance"}, 65_535),
    ("net.reach", "listens_on", {"container_port": 80, "target_type": "instance"}, 65_535),
    ("ecr.over_time", "days", {"images": [], "rules": []}, 1_000),
]


@pytest.mark.parametrize(("family", "field", "rest", "most"), LIMITS)
def test_the_largest_number_is_taken_and_one_more_is_not(family, field, rest, most):
    simulate(family, {**rest, field: most})
    with pytest.raises(InputError, match=f"{most}"):
        simulate(family, {**rest, field: most + 1})


LENGTHS = [
    ("net.reach", "instance_rules", {"container_port": 80, "target_type": "instance"}, {"from": 80}, 50),
    ("net.reach", "task_rules", {"container_port": 80, "target_type": "instance"}, {"from": 80}, 50),
    ("net.reach", "balancer_zones", {"container_port": 80, "target_type": "instance", "task_zone": "a"}, "a", 10),
    ("ecr.lifecycle", "rules", {"images": []}, {
        "rulePriority": 1, "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1},
        "action": {"type": "expire"}}, 50),
    ("log.check", "containers", {}, {"name": "a"}, 10),
    ("eks.driver", "policies", {"identity": "irsa"}, "p", 20),
]  # fmt: skip


@pytest.mark.parametrize(("family", "field", "rest", "item", "most"), LENGTHS)
def test_the_longest_list_is_taken_and_a_longer_one_is_not(family, field, rest, item, most):
    simulate(family, {**rest, field: [item] * most})
    with pytest.raises(InputError, match=f"at most {most} items, not {most + 1}"):
        simulate(family, {**rest, field: [item] * (most + 1)})


def test_ages_have_a_limit():
    def run(age):
        return simulate("ecr.lifecycle", {"images": [{"id": "A", "pushed_days_ago": age}], "rules": []})

    assert run(40_000)["expire"] == []
    with pytest.raises(InputError, match="from 0 to 40000 days"):
        run(40_000.5)


@pytest.mark.parametrize("name", ["Condition", "NotAction", "NotResource", "Principal", "NotPrincipal"])
def test_what_is_not_evaluated_is_refused_and_not_ignored(name):
    statement = {"Effect": "Allow", "Action": "*", name: "x"}
    with pytest.raises(InputError, match="is not evaluated here") as refused:
        simulate("iam.allowed", {"action": "awslogs", "roles": {"task-role": [statement]}})
    assert refused.value.field == f"roles.task-role[0].{name}"


def test_who_needs_the_log_permissions_is_said_for_ec2_alone():
    def why(launch):
        return simulate("log.configure", {"launch_type": launch, "driver": "awslogs"})["permissions"][0]["why"]

    assert why("EC2") == "awslogs writes with it; on EC2 with the container instance role if the task names none"
    assert why("FARGATE") == "awslogs writes with it"


def test_an_archived_image_is_counted_as_archived():
    rule = {
        "rulePriority": 1,
        "selection": {"tagStatus": "any", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 5},
        "action": {"type": "transition", "targetStorageClass": "archive"},
    }
    images = [{"id": "A", "pushed_days_ago": 9}, {"id": "B", "pushed_days_ago": 0}]
    answer = simulate("ecr.over_time", {"images": images, "rules": [rule], "days": 2})
    assert (answer["left"], answer["archived"]) == (["A", "B"], ["A"])


def test_as_many_tags_and_as_long_an_arn_as_there_may_be():
    def tagged(count):
        image = {"id": "A", "tags": [f"t{number}" for number in range(count)], "pushed_days_ago": 1}
        return simulate("ecr.lifecycle", {"images": [image], "rules": []})

    def secret(length):
        return simulate(
            "log.configure", {"driver": "awsfirelens", "destination": "splunk", "token_secret": "a" * length}
        )

    tagged(1_000)
    with pytest.raises(InputError, match="at most 1000 items"):
        tagged(1_001)
    secret(512)
    with pytest.raises(InputError, match="at most 512 characters"):
        secret(513)


def test_a_whole_configuration():
    assert simulate("log.configure", {"launch_type": "FARGATE", "driver": "awslogs"})["containers"] == [
        {
            "name": "app", "image": "web:1", "essential": True, "memory": 512,
            "logConfiguration": {"logDriver": "awslogs", "options": {
                "awslogs-group": "/ecs/app", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "app"}},
        }
    ]  # fmt: skip


def test_the_smallest_numbers_are_taken():
    way = {"container_port": 80, "target_type": "instance", "listener_port": 1}
    assert simulate("net.reach", way)["hops"][0]["why"].endswith("on 1.")
    assert simulate("net.mapping", {"container_port": 1, "host_port": 1})["ports"] == [1, 1]
    assert simulate("volume.ephemeral", {"size_gib": 0, "image_gib": 0, "data_gib": 0})["accepted"] is False


def test_only_opensearch_calls_its_region_otherwise():
    def options(destination):
        made = simulate("log.configure", {"driver": "awsfirelens", "destination": destination, "region": "us-east-1"})
        return made["containers"][1]["logConfiguration"]["options"]

    assert options("opensearch")["AWS_Region"] == "us-east-1"
    for destination in ("cloudwatch", "firehose", "kinesis", "s3"):
        assert options(destination)["region"] == "us-east-1"
        assert "AWS_Region" not in options(destination)
    assert not {"region", "AWS_Region"} & options("splunk").keys()


def test_what_the_instance_must_be_told():
    def told(driver):
        return simulate("log.configure", {"launch_type": "EC2", "driver": driver})["instance"]

    head = "ECS_AVAILABLE_LOGGING_DRIVERS in /etc/ecs/ecs.config lists"
    assert told("awslogs") == [f'{head} "awslogs"; the ECS-optimized AMI does so of itself.']
    assert told("awsfirelens") == told("awslogs")
    assert told("splunk") == [f'{head} "splunk".']
