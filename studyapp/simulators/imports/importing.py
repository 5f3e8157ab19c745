"""Documents of AWS put together into one question about placement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from studyapp.simulators.errors import InputError
from studyapp.simulators.fields import Fields
from studyapp.simulators.imports.instances import UNKNOWN_ZONE, import_instances
from studyapp.simulators.imports.kinds import Document, read_document
from studyapp.simulators.imports.notes import Notes
from studyapp.simulators.imports.requests import import_request
from studyapp.simulators.placement.cluster import read_cluster
from studyapp.simulators.placement.request import read_request


@dataclass(frozen=True, slots=True)
class Imported:
    """A question for placement.run, and what is to be said about the way to it.

    `unknown` are the fields that AWS's model does not have, by document; `notes` what was assumed or left out.
    """

    question: dict[str, Any]
    unknown: list[str]
    notes: list[str]


def import_placement(
    documents: Sequence[object] | Mapping[str, object], zones: Mapping[str, str] | None = None
) -> Imported:
    """Make the input of placement.run from documents of AWS: decoded JSON, in any order, or by the name of their kind.

    Needed are describe-container-instances and a task definition (described or registered); describe-tasks and
    run-task or create-service may be there. Several of the first kinds add up. `zones` tells the zones of subnets
    that no instance is in. Raises InputError for a document that is none or does not fit AWS's model, and for a
    cluster that placement.run would not take.
    """
    given = list(documents.items()) if isinstance(documents, Mapping) else [(None, each) for each in documents]
    read = [
        read_document(value, kind, f"documents[{place}]" if kind is None else f"documents.{kind}")
        for place, (kind, value) in enumerate(given)
    ]
    for place, document in enumerate(read):
        if document.problems:
            first = document.problems[0]
            more = f" (and {len(document.problems) - 1} more)" if len(document.problems) > 1 else ""
            raise InputError(f"documents[{place}] ({document.kind}): {first.field}", first.message + more)
    notes = Notes()
    described = _all(read, "describe-container-instances", "containerInstances")
    if not any(document.kind == "describe-container-instances" for document in read):
        raise InputError("documents", "need a describe-container-instances")
    instances = import_instances(described, _all(read, "describe-tasks", "tasks"), notes)
    definition, tags = _definition(read)
    call = _only(read, "run-task", "create-service")
    for document in read:
        for failure in document.value.get("failures") or ():
            notes.add(f"{document.kind} reports a failure: {failure.get('reason')}.")
    known = {str(subnet): zone for subnet, zone in _zones(instances)}
    request = import_request(definition, call.value if call else None, {**known, **(zones or {})}, notes, tags)
    question = {"instances": instances, "request": request}
    read_cluster(Fields(question, "", frozenset(question)))
    read_request(request, "request")
    unknown = [f"{document.kind}: {fault.field} {fault.message}" for document in read for fault in document.unknown]
    if unknown:
        notes.add("Fields that AWS does not know had no effect.")
    return Imported(question, unknown, list(notes))


def _all(read: Sequence[Document], kind: str, name: str) -> list[Mapping[str, Any]]:
    return [each for document in read if document.kind == kind for each in document.value.get(name) or ()]


def _only(read: Sequence[Document], *kinds: str) -> Document | None:
    found = [document for document in read if document.kind in kinds]
    if len(found) > 1:
        raise InputError("documents", f"have more than one {' or '.join(kinds)}")
    return found[0] if found else None


def _definition(read: Sequence[Document]) -> tuple[Mapping[str, Any], object]:
    found = _only(read, "describe-task-definition", "register-task-definition")
    if found is None:
        raise InputError("documents", "need a describe-task-definition or register-task-definition")
    if found.kind == "register-task-definition":
        return found.value, found.value.get("tags")
    return found.value.get("taskDefinition") or {}, found.value.get("tags")


def _zones(instances: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Tell the zones of the subnets that instances are in."""
    return [
        (each["attributes"]["ecs.subnet-id"], each["az"])
        for each in instances
        if each["az"] != UNKNOWN_ZONE and each.get("attributes", {}).get("ecs.subnet-id")
    ]
