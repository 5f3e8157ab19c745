"""Which of AWS's documents a JSON object is."""

from dataclasses import dataclass, field
from typing import Any

from studyapp.simulators.errors import InputError
from studyapp.simulators.imports.model import Fault, faults

# What the command line calls a document, and the shape that AWS gives it.
SHAPES = {
    "describe-container-instances": "DescribeContainerInstancesResponse",
    "describe-tasks": "DescribeTasksResponse",
    "describe-task-definition": "DescribeTaskDefinitionResponse",
    "register-task-definition": "RegisterTaskDefinitionRequest",
    "run-task": "RunTaskRequest",
    "create-service": "CreateServiceRequest",
}


@dataclass(frozen=True, slots=True)
class Document:
    """A document that was read: what it is, its fields, and where it departs from AWS's model."""

    kind: str
    value: dict[str, Any]
    unknown: list[Fault] = field(default_factory=list)
    problems: list[Fault] = field(default_factory=list)


def read_document(value: object, kind: str | None = None, path: str = "document") -> Document:
    """Read one document. `kind` is a name of SHAPES; without it the document is recognized by its fields.

    What the model does not know is listed in `unknown`, never dropped in silence; a value that it does not allow in
    `problems`. Raises InputError with `path` when it cannot be told what the document is.
    """
    if not isinstance(value, dict):
        raise InputError(path, "must be an object, as the AWS command line prints or takes it")
    found = _kind(value) if kind is None else kind
    if found is None:
        raise InputError(path, f"is none of the documents that are read: {', '.join(SHAPES)}")
    if found not in SHAPES:
        raise InputError(path, f"must be one of {', '.join(SHAPES)}")
    if found == "describe-task-definition" and "containerDefinitions" in value:
        value = {"taskDefinition": value}  # the object inside, as the console shows it
    all_faults = faults(value, SHAPES[found])
    unknown = [each for each in all_faults if each.unknown]
    return Document(found, value, unknown, [each for each in all_faults if not each.unknown])


def _kind(value: dict[str, Any]) -> str | None:
    if "containerInstances" in value:
        return "describe-container-instances"
    if "tasks" in value:
        return "describe-tasks"
    if isinstance(value.get("taskDefinition"), dict):
        return "describe-task-definition"
    if "containerDefinitions" in value:
        described = "taskDefinitionArn" in value or "requiresAttributes" in value or "revision" in value
        return "describe-task-definition" if described else "register-task-definition"
    if "serviceName" in value:
        return "create-service"
    return "run-task" if "taskDefinition" in value else None
