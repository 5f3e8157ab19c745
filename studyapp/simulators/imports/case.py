"""What a document of AWS says to a simulator, and how it is held against AWS's own model of it."""

from dataclasses import dataclass
from typing import Any

from studyapp.simulators.errors import InputError
from studyapp.simulators.imports.model import faults


@dataclass(frozen=True, slots=True)
class Case:
    """What a document says to a simulator: the family, its input, and what has to be said beside it."""

    family: str
    given: dict[str, Any]
    notes: list[str]


def checked(value: object, shape: str, api: str = "ecs", *, missing: bool = True) -> list[str]:
    """Give a note for each field that AWS does not know. Raises InputError for the first that it would refuse.

    A field that is missing is held against it only with `missing`: what is pasted may be a part.
    """
    notes = []
    for fault in faults(value, shape, api):
        if fault.unknown:
            notes.append(unknown(fault.field))
        elif missing or fault.message != "is missing":
            raise InputError(fault.field, fault.message)
    return notes


def unknown(field: str) -> str:
    """Say that AWS has no such field."""
    return f"AWS knows no such field, so it had no effect: {field}."
