"""Families whose rules stand in a record that a misconception may swap a part of, and whose steps name their rule."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from studyapp.simulators.errors import InputError
from studyapp.simulators.family import Family
from studyapp.simulators.fields import Fields, shown

LARGEST_NUMBER = 10**12  # of a metric, threshold or bound


@dataclass(frozen=True, slots=True)
class Misconception[R]:
    """A wrong rule: its key, what its believer would say, the fact it violates, the answer to it, and the rules."""

    key: str
    sentence: str
    violates: str
    refutation: str
    rules: R


@dataclass(frozen=True, slots=True)
class Step:
    """One step: the rule it follows, the fact it teaches, the numbers that go in, what comes out, and a sentence."""

    rule: str
    fact: str
    numbers: dict[str, Any]
    result: Any
    text: str


class Steps(list[Step]):
    """The steps of an answer, in order."""

    def add(self, rule: str, fact: str, numbers: dict[str, Any], result: Any, text: str) -> None:
        """Add a step."""
        self.append(Step(rule, fact, numbers, result, text))


def named[R](*misconceptions: Misconception[R]) -> Mapping[str, Misconception[R]]:
    """Give misconceptions by their key."""
    return {each.key: each for each in misconceptions}


def ruled_family[R](
    name: str,
    summary: str,
    answer: Callable[[dict[str, Any], R, Steps], dict[str, Any]],
    truth: R,
    wrong: Iterable[Misconception[R]] = (),
    *,
    steps_key: str = "trace",
) -> Family:
    """Make a family of a function that answers by rules and writes down its steps.

    `steps_key` is the key of the steps in an answer; another than `trace` where the interface has taken that name.
    """
    by_key = named(*wrong)

    def answer_by(input: dict[str, Any], *, misconception: str | None = None, trace: bool = False) -> dict[str, Any]:
        steps = Steps()
        made = answer(input, truth if misconception is None else by_key[misconception].rules, steps)
        if trace:
            made[steps_key] = [asdict(step) for step in steps]
        return made

    return Family(name, summary, answer_by, {key: each.sentence for key, each in by_key.items()})


def truth_value(fields: Fields, name: str) -> bool:
    """Read true or false, which must be there. Raises InputError."""
    fields.required(name)
    return fields.boolean(name, False)


def exact(value: object, path: str, low: int = -LARGEST_NUMBER, high: int = LARGEST_NUMBER) -> Fraction:
    """Read a number as the fraction its decimal digits say, so that 0.9 is nine tenths. Raises InputError."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(path, f"must be a number, not {shown(value)}")
    if not low <= value <= high:
        raise InputError(path, f"must be from {low} to {high}, not {shown(value)}")
    return Fraction(value) if isinstance(value, int) else Fraction(repr(value))


def number(fields: Fields, name: str, low: int = -LARGEST_NUMBER, high: int = LARGEST_NUMBER) -> Fraction:
    """Read a number, which must be there, as an exact fraction. Raises InputError."""
    return exact(fields.required(name), fields.at(name), low, high)


def optional_number(
    fields: Fields, name: str, low: int = -LARGEST_NUMBER, high: int = LARGEST_NUMBER
) -> Fraction | None:
    """Read a number as an exact fraction, or None when it is absent or null. Raises InputError."""
    return None if fields.values.get(name) is None else number(fields, name, low, high)


def plain(value: Fraction) -> int | float:
    """Give a fraction as JSON has it: whole when it is whole, else to six places."""
    return value.numerator if value.denominator == 1 else round(float(value), 6)
