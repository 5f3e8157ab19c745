"""The lab of IAM roles."""

from studyapp.labs.workshop import boards
from studyapp.labs.workshop.fields import Field
from studyapp.labs.workshop.lab import Bench, Example, Lab
from studyapp.simulators.iam.roles import ACTIONS, LAUNCH_TYPES, NOBODY, PRINCIPALS

_LAUNCH = Field("launch_type", "launchType", "choice", LAUNCH_TYPES)
_EXECUTION = Field("execution_role", "The task definition names an execution role", "flag")
_ORDINARY = ["attach-task-eni", "pull-from-ecr", "inject-secret", "awslogs", "app-calls-aws", "register-target"]


def _begun(words: str) -> str:
    """Begin words with a capital, and leave the others as they are."""
    return words[0].upper() + words[1:]


_BOARD = ("pull-from-ecr", "inject-secret", "awslogs", "app-calls-aws", "firelens-sends-to-aws", "register-target")

ROLES = Lab(
    "roles", "Which role does it?",
    "An instance profile, an execution role, a task role and a service-linked role: who acts when, and with what.",
    "iam-roles",
    (
        Bench("iam.life", "The life of a task",
              (_LAUNCH, _EXECUTION, Field("task_role", "It names a task role", "flag"),
               Field("actions", "What the task needs", "checks", tuple(ACTIONS))),
              "fails_at", "Which action fails first? (none, if all can be done)", boards.life, hidden=("life",)),
        Bench("iam.board", "Put actions under roles",
              (_LAUNCH, _EXECUTION,
               *(Field(f"placed.{name}", _begun(ACTIONS[name].words), "choice", (*PRINCIPALS, NOBODY),
                       optional=True) for name in ACTIONS)),
              "right", "How many are right?", boards.placed, hidden=("board",)),
        Bench("iam.allowed", "Is it allowed?",
              (_LAUNCH, Field("action", "Action", "choice", tuple(ACTIONS)),
               Field("roles.container-instance-role", "Actions of the instance role", "words", optional=True),
               Field("roles.task-execution-role", "Actions of the execution role", "words", optional=True,
                     help="Empty: the task names none."),
               Field("roles.task-role", "Actions of the task role", "words", optional=True),
               Field("calls", "What the application or router calls", "words", optional=True),
               Field("own_key", "The secret is under a KMS key of your own", "flag"),
               Field("create_group", "awslogs-create-group is on", "flag")),
              "allowed", "Is it allowed: yes or no?", boards.allowed, hidden=("missing", "denied")),
        Bench("iam.role", "One action",
              (_LAUNCH, Field("action", "Action", "choice", tuple(ACTIONS)), _EXECUTION), "role",
              "Which role does it?"),
    ),
    (
        Example("fargate-life", "A task on Fargate", "Four principals, one after the other.", "A077", "iam.life",
                {"launch_type": "FARGATE", "execution_role": True, "task_role": True, "actions": _ORDINARY}),
        Example("ec2-without", "On EC2 without an execution role", "The instance steps in, but not for secrets.",
                "N058", "iam.life",
                {"launch_type": "EC2", "execution_role": False, "task_role": True,
                 "actions": ["register-instance", "agent-poll", "pull-from-ecr", "inject-secret", "awslogs"]}),
        Example("router", "A FireLens router", "It is a container of the task, and sends as one.", "A043", "iam.life",
                {"launch_type": "FARGATE", "execution_role": True, "task_role": False,
                 "actions": ["pull-from-ecr", "firelens-sends-to-aws"]}),
        Example("board", "The board", "Put each action where it belongs, then look.", "N059", "iam.board",
                {"launch_type": "EC2", "execution_role": True,
                 "placed": dict.fromkeys(_BOARD, "container-instance-role")}),
        Example("create-group", "The group cannot be created", "The managed policy does not hold the right.", "A031",
                "iam.allowed",
                {"launch_type": "FARGATE", "action": "awslogs", "create_group": True,
                 "roles": {"task-execution-role": ["logs:CreateLogStream", "logs:PutLogEvents"]}}),
        Example("secret", "A secret under your own key", "Reading it takes two rights.", "A078", "iam.allowed",
                {"launch_type": "EC2", "action": "inject-secret", "own_key": True,
                 "roles": {"container-instance-role": ["secretsmanager:GetSecretValue", "kms:Decrypt"],
                           "task-execution-role": ["secretsmanager:GetSecretValue"]}}),
        Example("pull", "Who pulls the image?", "With an execution role, that one: on EC2 too.", "N057", "iam.role",
                {"launch_type": "EC2", "action": "pull-from-ecr", "execution_role": True}),
    ),
    reads="A task definition, as register-task-definition takes it or describe-task-definition prints it",
)  # fmt: skip
