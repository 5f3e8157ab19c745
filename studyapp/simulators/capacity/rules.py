"""What decides about capacity providers. `TRUTH` holds AWS's rules; a misconception exchanges one of them.

Sources: API reference (CapacityProviderStrategyItem, ManagedScaling), ECS developer guide (managed-scaling-behavior,
capacity-launch-type-comparison).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider of a strategy: its name, its kind, its weight, and the base in tasks."""

    name: str
    kind: str
    weight: int
    base: int


def by_ratio(tasks: int, weights: Sequence[int]) -> list[int]:
    """Split tasks by weight, the rest by the largest fraction, ties in listed order (our convention, CP-10)."""
    total = sum(weights)
    exact = [Fraction(tasks * weight, total) for weight in weights]
    counts = [share.numerator // share.denominator for share in exact]
    order = sorted(range(len(weights)), key=lambda place: (counts[place] - exact[place], place))
    for place in order[: tasks - sum(counts)]:
        counts[place] += 1
    return counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules of strategies and of managed scaling. Counts are tasks, or instances."""

    base_first: bool = True  # CP-1
    base_deducted: bool = False  # CP-1: the base is not set off against the share
    split: Callable[[int, Sequence[int]], list[int]] = by_ratio
    mixes: bool = False  # CP-6
    default_weight: int = 0  # CP-3, through the API
    zero_weights: bool = False  # CP-4: at least one must be positive
    spare: Callable[[int, int], int] = lambda needed, target: -(-needed * 100 // target)
    ratio: Callable[[int, int], Fraction] = lambda needed, running: Fraction(100 * needed, running)
    from_zero: int = 2  # instances that managed scaling starts with
    limits_steps: bool = True  # the step sizes bound what is asked for at once
    steps_bound_scale_in: bool = False  # and scale-in ignores them


TRUTH = Rules()
