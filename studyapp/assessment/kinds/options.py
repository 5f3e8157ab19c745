"""What kinds with options share: reading them from a spec, and shuffling them."""

from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any

from studyapp.assessment.kind import Flaw, Option, letters

LONGEST_TEXT = 180  # characters
LONGEST_REASON = 300
_FIELDS = {"text", "right", "reason", "misconception"}
BETRAYAL = 1.2  # times the longest wrong option: a right one that is longer gives itself away


def text_flaws(value: object, at: str, most: int) -> Iterator[Flaw]:
    """Find what is wrong with a text that must be there."""
    if not isinstance(value, str) or not value.strip():
        yield Flaw(at, "is missing: write a sentence (quote it if it is a number)")
    elif len(value) > most:
        yield Flaw(at, f"has {len(value)} characters; at most {most}")


def unknown_fields(value: Mapping[str, Any], known: set[str], at: str) -> Iterator[Flaw]:
    """Find fields that a mapping may not have."""
    for name in value:
        if name not in known:
            yield Flaw(f"{at}.{name}", f"is no field here; known are {', '.join(sorted(known))}")


def option_flaws(options: object, at: str, fewest: int, most: int, rights: Sequence[int]) -> Iterator[Flaw]:
    """Find what is wrong with a list of options."""
    if not isinstance(options, list) or not all(isinstance(each, Mapping) for each in options):
        yield Flaw(at, "must be a list of options, each with `text` and `reason`")
        return
    if not fewest <= len(options) <= most:
        yield Flaw(at, f"has {len(options)} options; {fewest} to {most}")
    for number, each in enumerate(options):
        here = f"{at}[{number}]"
        yield from unknown_fields(each, _FIELDS, here)
        yield from text_flaws(each.get("text"), f"{here}.text", LONGEST_TEXT)
        yield from text_flaws(each.get("reason"), f"{here}.reason", LONGEST_REASON)
        if each.get("right", True) is not True:
            yield Flaw(f"{here}.right", "must be true, or be left out")
    right = [each for each in options if each.get("right") is True]
    if len(right) not in rights:
        yield Flaw(at, f"has {len(right)} right options; {' or '.join(map(str, rights))}")
    texts = [" ".join(str(each.get("text", "")).casefold().split()) for each in options]
    for number, text in enumerate(texts):
        if text in texts[:number]:
            yield Flaw(f"{at}[{number}].text", "says the same as another option")
    wrong_lengths = [len(str(each.get("text", ""))) for each in options if each.get("right") is not True]
    for number, each in enumerate(options):
        length = len(str(each.get("text", "")))
        if each.get("right") is True and wrong_lengths and length > BETRAYAL * max(wrong_lengths) + 6:
            yield Flaw(
                f"{at}[{number}].text",
                f"gives itself away: {length} characters, a wrong one at most {max(wrong_lengths)}",
            )


def drawn_options(
    options: Sequence[Mapping[str, Any]], rng: Random, *, group: str = "", prefix: str = ""
) -> list[Option]:
    """Give the options of a spec in the dice's order, with letters in the order shown."""
    shuffled = rng.sample(list(options), len(options))
    return [
        Option(
            prefix + letter, each["text"], group, each.get("right") is True, each["reason"],
            (each["misconception"],) if each.get("misconception") else (),
        )
        for letter, each in zip(letters(len(shuffled)), shuffled, strict=True)
    ]  # fmt: skip


def predictions(options: Sequence[Option]) -> dict[str, tuple[str, ...]]:
    """Give what a holder of each misconception answers, where one option says it."""
    return {name: (option.id,) for option in options if not option.right for name in option.misconceptions}
