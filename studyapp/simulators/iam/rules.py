"""Who acts when a task is started and run. `TRUTH` holds AWS's rules; a misconception exchanges one of them.

Sources: ECS developer guide (security-ecs-iam-role-overview, task_execution_IAM_role, instance_IAM_role,
task-iam-roles, using_awslogs, specifying-sensitive-data, use-environment-file, using_firelens, alb).
"""

from dataclasses import dataclass

INSTANCE, EXECUTION, TASK = "container-instance-role", "task-execution-role", "task-role"
LINKED, INFRASTRUCTURE = "service-linked-role", "infrastructure-role"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Which role each kind of work belongs to."""

    preparing: str = EXECUTION  # pulling the image, sending awslogs
    instance_steps_in: bool = True  # on EC2, where the task names no execution role
    injecting: str = EXECUTION  # secrets, parameters, credentials of a registry, environment files
    instance_injects: bool = False  # not even where there is no execution role
    application: str = TASK  # the calls of the code
    router: str = TASK  # the calls of a FireLens router
    surroundings: str = LINKED  # targets and network interfaces
    instance_everywhere: bool = False  # Fargate has no instance role


TRUTH = Rules()
