"""AWS's own models of its APIs, as botocore carries them: does a document have the shape that AWS gives it?

The model is read on first use (about a third of a second, botocore's import included) and kept.
"""

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from studyapp.simulators.fields import shown

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.]{5,18}(Z|[+-][0-9]{2}:?[0-9]{2})?)?")


@dataclass(frozen=True, slots=True)
class Fault:
    """Where a document departs from the model: the path of the field and what is wrong.

    `unknown` tells a field that the model does not have from a value that it does not allow.
    """

    field: str
    message: str
    unknown: bool = False


@functools.cache
def _service(api: str) -> Any:
    from botocore.loaders import create_loader
    from botocore.model import ServiceModel

    return ServiceModel(create_loader().load_service_model(api, "service-2"), api)


def shape(name: str, api: str = "ecs") -> Any:
    """Give a shape of an API's model, such as RunTaskRequest."""
    return _service(api).shape_for(name)


def version() -> str:
    """Name the botocore whose model is used."""
    import botocore

    return str(botocore.__version__)


def faults(value: object, shape_name: str, api: str = "ecs") -> list[Fault]:
    """Hold a document against a shape: unknown fields, missing ones, values of a wrong type or outside an enum."""
    return list(_faults(value, shape(shape_name, api), ""))


def _faults(value: Any, model: Any, path: str) -> Iterator[Fault]:
    kind = model.type_name
    here = path or "the document"
    if kind == "structure":
        if not isinstance(value, dict):
            yield Fault(here, f"must be an object, not {shown(value)}")
            return
        for name in model.required_members:
            if value.get(name) is None:
                yield Fault(_at(path, name), "is missing")
        for name, inner in value.items():
            member = model.members.get(name)
            if member is None:
                yield Fault(_at(path, name), _unknown(name, model), unknown=True)
            elif inner is not None:  # the command line prints null for what is not set
                yield from _faults(inner, member, _at(path, name))
    elif kind == "list":
        if not isinstance(value, list):
            yield Fault(here, f"must be a list, not {shown(value)}")
            return
        for place, inner in enumerate(value):
            yield from _faults(inner, model.member, f"{path}[{place}]")
    elif kind == "map":
        if not isinstance(value, dict):
            yield Fault(here, f"must be an object, not {shown(value)}")
            return
        for name, inner in value.items():
            yield from _faults(inner, model.value, _at(path, name))
    else:
        message = _scalar(value, model)
        if message:
            yield Fault(here, message)


def _scalar(value: object, model: Any) -> str | None:
    kind = model.type_name
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if kind == "string":
        if not isinstance(value, str):
            return f"must be a text, not {shown(value)}"
        if model.enum and value not in model.enum:
            return f"must be one of {', '.join(model.enum)}, not {shown(value)}"
    elif kind == "boolean":
        if not isinstance(value, bool):
            return f"must be true or false, not {shown(value)}"
    elif kind in ("integer", "long"):
        if not isinstance(value, int) or isinstance(value, bool):
            return f"must be a whole number, not {shown(value)}"
    elif kind in ("float", "double"):
        if not number:
            return f"must be a number, not {shown(value)}"
    elif kind == "timestamp" and not number and not (isinstance(value, str) and _DATE.fullmatch(value)):
        return f"must be a time, not {shown(value)}"
    return None


def _at(path: str, name: str) -> str:
    shortened = name if len(name) <= 60 else name[:57] + "..."
    return f"{path}.{shortened}" if path else shortened


def _unknown(name: str, model: Any) -> str:
    for known in model.members:
        if known.lower() == name.replace("_", "").replace("-", "").lower():
            return f"is not known to AWS; it is written {known}"
    return "is not known to AWS"
