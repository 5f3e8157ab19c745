"""Records to files, in the one layout that we keep: what `read_course` read comes back byte for byte."""

import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from studyapp.content.reader import CARDS_FILE, FACTS_FILE, GLOSSARY_FILE, INVENTORY_FILE, TOPIC_FILE
from studyapp.content.records import Card, Course, Fact, Section, Term, Topic
from studyapp.content.yamlformat import dump

# The order in which fields are written, which is that in which a person thinks of them.
_FIELDS: Mapping[type, tuple[str, ...]] = {
    Section: ("section", "statements"),
    Topic: ("title", "order", "summary", "neighbours"),
    Fact: (
        "key", "covers", "statement", "verdict", "notes_say", "today", "source", "checked", "why", "recall",
        "confused_with",
    ),
    Card: ("key", "fact", "kind", "front", "back", "accept", "reason"),
    Term: ("key", "term", "aliases", "definition", "topic"),
}  # fmt: skip


def _row(record: Any) -> dict[str, Any]:
    """Give the fields of a record that say something, in order."""
    defaults = {each.name: each.default for each in fields(record)}
    row = {}
    for name in _FIELDS[type(record)]:
        value = getattr(record, name)
        if value != defaults[name]:
            row[name] = list(value) if isinstance(value, tuple) else value
    return row


def _listing(records: list[Any]) -> str:
    """Write records one below the other, an empty line between them."""
    return "\n".join(dump([_row(record)]) for record in records)


def render_course(course: Course) -> dict[str, str]:
    """Give the files of a course: path below the root -> text."""
    parents = {topic.key: topic.parent for topic in course.topics}

    def folder(key: str) -> str:
        path, above = key, parents.get(key, "")
        while above:
            path, above = f"{above}/{path}", parents.get(above, "")
        return path

    files = {}
    if course.sections:
        files[INVENTORY_FILE] = _listing(list(course.sections))
    if course.terms:
        files[GLOSSARY_FILE] = _listing(sorted(course.terms, key=lambda term: term.key))
    for topic in course.topics:
        home = folder(topic.key)
        body = f"\n{topic.body}\n" if topic.body else ""
        files[f"{home}/{TOPIC_FILE}"] = f"---\n{dump(_row(topic))}---\n{body}"
        facts = [fact for fact in course.facts if fact.topic == topic.key]
        cards = [card for card in course.cards if card.topic == topic.key]
        if facts:
            files[f"{home}/{FACTS_FILE}"] = _listing(facts)
        if cards:
            files[f"{home}/{CARDS_FILE}"] = _listing(cards)
    return files


def write_course(course: Course, root: Path) -> None:
    """Write a course into a folder that does not exist yet, or is empty.

    All or nothing: the files are written beside it and moved into place together.

    Raises FileExistsError where the folder holds something.
    """
    if root.exists() and any(root.iterdir()):
        raise FileExistsError(f"{root} is not empty")
    root.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{root.name}-", dir=root.parent))
    try:
        for name, text in render_course(course).items():
            path = beside / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        beside.chmod(0o755)
        if root.exists():
            root.rmdir()
        os.replace(beside, root)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise


def rewrite(course: Course, root: Path) -> list[str]:
    """Bring the files of a folder into our layout, and give those that changed."""
    changed = []
    for name, text in render_course(course).items():
        path = root / name
        if path.read_bytes() != text.encode():
            path.write_bytes(text.encode())
            changed.append(name)
    return changed
