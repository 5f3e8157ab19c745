"""Wrong rules about roles that people believe, each of them the true ones with one part exchanged."""

from dataclasses import replace

from studyapp.simulators.iam.rules import EXECUTION, INSTANCE, TASK, TRUTH
from studyapp.simulators.ruled import Misconception, named

ROLE = named(
    Misconception(
        "instance_profile_does_everything",
        "On EC2 the instance profile pulls images and sends logs, whatever the task names.",
        "N057",
        "Only for tasks without an execution role; if a task names one, that is used, on EC2 too.",
        replace(TRUTH, preparing=INSTANCE),
    ),
    Misconception(
        "instance_profile_injects_secrets",
        "On EC2 the instance profile fetches the secrets that are injected.",
        "N058",
        "Secrets are injected with the task execution role, on EC2 as on Fargate.",
        replace(TRUTH, injecting=INSTANCE),
    ),
    Misconception(
        "instance_profile_steps_in_for_secrets",
        "Without an execution role the instance profile fetches secrets, as it pulls images.",
        "N058",
        "Pulling and awslogs can fall back to the instance profile; injection cannot and fails.",
        replace(TRUTH, instance_injects=True),
    ),
    Misconception(
        "task_role_pulls_and_logs",
        "The task role pulls the image and sends the log.",
        "A001",
        "Both are done for the task, not by it: with the task execution role.",
        replace(TRUTH, preparing=TASK),
    ),
    Misconception(
        "task_role_injects_secrets",
        "The task role fetches the secrets that are injected.",
        "A001",
        "They are fetched before your code runs, with the task execution role.",
        replace(TRUTH, injecting=TASK),
    ),
    Misconception(
        "execution_role_is_for_the_code",
        "The application calls AWS with the task execution role.",
        "N059",
        "Your code has the task role; the execution role serves ECS and the agent.",
        replace(TRUTH, application=EXECUTION),
    ),
    Misconception(
        "router_uses_the_execution_role",
        "FireLens sends with the task execution role, as awslogs does.",
        "A043",
        "The router is a container of the task, so it has the task role.",
        replace(TRUTH, router=EXECUTION),
    ),
    Misconception(
        "task_role_registers_targets",
        "The task role must allow registering with the target group.",
        "A067",
        "ECS registers targets itself, with its service-linked role.",
        replace(TRUTH, surroundings=TASK),
    ),
    Misconception(
        "fargate_has_an_instance_role",
        "On Fargate too there is an instance role behind the task.",
        "N054",
        "Fargate has no instance of yours and so no instance role.",
        replace(TRUTH, instance_everywhere=True),
    ),
    Misconception(
        "no_execution_role_no_pull",
        "Without a task execution role no image can be pulled from ECR, on EC2 either.",
        "N057",
        "On EC2 the agent then pulls with the instance role.",
        replace(TRUTH, instance_steps_in=False),
    ),
)
