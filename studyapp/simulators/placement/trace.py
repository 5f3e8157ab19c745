"""Reading a trace again: from its numbers alone to the picks, as a proof that they say everything."""

from collections.abc import Sequence
from typing import Any

from studyapp.simulators.placement.rules import TESTS


def replay(trace: Sequence[dict[str, Any]]) -> list[str]:
    """Go through the steps of every task and apply each one's test to its numbers; give the picks.

    Raises ValueError where a step does not follow from the one before it or from its own numbers.
    """
    picks: list[str] = []
    for task in trace:
        left: list[str] | None = None
        for step in task["steps"]:
            before = list(step["numbers"])
            if left is not None and before != left:
                raise ValueError(f"task {task['task']}: {step['rule']} does not start from what was left")
            left = passing(step)
            if left != step["survivors"] or set(step["dropped"]) != set(before) - set(left):
                raise ValueError(f"task {task['task']}: {step['rule']} does not follow from its numbers")
        pick = left[0] if left else None
        if pick != task["pick"]:
            raise ValueError(f"task {task['task']}: the steps lead to {pick}, not {task['pick']}")
        if pick is not None:
            picks.append(pick)
    return picks


def passing(step: dict[str, Any]) -> list[str]:
    """Those whose numbers pass the test of a step."""
    numbers, test = step["numbers"], step["test"]
    if test == "any" or not numbers:
        return list(numbers)
    if test in TESTS:
        return [name for name, number in numbers.items() if TESTS[test](number, step["wanted"])]
    best = (max if test == "most" else min)(numbers.values())
    named = [name for name, number in numbers.items() if number == best]
    return named[:1] if test == "first" else named
