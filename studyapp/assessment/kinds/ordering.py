"""Ordering: steps to be brought into the one order they happen in."""

from collections.abc import Iterator, Mapping
from random import Random

from studyapp.assessment.kind import Flaw, Frame, Group, Kind, Option, Spec, Variant, letters
from studyapp.assessment.kinds.options import LONGEST_REASON, LONGEST_TEXT, text_flaws, unknown_fields


def _check(spec: Spec) -> Iterator[Flaw]:
    yield from unknown_fields(spec, {"items"}, "spec")
    items = spec.get("items")
    if not isinstance(items, list) or not 3 <= len(items) <= 7 or not all(isinstance(each, Mapping) for each in items):
        yield Flaw("items", "must be a list of 3 to 7 steps in their right order, each with `text` and `reason`")
        return
    for number, each in enumerate(items):
        yield from unknown_fields(each, {"text", "reason"}, f"items[{number}]")
        yield from text_flaws(each.get("text"), f"items[{number}].text", LONGEST_TEXT)
        yield from text_flaws(each.get("reason"), f"items[{number}].reason", LONGEST_REASON)


def _draw(spec: Spec, rng: Random, frame: Frame) -> Variant:
    items = spec["items"]
    order = rng.sample(range(len(items)), len(items))
    ids = dict(zip(order, letters(len(items)), strict=True))
    options = tuple(Option(ids[place], items[place]["text"], reason=items[place]["reason"]) for place in order)
    key = tuple(ids[place] for place in range(len(items)))
    return Variant(
        frame.question, frame.version, frame.seed, "ordering", frame.stem, options, (Group("", "", len(key)),), key,
        frame.explanation,
    )  # fmt: skip


ORDERING = Kind("ordering", "ordering", _check, _draw)
