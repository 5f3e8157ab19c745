"""Numeric entry: a number is typed. The wrong numbers that people arrive at are known, each with its reason."""

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from random import Random

from studyapp.assessment.kind import Flaw, Frame, Group, Kind, NoAnswer, Option, Spec, Variant
from studyapp.assessment.kinds.options import LONGEST_REASON, text_flaws, unknown_fields


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _check(spec: Spec) -> Iterator[Flaw]:
    yield from unknown_fields(spec, {"value", "unit", "wrong"}, "spec")
    if not _is_number(spec.get("value")):
        yield Flaw("value", "must be the number that is right")
    yield from text_flaws(spec.get("unit"), "unit", 40)
    wrong = spec.get("wrong")
    if not isinstance(wrong, list) or not 2 <= len(wrong) <= 6 or not all(isinstance(each, Mapping) for each in wrong):
        yield Flaw("wrong", "must be a list of 2 to 6 wrong numbers, each with `value` and `reason`")
        return
    for number, each in enumerate(wrong):
        yield from unknown_fields(each, {"value", "reason", "misconception"}, f"wrong[{number}]")
        yield from text_flaws(each.get("reason"), f"wrong[{number}].reason", LONGEST_REASON)
        if not _is_number(each.get("value")) or each.get("value") == spec.get("value"):
            yield Flaw(f"wrong[{number}].value", "must be a number, and not the right one")


def written(value: float) -> str:
    """Give a number as an answer has it: no thousands, no zeros that say nothing."""
    text = f"{Decimal(repr(value)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def read_number(text: str) -> str:
    """Give the number that was typed, as `written` would. Raises NoAnswer."""
    typed = text.strip().replace(" ", "").replace("\u202f", "").replace("\u00a0", "")
    if "," in typed and "." not in typed:
        head, _, tail = typed.rpartition(",")
        typed = typed.replace(",", "") if len(tail) == 3 and head.strip("+-") not in ("", "0") else f"{head}.{tail}"
    typed = typed.replace(",", "")
    try:
        number = Decimal(typed)
    except InvalidOperation:
        raise NoAnswer(f"Type a number, as in 6 or 0.5; “{text[:40]}” is none.") from None
    if not number.is_finite() or abs(number) > 10**15 or len(typed) > 30:
        raise NoAnswer("Type a number that is not so large.")
    shown = f"{number:f}"
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    return "0" if shown in ("-0", "") else shown.removeprefix("+")


def _draw(spec: Spec, rng: Random, frame: Frame) -> Variant:
    key = written(spec["value"])
    wrong = tuple(
        Option(
            written(each["value"]), written(each["value"]), reason=each["reason"],
            misconceptions=(each["misconception"],) if each.get("misconception") else (),
        )
        for each in spec["wrong"]
    )  # fmt: skip
    predictions = {name: (option.id,) for option in wrong for name in option.misconceptions}
    return Variant(
        frame.question, frame.version, frame.seed, "numeric", frame.stem, wrong, (Group("", "", 1),), (key,),
        frame.explanation, unit=spec["unit"], predictions=predictions,
    )  # fmt: skip


NUMERIC = Kind("numeric", "numeric entry", _check, _draw)
