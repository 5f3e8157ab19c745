"""What a lab of the workshop is made of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from studyapp.labs.workshop.boards import Board, Trail
from studyapp.labs.workshop.drawing import Chart
from studyapp.labs.workshop.fields import Part

type Drawing = Chart | Board | Trail
type Draw = Callable[[Mapping[str, Any], Mapping[str, Any]], Sequence[Drawing]]


@dataclass(frozen=True, slots=True)
class Bench:
    """One family to play with: its fields, what may be predicted (a path in its answer), and its drawing.

    `documents` are keys of the answer that are shown as JSON to copy, `hidden` those that the drawing says better.
    `draws_wrong` is whether the drawing can show what a wrong rule gives; `wide` is for rows of many fields.
    """

    family: str
    title: str
    parts: Sequence[Part]
    ask: str
    question: str
    draw: Draw | None = None
    documents: Sequence[str] = ()
    hidden: Sequence[str] = ()
    draws_wrong: bool = True
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """A case that teaches something: its name in addresses, its title, what to look at, and the fact."""

    key: str
    title: str
    look: str
    fact: str
    family: str
    given: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Lab:
    """Some benches under one roof. `reads` says which of AWS's documents can be pasted."""

    key: str
    title: str
    lead: str
    topic: str
    benches: Sequence[Bench]
    examples: Sequence[Example]
    reads: str = ""

    def bench(self, family: str) -> Bench:
        """Give the bench of a family, or the first."""
        return next((bench for bench in self.benches if bench.family == family), self.benches[0])
