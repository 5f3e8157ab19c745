"""The query-language field of the lab: which instances an expression selects, or where it goes wrong."""

from collections.abc import Sequence
from dataclasses import dataclass

from studyapp.labs.state import State, door_input
from studyapp.simulators.fields import Fields
from studyapp.simulators.placement.cluster import read_cluster
from studyapp.simulators.placement.expressions import compile_expression
from studyapp.simulators.placement.standing import Standing


@dataclass(frozen=True, slots=True)
class Match:
    """What an expression selects, or what is wrong with it."""

    selected: Sequence[str] = ()
    others: Sequence[str] = ()
    problem: str = ""
    caret: str = ""  # the expression with a mark under the place
    empty: bool = False


def matching(state: State, expression: str) -> Match:
    """Match an expression against the instances of a checked state."""
    if not expression.strip():
        return Match(empty=True)
    try:
        holds = compile_expression(expression)
    except ValueError as problem:
        caret = getattr(problem, "caret", None)
        return Match(problem=getattr(problem, "message", str(problem)), caret=caret() if callable(caret) else "")
    fields = Fields(door_input(state), "", frozenset(("instances", "request", "seed")))
    group = state["request"]["group"]
    found = {instance.id: holds(Standing(instance, group).facts()) for instance in read_cluster(fields)}
    return Match([name for name, yes in found.items() if yes], [name for name, yes in found.items() if not yes])
