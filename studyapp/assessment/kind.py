"""The shapes that questions have in common: a variant, its mark, and what a kind of question can do."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from random import Random
from typing import Any

type Spec = Mapping[str, Any]  # of a question, as its file has it
type Answers = tuple[str, ...]  # as an HTML form sends them


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with a spec: where, as `options[2].reason`, and what would be right."""

    at: str
    message: str


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that can be chosen, and what is to be said about it afterwards."""

    id: str
    text: str  # inline Markdown
    group: str = ""  # of a question with several: what it is a choice for
    right: bool = False
    reason: str = ""
    misconceptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """One choice to be made: its name, its words, and how many of its options are right."""

    name: str
    label: str
    choose: int


@dataclass(frozen=True, slots=True)
class Variant:
    """A question with its numbers: everything that is asked, and everything that is told afterwards. Plain data.

    `shape` says how it is asked: choice, multiple, cause_fix, ordering, matching, numeric or pick.
    """

    question: str
    version: str
    seed: int
    shape: str
    stem: str  # Markdown
    options: tuple[Option, ...]  # in the order in which they are shown
    groups: tuple[Group, ...]
    key: Answers
    explanation: str = ""  # Markdown
    unit: str = ""
    left: tuple[Option, ...] = ()  # of a matching: what the options are matched with
    # What a learner who holds a misconception answers:
    predictions: Mapping[str, Answers] = field(default_factory=dict)
    # Of a scenario: what the simulator is asked, and what decides whether two variants are the same problem.
    family: str = ""
    given: Mapping[str, Any] = field(default_factory=dict)
    ask: str = ""
    problem: str = ""

    def as_json(self) -> dict[str, Any]:
        """Give the variant as plain JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Variant":
        """Read what `as_json` gave; fields of later versions are left out."""
        known = {name: values[name] for name in cls.__slots__ if name in values}
        for name in ("options", "left"):
            known[name] = tuple(
                Option(**{**each, "misconceptions": tuple(each["misconceptions"])}) for each in known.get(name, ())
            )
        known["groups"] = tuple(Group(**each) for each in known.get("groups", ()))
        known["key"] = tuple(known["key"])
        known["predictions"] = {name: tuple(answers) for name, answers in known.get("predictions", {}).items()}
        return cls(**known)

    def option(self, id: str) -> Option | None:
        """Give the option with an id."""
        return next((option for option in (*self.options, *self.left) if option.id == id), None)

    @property
    def choose(self) -> int:
        """How many answers the key has."""
        return len(self.key)


@dataclass(frozen=True, slots=True)
class Mark:
    """What an answer is worth, from 0 to 1, and the misconceptions that would have given it."""

    score: float
    misconceptions: tuple[str, ...] = ()

    @property
    def right(self) -> bool:
        return self.score == 1


class NoAnswer(ValueError):
    """What came back is no answer to this question; the message says why, for the learner."""


class Undrawable(ValueError):
    """No variant of a question keeps the laws; `law` names the one that failed most often."""

    def __init__(self, law: str, tries: int, seed: int) -> None:
        super().__init__(f"{law} (in each of {tries} draws from seed {seed})")
        self.law, self.seed = law, seed


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of question. `check` finds the flaws of a spec, `draw` makes a variant of it with the dice given.

    `draw` takes the spec, the dice, and the frame: question, version, seed, stem and explanation.
    """

    name: str
    words: str  # as learners read it
    check: Callable[[Spec], Iterable[Flaw]]
    draw: Callable[[Spec, Random, "Frame"], Variant]


@dataclass(frozen=True, slots=True)
class Frame:
    """What of a question does not depend on its kind."""

    question: str
    version: str
    seed: int
    stem: str
    explanation: str


def letters(count: int) -> Sequence[str]:
    """Give so many ids of options: a, b, c, ..."""
    return [chr(ord("a") + number) for number in range(count)]
