"""True cause and best fix: of a symptom, one choice among causes and one among remedies."""

from collections.abc import Iterator
from random import Random

from studyapp.assessment.kind import Flaw, Frame, Group, Kind, Spec, Variant
from studyapp.assessment.kinds.options import drawn_options, option_flaws, unknown_fields


def _check(spec: Spec) -> Iterator[Flaw]:
    yield from unknown_fields(spec, {"causes", "fixes"}, "spec")
    yield from option_flaws(spec.get("causes"), "causes", 3, 5, (1,))
    yield from option_flaws(spec.get("fixes"), "fixes", 3, 5, (1,))


def _draw(spec: Spec, rng: Random, frame: Frame) -> Variant:
    causes = drawn_options(spec["causes"], rng, group="cause", prefix="1")
    fixes = drawn_options(spec["fixes"], rng, group="fix", prefix="2")
    options = (*causes, *fixes)
    return Variant(
        frame.question, frame.version, frame.seed, "cause_fix", frame.stem, options,
        (Group("cause", "The true cause", 1), Group("fix", "The best fix", 1)),
        tuple(option.id for option in options if option.right), frame.explanation,
    )  # fmt: skip


CAUSE_FIX = Kind("cause_fix", "cause and fix", _check, _draw)
