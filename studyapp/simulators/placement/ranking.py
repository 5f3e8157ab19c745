"""Steps of a trace, and the one way in which strategies are applied: each inside the selection of the one before."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from studyapp.simulators.placement.request import Strategy
from studyapp.simulators.placement.standing import Standing

type Step = dict[str, Any]
type Numbers = Mapping[str, int]  # by instance id

FACTS = {"spread": "N032", "binpack": "N030", "random": "N031"}
NOT_PREFERRED = "not what the placement strategies prefer"  # no word of AWS: its strategies never stop a task
NOT_TAKEN = "equally good, not taken"


def finish(step: Step, before: Sequence[Standing], kept: Sequence[Standing], reason: str, steps: list[Step]) -> None:
    """Complete a step with the instances that it drops, why, and those that it leaves."""
    stay = {standing.id for standing in kept}
    step["dropped"] = {standing.id: reason for standing in before if standing.id not in stay}
    step["survivors"] = [standing.id for standing in kept]
    steps.append(step)


class Comparison:
    """How strategies compare: `numbers` gives what a strategy looks at, `takes` whether the least or the most wins.

    `target` is for a spread that insists on one number whether an instance has it or not, as none of AWS's does.
    """

    __slots__ = ("facts", "numbers", "takes", "target")

    def __init__(
        self,
        numbers: Callable[[Strategy, list[Standing]], Numbers | None],
        takes: Callable[[Strategy], str],
        target: Callable[[Strategy], int] | None = None,
        facts: Mapping[str, str] = FACTS,
    ) -> None:
        self.numbers = numbers
        self.takes = takes
        self.target = target
        self.facts = facts

    def rank(
        self, chain: Sequence[Strategy], survivors: list[Standing], steps: list[Step], *, default: bool
    ) -> tuple[list[Standing], list[list[Standing]]]:
        """Give those that are best by all strategies of the chain in turn, and the alternatives to them.

        Where values of a spread tie, each of them may be taken, and the strategies that follow apply inside it: every
        alternative holds what is best inside one such value. None as numbers leaves the rest of the chain to chance.
        """
        alternatives = [survivors]
        for strategy in chain:
            if not survivors:
                break
            step: Step = {"step": "strategy", "rule": str(strategy), "fact": self.facts[strategy.type]}
            if default:
                step["default"] = True
            open_to = survivors if len(alternatives) == 1 else [each for group in alternatives for each in group]
            known = self.numbers(strategy, open_to)
            if known is None:
                step |= {"test": "any", "numbers": dict.fromkeys((standing.id for standing in survivors), 0)}
                finish(step, survivors, survivors, NOT_PREFERRED, steps)
                break
            if strategy.attribute is not None:
                step["values"] = {standing.id: standing.value(strategy.attribute) for standing in survivors}
            step["numbers"] = numbers = {standing.id: known[standing.id] for standing in survivors}
            if strategy.type == "spread" and self.target is not None:
                wanted = self.target(strategy)
                step |= {"test": "is", "wanted": wanted}
                kept = [standing for standing in survivors if numbers[standing.id] == wanted]
                alternatives = [kept]
            else:
                step["test"] = takes = self.takes(strategy)
                kept = _best(survivors, numbers, takes)
                alternatives = [
                    group
                    for alternative in alternatives
                    for group in _split(strategy, _best(alternative, known, takes))
                ]
            finish(step, survivors, kept, NOT_PREFERRED, steps)
            survivors = kept
        return survivors, alternatives


def take(survivors: list[Standing], seed: int | None, steps: list[Step]) -> Standing:
    """Take one of those that are equal: the first by id, or the one that the seed's clock rings for."""
    if seed is None:
        rule, numbers = "first id of those left", {standing.id: place for place, standing in enumerate(survivors)}
        pick = survivors[0]
    else:
        rule, numbers = "the seed's choice of those left", {standing.id: standing.arrival for standing in survivors}
        pick = min(survivors, key=lambda standing: standing.arrival)
    step: Step = {"step": "selection", "rule": rule, "fact": "N029", "test": "first", "numbers": numbers}
    finish(step, survivors, [pick], NOT_TAKEN, steps)
    return pick


def _best(standings: list[Standing], numbers: Numbers, takes: str) -> list[Standing]:
    best = (min if takes == "least" else max)(numbers[standing.id] for standing in standings)
    return [standing for standing in standings if numbers[standing.id] == best]


def _split(strategy: Strategy, standings: list[Standing]) -> list[list[Standing]]:
    """Split what a spread finds equal into its values; other strategies leave one whole."""
    if strategy.type != "spread":
        return [standings]
    groups: dict[str | None, list[Standing]] = {}
    for standing in standings:
        groups.setdefault(standing.value(strategy.attribute), []).append(standing)
    return list(groups.values())
