"""What decides about Service Auto Scaling. `TRUTH` holds AWS's rules; a misconception exchanges one of them.

Sources: Application Auto Scaling user guide (target tracking, step scaling, scheduled scaling), ECS developer guide
(service-auto-scaling), API reference (RegisterScalableTarget, PutScalingPolicy, StepAdjustment).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, trunc

MOST_TASKS = 1_000_000


def step_rounded(raw: Fraction) -> int:
    """Round a percentage of the capacity: toward zero beyond 1 in size, away from zero within (step scaling guide)."""
    if 0 < abs(raw) < 1:
        return 1 if raw > 0 else -1
    return trunc(raw)


def within(lower: Fraction | None, upper: Fraction | None, diff: Fraction) -> bool:
    """Whether a step takes a difference above the threshold: lower bound included, upper one not (StepAdjustment)."""
    return (lower is None or lower <= diff) and (upper is None or diff < upper)


def within_below(lower: Fraction | None, upper: Fraction | None, diff: Fraction) -> bool:
    """Whether a step takes a difference below the threshold: lower bound not, upper one included (StepAdjustment)."""
    return (lower is None or lower < diff) and (upper is None or diff <= upper)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules of scaling. Capacities are tasks."""

    tracked: Callable[[Fraction], int] = ceil  # TT-1: needing a part of a task means one more
    one_at_a_time: bool = False
    from_running: bool = True  # AS-3: not from the desired count
    no_data_is_low: bool = False  # TT-5
    deployment_blocks: tuple[str, ...] = ("LOW",)  # AS-4
    cooldown_blocks: tuple[str, ...] = ("LOW",)  # TT-7: the cooldown of a scale-in does not hold back a scale-out
    disabled_blocks: tuple[str, ...] = ("LOW",)  # TT-8
    clips: bool = True  # AS-1
    low_line: bool = True  # TT-4: the low alarm lies below the target, not at it
    all_points: bool = True  # TT-4: every point of the period
    strict: bool = True  # TT-4: above and below, not at
    above: Callable[[Fraction | None, Fraction | None, Fraction], bool] = within
    below: Callable[[Fraction | None, Fraction | None, Fraction], bool] = within_below
    offsets: bool = True  # bounds are offsets from the threshold
    steps_add_up: bool = False  # only one step is taken
    percent: Callable[[Fraction], int] = step_rounded
    lifts_magnitude: bool = True  # MinAdjustmentMagnitude
    counts_earlier: bool = True  # what the cooldown's first step added counts toward the next
    out_waits: bool = False  # a larger scale-out does not wait for the cooldown
    in_waits: bool = True  # a scale-in waits for the cooldown of the last one
    out_cancels: bool = True  # a scale-out ends the cooldown of a scale-in
    gaps: bool = False  # steps may leave gaps
    open_ends: bool = True  # a bound below zero needs an open bottom, one above zero an open top
    together: Callable[[int, Sequence[int]], int] = lambda current, results: max(results)  # the largest scale-out wins
    out_first: bool = True  # a scale-out goes before a scale-in
    tracking_agrees: Callable[[Sequence[bool]], bool] = all  # every policy that may scale in must be ready
    disabled_votes: bool = False  # one with scale-in disabled is not asked
    tracking_holds_steps: bool = False  # a step policy's scale-in is not held back
    scheduled_count: Callable[[int, int, int], int] = lambda current, low, high: min(max(current, low), high)
    cooldown_delays_schedule: bool = False
    registers: bool = True  # AS-2: the count is pulled into the range at once
    lifts: tuple[str, str] = ("scale_out", "scale_in")  # AS-5: what moves a count below, and one above the range


TRUTH = Rules()
