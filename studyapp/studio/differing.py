"""What differs between two versions, word by word."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from studyapp.content.yamlformat import dump

LONGEST = 4_000  # words of both sides of a change, beyond which texts are shown one after the other

Pieces = list[tuple[str, str]]  # ("same", "del" or "ins", text)


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that two versions say otherwise."""

    field: str
    pieces: Pieces


def word_diff(before: str, after: str) -> Pieces:
    """Give the pieces of two texts: what both say, what only the first and what only the second does.

    Lines are matched first, then the words within what changed, so that long texts take no longer than they must.
    """
    pieces: Pieces = []
    for code, one, other in _matched(before.splitlines(keepends=True), after.splitlines(keepends=True)):
        here, there = "".join(one), "".join(other)
        if code == "replace":
            words = [re.findall(r"\s+|\w+\s*|[^\w\s]\s*", text) for text in (here, there)]
            if len(words[0]) + len(words[1]) <= LONGEST:
                for inner, some, others in _matched(*words):
                    _put(pieces, inner, "".join(some), "".join(others))
                continue
        _put(pieces, code, here, there)
    return pieces


def _matched(one: list[str], other: list[str]) -> Iterator[tuple[str, list[str], list[str]]]:
    for code, low, high, start, end in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        yield code, one[low:high], other[start:end]


def _put(pieces: Pieces, code: str, here: str, there: str) -> None:
    """Add what both say, or what either does, to the piece before where that is alike."""
    for how, text in [("same", here)] if code == "equal" else [("del", here), ("ins", there)]:
        if text and pieces and pieces[-1][0] == how:
            pieces[-1] = how, pieces[-1][1] + text
        elif text:
            pieces.append((how, text))


def in_words(value: Any) -> str:
    """Give a field of a record as text."""
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        if all(isinstance(each, str) for each in value):
            return "\n".join(value)
        return dump([dict(each) for each in value])
    if isinstance(value, Mapping):
        return dump(value)
    return "" if value is None else str(value)


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Give the fields in which two records, as plain JSON, differ, in their order."""
    names = list(dict.fromkeys([*before, *after]))
    return [
        Difference(name, word_diff(in_words(before.get(name)), in_words(after.get(name))))
        for name in names
        if before.get(name) != after.get(name)
    ]
