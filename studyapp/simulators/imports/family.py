"""The families aws.import and aws.export."""

from typing import Any

from studyapp.simulators.errors import InputError
from studyapp.simulators.family import Family
from studyapp.simulators.fields import Fields, checked_text
from studyapp.simulators.imports.exporting import export_placement
from studyapp.simulators.imports.importing import import_placement
from studyapp.simulators.imports.kinds import SHAPES


def import_answer(input: dict[str, Any], *, misconception: str | None = None, trace: bool = False) -> dict[str, Any]:
    """Answer aws.import: `question`, an input of placement.run, from `documents`, a list of what AWS's command line
    prints or takes, or an object with these by their names. `zones` tells the zones of subnets.

    `unknown` lists the fields that AWS does not know, `notes` what was assumed or left out. Raises InputError.
    """
    fields = Fields(input, "", frozenset(("documents", "zones")))
    documents = fields.required("documents")
    if not isinstance(documents, list | dict):
        raise InputError("documents", "must be a list or an object")
    zones = {name: checked_text(zone, f"zones.{name}") for name, zone in fields.mapping("zones", 100).items()}
    if isinstance(documents, dict) and not documents.keys() <= SHAPES.keys():
        documents = [documents]  # a single document without its name
    imported = import_placement(documents, zones)
    return {"question": imported.question, "unknown": imported.unknown, "notes": imported.notes}


def export_answer(input: dict[str, Any], *, misconception: str | None = None, trace: bool = False) -> dict[str, Any]:
    """Answer aws.export: `documents` of AWS by their names for an input of placement.run, and `notes`."""
    exported = export_placement(input)
    return {"documents": exported.documents, "notes": exported.notes}


FAMILIES = (
    Family("aws.import", "A placement question from the JSON that AWS's command line prints.", import_answer),
    Family("aws.export", "The JSON of AWS's command line for a placement question.", export_answer),
)
