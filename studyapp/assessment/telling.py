"""A simulator's trace as sentences, the same shape for every family: the explanation of a scenario question."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Told:
    """One step: under which heading it stands, what happened, the fact behind it, and who stood how.

    `rows` are (who, number or finding, what became of it), for a table.
    """

    heading: str
    text: str
    fact: str = ""
    rows: tuple[tuple[str, str, str], ...] = ()


_TESTS = {
    "is": "must be {wanted}",
    "one of": "must be one of {wanted}",
    "none": "must be none",
    "at least": "must be at least {wanted}",
    "more than": "must be more than {wanted}",
    "at most": "must be at most {wanted}",
    "most": "the most is preferred",
    "least": "the least is preferred",
    "first": "one is taken",
    "any": "all stay",
}
_CODE = re.compile(r"[A-Z]+-[0-9]+[a-z]?")  # the number of a rule, which says nothing to a learner
_BECAUSE = {"not what the placement strategies prefer": "comes after"}


def _value(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(_value, value)) or "none"
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_value(each)}" for name, each in value.items()) or "none"
    return str(value)


def _placed(trace: Sequence[Mapping[str, Any]]) -> Iterator[Told]:
    for task in trace:
        heading = f"Task {task['task']}"
        for step in task["steps"]:
            if step["step"] == "selection" and len(step["numbers"]) == 1:
                continue  # there is nothing left to choose
            if step["step"] == "requirement" and not step["dropped"] and step["rule"] in ("status", "agent connected"):
                continue  # what holds of every instance of nearly every case
            dropped, survivors = step["dropped"], step["survivors"]
            test = step.get("test", "any")
            asked = _TESTS.get(test, test).format(wanted=_value(step.get("wanted")))
            text = f"{step['rule'][:1].upper()}{step['rule'][1:]}: {asked}. "
            left = ", ".join(survivors) if dropped else "all"
            text += f"Left: {left}." if survivors else "None is left."
            rows = tuple(
                (
                    name,
                    _value(number),
                    _BECAUSE.get(dropped[name], _value(dropped[name])) if name in dropped else "stays",
                )
                for name, number in step["numbers"].items()
            )
            yield Told(heading, text, step.get("fact", ""), rows)
        if task["pick"]:
            yield Told(heading, f"{heading} → {task['pick']}.")
        else:
            yield Told(heading, f"{heading} is not placed.")


def _selected(trace: Sequence[Mapping[str, Any]]) -> Iterator[Told]:
    for each in trace:
        rows = tuple(
            (
                test["test"],
                _value(test.get("found")) if test.get("set") else "not set",
                "yes" if test["holds"] else "no",
            )
            for test in each["tests"]
        )
        yield Told(each["instance"], "is selected." if each["selected"] else "is not selected.", "N027", rows)


def _conditions(trace: Mapping[str, Any]) -> Iterator[Told]:
    rows = tuple((name, "", "yes" if holds else "no") for name, holds in trace["conditions"].items())
    yield Told("Does it apply?", "Every condition must hold.", trace.get("fact", ""), rows)
    for start, stop in trace.get("moves", ()):
        yield Told("Moves", f"A task starts in {start}, then one stops in {stop}.", trace.get("fact", ""))


def tell(answer: Mapping[str, Any]) -> list[Told]:
    """Give the steps of an answer that was asked for with its trace."""
    trace = answer.get("steps") or answer.get("trace") or []
    if not trace and isinstance(answer.get("details"), list):  # of request.validate
        return [Told("", f"{each['field']}: {each['message']}") for each in answer["details"]] or [
            Told("", "Nothing is wrong with the request.")
        ]
    if isinstance(trace, Mapping):
        return list(_conditions(trace)) if "conditions" in trace else [Told("", f"{_value(trace)}.")]
    if trace and isinstance(trace[0], Mapping):
        if "steps" in trace[0]:
            return list(_placed(trace))
        if "tests" in trace[0]:
            return list(_selected(trace))
    return [
        Told(
            "" if _CODE.fullmatch(rule := str(step.get("rule") or step.get("about") or "")) else rule,
            str(step.get("text", "")),
            str(step.get("fact", "")),
            tuple((str(name), _value(number), "") for name, number in step.get("numbers", {}).items()),
        )
        for step in trace
        if isinstance(step, Mapping)
    ]


def parting(true: Sequence[Told], wrong: Sequence[Told]) -> tuple[Told | None, Told | None]:
    """Give the first step at which two stories part, as each tells it; None where one has ended."""
    for number in range(max(len(true), len(wrong))):
        here = true[number] if number < len(true) else None
        there = wrong[number] if number < len(wrong) else None
        if here != there:
            return here, there
    return None, None
