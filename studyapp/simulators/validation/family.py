"""The family request.validate."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from studyapp.simulators.errors import InputError
from studyapp.simulators.family import Family
from studyapp.simulators.fields import shown
from studyapp.simulators.validation.calls import create_service_problems, run_task_problems
from studyapp.simulators.validation.definition import definition_problems
from studyapp.simulators.validation.given import Given
from studyapp.simulators.validation.placing import constraint_problems, strategy_problems
from studyapp.simulators.validation.problems import Problem

OPERATIONS = ("RegisterTaskDefinition", "RunTask", "CreateService")
LAUNCH_TYPES = ("EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES")


def answer(input: dict[str, Any], *, misconception: str | None = None, trace: bool = False) -> dict[str, Any]:
    """Answer request.validate: whether the request is `accepted`, and all its `problems` by name.

    The input has `op`, `launch_type` [EC2] and the fields of the request, in camelCase or snake_case: `network_mode`,
    `network_configuration` (an object or just true), `constraints`, `task_definition_constraints` (how many there are
    already), `strategies`, `count`, `desired_count`, `scheduling_strategy`, `cpu` and `memory` of the task (or
    `task_cpu`, `task_memory`), `containers`, `volumes`, `os` ... A field that is absent is not asked about, except
    where AWS requires it of the fields that are there. Each of `details` has `name`, `field`, `message` and `remedy`;
    `not_checked` lists the fields that no rule looks at.
    Raises InputError for an unknown operation and for values of the wrong type.
    """
    request = Given(input)
    op = request.get("op")
    if op not in OPERATIONS:
        raise InputError("op", f"must be one of {', '.join(OPERATIONS)}, not {shown(op)}")
    launch = _launch(request)
    problems = sorted(set(_problems(request, op, launch)), key=lambda problem: (problem.name, problem.field))
    return {
        "accepted": not problems,
        "problems": list(dict.fromkeys(problem.name for problem in problems)),
        "details": [asdict(problem) for problem in problems],
        "not_checked": list(request.unasked()),
    }


def _launch(request: Given) -> str:
    """Say where the tasks are to run. A task definition may say it by what it must be compatible with."""
    launch = request.get("launch_type")
    wanted = request.get("requires_compatibilities")
    if launch is None and isinstance(wanted, list) and wanted:
        launch = "FARGATE" if "FARGATE" in wanted else wanted[0]
    if launch is None:
        given = request.get("capacity_provider_strategy")
        providers = request.objects("capacity_provider_strategy") if isinstance(given, list) else []
        names = [each.get("capacity_provider") for each in providers]
        launch = "FARGATE" if names and all(name in ("FARGATE", "FARGATE_SPOT") for name in names) else "EC2"
    if launch not in LAUNCH_TYPES:
        raise InputError("launch_type", f"must be one of {', '.join(LAUNCH_TYPES)}, not {shown(launch)}")
    return str(launch)


def _problems(request: Given, op: str, launch: str) -> Iterator[Problem]:
    yield from constraint_problems(request, op, launch)
    yield from strategy_problems(request, op, launch)
    if op == "RegisterTaskDefinition":
        yield from definition_problems(request, launch, _windows(request))
    elif op == "RunTask":
        yield from run_task_problems(request, launch)
    else:
        yield from create_service_problems(request, launch)


def _windows(request: Given) -> bool:
    platform = request.within("runtime_platform")
    system = request.get("os") or (platform.get("os") if platform is not None else None) or "linux"
    if platform is not None:
        platform.get("cpu_architecture")
    if not isinstance(system, str):
        raise InputError("os", f"must be a text, not {shown(system)}")
    return system.lower().startswith("windows")


FAMILIES = (
    Family(
        "request.validate",
        "Whether AWS takes a RegisterTaskDefinition, RunTask or CreateService request, and what is wrong with it.",
        answer,
    ),
)
