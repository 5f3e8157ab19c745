"""Records to files, in the one layout that we keep: what `read_course` read comes back byte for byte."""

import os
import re
import shutil
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from operator import attrgetter
from pathlib import Path

from studyapp.content.reader import (
    CARDS_FILE,
    DRAWN,
    FACTS_FILE,
    GLOSSARY_FILE,
    INVENTORY_FILE,
    MISCONCEPTIONS_FILE,
    PAIRS_FILE,
    QUESTIONS_FILE,
    TABLES,
    TOPIC_FILE,
    read_course,
)
from studyapp.content.records import Card, Course, Fact, Misconception, Pair, Question, Section, Table, Term, Topic
from studyapp.content.yamlformat import Value, dump

# The order in which fields are written, which is that in which a person thinks of them.
_FIELDS: Mapping[type, tuple[str, ...]] = {
    Section: ("section", "statements"),
    Topic: ("title", "order", "summary", "neighbours"),
    Fact: (
        "key", "covers", "statement", "verdict", "notes_say", "today", "source", "checked", "why", "recall",
        "confused_with",
    ),
    Card: ("key", "fact", "kind", "front", "back", "accept", "reason"),
    Question: ("key", "kind", "facts", "domain", "difficulty", "stem", "spec", "explanation"),
    Table: ("title", "order", "summary", "topic", "columns", "rows"),
    Misconception: ("key", "belief", "fact", "refutation"),
    Term: ("key", "term", "aliases", "definition", "topic"),
    Pair: ("key", "left", "right", "difference", "facts", "left_cases", "right_cases"),
}  # fmt: skip


_FOLDER = re.compile(r"[a-z0-9][a-z0-9-]*")


class Unwritable(ValueError):
    """A record holds what a file cannot give back; the message says where and what."""


def _row(record: Section | Topic | Fact | Card | Question | Table | Term | Pair | Misconception) -> dict[str, Value]:
    """Give the fields of a record that say something, in order."""
    defaults = {each.name: each.default for each in fields(record)}
    values = {name: getattr(record, name) for name in _FIELDS[type(record)]}
    return {name: value for name, value in values.items() if value != defaults[name]}


def _listing(records: Sequence[Section | Fact | Card | Question | Term | Pair | Misconception]) -> str:
    """Write records one below the other, an empty line between them."""
    return "\n".join(dump([_row(record)]) for record in records)


def render_course(course: Course) -> dict[str, str]:
    """Give the files of a course: path below the root -> text."""
    parents = {topic.key: topic.parent for topic in course.topics}

    def folder(key: str) -> str:
        path, above = key, parents.get(key, "")
        while above and above not in path.split("/"):
            path, above = f"{above}/{path}", parents.get(above, "")
        return path

    facts: dict[str, list[Fact]] = {}
    for fact in course.facts:
        facts.setdefault(fact.topic, []).append(fact)
    cards: dict[str, list[Card]] = {}
    for card in course.cards:
        cards.setdefault(card.topic, []).append(card)
    questions: dict[str, list[Question]] = {}
    for question in course.questions:
        questions.setdefault(question.topic, []).append(question)
    files = {}
    if course.sections:
        files[INVENTORY_FILE] = _listing(course.sections)
    if course.terms:
        files[GLOSSARY_FILE] = _listing(sorted(course.terms, key=attrgetter("key")))
    if course.pairs:
        files[PAIRS_FILE] = _listing(sorted(course.pairs, key=attrgetter("key")))
    if course.misconceptions:
        files[MISCONCEPTIONS_FILE] = _listing(sorted(course.misconceptions, key=attrgetter("key")))
    for table in course.tables:
        files[f"{TABLES}/{table.key}.yaml"] = dump(_row(table))
    for diagram in course.diagrams:
        files[f"{folder(diagram.topic)}/{diagram.key}{DRAWN}"] = diagram.svg
    for topic in course.topics:
        home = folder(topic.key)
        body = f"\n{topic.body}\n" if topic.body else ""
        files[f"{home}/{TOPIC_FILE}"] = f"---\n{dump(_row(topic))}---\n{body}"
        if topic.key in facts:
            files[f"{home}/{FACTS_FILE}"] = _listing(facts[topic.key])
        if topic.key in cards:
            files[f"{home}/{CARDS_FILE}"] = _listing(cards[topic.key])
        if topic.key in questions:
            files[f"{home}/{QUESTIONS_FILE}"] = _listing(questions[topic.key])
    return files


def write_course(course: Course, root: Path) -> None:
    """Write a course into a folder that does not exist yet, or is empty.

    All or nothing: the files are written beside it, read back, and moved into place together.

    Raises FileExistsError where the folder holds something, Unwritable where the files do not say what the
    course says.
    """
    if root.exists() and any(root.iterdir()):
        raise FileExistsError(f"{root} is not empty")
    for topic in course.topics:  # a key from a row is not yet the name of a folder
        if not _FOLDER.fullmatch(topic.key):
            raise Unwritable(f'the topic "{topic.key}" has a key that cannot name a folder')
    root.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{root.name}-", dir=root.parent))
    try:
        for name, text in render_course(course).items():
            path = beside / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        reading = read_course(beside)
        if reading.problems or reading.course != course:
            fault = str(reading.problems[0]).replace(f"{beside.name}/", "", 1) if reading.problems else "some record"
            raise Unwritable(f"{fault} (as it would be written)")
        beside.chmod(0o755)
        if root.exists():
            root.rmdir()
        os.replace(beside, root)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise


def rewrite(course: Course, root: Path, leave: Collection[str] = ()) -> list[str]:
    """Bring the files of a folder into our layout, all but those to `leave`, and give those that changed."""
    changed = []
    for name, text in render_course(course).items():
        path = root / name
        if name not in leave and path.read_bytes() != text.encode():
            beside = path.with_name(f".{path.name}.part")
            beside.write_bytes(text.encode())
            beside.replace(path)
            changed.append(name)
    return changed
