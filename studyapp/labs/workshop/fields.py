"""Fields of a bench: from an address to a simulator's input, and to the form that is shown again."""

import copy
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from studyapp.simulators.door import read_json
from studyapp.simulators.errors import InputError

LONGEST = 4_000  # characters of a field
LONGEST_JSON = 12_000
MOST_ROWS = 60
MOST_CHANGEABLE = 12  # rows whose numbers can be exchanged beside the case


@dataclass(frozen=True, slots=True)
class Field:
    """One value: a number, one of several, yes or no, a word, a list of numbers or words, some of several, or JSON.

    A name like `old.cpu` is the value `cpu` of the object `old`.
    """

    name: str
    label: str
    kind: str = "number"  # number, decimal, choice, flag, word, numbers, words, checks, json
    choices: Sequence[str] = ()
    optional: bool = False
    help: str = ""
    drawn: bool = False  # numbers that can be drawn as a curve
    slides_to: int = 0  # a number that can be slid from 0 to this
    default: bool = False  # of a flag: what its simulator takes where a case leaves it out

    def read(self, text: str | None, path: str) -> Any:
        """Give the value of a text; None where it is left out. Raises InputError."""
        if self.kind == "flag":
            return text is not None
        if self.kind == "choice" and text is None and not self.optional:
            return self.choices[0]  # a case leaves out what its simulator takes by default
        text = (text or "").strip()
        most = LONGEST_JSON if self.kind == "json" else LONGEST
        if len(text) > most:
            raise InputError(path, f"has {len(text)} characters; at most {most}")
        if not text:
            if self.optional:
                return None
            raise InputError(path, "is missing")
        if self.kind == "number":
            if not re.fullmatch(r"-?[0-9]{1,12}", text):
                raise InputError(path, f'must be a whole number, not "{text[:40]}"')
            return int(text)
        if self.kind == "decimal":
            if not re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,6})?", text):
                raise InputError(path, f'must be a number such as 2 or 0.5, not "{text[:40]}"')
            return float(text) if "." in text else int(text)
        if self.kind == "json":
            return read_json(text.encode("utf-8", "replace"), path)
        if self.kind == "numbers":
            return [self._number(part, path) for part in re.split(r"[\s,;]+", text) if part]
        if self.kind == "words":
            return [part for part in re.split(r"[\s,;]+", text) if part]
        if self.kind == "choice" and text not in self.choices:
            raise InputError(path, f"must be one of {', '.join(self.choices)}")
        return text

    def _number(self, text: str, path: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,12}", text):
            raise InputError(path, f'must hold whole numbers, not "{text[:40]}"')
        return int(text)


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of things, each with the same fields."""

    name: str
    label: str
    fields: Sequence[Field]
    thing: str  # what one of them is called


type Part = Field | Rows


def read_input(parts: Sequence[Part], query: QueryDict) -> dict[str, Any]:
    """Give the input that an address describes; what is left out is left out. Raises InputError at the field."""
    given: dict[str, Any] = {}
    for part in parts:
        if isinstance(part, Field):
            value = part.read(query.get(part.name), part.name) if part.kind != "checks" else _checked(part, query)
            if value is not None:
                _put(given, part.name, value)
            continue
        rows = []
        for number in row_numbers(part, query):
            row: dict[str, Any] = {}
            for field in part.fields:
                name = f"{part.name}.{number}.{field.name}"
                value = field.read(query.get(name), name)
                if value is not None and not (field.kind == "flag" and value is False and field.optional):
                    _put(row, field.name, value)
            rows.append(row)
        given[part.name] = rows
    return given


def _checked(field: Field, query: QueryDict) -> list[str] | None:
    """Give those of the choices that are checked, in their order."""
    found = [choice for choice in field.choices if f"{field.name}.{choice}" in query]
    return None if field.optional and not found else found


def _put(given: dict[str, Any], name: str, value: Any) -> None:
    """Put a value where its name says: `action.type` into the object `action`."""
    above, _, last = name.rpartition(".")
    for each in above.split(".") if above else ():
        given = given.setdefault(each, {})
    given[last] = value


def _take(given: Mapping[str, Any], name: str) -> Any:
    """Give the value that a name like `action.type` means, None where there is none."""
    value: Any = given
    for each in name.split("."):
        value = value.get(each) if isinstance(value, Mapping) else None
    return value


def row_numbers(rows: Rows, query: QueryDict) -> list[int]:
    """Give the numbers of the rows that an address holds, in order."""
    found = {
        int(match[1])
        for name in query
        if (match := re.fullmatch(rf"{re.escape(rows.name)}\.([0-9]{{1,2}})\.[\w.]+", name))
    }
    return sorted(found)[:MOST_ROWS]


def flat(parts: Sequence[Part], given: Mapping[str, Any]) -> dict[str, str]:
    """Give an input as the parameters of an address."""
    query: dict[str, str] = {}

    def put(field: Field, name: str, value: Any) -> None:
        if field.kind == "flag":
            if value or (value is None and field.default):
                query[name] = "1"
        elif field.kind == "checks":
            query.update({f"{name}.{each}": "1" for each in value or ()})
        elif field.kind == "json" and value is not None:
            query[name] = json.dumps(value, indent=2, ensure_ascii=False)
        elif value is not None:
            query[name] = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)

    for part in parts:
        if isinstance(part, Field):
            put(part, part.name, _take(given, part.name))
            continue
        for number, row in enumerate(given.get(part.name, ())):
            for field in part.fields:
                put(field, f"{part.name}.{number}.{field.name}", _take(row, field.name))
    return query


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a case that can be exchanged: in the case itself, or in one of its rows."""

    name: str  # in the address
    label: str
    field: Field
    rows: str = ""  # the list that holds its row
    row: int = 0  # its place there

    def changed(self, given: Mapping[str, Any], text: str) -> dict[str, Any]:
        """Give the case with another value for it. Raises InputError at `other_value`."""
        other = copy.deepcopy(dict(given))
        _put(other[self.rows][self.row] if self.rows else other, self.field.name, self.field.read(text, "other_value"))
        return other


def changeable(parts: Sequence[Part], query: QueryDict) -> list[Number]:
    """Give the numbers of a case that can be exchanged, those of its first rows too."""
    found: list[Number] = []
    for part in parts:
        if isinstance(part, Field):
            if part.kind in ("number", "decimal"):
                found.append(Number(part.name, part.label, part))
            continue
        for place, number in enumerate(row_numbers(part, query)[:MOST_CHANGEABLE]):
            found += [
                Number(f"{part.name}.{number}.{field.name}", f"{part.thing} {place + 1}: {field.label}", field,
                       part.name, place)
                for field in part.fields
                if field.kind in ("number", "decimal")
            ]  # fmt: skip
    return found


@dataclass(frozen=True, slots=True)
class Shown:
    """A field in the form: its value as typed, and what is wrong with it."""

    field: Field
    name: str
    value: str
    wrong: str
    checks: Sequence[tuple[str, bool]] = ()  # of the kind checks: each choice, and whether it is checked


@dataclass(frozen=True, slots=True)
class ShownRows:
    """The rows of a list in the form."""

    rows: Rows
    items: Sequence[tuple[int, Sequence[Shown]]]


def form(parts: Sequence[Part], query: QueryDict, problem: InputError | None) -> list[Shown | ShownRows]:
    """Give the form as the address fills it in."""
    at = re.sub(r"\[([0-9]+)\]", r".\1", problem.field) if problem else ""

    def shown(field: Field, name: str) -> Shown:
        wrong = problem.message if problem and (at == name or at.startswith(f"{name}.")) else ""
        checks = [(each, f"{name}.{each}" in query) for each in field.choices] if field.kind == "checks" else ()
        return Shown(field, name, query.get(name, ""), wrong, checks)

    made: list[Shown | ShownRows] = []
    for part in parts:
        if isinstance(part, Field):
            made.append(shown(part, part.name))
        else:
            items = [
                (number, [shown(field, f"{part.name}.{number}.{field.name}") for field in part.fields])
                for number in row_numbers(part, query)
            ]
            made.append(ShownRows(part, items))
    return made
