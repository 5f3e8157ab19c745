"""A capacity provider strategy: how many tasks go to which provider.

Sources: API reference (CapacityProviderStrategyItem), ECS developer guide (capacity-launch-type-comparison). How a
remainder is split is not published: here the largest fraction goes first, ties in listed order. A lone provider gets
all tasks, whatever its weight; AWS does not say what a weight of 0 does there.
"""

from typing import Any

from studyapp.simulators.capacity.rules import Provider, Rules
from studyapp.simulators.errors import InputError
from studyapp.simulators.fields import Fields, known, shown
from studyapp.simulators.ruled import Steps

MOST_TASKS = 1_000_000
MOST_PROVIDERS, MOST_WEIGHT, MOST_BASE = 20, 1000, 100_000
KINDS = ("asg", "fargate", "managed")
_LARGEST = 10**12


def _provider(value: object, path: str, rules: Rules) -> Provider:
    fields = Fields(value, path, known("name type weight base"))
    return Provider(
        fields.text("name"),
        fields.choice("type", KINDS),
        fields.integer("weight", -_LARGEST, _LARGEST, rules.default_weight),
        fields.integer("base", -_LARGEST, _LARGEST, 0),
    )


def _refusal(providers: list[Provider], rules: Rules) -> tuple[str, str, str] | None:
    """Why AWS takes no such strategy: the rule, the fact and a sentence; None if it takes it."""
    if not providers:
        return "CP-7", "A095", "A strategy names at least one provider."
    if len(providers) > MOST_PROVIDERS:
        return "CP-5", "A095", f"A strategy names at most {MOST_PROVIDERS} providers."
    if len({each.kind for each in providers}) > 1 and not rules.mixes:
        return "CP-6", "N047", "All providers of a strategy must be of one kind."
    if any(not 0 <= each.weight <= MOST_WEIGHT for each in providers):
        return "CP-3", "A095", f"A weight is from 0 to {MOST_WEIGHT}."
    if any(not 0 <= each.base <= MOST_BASE for each in providers):
        return "CP-2", "A095", f"A base is from 0 to {MOST_BASE}."
    if sum(each.base > 0 for each in providers) > 1:
        return "CP-2", "A095", "At most one provider of a strategy has a base."
    if len(providers) > 1 and not any(each.weight for each in providers) and not rules.zero_weights:
        return "CP-4", "A095", "At least one of several weights must be more than 0."
    return None


def answer(input: dict[str, Any], rules: Rules, steps: Steps) -> dict[str, Any]:
    """Answer capacity.strategy: `error`, whether AWS refuses the strategy, and `counts` {name: tasks}.

    In: `tasks`, `strategy` of `name`, `type` asg, fargate or managed, `weight` [0], `base` [0]. With an error `counts`
    is empty and `reason` says why. Raises InputError. Source: CapacityProviderStrategyItem, rules CP-1 to 11.
    """
    fields = Fields(input, "", known("tasks strategy"))
    tasks = fields.integer("tasks", 0, MOST_TASKS)
    providers = fields.each("strategy", 100, lambda value, path: _provider(value, path, rules), None)
    names = [each.name for each in providers]
    for place, name in enumerate(names):
        if name in names[:place]:
            raise InputError(f"strategy[{place}].name", f"{shown(name)} is there already")
    refusal = _refusal(providers, rules)
    if refusal is not None:
        rule, fact, text = refusal
        steps.add(rule, fact, {}, None, text)
        return {"error": True, "counts": {}, "reason": text}
    weights = [each.weight for each in providers] if any(each.weight for each in providers) else [1] * len(providers)
    base = [each.base for each in providers] if rules.base_first else [0] * len(providers)
    first = [min(tasks, each) for each in base]
    rest = tasks - sum(first)
    if any(first):
        numbers = {"tasks": tasks, **dict(zip(names, first, strict=True))}
        steps.add("CP-1", "A095", numbers, rest, f"The base takes {sum(first)} tasks first; {rest} are left.")
    if rules.base_deducted:
        shares = rules.split(tasks, weights)
        counts = [max(one, other) for one, other in zip(first, shares, strict=True)]
        surplus = sum(counts) - tasks
        for place in range(len(counts) - 1, -1, -1):
            less = 0 if first[place] else min(surplus, counts[place])
            counts[place], surplus = counts[place] - less, surplus - less
    else:
        shares = rules.split(rest, weights)
        counts = [one + other for one, other in zip(first, shares, strict=True)]
    numbers = dict(zip(names, weights, strict=True))
    text = f"The rest of {rest} goes by the weights, " + " : ".join(map(str, weights)) + "."
    steps.add("CP-1", "A095", numbers, dict(zip(names, counts, strict=True)), text)
    exact = all(rest * weight % sum(weights) == 0 for weight in weights)
    if not exact:
        text = "AWS does not say how the remainder is split; here the largest fraction goes first."
        steps.add("CP-10", "A095", {"rest": rest}, dict(zip(names, counts, strict=True)), text)
    return {"error": False, "counts": dict(zip(names, counts, strict=True)), "remainder_is_a_convention": not exact}
