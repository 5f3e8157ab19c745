"""Roles: which principal does what, in which order, and what is allowed."""

import itertools

import pytest

from studyapp.simulators.door import simulate
from studyapp.simulators.errors import InputError
from studyapp.simulators.iam import misconceptions
from studyapp.simulators.iam.roles import ACTIONS
from tests.simulators.ruled import check, check_steps, check_wrong, vectors

INSTANCE, EXECUTION, TASK = "container-instance-role", "task-execution-role", "task-role"
LAUNCH_TYPES = ("EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES")
PULL = [
    "ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage",
]  # fmt: skip
ROLE_CASES = [
    {"action": action, "launch_type": launch, "execution_role": execution}
    for action, launch, execution in itertools.product(ACTIONS, LAUNCH_TYPES, (True, False))
]
LIFE_CASES = [
    {"launch_type": launch, "execution_role": execution, "task_role": True, "actions": list(ACTIONS)}
    for launch, execution in itertools.product(LAUNCH_TYPES, (True, False))
]
EVERYTHING = {INSTANCE: ["*"], EXECUTION: ["*"], TASK: ["*"]}
ALLOWED_CASES = [
    {"action": action, "launch_type": launch, "roles": roles}
    | ({"calls": ["s3:PutObject"]} if action in ("app-calls-aws", "firelens-sends-to-aws") else {})
    for action, launch in itertools.product(ACTIONS, LAUNCH_TYPES)
    for roles in (EVERYTHING, {INSTANCE: ["*"], TASK: ["*"]}, {INSTANCE: ["*"]}, {EXECUTION: ["*"]}, {TASK: ["*"]})
]


@vectors("iam")
def test_an_example_of_the_interface(vector):
    check(vector)


@pytest.mark.parametrize(
    ("action", "with_execution", "without_on_ec2", "without_elsewhere"),
    [
        ("pull-from-ecr", EXECUTION, INSTANCE, None),
        ("awslogs", EXECUTION, INSTANCE, None),
        ("inject-secret", EXECUTION, None, None),
        ("inject-ssm-parameter", EXECUTION, None, None),
        ("private-registry-credentials", EXECUTION, None, None),
        ("env-file-from-s3", EXECUTION, None, None),
        ("app-calls-aws", TASK, TASK, TASK),
        ("firelens-sends-to-aws", TASK, TASK, TASK),
        ("efs-iam-authorization", TASK, TASK, TASK),
        ("s3-files-mount", TASK, TASK, TASK),
        ("ecs-exec-channel", TASK, TASK, TASK),
        ("register-target", "service-linked-role", "service-linked-role", "service-linked-role"),
        ("attach-task-eni", "service-linked-role", "service-linked-role", "service-linked-role"),
        ("ebs-volume", "infrastructure-role", "infrastructure-role", "infrastructure-role"),
    ],
)
def test_which_role_does_it(action, with_execution, without_on_ec2, without_elsewhere):
    for launch in LAUNCH_TYPES:
        given = {"action": action, "launch_type": launch}
        assert simulate("iam.role", given | {"execution_role": True}) == {"role": with_execution}
        without = without_on_ec2 if launch == "EC2" else without_elsewhere
        assert simulate("iam.role", given | {"execution_role": False}) == {"role": without}
        check_steps("iam.role", given)


@pytest.mark.parametrize("action", ["register-instance", "agent-poll"])
def test_the_instance_talks_to_ecs_with_its_own_role_where_there_is_one(action):
    for launch, execution in itertools.product(LAUNCH_TYPES, (True, False)):
        given = {"action": action, "launch_type": launch, "execution_role": execution}
        assert simulate("iam.role", given)["role"] == (None if launch == "FARGATE" else INSTANCE)


def test_a_life_is_in_order_and_ends_with_what_cannot_be_done():
    actions = ["app-calls-aws", "inject-secret", "awslogs", "pull-from-ecr", "register-instance"]
    given = {"launch_type": "EC2", "execution_role": False, "task_role": False, "actions": actions}
    answer = simulate("iam.life", given)
    assert answer["life"] == [
        {"action": "register-instance", "role": INSTANCE}, {"action": "pull-from-ecr", "role": INSTANCE},
        {"action": "inject-secret", "role": None}, {"action": "awslogs", "role": INSTANCE},
        {"action": "app-calls-aws", "role": None},
    ]  # fmt: skip
    assert answer["fails_at"] == "inject-secret"
    assert answer["roles"] == [INSTANCE]
    check_steps("iam.life", given)
    mended = simulate("iam.life", given | {"execution_role": True, "task_role": True})
    assert mended["fails_at"] is None
    assert mended["roles"] == [INSTANCE, EXECUTION, TASK]


def test_a_life_agrees_with_each_action_by_itself():
    for given in LIFE_CASES:
        for each in simulate("iam.life", given)["life"]:
            alone = {"action": each["action"]} | {name: given[name] for name in ("launch_type", "execution_role")}
            assert simulate("iam.role", alone)["role"] == each["role"]


def test_the_board_counts_what_is_right():
    given = {"launch_type": "FARGATE", "execution_role": True, "placed": {
        "pull-from-ecr": EXECUTION, "register-instance": "nobody", "app-calls-aws": EXECUTION}}  # fmt: skip
    answer = simulate("iam.board", given)
    assert (answer["right"], answer["of"]) == (2, 3)
    assert [each["right"] for each in answer["board"]] == [True, True, False]
    assert answer["board"][2] == {"action": "app-calls-aws", "placed": EXECUTION, "role": TASK, "right": False}
    check_steps("iam.board", given)


@pytest.mark.parametrize(
    ("fields", "allowed", "role", "missing", "denied"),
    [
        ({"roles": {EXECUTION: PULL}}, True, EXECUTION, [], []),
        ({"roles": {EXECUTION: PULL[:3]}}, False, EXECUTION, ["ecr:BatchGetImage"], []),
        ({"roles": {EXECUTION: ["ecr:*"]}}, True, EXECUTION, [], []),
        ({"roles": {EXECUTION: ["ECR:batch*", "ecr:Get?uthorizationToken", "ecr:GetDownloadUrlForLayer"]}}, True,
         EXECUTION, [], []),
        ({"roles": {EXECUTION: []}}, False, EXECUTION, PULL, []),
        ({"roles": {INSTANCE: PULL}}, True, INSTANCE, [], []),
        ({"roles": {INSTANCE: PULL, EXECUTION: []}}, False, EXECUTION, PULL, []),
        ({"roles": {INSTANCE: PULL}, "launch_type": "FARGATE"}, False, None, PULL, []),
        ({"roles": {EXECUTION: [{"Effect": "Allow", "Action": "*", "Resource": "*"},
                                {"Effect": "Deny", "Action": "ecr:BatchGetImage"}]}}, False, EXECUTION, [],
         ["ecr:BatchGetImage"]),
        ({"roles": {EXECUTION: {"Version": "2012-10-17", "Statement": {
            "Effect": "Allow", "Action": PULL, "Resource": "arn:aws:ecr:eu-west-1:1:repository/web"}}}}, False,
         EXECUTION, ["ecr:GetAuthorizationToken"], []),
        ({"action": "awslogs", "roles": {EXECUTION: ["logs:CreateLogStream", "logs:PutLogEvents"]}}, True, EXECUTION,
         [], []),
        ({"action": "awslogs", "create_group": True,
          "roles": {EXECUTION: ["logs:CreateLogStream", "logs:PutLogEvents"]}}, False, EXECUTION,
         ["logs:CreateLogGroup"], []),
        ({"action": "inject-secret", "own_key": True, "roles": {EXECUTION: ["secretsmanager:GetSecretValue"]}}, False,
         EXECUTION, ["kms:Decrypt"], []),
        ({"action": "inject-ssm-parameter", "roles": {EXECUTION: ["ssm:GetParameter"]}}, False, EXECUTION,
         ["ssm:GetParameters"], []),
        ({"action": "inject-secret", "roles": {INSTANCE: ["*"]}}, False, None, ["secretsmanager:GetSecretValue"], []),
        ({"action": "env-file-from-s3", "roles": {EXECUTION: ["s3:Get*"]}}, True, EXECUTION, [], []),
        ({"action": "app-calls-aws", "calls": ["s3:PutObject"], "roles": {EXECUTION: ["*"]}}, False, TASK,
         ["s3:PutObject"], []),
        ({"action": "app-calls-aws", "calls": ["s3:PutObject"], "roles": {TASK: ["s3:Put*"]}}, True, TASK, [], []),
        ({"action": "efs-iam-authorization", "write": True, "roles": {TASK: ["elasticfilesystem:ClientMount"]}}, False,
         TASK, ["elasticfilesystem:ClientWrite"], []),
        ({"action": "register-target", "roles": {}}, True, "service-linked-role", [], []),
        ({"action": "register-instance", "roles": {}, "launch_type": "FARGATE"}, True, None, [], []),
        ({"action": "register-instance", "roles": {INSTANCE: ["ecs:RegisterContainerInstance"]}}, False, INSTANCE,
         ["ecs:DiscoverPollEndpoint"], []),
    ],
)  # fmt: skip
def test_what_is_allowed(fields, allowed, role, missing, denied):
    given = {"action": "pull-from-ecr", **fields}
    answer = simulate("iam.allowed", given)
    assert {name: answer[name] for name in ("allowed", "role", "missing", "denied")} == {
        "allowed": allowed, "role": role, "missing": missing, "denied": denied,
    }  # fmt: skip
    assert bool(answer["fix"]) == (not allowed)
    assert (answer["error"] is None) == allowed
    check_steps("iam.allowed", given)


@pytest.mark.parametrize(
    ("family", "given", "field"),
    [
        ("iam.role", {"action": "fly"}, "action"),
        ("iam.role", {}, "action"),
        ("iam.role", {"action": "awslogs", "launch_type": "LAMBDA"}, "launch_type"),
        ("iam.role", {"action": "awslogs", "execution_role": "yes"}, "execution_role"),
        ("iam.life", {"execution_role": True, "task_role": True, "actions": ["awslogs", "awslogs"]}, "actions"),
        ("iam.life", {"execution_role": True, "task_role": True, "actions": ["x"]}, "actions[0]"),
        ("iam.life", {"task_role": True, "actions": []}, "execution_role"),
        ("iam.board", {"placed": {"awslogs": "king"}}, "placed.awslogs"),
        ("iam.board", {"placed": {"fly": TASK}}, "placed.fly"),
        ("iam.allowed", {"action": "awslogs", "roles": {"boss": []}}, "roles.boss"),
        ("iam.allowed", {"action": "awslogs", "roles": {TASK: "*"}}, "roles.task-role"),
        ("iam.allowed", {"action": "awslogs", "roles": {TASK: ["logs"]}}, "roles.task-role.Action[0]"),
        ("iam.allowed", {"action": "awslogs", "roles": {TASK: [{"Effect": "Maybe", "Action": "*"}]}},
         "roles.task-role[0].Effect"),
        ("iam.allowed", {"action": "awslogs", "roles": {TASK: [{"Effect": "Allow", "NotAction": "*"}]}},
         "roles.task-role[0].NotAction"),
        ("iam.allowed", {"action": "app-calls-aws", "roles": {}}, "calls"),
        ("iam.allowed", {"action": "awslogs", "roles": {}, "calls": ["s3:PutObject"]}, "calls"),
        ("iam.allowed", {"action": "awslogs", "roles": {}, "own_key": True}, "own_key"),
        ("iam.allowed", {"action": "env-file-from-s3", "roles": {}, "own_key": True}, "own_key"),
        ("iam.allowed", {"action": "inject-secret", "roles": {}, "create_group": True}, "create_group"),
        ("iam.allowed", {"action": "inject-secret", "roles": {}, "write": True}, "write"),
    ],
)  # fmt: skip
def test_what_is_refused(family, given, field):
    with pytest.raises(InputError) as refused:
        simulate(family, given)
    assert refused.value.field == field


def test_the_misconceptions():
    boards = [
        {"launch_type": launch, "execution_role": execution, "placed": dict.fromkeys(ACTIONS, EXECUTION)}
        for launch, execution in itertools.product(LAUNCH_TYPES, (True, False))
    ]
    families = ("iam.role", "iam.life", "iam.allowed", "iam.board")
    pools = (ROLE_CASES, LIFE_CASES, ALLOWED_CASES, boards)
    check_wrong("iam", dict.fromkeys(families, misconceptions.ROLE), dict(zip(families, pools, strict=True)))


def test_what_is_denied_and_never_allowed_takes_both_mends():
    deny = {"Effect": "Deny", "Action": "s3:PutObject"}
    case = {"action": "app-calls-aws", "calls": ["s3:PutObject"], "roles": {TASK: [deny]}}
    fix = "Take the deny of s3:PutObject out of the task role. Allow s3:PutObject in the task role."
    assert simulate("iam.allowed", case)["fix"] == fix
    allow = {"Effect": "Allow", "Action": "s3:*"}
    fixed = simulate("iam.allowed", case | {"roles": {TASK: [deny, allow]}})
    assert fixed["fix"] == "Take the deny of s3:PutObject out of the task role."
