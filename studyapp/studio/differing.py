"""What differs between two versions, word by word."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from studyapp.content.yamlformat import dump

LONGEST = 4_000  # words of both, beyond which texts are shown one after the other

Pieces = list[tuple[str, str]]  # ("same", "del" or "ins", text)


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that two versions say otherwise."""

    field: str
    pieces: Pieces


def word_diff(before: str, after: str) -> Pieces:
    """Give the pieces of two texts: what both say, what only the first and what only the second does."""
    one, other = (re.findall(r"\s+|\w+\s*|[^\w\s]\s*", text) for text in (before, after))
    if len(one) + len(other) > LONGEST:
        return [(name, text) for name, text in (("del", before), ("ins", after)) if text]
    pieces: Pieces = []
    for code, low, high, start, end in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if code == "equal":
            pieces.append(("same", "".join(one[low:high])))
        else:
            pieces += [("del", "".join(one[low:high]))] * (high > low) + [("ins", "".join(other[start:end]))] * (
                end > start
            )
    return pieces


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
