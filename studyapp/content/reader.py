"""Files to records: a tree of content becomes a Course, and every problem has its place."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from studyapp.content.records import Card, Course, Fact, Problem, Section, Term, Topic, course_order
from studyapp.content.yamlformat import (
    FormatProblem,
    Listing,
    Mapped,
    Node,
    Place,
    Text,
    decode,
    parse,
    suggestion,
)

TOPIC_FILE, FACTS_FILE, CARDS_FILE = "topic.md", "facts.yaml", "cards.yaml"
INVENTORY_FILE, GLOSSARY_FILE = "inventory.yaml", "glossary.yaml"


@dataclass
class Source:
    """Where records and their fields stand in the files, so that checks can point there."""

    files: dict[tuple[str, str], str] = field(default_factory=dict)  # (kind, key) -> file
    places: dict[tuple[str, str, str], Place] = field(default_factory=dict)  # (kind, key, field) -> place
    body_lines: dict[str, int] = field(default_factory=dict)  # topic -> line on which its body begins

    def problem(self, kind: str, key: str, name: str, message: str, *, warning: bool = False) -> Problem:
        """Give a problem at a field of a record, or at the record where the field is not written."""
        file = self.files.get((kind, key), "")
        place = self.places.get((kind, key, name)) or self.places.get((kind, key, "")) or Place(1, 1)
        return Problem(file, place.line, place.column, name, message, warning)


@dataclass
class Reading:
    """What reading a tree gave: the course as far as it could be read, its places, and the problems."""

    course: Course
    source: Source
    problems: list[Problem]


class _Fault(Exception):
    def __init__(self, place: Place, name: str, message: str) -> None:
        super().__init__(message)
        self.place, self.name, self.message = place, name, message


def _text(node: Node, name: str) -> str:
    if not isinstance(node, Text):
        raise _Fault(node.place, name, "must be text, not a list or a mapping")
    return node.value


def _number(node: Node, name: str) -> int:
    text = _text(node, name)
    if not (text.removeprefix("-").isascii() and text.removeprefix("-").isdigit() and len(text) < 8):
        raise _Fault(node.place, name, f'must be a whole number, not "{text[:40]}"')
    return int(text)


def _date(node: Node, name: str) -> date:
    text = _text(node, name)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _Fault(node.place, name, f'must be a date like 2026-11-23, not "{text[:40]}"') from None


def _texts(node: Node, name: str) -> tuple[str, ...]:
    if not isinstance(node, Listing):
        raise _Fault(node.place, name, "must be a list, as in [N030, N031]")
    return tuple(_text(item, name) for item in node.items)


_CONVERT: Mapping[Any, Callable[[Node, str], Any]] = {
    str: _text,
    int: _number,
    date: _date,
    tuple[str, ...]: _texts,
}


class _Reader:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.source = Source()
        self.problems: list[Problem] = []

    def name(self, path: Path) -> str:
        return f"{self.root.name}/{path.relative_to(self.root).as_posix()}"

    def report(self, path: Path, place: Place, name: str, message: str) -> None:
        self.problems.append(Problem(self.name(path), place.line, place.column, name, message))

    def load(self, path: Path) -> str | None:
        try:
            return decode(path.read_bytes())
        except FormatProblem as problem:
            self.report(path, problem.place, problem.field, problem.message)
        except OSError as problem:
            self.report(path, Place(1, 1), "file", f"cannot be read: {problem.strerror}")
        return None

    def yaml(self, path: Path, text: str, first_line: int = 1) -> Node | None:
        try:
            return parse(text, first_line)
        except FormatProblem as problem:
            self.report(path, problem.place, problem.field, problem.message)
            return None

    def rows(self, path: Path) -> Iterator[Mapped]:
        """Give the mappings of a file that is a list of them."""
        text = self.load(path)
        node = None if text is None else self.yaml(path, text)
        if node is None:
            return
        if not isinstance(node, Listing):
            self.report(path, node.place, "file", "must be a list of records: begin each with `- key:`")
            return
        for item in node.items:
            if isinstance(item, Mapped):
                yield item
            else:
                self.report(path, item.place, "file", "must be a record: begin it with `- key:`")

    def record[R: (Section, Topic, Fact, Card, Term)](
        self, path: Path, kind: type[R], row: Mapped, given: Mapping[str, Any], key_name: str = "key"
    ) -> R | None:
        """Make a record of a mapping and the values that its place in the tree gives."""
        known = {each.name: each for each in fields(kind) if each.name not in given}
        values: dict[str, Any] = dict(given)
        faults = []
        for name, node in row.values.items():
            if name not in known:
                hint = suggestion(name, known) or f"; known are {', '.join(known)}"
                message = f"is no field of a {kind.__name__.lower()}{hint}"
                faults.append((row.keys[name], name, message))
                continue
            try:
                values[name] = _CONVERT[known[name].type](node, name)
            except _Fault as fault:
                faults.append((fault.place, fault.name, fault.message))
        for name, each in known.items():
            if name not in row.values and each.default is MISSING:
                faults.append((row.place, name, f"is missing: every {kind.__name__.lower()} has one"))
        for place, name, message in faults:
            self.report(path, place, name, message)
        if faults:
            return None
        record = kind(**values)
        key = str(getattr(record, key_name))
        label = kind.__name__.lower()
        self.source.files.setdefault((label, key), self.name(path))
        self.source.places.setdefault((label, key, ""), row.place)
        for name, node in row.values.items():
            self.source.places.setdefault((label, key, name), node.place)
        return record

    def topic(self, folder: Path) -> Topic | None:
        path = folder / TOPIC_FILE
        text = self.load(path)
        if text is None:
            return None
        lines = text.split("\n")
        if lines[0] != "---" or "---" not in lines[1:]:
            self.report(path, Place(1, 1), "file", "must begin with front matter between two lines of `---`")
            return None
        end = lines.index("---", 1)
        node = self.yaml(path, "\n".join(lines[1:end]) + "\n", first_line=2)
        if not isinstance(node, Mapped):
            if node is not None:
                self.report(path, node.place, "file", "must have fields in its front matter, as in `title: Logging`")
            return None
        parent = "" if folder.parent == self.root else folder.parent.name
        body = "\n".join(lines[end + 1 :]).strip("\n")
        given = {"key": folder.name, "parent": parent, "body": body}
        first = end + 1
        while first < len(lines) and not lines[first]:
            first += 1
        self.source.body_lines[folder.name] = first + 1
        return self.record(path, Topic, node, given)


def read_course(root: Path) -> Reading:
    """Read a tree of content files.

    The course holds every record that could be read; each that could not is a problem. Whether the
    records make sense together is for `checks`.
    """
    reader = _Reader(root)
    topics: list[Topic] = []
    facts: dict[str, list[Fact]] = {}
    cards: dict[str, list[Card]] = {}
    seen: dict[tuple[str, str], str] = {}

    def first[R: (Topic, Fact, Card, Term)](path: Path, record: R, row: Mapped | None = None) -> bool:
        """Tell whether this is the first record with its key; a second one is a problem."""
        label = type(record).__name__.lower()
        other = seen.setdefault((label, record.key), reader.name(path))
        if other is not None and (label, record.key) in duplicates:
            place = row.values["key"].place if row and "key" in row.values else Place(1, 1)
            reader.report(
                path, place, "key", f"{record.key} is already the key of a {label} in {other}: keys are unique"
            )
            return False
        duplicates.add((label, record.key))
        return True

    duplicates: set[tuple[str, str]] = set()
    if not root.is_dir():
        problem = Problem(root.name, 1, 1, "file", "is no folder: give the folder that holds inventory.yaml")
        return Reading(Course(), reader.source, [problem])
    sections: list[Section] = []
    terms: list[Term] = []
    for path in sorted(root.rglob("*")):
        if path.is_dir():
            if not (path / TOPIC_FILE).is_file():
                reader.report(path, Place(1, 1), "file", f"is a folder without {TOPIC_FILE}: write one, or remove it")
            continue
        if path.name == TOPIC_FILE and path.parent != root:
            topic = reader.topic(path.parent)
            if topic and first(path, topic):
                topics.append(topic)
        elif path.name == FACTS_FILE and path.parent != root:
            rows = facts.setdefault(path.parent.name, [])
            for row in reader.rows(path):
                fact = reader.record(path, Fact, row, {"topic": path.parent.name, "order": len(rows)})
                if fact and first(path, fact, row):
                    rows.append(fact)
        elif path.name == CARDS_FILE and path.parent != root:
            card_rows = cards.setdefault(path.parent.name, [])
            for row in reader.rows(path):
                card = reader.record(path, Card, row, {"topic": path.parent.name, "order": len(card_rows)})
                if card and first(path, card, row):
                    card_rows.append(card)
        elif path == root / INVENTORY_FILE:
            for row in reader.rows(path):
                section = reader.record(path, Section, row, {}, key_name="section")
                if section:
                    sections.append(section)
        elif path == root / GLOSSARY_FILE:
            for row in reader.rows(path):
                term = reader.record(path, Term, row, {})
                if term and first(path, term, row):
                    terms.append(term)
        else:
            reader.report(path, Place(1, 1), "file", "is no file of ours: move it out of the content folder")
    ordered = course_order(topics)
    course = Course(
        sections=tuple(sections),
        topics=tuple(ordered),
        facts=tuple(fact for topic in ordered for fact in facts.get(topic.key, [])),
        cards=tuple(card for topic in ordered for card in cards.get(topic.key, [])),
        terms=tuple(sorted(terms, key=lambda term: term.key)),
    )
    return Reading(course, reader.source, sorted(reader.problems))


def numbered(course: Course) -> Course:
    """Give the course with `order` counted anew within each topic, as a file would give it."""
    counts: dict[tuple[str, str], int] = {}

    def place(kind: str, topic: str) -> int:
        number = counts.get((kind, topic), 0)
        counts[kind, topic] = number + 1
        return number

    return replace(
        course,
        facts=tuple(replace(fact, order=place("fact", fact.topic)) for fact in course.facts),
        cards=tuple(replace(card, order=place("card", card.topic)) for card in course.cards),
    )
