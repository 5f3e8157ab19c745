"""Cards that are not written but follow from the comparison tables: each cell, asked from both sides.

They are made when content is loaded and left out when it is written, so a table's file is their only source.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2s
from typing import Any, Protocol

from studyapp.content.records import Card, Course, Table

AFTER = 1_000  # their order in a topic: behind the cards that are written there
PREFIX = "cell-"  # of their keys
_LONGEST = 60  # characters of a key


class Tabular(Protocol):
    """What has cells: a table as its file or as its row has it."""

    @property
    def key(self) -> str: ...

    @property
    def columns(self) -> Sequence[str]: ...

    @property
    def rows(self) -> Sequence[Mapping[str, Any]]: ...


def is_cell(key: str) -> bool:
    """Tell whether a card's key is that of a cell."""
    return key.startswith(PREFIX)


def cell_keys(table: Tabular) -> list[list[str]]:
    """Give the key of each cell, by row and column: the table's, the row's and the column's name in small letters.

    A key that would be too long ends with a hash of all of it, so that no two are alike.
    """
    rows = _slugs([str(row["name"]) for row in table.rows])
    columns = _slugs(list(table.columns))
    return [[_short(f"{PREFIX}{table.key}-{row}-{column}") for column in columns] for row in rows]


def _short(key: str) -> str:
    return key if len(key) <= _LONGEST else f"{key[: _LONGEST - 9]}-{blake2s(key.encode(), digest_size=4).hexdigest()}"


def cell_cards(course: Course) -> tuple[Card, ...]:
    """Give the cards of all cells: what stands there, and, where only one column says it, which column it is."""
    topics = {fact.key: fact.topic for fact in course.facts}
    return tuple(card for table in course.tables for card in _cards(table, topics))


def _cards(table: Table, topics: dict[str, str]) -> Iterator[Card]:
    number = AFTER
    for row, keys in zip(table.rows, cell_keys(table), strict=True):
        texts = Counter(str(cell["text"]) for cell in row["cells"])
        for column, cell, key in zip(table.columns, row["cells"], keys, strict=True):
            fact, text, name = str(cell["fact"]), str(cell["text"]), str(row["name"])
            topic = topics[fact]
            front = f"{table.title}: what stands under “{name}” for **{column}**?"
            yield Card(f"{key}-a", fact, topic, number, "basic", front, text)
            number += 1
            if texts[text] == 1:
                front = f"{table.title}: which of {_listed(table.columns)} has this under “{name}”?\n\n{text}"
                yield Card(f"{key}-b", fact, topic, number, "basic", front, column)
                number += 1


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"


def _slugs(names: list[str]) -> list[str]:
    """Give short forms of names, no two alike."""
    made: list[str] = []
    for name in names:
        slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:18].strip("-") or "x"
        while slug in made:
            slug += "x"
        made.append(slug)
    return made
