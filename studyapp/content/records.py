"""What is taught, as records: small frozen values that files, rows and foreign formats each know how to become.

`key` is for ever: it ties file, row and history together.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from dataclasses import field as dataclass_field
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the notes, and the statements it makes: the coverage contract."""

    section: str
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """A chapter: front matter and a Markdown body in which `{N024}` on a line of its own places a fact."""

    key: str
    parent: str  # key of the topic above, or empty
    title: str
    order: int
    summary: str
    neighbours: tuple[str, ...] = ()
    body: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One atomic statement, judged against AWS today."""

    key: str
    topic: str
    order: int  # place in the topic's file, from 0
    statement: str
    verdict: str
    source: str
    checked: date
    covers: tuple[str, ...] = ()
    notes_say: str = ""
    today: str = ""
    why: str = ""
    recall: str = ""
    confused_with: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """One question about one fact."""

    key: str
    fact: str
    topic: str
    order: int  # place in the topic's file, from 0
    kind: str
    front: str
    back: str = ""
    accept: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """A glossary term, linked wherever it occurs."""

    key: str
    term: str
    definition: str
    aliases: tuple[str, ...] = ()
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two things that learners take for one another, and situations that want one of them."""

    key: str
    left: str
    right: str
    difference: str  # in one line
    facts: tuple[str, ...]
    left_cases: tuple[str, ...]  # situations whose answer is the left one
    right_cases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A situation to be judged. `spec` says how it is asked, each kind of question in its own way."""

    key: str
    topic: str
    order: int  # place in the topic's file, from 0
    kind: str
    facts: tuple[str, ...]  # that it tests, the main one first
    domain: str
    difficulty: int  # 1 to 3
    stem: str
    spec: Mapping[str, Any]
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A comparison: things side by side, a fact behind every cell."""

    key: str
    title: str
    order: int
    summary: str
    topic: str
    columns: tuple[str, ...]
    rows: Sequence[Mapping[str, Any]]  # {name, cells: [{text, fact}, ...]}, a cell for each column


@dataclass(frozen=True, slots=True)
class Misconception:
    """A wrong rule that learners follow: what its believer says, the fact it violates, and the answer to it."""

    key: str
    belief: str
    fact: str
    refutation: str


@dataclass(frozen=True, slots=True)
class Diagram:
    """A drawing in a topic; its words stand where the topic's body places it."""

    key: str
    topic: str
    svg: str


Record = Topic | Fact | Card | Question | Table | Term | Pair | Misconception | Diagram


@dataclass(frozen=True, slots=True)
class Course:
    """Everything that is taught, each kind in course order."""

    sections: tuple[Section, ...] = ()
    topics: tuple[Topic, ...] = ()
    facts: tuple[Fact, ...] = ()
    cards: tuple[Card, ...] = ()
    questions: tuple[Question, ...] = ()
    terms: tuple[Term, ...] = ()
    pairs: tuple[Pair, ...] = ()
    misconceptions: tuple[Misconception, ...] = ()
    tables: tuple[Table, ...] = ()
    diagrams: tuple[Diagram, ...] = ()

    def statements(self) -> Iterator[tuple[str, str]]:
        """Give every statement of the notes with its section."""
        for section in self.sections:
            for key in section.statements:
                yield key, section.section


def course_order(topics: tuple[Topic, ...] | list[Topic]) -> list[Topic]:
    """Give the topics as a walk of their tree: parents first, siblings by order and key."""
    children: dict[str, list[Topic]] = {}
    for topic in topics:
        children.setdefault(topic.parent, []).append(topic)
    walked: list[Topic] = []

    def walk(parent: str) -> None:
        for topic in sorted(children.pop(parent, []), key=lambda topic: (topic.order, topic.key)):
            walked.append(topic)
            walk(topic.key)

    walk("")
    # A topic whose parent is missing, or its own descendant, comes last; the checks name it.
    return walked + [topic for rest in children.values() for topic in rest]


def plain(record: Record) -> dict[str, Any]:
    """Give a record as plain JSON."""
    values = {each.name: getattr(record, each.name) for each in fields(record)}
    return {
        name: list(value) if isinstance(value, tuple) else value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }


def restored(kind: type, values: Mapping[str, Any]) -> Any:
    """Give the record of a kind that `plain` gave as plain JSON."""
    makers: dict[Any, Any] = {tuple[str, ...]: tuple, date: date.fromisoformat}
    given = {each.name: makers.get(each.type, lambda value: value) for each in fields(kind) if each.name in values}
    return kind(**{name: make(values[name]) for name, make in given.items()})


def fingerprint(record: Record) -> str:
    """Give a hash that two records share only if they say the same, at the same place."""
    text = json.dumps([type(record).__name__, plain(record)], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def version(question: Question) -> str:
    """Give the version of a question: another one whenever a variant of it might be another."""
    values = {name: value for name, value in plain(question).items() if name not in ("topic", "order")}
    text = json.dumps(values, ensure_ascii=False)  # the order of keys counts: values are drawn in it
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """What is wrong with the content, where, and what would be right."""

    file: str
    line: int  # from 1
    column: int  # from 1
    field: str
    message: str  # what is wrong, and the remedy
    warning: bool = dataclass_field(default=False, compare=False)

    def __str__(self) -> str:
        mark = "warning: " if self.warning else ""
        return f"{self.file}:{self.line}:{self.column}: {mark}{self.field}: {self.message}"
