"""Placing tasks step by step, every instance looked at for every task: the plain reading of the rules.

This is what a trace shows and what `fast` must agree with.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from studyapp.simulators.placement import draws
from studyapp.simulators.placement.cluster import Instance
from studyapp.simulators.placement.ranking import NOT_PREFERRED, Comparison, Numbers, Step, finish, take
from studyapp.simulators.placement.request import Constraint, Request, Strategy
from studyapp.simulators.placement.rules import TESTS, TRUTH, Requirement, Rules
from studyapp.simulators.placement.standing import Standing, World

DISTINCT_UNSATISFIED = "DistinctInstance placement constraint unsatisfied."
MEMBER_UNSATISFIED = "MemberOf placement constraint unsatisfied."


@dataclass(frozen=True, slots=True)
class Check:
    """One filter of a request: an instance stays if what is found there passes the test against what is wanted."""

    step: str  # "requirement" or "constraint"
    name: str
    reason: str
    fact: str
    test: str
    wanted: Any
    found: Callable[[Standing], Any]

    def passes(self, standing: Standing) -> bool:
        """Tell whether an instance stays."""
        return TESTS[self.test](self.found(standing), self.wanted)


@dataclass(frozen=True, slots=True)
class Decision:
    """Where one task goes: the pick, None if nowhere, and the ids that would have been as right, sorted."""

    pick: Standing | None
    legal: list[str]
    steps: list[Step]


class Placement:
    """A request on its way: ask `decide` where the next task goes, `place` it there or elsewhere, and so on.

    `instances` are sorted by id. `seed` is what chance and ties are drawn from; without it the first by id is taken.
    """

    def __init__(
        self, instances: Sequence[Instance], request: Request, *, rules: Rules = TRUTH, seed: int | None = None
    ) -> None:
        self.rules = rules
        self.seed = seed
        self.request = rules.request(request)
        self.world = World(instances, self.request, rules.holding)
        self.chain = rules.chain(request.strategies or rules.defaults[request.api])
        self.candidates = self.world.standings  # those that the strategies get to see
        self.requirements = [
            _requirement_check(requirement, self.request)
            for requirement in rules.requirements
            if requirement.applies(self.request)
        ]
        self.constraints = self._constraint_checks()
        self.comparison = Comparison(self._numbers, self._takes, self._target if rules.binding else None)
        if seed is not None:
            for standing in self.world.standings:
                standing.arrival = draws.wait(seed, standing.id, 0)

    @property
    def checks(self) -> list[Check]:
        """All filters, in AWS's order."""
        return self.requirements + self.constraints

    def decide(self) -> Decision:
        """Find where the next task goes, and why."""
        survivors = self.world.standings
        legal: set[Standing] | None = None
        steps: list[Step] = []
        for phase in self.rules.phases:
            if phase == "strategies":
                self.candidates = survivors
                survivors, alternatives = self.comparison.rank(
                    self.chain, survivors, steps, default=not self.request.strategies
                )
                legal = {standing for group in alternatives for standing in group}
                continue
            for check in self.requirements if phase == "requirements" else self.constraints:
                survivors = _filter(check, survivors, steps)
                if legal is not None:
                    legal = {standing for standing in legal if check.passes(standing)}
        if not survivors:
            return Decision(None, [], steps)
        pick = take(survivors, self.seed, steps)
        return Decision(pick, sorted(standing.id for standing in legal or survivors), steps)

    def place(self, standing: Standing) -> None:
        """Place the next task on an instance."""
        standing.take(self.request)
        if self.seed is not None:
            standing.arrival += draws.wait(self.seed, standing.id, standing.placed)

    def reasons(self) -> dict[str, list[str]]:
        """Every reason, per instance, why it cannot take the next task."""
        reasons: dict[str, list[str]] = {}
        for standing in self.world.standings:
            found = [check.reason for check in self.checks if not check.passes(standing)]
            reasons[standing.id] = list(dict.fromkeys(found)) or [NOT_PREFERRED]
        return reasons

    def _constraint_checks(self) -> list[Check]:
        if self.rules.constraints == "unless strategies" and self.request.strategies:
            return []
        checks = [self._constraint_check(constraint) for constraint in self.request.constraints]
        if self.rules.constraints == "any" and len(checks) > 1:
            name = "one of the constraints holds"
            return [Check("constraint", name, checks[0].reason, "A019", "is", True, lambda s: _any(checks, s))]
        return checks

    def _constraint_check(self, constraint: Constraint) -> Check:
        holds = constraint.holds
        if holds is None:
            distinct, world, reason = self.rules.distinct, self.world, DISTINCT_UNSATISFIED
            return Check("constraint", constraint.type, reason, "N027", "is", 0, lambda s: distinct(world, s))
        name = f"memberOf {constraint.expression}"
        return Check("constraint", name, MEMBER_UNSATISFIED, "N028", "is", True, lambda s: holds(s.facts()))

    def _numbers(self, strategy: Strategy, survivors: list[Standing]) -> Numbers | None:
        """What a strategy compares the survivors by, None if by nothing."""
        rules = self.rules
        if strategy.type == "binpack":
            return {standing.id: rules.binpack(standing, strategy.field) for standing in survivors}
        if strategy.type == "random":
            return None if rules.random is None else {standing.id: rules.random(standing) for standing in survivors}
        tally = self._tally(strategy)
        return {standing.id: tally[standing.value(strategy.attribute)] for standing in survivors}

    def _tally(self, strategy: Strategy) -> dict[str | None, int]:
        among = self.candidates if self.rules.spread_over == "candidates" else self.world.standings
        return self.world.tally(strategy.attribute, self.rules.spread, among)

    def _takes(self, strategy: Strategy) -> str:
        if strategy.type == "random":
            return "least"
        return self.rules.binpack_takes if strategy.type == "binpack" else self.rules.spread_takes

    def _target(self, strategy: Strategy) -> int:
        return min(self._tally(strategy).values())


def _requirement_check(requirement: Requirement, request: Request) -> Check:
    found = requirement.found
    return Check(
        "requirement",
        requirement.name,
        requirement.reason,
        requirement.fact,
        requirement.test,
        requirement.wanted(request),
        lambda standing: found(standing, request),
    )


def _any(checks: Sequence[Check], standing: Standing) -> bool:
    return any(check.passes(standing) for check in checks)


def _filter(check: Check, survivors: list[Standing], steps: list[Step]) -> list[Standing]:
    if not survivors and steps:
        return survivors
    numbers = {standing.id: check.found(standing) for standing in survivors}
    test, wanted = TESTS[check.test], check.wanted
    kept = [standing for standing in survivors if test(numbers[standing.id], wanted)]
    step: Step = {
        "step": check.step,
        "rule": check.name,
        "fact": check.fact,
        "test": check.test,
        "wanted": wanted,
        "numbers": numbers,
    }
    finish(step, survivors, kept, check.reason, steps)
    return kept
