"""The fields of an item's form: a record as flat text, and back, with what is wrong where it cannot be read.

A form is a mapping of names to texts, just as a browser sends it, so that a draft keeps whatever was typed. Names of
fields within fields have dots: `options.0.text`, `rows.2.cells.1.fact`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import date
from typing import Any

from studyapp.assessment import questions as assessment
from studyapp.content.checks import DIFFICULTIES, VERDICTS
from studyapp.content.checks import KINDS as CARD_KINDS
from studyapp.content.records import Record
from studyapp.content.yamlformat import FormatProblem, dump, parse, plain_value
from studyapp.studio.rows import KINDS

Form = Mapping[str, str]
MOST_ROWS = 60  # rows of one list in a form
SPEC = "spec"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form. `widget`: line, text, code, list (an item on each line), choice, number, date, check."""

    name: str
    label: str
    widget: str = "line"
    help: str = ""
    choices: Sequence[tuple[str, str]] = ()
    suggest: str = ""  # kind of the items whose keys may stand here


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of small mappings, a row of fields for each."""

    name: str
    label: str
    each: Sequence[Field]
    help: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows and cells of a comparison table."""

    name: str = "rows"
    label: str = "Rows: a text in each cell, and the fact behind it"


Part = Field | Rows | Grid


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with a field, and what would be right."""

    field: str
    message: str
    warning: bool = False

    @property
    def anchor(self) -> str:
        """The id of the field on the page."""
        return f"f-{self.field.replace('.', '-')}"


def _choices(values: Sequence[Any]) -> list[tuple[str, str]]:
    return [(str(value), str(value)) for value in values]


_MARKDOWN = "Markdown"
_TOPIC = Field("topic", "Topic", "choice", suggest="topic")
_ORDER = Field("order", "Place among its siblings", "number")
_KINDS = [(name, kind.words) for name, kind in assessment.KINDS.items()]
_REASON = Field("reason", "Why", "text")
_MISCONCEPTION = Field("misconception", "Misconception", suggest="misconception")
_OPTION = (Field("text", "Option", "text"), Field("right", "right", "check"), _REASON, _MISCONCEPTION)
FORMS: Mapping[str, Sequence[Part]] = {
    "topic": (
        Field("title", "Title"), Field("summary", "Summary", help="One sentence."),
        Field("body", "Body", "text", "Markdown; {N030} alone on a line places a fact."),
        Field("parent", "Below", "choice", suggest="topic"), _ORDER,
        Field("neighbours", "Neighbours", "list", "Keys of topics, one on each line.", suggest="topic"),
    ),
    "fact": (
        Field("statement", "Statement", "text", _MARKDOWN),
        Field("verdict", "Verdict", "choice", "Does the notes' statement hold today?", _choices(VERDICTS)),
        Field("notes_say", "The notes and the exam say", "text", "Only where the verdict is not holds."),
        Field("today", "Today", "text", "What AWS does today; only where the verdict is not holds."),
        Field("source", "Source", help="The https address of the AWS page."),
        Field("checked", "Checked", "date", "The day on which the page was read."),
        Field("why", "Why", "text"), Field("recall", "Question before it", "text", "Hides the statement until asked."),
        Field("covers", "Covers", "list", "Statements of the notes, one on each line."),
        Field("confused_with", "Confused with", "list", "Keys of facts, one on each line.", suggest="fact"),
        _TOPIC, _ORDER,
    ),
    "card": (
        Field("kind", "Kind", "choice", choices=_choices(CARD_KINDS)),
        Field("front", "Front", "text", "A cloze has one {{blank}}."), Field("back", "Back", "text"),
        Field("reason", "Reason", "text", "One sentence: why the answer is right."),
        Field("accept", "Also accepted", "list", "Of a typed card: one on each line."),
        Field("fact", "Fact", suggest="fact"), _ORDER,
    ),
    "question": (
        Field("kind", "Kind", "choice", "Save after a change: the fields follow.", _KINDS),
        Field("stem", "Stem", "text", "Markdown; {name} is a value that is drawn."),
        Field("explanation", "Explanation", "text"),
        Field("facts", "Facts", "list", "That it tests, the main one first; one on each line.", suggest="fact"),
        Field("domain", "Domain", "choice", choices=list(assessment.DOMAINS.items())),
        Field("difficulty", "Difficulty", "choice", "1 recall, 2 apply, 3 combine or diagnose", _choices(DIFFICULTIES)),
        _TOPIC, _ORDER,
    ),
    "table": (
        Field("title", "Title"), Field("summary", "Summary"),
        Field("columns", "Columns", "list", "One on each line. Save after a change: the cells follow."), Grid(),
        _TOPIC, _ORDER,
    ),
    "term": (
        Field("term", "Term"), Field("definition", "Definition", "text", _MARKDOWN),
        Field("aliases", "Other names", "list", "One on each line."), _TOPIC,
    ),
    "pair": (
        Field("left", "One"), Field("right", "The other"), Field("difference", "Difference", "text", "In one line."),
        Field("left_cases", "Situations that want the one", "list", "One on each line."),
        Field("right_cases", "Situations that want the other", "list", "One on each line."),
        Field("facts", "Facts", "list", "One on each line.", suggest="fact"),
    ),
    "misconception": (
        Field("belief", "Belief", "text", "As its believer would say it."), Field("refutation", "Refutation", "text"),
        Field("fact", "Fact", help="That it violates.", suggest="fact"),
    ),
    "diagram": (
        Field("svg", "Drawing", "code", "SVG, 360 units wide, with the class names that our diagrams share."), _TOPIC,
    ),
}  # fmt: skip
# What the spec of a question of each kind has as rows; the rest of it, if any, is written as YAML.
SPECS: Mapping[str, Sequence[Rows]] = {
    "choice": (Rows("options", "Options, one of them right", _OPTION),),
    "multiple": (Rows("options", "Options, two or three of them right", _OPTION),),
    "cause_fix": (Rows("causes", "Causes", _OPTION), Rows("fixes", "Fixes", _OPTION)),
    "matching": (
        Rows("pairs", "Pairs", (Field("left", "Line", "text"), Field("right", "Belongs to", "text"), _REASON)),
    ),
    "ordering": (Rows("items", "Items, in the right order", (Field("text", "Item", "text"), _REASON)),),
    "numeric": (Rows("wrong", "Wrong answers", (Field("value", "Value"), _REASON, _MISCONCEPTION)),),
    "scenario": (),
}  # fmt: skip
SPEC_HELP = {
    "numeric": "The rest as YAML: `value`, `unit`.",
    "matching": "The rest as YAML: `decoys`, if there are any.",
    "scenario": "The template, as YAML: family, let, given, ask, show, misconceptions, …",
}
NEW_SPECS = {"numeric": "value: 1\nunit: tasks\n"}


def parts_of(kind: str, form: Form) -> list[Part]:
    """Give the parts of the form of a kind, those of a question's spec as its own kind wants them."""
    parts = list(FORMS[kind])
    if kind == "question":
        posed = form.get("kind", "")
        rest = Field(SPEC, "Template" if posed == "scenario" else "More of the spec", "code", SPEC_HELP.get(posed, ""))
        wanted: list[Part] = [*SPECS.get(posed, ())]
        if posed in SPEC_HELP or posed not in SPECS or form.get(SPEC, "").strip():
            wanted.append(rest)
        parts[2:2] = wanted
    return parts


# A record as a form -------------------------------------------------------------------------------------------


def form_of(kind: str, record: Mapping[str, Any]) -> dict[str, str]:
    """Give the form of a record, which is given as plain JSON."""
    form: dict[str, str] = {}
    for part in FORMS[kind]:
        if isinstance(part, Field):
            value = record.get(part.name, "")
            form[part.name] = "\n".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        elif isinstance(part, Grid):
            for number, row in enumerate(record["rows"]):
                form[f"rows.{number}.name"] = str(row.get("name", ""))
                for place, cell in enumerate(row.get("cells", ())):
                    form[f"rows.{number}.cells.{place}.text"] = str(cell.get("text", ""))
                    form[f"rows.{number}.cells.{place}.fact"] = str(cell.get("fact", ""))
    if kind == "question":
        form |= _spec_form(record["kind"], record["spec"])
    return form


def _spec_form(posed: str, spec: Mapping[str, Any]) -> dict[str, str]:
    form: dict[str, str] = {}
    rest = dict(spec)
    for rows in SPECS.get(posed, ()):
        values = rest.get(rows.name)
        names = {field.name for field in rows.each}
        if not isinstance(values, list) or not all(isinstance(each, dict) and set(each) <= names for each in values):
            continue  # which is not as we write it: as YAML, then
        del rest[rows.name]
        for number, value in enumerate(values):
            for name, each in value.items():
                form[f"{rows.name}.{number}.{name}"] = ("on" if each else "") if isinstance(each, bool) else str(each)
    return form | ({SPEC: dump(rest)} if rest else {})


def row_numbers(form: Form, name: str) -> list[int]:
    """Give the numbers of the rows of a list that a form has, in order."""
    found = {int(number[1]) for each in form if (number := re.match(rf"{re.escape(name)}\.([0-9]{{1,3}})\.", each))}
    return sorted(found)[:MOST_ROWS]


# A form as a record -------------------------------------------------------------------------------------------


def read_form(kind: str, key: str, form: Form, topics: Mapping[str, str]) -> tuple[Record | None, list[Flaw]]:
    """Read a form as a record; `topics` gives the topic of each fact. None where a field cannot be read at all."""
    flaws: list[Flaw] = []
    values: dict[str, Any] = {"key": key}
    made = KINDS[kind].record
    for part in FORMS[kind]:
        if isinstance(part, Field):
            values[part.name] = _value(part, form.get(part.name, ""), flaws)
    if kind == "table":
        values["rows"] = _grid(form, len(values["columns"]))
    elif kind == "question":
        values["spec"] = _spec(values["kind"], form, flaws)
    elif kind == "card":
        values["topic"] = topics.get(values["fact"], "")
    known = {each.name: each for each in fields(made)}
    values = {name: value for name, value in values.items() if name in known}
    for name, each in known.items():
        if name not in values and each.default is MISSING:
            flaws.append(Flaw(name, "is missing"))
    return (None, flaws) if flaws else (made(**values), [])


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _value(field: Field, text: str, flaws: list[Flaw]) -> Any:
    text = _clean(text)
    if field.name in ("order", "difficulty"):
        if not re.fullmatch(r"-?[0-9]{1,7}", text.strip()):
            flaws.append(Flaw(field.name, f'must be a whole number, not "{text[:40]}"'))
            return 0
        return int(text)
    if field.widget == "date":
        try:
            return date.fromisoformat(text.strip() if len(text.strip()) == 10 else "")
        except ValueError:
            flaws.append(Flaw(field.name, f'must be a date like 2026-11-23, not "{text[:40]}"'))
            return None
    if field.widget == "list":
        return tuple(line.strip() for line in text.split("\n") if line.strip())
    if field.name == "body":
        return text.strip("\n")
    if field.widget == "code":
        return text.strip("\n") + "\n"
    return text.strip()


def _grid(form: Form, columns: int) -> list[dict[str, Any]]:
    rows = []
    for number in row_numbers(form, "rows"):
        name = form.get(f"rows.{number}.name", "").strip()
        cells = [
            {part: _clean(form.get(f"rows.{number}.cells.{place}.{part}", "")).strip() for part in ("text", "fact")}
            for place in range(columns)
        ]
        if name or any(cell["text"] or cell["fact"] for cell in cells):
            rows.append({"name": name, "cells": cells})
    return rows


def _spec(posed: str, form: Form, flaws: list[Flaw]) -> dict[str, Any]:
    spec: dict[str, Any] = {}
    for rows in SPECS.get(posed, ()):
        listed = [row for number in row_numbers(form, rows.name) if (row := _row(rows, number, form))]
        if listed:
            spec[rows.name] = listed
    text = _clean(form.get(SPEC, ""))
    if not text.strip():
        return spec
    try:
        node = parse(text)
    except FormatProblem as problem:
        at = f"line {problem.place.line}, column {problem.place.column}"
        flaws.append(Flaw(SPEC, f"{problem.message} ({at})"))
        return spec
    value = plain_value(node) if node is not None else {}
    if not isinstance(value, dict):
        flaws.append(Flaw(SPEC, "must be a mapping of fields, as in `value: 8`"))
        return spec
    for name in value.keys() & spec.keys():
        flaws.append(Flaw(SPEC, f"says {name} again, which has its own fields above: remove it here"))
    return spec | value


def _row(rows: Rows, number: int, form: Form) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for field in rows.each:
        text = _clean(form.get(f"{rows.name}.{number}.{field.name}", "")).strip()
        if field.widget == "check":
            row |= {field.name: True} if text else {}
        elif text:
            row[field.name] = _number(text) if field.name == "value" else text
    return row


def _number(text: str) -> Any:
    try:
        node = parse(text)
    except FormatProblem:
        return text
    return text if node is None else plain_value(node)
