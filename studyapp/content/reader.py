"""Files to records: a tree of content becomes a Course, and every problem has its place."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any

from studyapp.content.records import (
    Card,
    Course,
    Diagram,
    Fact,
    Misconception,
    Pair,
    Problem,
    Question,
    Section,
    Table,
    Term,
    Topic,
    course_order,
)
from studyapp.content.yamlformat import (
    LARGEST,
    FormatProblem,
    Listing,
    Mapped,
    Node,
    Place,
    Text,
    decode,
    parse,
    plain_value,
    suggestion,
    too_large,
)

TOPIC_FILE, FACTS_FILE, CARDS_FILE, QUESTIONS_FILE = "topic.md", "facts.yaml", "cards.yaml", "questions.yaml"
INVENTORY_FILE, GLOSSARY_FILE, PAIRS_FILE = "inventory.yaml", "glossary.yaml", "pairs.yaml"
MISCONCEPTIONS_FILE = "misconceptions.yaml"
TABLES = "tables"  # the folder of comparison tables, a file for each
DRAWN = ".svg"
DEEPEST = 8  # topics below topics
_TOP = (INVENTORY_FILE, GLOSSARY_FILE, PAIRS_FILE, MISCONCEPTIONS_FILE)
_BELOW = (TOPIC_FILE, FACTS_FILE, CARDS_FILE, QUESTIONS_FILE)


@dataclass
class Source:
    """Where records and their fields stand in the files, so that checks can point there."""

    files: dict[tuple[str, str], str] = field(default_factory=dict)  # (kind, key) -> file
    # (kind, key, field) -> place; the field is empty for the record itself, `covers[0]` for an item of a list.
    places: dict[tuple[str, str, str], Place] = field(default_factory=dict)
    body_lines: dict[str, int] = field(default_factory=dict)  # topic -> line on which its body begins
    unread: set[tuple[str, str]] = field(default_factory=set)  # (kind, key) of records with faults

    def problem(
        self, kind: str, key: str, name: str, message: str, *, item: int | None = None, warning: bool = False
    ) -> Problem:
        """Give a problem at a field of a record or an item of it, or at the record where the field is not written."""
        file = self.files.get((kind, key), "")
        above = [name[: found.start()] for found in reversed(list(re.finditer(r"[.\[]", name)))]
        for spot in (f"{name}[{item}]", name, *above, ""):
            if place := self.places.get((kind, key, spot)):
                return Problem(file, place.line, place.column, name, message, warning)
        return Problem(file, 1, 1, name, message, warning)


@dataclass
class Reading:
    """What reading a tree gave: the course as far as it could be read, its places, and the problems."""

    course: Course
    source: Source
    problems: list[Problem]
    faulty: set[str] = field(default_factory=set)  # files, below the root, that could not be read whole


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
    if not re.fullmatch(r"-?[0-9]{1,7}", text):
        raise _Fault(node.place, name, f'must be a whole number, not "{text[:40]}"')
    return int(text)


def _date(node: Node, name: str) -> date:
    text = _text(node, name)
    try:
        return date.fromisoformat(text if len(text) == 10 else "")
    except ValueError:
        raise _Fault(node.place, name, f'must be a date like 2026-11-23, not "{text[:40]}"') from None


def _texts(node: Node, name: str) -> tuple[str, ...]:
    if not isinstance(node, Listing):
        raise _Fault(node.place, name, "must be a list, as in [N030, N031]")
    return tuple(_text(item, name) for item in node.items)


def _spec(node: Node, name: str) -> Mapping[str, Any]:
    if not isinstance(node, Mapped):
        raise _Fault(node.place, name, "must be a mapping of fields")
    value: Mapping[str, Any] = plain_value(node)
    return value


def _rows(node: Node, name: str) -> Sequence[Mapping[str, Any]]:
    if not isinstance(node, Listing) or not all(isinstance(item, Mapped) for item in node.items):
        raise _Fault(node.place, name, "must be a list of mappings")
    value: Sequence[Mapping[str, Any]] = plain_value(node)
    return value


def _within(node: Node, path: str) -> Iterator[tuple[str, Place]]:
    """Give the place of everything within a node, by its path."""
    if isinstance(node, Mapped):
        for name, value in node.values.items():
            yield f"{path}.{name}", node.keys[name] if isinstance(value, Mapped | Listing) else value.place
            yield from _within(value, f"{path}.{name}")
    elif isinstance(node, Listing):
        for number, item in enumerate(node.items):
            yield f"{path}[{number}]", item.place
            yield from _within(item, f"{path}[{number}]")


_CONVERT: Mapping[Any, Callable[[Node, str], Any]] = {
    str: _text,
    int: _number,
    date: _date,
    tuple[str, ...]: _texts,
    Mapping[str, Any]: _spec,
    Sequence[Mapping[str, Any]]: _rows,
}


class _Reader:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.source = Source()
        self.problems: list[Problem] = []
        self.faulty: set[str] = set()

    def name(self, path: Path) -> str:
        return f"{self.root.name}/{path.relative_to(self.root).as_posix()}"

    def report(self, path: Path, place: Place, name: str, message: str) -> None:
        self.problems.append(Problem(self.name(path), place.line, place.column, name, message))
        self.faulty.add(path.relative_to(self.root).as_posix())

    def load(self, path: Path) -> str | None:
        try:
            size = path.stat().st_size
            if size > LARGEST:
                raise too_large(size)
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

    def rows(self, path: Path, kind: type) -> Iterator[Mapped]:
        """Give the mappings of a file that is a list of them."""
        text = self.load(path)
        node = None if text is None else self.yaml(path, text)
        if node is None:
            for key in re.findall(r"^- key: +(\S+)$", text or "", re.MULTILINE):
                self.source.unread.add((kind.__name__.lower(), key))
            return
        if not isinstance(node, Listing):
            self.report(path, node.place, "file", "must be a list of records: begin each with `- key:`")
            return
        for item in node.items:
            if isinstance(item, Mapped):
                yield item
            else:
                self.report(path, item.place, "file", "must be a record: begin it with `- key:`")

    def record[R: (Section, Topic, Fact, Card, Question, Table, Term, Pair, Misconception)](
        self, path: Path, kind: type[R], row: Mapped, given: Mapping[str, Any], key_name: str = "key"
    ) -> R | None:
        """Make a record of a mapping and the values that its place in the tree gives."""
        label = kind.__name__.lower()
        known = {each.name: each for each in fields(kind) if each.name not in given}
        values: dict[str, Any] = dict(given)
        faults = []
        for name, node in row.values.items():
            if name not in known:
                hint = suggestion(name, known) or f"; known are {', '.join(known)}"
                faults.append((row.keys[name], name, f"is no field of a {label}{hint}"))
                continue
            try:
                values[name] = _CONVERT[known[name].type](node, name)
            except _Fault as fault:
                faults.append((fault.place, fault.name, fault.message))
        for name, each in known.items():
            if name not in row.values and each.default is MISSING:
                faults.append((row.place, name, f"is missing: every {label} has one"))
        for place, name, message in faults:
            self.report(path, place, name, message)
        if faults:
            # Its key is known all the same, so that what points to it is no problem of its own.
            self.source.unread.add((label, str(values.get(key_name, ""))))
            return None
        record = kind(**values)
        key = str(getattr(record, key_name))
        if (label, key) in self.source.files:
            place = row.values[key_name].place if key_name in row.values else Place(1, 1)
            other = self.source.files[label, key]
            self.report(path, place, key_name, f"{key} is already the key of a {label} in {other}: keys are unique")
            return None
        self.source.files[label, key] = self.name(path)
        self.source.places[label, key, ""] = row.place
        for name, node in row.values.items():
            self.source.places[label, key, name] = node.place
            for spot, place in _within(node, name):
                self.source.places[label, key, spot] = place
        return record

    def topic(self, folder: Path) -> Topic | None:
        """Read a topic's front matter and body."""
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
            if node is not None or path.relative_to(self.root).as_posix() not in self.faulty:
                self.report(path, Place(2, 1), "file", "must have fields in its front matter, as in `title: Logging`")
            return None
        first = end + 1
        while first < len(lines) and not lines[first]:
            first += 1
        parent = "" if folder.parent == self.root else folder.parent.name
        given = {"key": folder.name, "parent": parent, "body": "\n".join(lines[first:]).rstrip("\n")}
        topic = self.record(path, Topic, node, given)
        if topic:
            self.source.body_lines[topic.key] = first + 1
        return topic

    def diagram(self, path: Path) -> Diagram | None:
        """Read a drawing, which is its own file."""
        key = path.stem
        if other := self.source.files.get(("diagram", key)):
            self.report(path, Place(1, 1), "file", f"is called like {other}: names of diagrams are unique")
            return None
        text = self.load(path)
        if text is None:
            self.source.unread.add(("diagram", key))
            return None
        self.source.files["diagram", key] = self.name(path)
        self.source.places["diagram", key, ""] = Place(1, 1)
        return Diagram(key, path.parent.name, text.strip("\n") + "\n")

    def table(self, path: Path) -> Table | None:
        """Read a comparison table, which is its own file."""
        text = self.load(path)
        node = None if text is None else self.yaml(path, text)
        if isinstance(node, Mapped):
            return self.record(path, Table, node, {"key": path.stem})
        if text is not None and path.relative_to(self.root).as_posix() not in self.faulty:
            self.report(path, Place(1, 1), "file", "must be a mapping: begin with `title:`")
        return None

    def paths(self) -> Iterator[Path]:
        """Give the files that are ours, and report everything else."""
        for path in sorted(self.root.rglob("*")):
            depth = len(path.relative_to(self.root).parts)
            if path.is_symlink():
                self.report(path, Place(1, 1), "file", "is a link: put the file itself here")
            elif path.relative_to(self.root).parts[0] == TABLES:
                if path.is_file() and depth == 2 and path.suffix == ".yaml":
                    yield path
                elif path.is_file():
                    self.report(path, Place(1, 1), "file", "is no comparison table: a table is tables/NAME.yaml")
            elif path.is_dir():
                if depth > DEEPEST:
                    self.report(path, Place(1, 1), "file", f"lies more than {DEEPEST} folders deep: keep the tree flat")
                elif not (path / TOPIC_FILE).is_file():
                    message = f"is a folder without {TOPIC_FILE}: write one, or remove it"
                    self.report(path, Place(1, 1), "file", message)
            elif path.name in (_TOP if depth == 1 else _BELOW) or (depth > 1 and path.suffix == DRAWN):
                if depth <= DEEPEST + 1:
                    yield path
            else:
                self.report(path, Place(1, 1), "file", "is no file of ours: move it out of the content folder")

    def read(self) -> Course:
        """Read every file, and put what could be read into the order of the course."""
        topics: list[Topic] = []
        facts: dict[str, list[Fact]] = {}
        cards: dict[str, list[Card]] = {}
        questions: dict[str, list[Question]] = {}
        misconceptions: list[Misconception] = []
        tables: list[Table] = []
        sections: list[Section] = []
        terms: list[Term] = []
        pairs: list[Pair] = []
        diagrams: dict[str, list[Diagram]] = {}
        for path in self.paths():
            home = path.parent.name
            if path.relative_to(self.root).parts[0] == TABLES:
                if table := self.table(path):
                    tables.append(table)
            elif path.name == TOPIC_FILE:
                topic = self.topic(path.parent)
                if topic:
                    topics.append(topic)
                else:
                    self.source.unread.add(("topic", home))
            elif path.name == FACTS_FILE:
                mine = facts.setdefault(home, [])
                for row in self.rows(path, Fact):
                    if fact := self.record(path, Fact, row, {"topic": home, "order": len(mine)}):
                        mine.append(fact)
            elif path.name == CARDS_FILE:
                asked = cards.setdefault(home, [])
                for row in self.rows(path, Card):
                    if card := self.record(path, Card, row, {"topic": home, "order": len(asked)}):
                        asked.append(card)
            elif path.name == QUESTIONS_FILE:
                posed = questions.setdefault(home, [])
                for row in self.rows(path, Question):
                    if question := self.record(path, Question, row, {"topic": home, "order": len(posed)}):
                        posed.append(question)
            elif path.name == MISCONCEPTIONS_FILE:
                for row in self.rows(path, Misconception):
                    if misconception := self.record(path, Misconception, row, {}):
                        misconceptions.append(misconception)
            elif path.name == INVENTORY_FILE:
                for row in self.rows(path, Section):
                    if section := self.record(path, Section, row, {}, key_name="section"):
                        sections.append(section)
            elif path.name == PAIRS_FILE:
                for row in self.rows(path, Pair):
                    if pair := self.record(path, Pair, row, {}):
                        pairs.append(pair)
            elif path.suffix == DRAWN:
                if diagram := self.diagram(path):
                    diagrams.setdefault(home, []).append(diagram)
            else:
                for row in self.rows(path, Term):
                    if term := self.record(path, Term, row, {}):
                        terms.append(term)
        ordered = course_order(topics)
        order = list(dict.fromkeys([*(topic.key for topic in ordered), *facts, *cards, *questions, *diagrams]))
        return Course(
            sections=tuple(sections),
            topics=tuple(ordered),
            facts=tuple(fact for key in order for fact in facts.get(key, [])),
            cards=tuple(card for key in order for card in cards.get(key, [])),
            questions=tuple(question for key in order for question in questions.get(key, [])),
            terms=tuple(sorted(terms, key=lambda term: term.key)),
            pairs=tuple(sorted(pairs, key=lambda pair: pair.key)),
            misconceptions=tuple(sorted(misconceptions, key=lambda each: each.key)),
            tables=tuple(sorted(tables, key=lambda table: (table.order, table.key))),
            diagrams=tuple(diagram for key in order for diagram in diagrams.get(key, [])),
        )


def read_course(root: Path) -> Reading:
    """Read a tree of content files.

    The course holds every record that could be read; each that could not is a problem. Whether the
    records make sense together is for `checks`.
    """
    reader = _Reader(root)
    if not root.is_dir():
        problem = Problem(root.name, 1, 1, "file", "is no folder: give the folder that holds inventory.yaml")
        return Reading(Course(), reader.source, [problem])
    course = reader.read()
    return Reading(course, reader.source, sorted(reader.problems), reader.faulty)
