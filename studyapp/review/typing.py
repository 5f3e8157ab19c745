"""Typed answers: whether they are right, and where they differ."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

LONGEST = 500  # characters of a typed answer that are looked at


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters: `kind` is same, extra (typed but wrong) or missing."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """A typed answer held against the right one."""

    typed: str
    expected: str
    right: bool
    pieces: Sequence[Piece]


def normal(text: str) -> str:
    """Give a text as it is compared: letter case, spaces, and the ways to write one character do not count."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip().casefold()


def compare(typed: str, back: str, accept: Sequence[str]) -> Comparison:
    """Hold a typed answer against the card's answer and the other accepted spellings.

    The pieces compare it with the spelling that it comes nearest to.
    """
    typed = typed[:LONGEST].strip()
    spellings = [back, *accept]
    given = normal(typed)
    if any(given == normal(spelling) for spelling in spellings):
        return Comparison(typed, back, True, [Piece("same", typed)])
    nearest = max(spellings, key=lambda spelling: SequenceMatcher(None, given, normal(spelling)).ratio())
    pieces = []
    for tag, start, end, start_right, end_right in SequenceMatcher(
        None, typed.casefold(), nearest.casefold()
    ).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", typed[start:end]))
            continue
        if start < end:
            pieces.append(Piece("extra", typed[start:end]))
        if start_right < end_right:
            pieces.append(Piece("missing", nearest[start_right:end_right]))
    return Comparison(typed, nearest, False, pieces)
