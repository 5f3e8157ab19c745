"""The editor's page as values: the form with what is wrong at each field, and what goes with it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from studyapp.content.records import Course, Problem, Record
from studyapp.notes.editions import by_stamp
from studyapp.studio import editing
from studyapp.studio.fields import SPEC, Field, Flaw, Form, Grid, Rows, form_of, parts_of, read_form, row_numbers
from studyapp.studio.models import Document, Draft


@dataclass(frozen=True, slots=True)
class BoundField:
    """A field with its value, its choices and its flaws."""

    field: Field
    name: str
    value: str
    choices: Sequence[tuple[str, str]]
    flaws: Sequence[Flaw]

    @property
    def id(self) -> str:
        return f"f-{self.name.replace('.', '-')}"


@dataclass(frozen=True, slots=True)
class BoundRow:
    """A row of a list, or of a table."""

    number: int
    fields: Sequence[BoundField]
    label: str


@dataclass(frozen=True, slots=True)
class BoundRows:
    """A list of rows, or a table's grid."""

    name: str
    label: str
    rows: Sequence[BoundRow]
    columns: Sequence[str]  # of a grid
    flaws: Sequence[Flaw]

    @property
    def id(self) -> str:
        return f"f-{self.name}"


def topics_of_facts(course: Course) -> Mapping[str, str]:
    """Give the topic of each fact."""
    return by_stamp("studio topics of facts", lambda: {each.key: each.topic for each in course.facts})


def read(
    kind: str, key: str, form: Form, more_facts: Mapping[str, str] | None = None
) -> tuple[Record | None, list[Flaw]]:
    """Read a form as a record with everything that is wrong with it, each flaw at the name of its field.

    `more_facts` gives the topics of facts that are not taught yet.
    """
    course = editing.current_course()
    record, flaws = read_form(kind, key, form, {**topics_of_facts(course), **(more_facts or {})})
    if record is None:
        return None, flaws
    for problem in editing.problems_of(kind, record):
        flaws.append(Flaw(field_name(kind, form, problem), problem.message, problem.warning))
    return record, flaws


def field_name(kind: str, form: Form, problem: Problem) -> str:
    """Give the name of the form's field in which a problem is: `spec.options[1].text` is `options.1.text`."""
    path = problem.field
    if kind == "question" and path.startswith(f"{SPEC}."):
        inner = path.removeprefix(f"{SPEC}.")
        name = re.split(r"[.\[]", inner)[0]
        if not row_numbers(form, name):
            return name if f"{name}.0" in form else SPEC
        path = inner
    found = re.match(r"(\w+)\[([0-9]+)\](.*)", path)
    if not found:
        return path
    filled = [number for number in row_numbers(form, found[1]) if _is_filled(form, found[1], number)]
    if not filled:
        return found[1]
    number = filled[int(found[2])] if int(found[2]) < len(filled) else filled[-1]
    rest = re.sub(r"\[([0-9]+)\]", r".\1", found[3])
    name = f"{found[1]}.{number}{rest}"
    return name if name in form else found[1]


def _is_filled(form: Form, name: str, number: int) -> bool:
    return any(form[each].strip() for each in form if each.startswith(f"{name}.{number}."))


def bind(kind: str, form: Form, flaws: Sequence[Flaw]) -> list[BoundField | BoundRows]:
    """Give the parts of a form with values and flaws."""
    course = editing.current_course()
    wrong: dict[str, list[Flaw]] = {}
    for flaw in flaws:
        wrong.setdefault(flaw.field, []).append(flaw)

    def field(part: Field, name: str) -> BoundField:
        choices = list(part.choices)
        value = form.get(name, "")
        if part.widget == "choice":
            if part.suggest:
                choices = [("", "–"), *((each.key, each.title) for each in editing.of(course, part.suggest))]
            if value not in {each for each, _ in choices}:
                choices = [(value, value or "–"), *choices]
        return BoundField(part, name, value, choices, wrong.get(name, ()))

    bound: list[BoundField | BoundRows] = []
    for part in parts_of(kind, form):
        if isinstance(part, Rows):
            rows = [
                BoundRow(number, [field(each, f"{part.name}.{number}.{each.name}") for each in part.each], str(place))
                for place, number in enumerate(_with_spare(form, part.name), start=1)
            ]
            bound.append(BoundRows(part.name, part.label, rows, (), wrong.get(part.name, ())))
        elif isinstance(part, Grid):
            columns = [line.strip() for line in form.get("columns", "").splitlines() if line.strip()]
            grid = []
            for number in _with_spare(form, "rows"):
                cells = [field(Field("name", "Name"), f"rows.{number}.name")]
                for place, column in enumerate(columns):
                    cells.append(field(Field("text", column, "text"), f"rows.{number}.cells.{place}.text"))
                    fact = Field("fact", f"Fact behind {column}", suggest="fact")
                    cells.append(field(fact, f"rows.{number}.cells.{place}.fact"))
                grid.append(BoundRow(number, cells, form.get(f"rows.{number}.name", "") or "new row"))
            bound.append(BoundRows("rows", part.label, grid, columns, wrong.get("rows", ())))
        else:
            bound.append(field(part, part.name))
    return bound


def not_shown(form: Form, parts: Sequence[BoundField | BoundRows]) -> list[tuple[str, str]]:
    """Give the fields that the form of this kind does not show: options of another kind, cells of columns taken out.

    They go along unseen, so that nothing typed is lost when the kind is changed back.
    """
    shown = {part.name for part in parts if isinstance(part, BoundField)}
    shown |= {each.name for part in parts if isinstance(part, BoundRows) for row in part.rows for each in row.fields}
    return [(name, value) for name, value in form.items() if name not in shown]


def form_of_document(document: Document) -> dict[str, str]:
    """Give the form of an item as it is taught."""
    return form_of(document.kind, document.record)


def _with_spare(form: Form, name: str) -> list[int]:
    """Give the numbers of the rows that a form has, and one for a row to come."""
    numbers = row_numbers(form, name)
    return [*numbers, numbers[-1] + 1 if numbers else 0]


def changed_rows(form: Form, op: str) -> dict[str, str]:
    """Give a form after `add NAME`, `drop NAME NUMBER` or `up NAME NUMBER` of a row."""
    action, _, rest = op.partition(" ")
    name, _, number = rest.partition(" ")
    numbers = row_numbers(form, name)
    at = int(number) if number.isdecimal() else -1
    if action == "add":
        return {**form, f"{name}.{_with_spare(form, name)[-1]}.text": ""}
    moved = {}
    if action == "up" and at in numbers[1:]:
        above = numbers[numbers.index(at) - 1]
        moved = {f"{name}.{at}.": f"{name}.{above}.", f"{name}.{above}.": f"{name}.{at}."}
    changed = {}
    for each, value in form.items():
        begin = next((begin for begin in moved if each.startswith(begin)), "")
        if action != "drop" or not each.startswith(f"{name}.{at}."):
            changed[moved[begin] + each.removeprefix(begin) if begin else each] = value
    return changed


# Drafts of several items that belong together ------------------------------------------------------------------


def drafted_cards(fact: str, editor: Any) -> list[Draft]:
    """Give an editor's drafts of cards of a fact, which are published along with it."""
    drafts = Draft.objects.filter(kind="card", editor=editor).order_by("key")
    return [draft for draft in drafts if draft.fields.get("fact", "").strip() == fact]


def merged(mine: Form, begun: Form, head: Form) -> tuple[dict[str, str], list[str]]:
    """Bring into a form what another version changed since it was begun; give the fields that both changed."""
    result, both = dict(mine), []
    for name in dict.fromkeys([*mine, *begun, *head]):
        before, here, there = begun.get(name), mine.get(name), head.get(name)
        if there == before or here == there:
            continue
        if here == before:
            if there is None:
                result.pop(name, None)
            else:
                result[name] = there
        else:
            both.append(name)
    return result, both
