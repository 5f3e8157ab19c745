"""The door to every simulator: strict JSON in, JSON out. The app, the command line and the checks use the same.

A family joins by living in a module or folder of this package that declares `FAMILIES`, a tuple of `Family`.
"""

import functools
import importlib
import json
import math
import pkgutil
from types import MappingProxyType
from typing import Any, NoReturn

from studyapp import simulators
from studyapp.simulators.errors import InputError
from studyapp.simulators.family import Family

LARGEST = 4 * 1024 * 1024  # bytes of one input


@functools.cache
def families() -> MappingProxyType[str, Family]:
    """Find every family, by name in alphabetical order. Looked up once, when first asked."""
    found: dict[str, Family] = {}
    for module in pkgutil.iter_modules(simulators.__path__):
        declared: tuple[Family, ...] = getattr(
            importlib.import_module(f"{simulators.__name__}.{module.name}"), "FAMILIES", ()
        )
        for family in declared:
            if family.name in found:
                raise RuntimeError(f"Two simulator families are named {family.name}.")
            found[family.name] = family
    return MappingProxyType(dict(sorted(found.items())))


def simulate(name: str, given: object, *, misconception: str | None = None, trace: bool = False) -> dict[str, Any]:
    """Answer one input of a family. Raises InputError for an unknown family or misconception, or a bad input."""
    family = families().get(name)
    if family is None:
        raise InputError("family", f"no family {_shown(name)}; there are {', '.join(families())}")
    if misconception is not None and misconception not in family.misconceptions:
        known = ", ".join(family.misconceptions) or "none"
        raise InputError("misconception", f"{name} knows no misconception {_shown(misconception)}; it knows {known}")
    if not isinstance(given, dict):
        raise InputError("input", "must be an object")
    try:
        return family.answer(given, misconception=misconception, trace=trace)
    except RecursionError:
        raise InputError("input", "is nested too deeply") from None


def simulate_line(line: bytes, *, misconception: str | None = None, trace: bool = False) -> dict[str, Any]:
    """Answer a line `{"family": ..., "input": {...}}`. A bad one gets `{"error": {"field", "message"}}`.

    Other keys of the line are left alone, so that a line may carry a name or what is expected of it.
    """
    try:
        given = read_json(line, "line")
        if not isinstance(given, dict):
            raise InputError("line", 'must be an object {"family": ..., "input": {...}}')
        for key in ("family", "input"):
            if key not in given:
                raise InputError(key, "is missing")
        if not isinstance(given["family"], str):
            raise InputError("family", "must be the name of a family")
        return simulate(given["family"], given["input"], misconception=misconception, trace=trace)
    except InputError as error:
        return error.as_json()


def read_json(data: bytes, field: str = "input") -> object:
    """Read JSON strictly: UTF-8, at most 4 MiB, no NaN or infinity, no key twice. Raises InputError for `field`."""
    if len(data) > LARGEST:
        raise InputError(field, f"is longer than {LARGEST} bytes")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise InputError(field, f"is not UTF-8 at byte {error.start}") from None
    if not text.strip():
        raise InputError(field, "is empty")
    try:
        return _decoder.decode(text)
    except _NotPlain as problem:
        raise InputError(field, str(problem)) from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise InputError(field, f"is not JSON: {error.msg} at {where}") from None
    except ValueError:  # more digits than Python converts
        raise InputError(field, "holds a number that is too long") from None
    except RecursionError:
        raise InputError(field, "is nested too deeply") from None


class _NotPlain(Exception):
    """JSON that Python would read, but that is not plain JSON."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise _NotPlain(f"holds the key {_shown(name)} twice in one object")
            seen.add(name)
    return made


def _constant(name: str) -> NoReturn:
    raise _NotPlain(f"holds {name}, which is not a number in JSON")


def _float(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise _NotPlain(f"holds a number that is too large: {_shown(digits)}")
    return number


def _shown(text: str) -> str:
    return json.dumps(text if len(text) <= 60 else text[:57] + "...")


_decoder = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant, parse_float=_float)
