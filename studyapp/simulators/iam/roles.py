"""Which role does what: one action of a task's life, or all of them in order.

Sources: those of `rules`; section numbers are those of the rules' table, by principal and launch type.
"""

from dataclasses import dataclass
from typing import Any

from studyapp.simulators.errors import InputError
from studyapp.simulators.fields import Fields, known, shown
from studyapp.simulators.iam.rules import EXECUTION, INFRASTRUCTURE, INSTANCE, LINKED, TASK, Rules
from studyapp.simulators.ruled import Steps, truth_value

LAUNCH_TYPES = ("EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES")


@dataclass(frozen=True, slots=True)
class Action:
    """An action: what happens in words, the kind of work it is, its fact, and the permissions it takes."""

    words: str
    kind: str  # host, preparing, injecting, application, router, surroundings, volumes
    fact: str
    needs: tuple[str, ...] = ()


_SECRET = ("secretsmanager:GetSecretValue",)
_PULL = (
    "ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"
)  # fmt: skip
_CHANNELS = ("CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel")
ACTIONS = {
    "register-instance": Action(
        "the instance joins the cluster", "host", "N055", ("ecs:RegisterContainerInstance", "ecs:DiscoverPollEndpoint")
    ),
    "agent-poll": Action("the agent asks ECS for tasks", "host", "N055", ("ecs:Poll", "ecs:DiscoverPollEndpoint")),
    "attach-task-eni": Action("the task gets its network interface", "surroundings", "A085"),
    "pull-from-ecr": Action("the image is pulled from ECR", "preparing", "N057", _PULL),
    "private-registry-credentials": Action(
        "the credentials of a private registry are fetched", "injecting", "A001", _SECRET
    ),
    "inject-secret": Action("a secret is injected", "injecting", "N058", _SECRET),
    "inject-ssm-parameter": Action("a parameter is injected", "injecting", "N058", ("ssm:GetParameters",)),
    "env-file-from-s3": Action(
        "an environment file is read from S3", "injecting", "N017", ("s3:GetObject", "s3:GetBucketLocation")
    ),
    "efs-iam-authorization": Action(
        "an EFS file system is mounted with IAM", "application", "A074", ("elasticfilesystem:ClientMount",)
    ),
    "s3-files-mount": Action("an S3 Files volume is mounted", "application", "N033"),
    "ebs-volume": Action("an EBS volume is made for the task", "volumes", "A085"),
    "awslogs": Action(
        "the awslogs driver writes the log", "preparing", "N056", ("logs:CreateLogStream", "logs:PutLogEvents")
    ),
    "app-calls-aws": Action("the application calls AWS", "application", "N059"),
    "firelens-sends-to-aws": Action("the FireLens router sends to AWS", "router", "A043"),
    "ecs-exec-channel": Action(
        "ECS Exec opens its channel", "application", "N059", tuple(f"ssmmessages:{name}" for name in _CHANNELS)
    ),
    "register-target": Action("the task is registered with the target group", "surroundings", "A067"),
}  # in the order of a task's life
_FIELDS = known("action launch_type execution_role")
PRINCIPALS = (INSTANCE, EXECUTION, TASK, LINKED, INFRASTRUCTURE)
NOBODY = "nobody"
_BOARD = known("launch_type execution_role placed")
_LIFE = known("launch_type execution_role task_role actions")


def role_of(name: str, launch: str, execution: bool, rules: Rules) -> str | None:
    """Give the role of an action, None if nobody can do it."""
    kind = ACTIONS[name].kind
    machine = launch != "FARGATE" or rules.instance_everywhere
    if kind == "host":
        return INSTANCE if machine else None
    if kind == "preparing":
        if rules.preparing != EXECUTION or execution:
            return rules.preparing
        return INSTANCE if rules.instance_steps_in and (launch == "EC2" or rules.instance_everywhere) else None
    if kind == "injecting":
        if rules.injecting != EXECUTION:
            return rules.injecting if launch == "EC2" or rules.injecting != INSTANCE else EXECUTION
        if execution:
            return EXECUTION
        return INSTANCE if rules.instance_injects and launch == "EC2" else None
    return {
        "application": rules.application,
        "router": rules.router,
        "surroundings": rules.surroundings,
        "volumes": INFRASTRUCTURE,
    }[kind]


def known_action(value: object, path: str) -> str:
    """Read the name of an action. Raises InputError that lists them."""
    if not isinstance(value, str) or value not in ACTIONS:
        raise InputError(path, f"must be one of {', '.join(ACTIONS)}, not {shown(value)}")
    return value


def explained(name: str, role: str | None, launch: str, execution: bool) -> str:
    """Say why an action is of that role."""
    what = ACTIONS[name].words
    what = what[0].upper() + what[1:]
    if role is None:
        if ACTIONS[name].kind == "host":
            return f"{what}: on Fargate there is no container instance of yours, so nobody does this."
        return f"{what}: that takes a task execution role, and the task names none."
    reasons = {
        INSTANCE: "it is the agent on the instance that acts"
        + ("" if ACTIONS[name].kind == "host" else ", for the task names no execution role"),
        EXECUTION: "ECS does it for the task, before and beside your code",
        TASK: "it is done from inside the task",
        "service-linked-role": "ECS itself acts in your account",
        INFRASTRUCTURE: "ECS manages the volume with a role that you name for that",
    }
    return f"{what} with the {role.replace('-', ' ')}: {reasons[role]}."


def role_answer(input: dict[str, Any], rules: Rules, steps: Steps) -> dict[str, Any]:
    """Answer iam.role: which role an action is done with.

    In: `action`, one of `ACTIONS`; `launch_type` EC2 [default], FARGATE, EXTERNAL or MANAGED_INSTANCES;
    `execution_role` [false], whether the task definition names one. Out: `role`, container-instance-role,
    task-execution-role, task-role, service-linked-role, infrastructure-role, or null where it cannot be done.
    Raises InputError. Sources: those of the module.
    """
    fields = Fields(input, "", _FIELDS)
    name = known_action(fields.required("action"), "action")
    launch = fields.choice("launch_type", LAUNCH_TYPES, "EC2")
    execution = fields.boolean("execution_role", False)
    role = role_of(name, launch, execution, rules)
    numbers = {"action": name, "launch_type": launch, "execution_role": execution}
    steps.add("10", ACTIONS[name].fact, numbers, role, explained(name, role, launch, execution))
    return {"role": role}


def life_answer(input: dict[str, Any], rules: Rules, steps: Steps) -> dict[str, Any]:
    """Answer iam.life: the principals of a task's life, in order, until something cannot be done.

    In: `launch_type` [EC2]; `execution_role` and `task_role`, whether the definition names them; `actions`, what the
    task needs, in any order. Out: `life` [{`action`, `role`}] in the order in which it happens; `roles`, those that
    act, each once; `fails_at`, the first action that nobody can do, or null. An action of the task role fails
    without one. Raises InputError. Sources: those of the module.
    """
    fields = Fields(input, "", _LIFE)
    launch = fields.choice("launch_type", LAUNCH_TYPES, "EC2")
    execution, own = truth_value(fields, "execution_role"), truth_value(fields, "task_role")
    wanted = fields.each("actions", len(ACTIONS), known_action, None)
    if len(set(wanted)) < len(wanted):
        raise InputError("actions", "must not name an action twice")
    life: list[dict[str, Any]] = []
    for name in (each for each in ACTIONS if each in wanted):
        role = role_of(name, launch, execution, rules)
        text = explained(name, role, launch, execution)
        if role == TASK and not own:
            role, text = None, f"{ACTIONS[name].words[0].upper()}{ACTIONS[name].words[1:]}: the task has no task role."
        life.append({"action": name, "role": role})
        steps.add("10", ACTIONS[name].fact, {"action": name}, role, text)
    return {
        "life": life,
        "roles": list(dict.fromkeys(each["role"] for each in life if each["role"] is not None)),
        "fails_at": next((each["action"] for each in life if each["role"] is None), None),
    }


def board_answer(input: dict[str, Any], rules: Rules, steps: Steps) -> dict[str, Any]:
    """Answer iam.board: which of the actions were put under the right role?

    In: `launch_type` [EC2]; `execution_role` [false]; `placed` {action: the role it was put under, or nobody}. Out:
    `right`, how many are; `of`, how many were placed; `board` [{`action`, `placed`, `role`, `right`}] in the order of
    a task's life, `role` nobody where it cannot be done. Raises InputError. Sources: those of the module.
    """
    fields = Fields(input, "", _BOARD)
    launch = fields.choice("launch_type", LAUNCH_TYPES, "EC2")
    execution = fields.boolean("execution_role", False)
    placed = fields.mapping("placed", len(ACTIONS))
    for name, role in placed.items():
        known_action(name, f"placed.{name[:60]}")
        if role not in (*PRINCIPALS, NOBODY):
            raise InputError(f"placed.{name}", f"must be one of {', '.join(PRINCIPALS)}, {NOBODY}, not {shown(role)}")
    made = []
    for name in (each for each in ACTIONS if each in placed):
        role = role_of(name, launch, execution, rules)
        right = placed[name] == (role or NOBODY)
        made.append({"action": name, "placed": placed[name], "role": role or NOBODY, "right": right})
        steps.add("10", ACTIONS[name].fact, {"placed": placed[name]}, right, explained(name, role, launch, execution))
    return {"right": sum(each["right"] for each in made), "of": len(made), "board": made}
