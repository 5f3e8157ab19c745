"""Matching: each thing on the left belongs to one on the right; some on the right may belong to none."""

from collections.abc import Iterator, Mapping
from random import Random

from studyapp.assessment.kind import Flaw, Frame, Group, Kind, Option, Spec, Variant, letters
from studyapp.assessment.kinds.options import LONGEST_REASON, LONGEST_TEXT, text_flaws, unknown_fields


def _check(spec: Spec) -> Iterator[Flaw]:
    yield from unknown_fields(spec, {"pairs", "decoys"}, "spec")
    pairs, decoys = spec.get("pairs"), spec.get("decoys", [])
    if not isinstance(pairs, list) or not 3 <= len(pairs) <= 6 or not all(isinstance(each, Mapping) for each in pairs):
        yield Flaw("pairs", "must be a list of 3 to 6 pairs, each with `left`, `right` and `reason`")
        return
    if not isinstance(decoys, list) or len(decoys) > 3:
        yield Flaw("decoys", "must be a list of at most 3 texts")
        return
    for number, each in enumerate(pairs):
        yield from unknown_fields(each, {"left", "right", "reason"}, f"pairs[{number}]")
        yield from text_flaws(each.get("left"), f"pairs[{number}].left", LONGEST_TEXT)
        yield from text_flaws(each.get("right"), f"pairs[{number}].right", LONGEST_TEXT)
        yield from text_flaws(each.get("reason"), f"pairs[{number}].reason", LONGEST_REASON)
    for number, text in enumerate(decoys):
        yield from text_flaws(text, f"decoys[{number}]", LONGEST_TEXT)
    rights = [str(text).casefold() for text in [*(each.get("right", "") for each in pairs), *decoys]]
    if len(set(rights)) < len(rights):
        yield Flaw("pairs", "has the same thing on the right twice: each left one needs its own")


def _draw(spec: Spec, rng: Random, frame: Frame) -> Variant:
    pairs = rng.sample(spec["pairs"], len(spec["pairs"]))
    rights = [*(each["right"] for each in pairs), *spec.get("decoys", [])]
    shuffled = rng.sample(rights, len(rights))
    ids = dict(zip(shuffled, letters(len(shuffled)), strict=True))
    left = tuple(Option(str(number), each["left"], reason=each["reason"]) for number, each in enumerate(pairs, start=1))
    key = tuple(f"{number}:{ids[each['right']]}" for number, each in enumerate(pairs, start=1))
    options = tuple(Option(ids[text], text) for text in shuffled)
    return Variant(
        frame.question, frame.version, frame.seed, "matching", frame.stem, options, (Group("", "", len(key)),), key,
        frame.explanation, left=left,
    )  # fmt: skip


MATCHING = Kind("matching", "matching", _check, _draw)
