"""Single choice and multiple response: options of which one or several are right."""

from collections.abc import Iterator
from random import Random

from studyapp.assessment.kind import Flaw, Frame, Group, Kind, Spec, Variant
from studyapp.assessment.kinds.options import drawn_options, option_flaws, predictions, unknown_fields


def _check_one(spec: Spec) -> Iterator[Flaw]:
    yield from unknown_fields(spec, {"options"}, "spec")
    yield from option_flaws(spec.get("options"), "options", 4, 6, (1,))


def _check_several(spec: Spec) -> Iterator[Flaw]:
    yield from unknown_fields(spec, {"options"}, "spec")
    yield from option_flaws(spec.get("options"), "options", 5, 7, (2, 3))


def _draw(shape: str, spec: Spec, rng: Random, frame: Frame) -> Variant:
    options = drawn_options(spec["options"], rng)
    key = tuple(option.id for option in options if option.right)
    return Variant(
        frame.question, frame.version, frame.seed, shape, frame.stem, tuple(options), (Group("", "", len(key)),), key,
        frame.explanation, predictions=predictions(options) if shape == "choice" else {},
    )  # fmt: skip


CHOICE = Kind("choice", "single choice", _check_one, lambda *asked: _draw("choice", *asked))
MULTIPLE = Kind("multiple", "multiple response", _check_several, lambda *asked: _draw("multiple", *asked))
