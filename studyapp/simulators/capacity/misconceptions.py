"""Wrong rules about capacity providers that people believe, each of them the true ones with one part exchanged."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from studyapp.simulators.capacity.rules import TRUTH
from studyapp.simulators.ruled import Misconception, named


def _to_the_heaviest(tasks: int, weights: Sequence[int]) -> list[int]:
    heaviest = weights.index(max(weights))
    return [tasks if place == heaviest else 0 for place in range(len(weights))]


def _evenly(tasks: int, weights: Sequence[int]) -> list[int]:
    each, more = divmod(tasks, len(weights))
    return [each + (place < more) for place in range(len(weights))]


def _as_percent(tasks: int, weights: Sequence[int]) -> list[int]:
    counts = [tasks * min(weight, 100) // 100 for weight in weights[1:]]
    return [tasks - sum(counts), *counts] if sum(counts) <= tasks else [0, *counts]


def _only_missing(needed: int, target: int) -> int:
    return needed


def _added_spare(needed: int, target: int) -> int:
    return needed + -(-needed * (100 - target) // 100)


def _cut(needed: int, target: int) -> int:
    return needed * 100 // target


def _capped(needed: int, running: int) -> Fraction:
    return min(Fraction(100), Fraction(100 * needed, running))


def _upside_down(needed: int, running: int) -> Fraction:
    return Fraction(100 * running, needed) if needed else Fraction(100)


def _less_empty(needed: int, running: int) -> Fraction:
    return Fraction(100 - max(0, running - needed))


STRATEGY = named(
    Misconception(
        "weight_counts_before_base",
        "All tasks are split by weight; the base only makes sure that the provider gets at least so many.",
        "A095",
        "The base is placed first, and what is left is split by weight on top of it.",
        replace(TRUTH, base_deducted=True),
    ),
    Misconception(
        "base_is_ignored",
        "Only the weights decide how many tasks a provider gets.",
        "A095",
        "The base goes to its provider before any weight counts.",
        replace(TRUTH, base_first=False),
    ),
    Misconception(
        "heaviest_provider_fills_first",
        "All tasks go to the provider with the largest weight, and to the others when it is full.",
        "A099",
        "A strategy is a ratio, not an order of overflow.",
        replace(TRUTH, split=_to_the_heaviest),
    ),
    Misconception(
        "weights_change_nothing",
        "Tasks are spread evenly over the providers of a strategy.",
        "A095",
        "They are split in the ratio of the weights.",
        replace(TRUTH, split=_evenly),
    ),
    Misconception(
        "weights_are_percentages",
        "A weight of 3 is three percent of the tasks.",
        "A095",
        "Weights are parts of a ratio: 1 and 3 make a quarter and three quarters.",
        replace(TRUTH, split=_as_percent),
    ),
    Misconception(
        "kinds_can_be_mixed",
        "One strategy can have an Auto Scaling group for the bulk and Fargate for the rest.",
        "N047",
        "All providers of a strategy must be of one kind.",
        replace(TRUTH, mixes=True),
    ),
    Misconception(
        "absent_weight_is_one",
        "A provider without a weight has weight 1.",
        "A095",
        "That is what the console fills in; through the API it is 0.",
        replace(TRUTH, default_weight=1),
    ),
    Misconception(
        "all_weights_may_be_zero",
        "With all weights at 0 the tasks are spread evenly.",
        "A095",
        "With several providers at least one weight must be more than 0, or the call fails.",
        replace(TRUTH, zero_weights=True),
    ),
)
RESERVATION = named(
    Misconception(
        "target_capacity_keeps_nothing_spare",
        "The group always gets just the instances that its tasks need.",
        "A096",
        "Only with a target of 100; a target of 50 keeps as many again in spare.",
        replace(TRUTH, spare=_only_missing),
    ),
    Misconception(
        "target_is_spare_on_top",
        "A target of 50 adds half of what is needed.",
        "A096",
        "It means that half of all instances are needed, so there are twice as many.",
        replace(TRUTH, spare=_added_spare),
    ),
    Misconception(
        "instances_round_down",
        "A part of an instance is left out.",
        "A096",
        "It is rounded up, as the tasks on that part need a whole instance.",
        replace(TRUTH, spare=_cut),
    ),
    Misconception(
        "reservation_ends_at_100",
        "CapacityProviderReservation is never above 100.",
        "A096",
        "It exceeds 100 when more instances are needed than run; by that the group knows how many are missing.",
        replace(TRUTH, ratio=_capped),
    ),
    Misconception(
        "reservation_is_running_by_needed",
        "CapacityProviderReservation is the running instances divided by those needed.",
        "A096",
        "It is the other way round: needed divided by running.",
        replace(TRUTH, ratio=_upside_down),
    ),
    Misconception(
        "reservation_is_100_less_empty",
        "CapacityProviderReservation is 100 minus the number of empty instances.",
        "A096",
        "That is an outdated text; it is a ratio in percent.",
        replace(TRUTH, ratio=_less_empty),
    ),
    Misconception(
        "one_instance_from_zero",
        "From zero, one task brings up one instance.",
        "A096",
        "From zero instances managed scaling starts with two.",
        replace(TRUTH, from_zero=1),
    ),
    Misconception(
        "steps_are_without_limit",
        "However many instances are missing, they are all asked for at once.",
        "A096",
        "The largest step bounds what is asked for at once.",
        replace(TRUTH, limits_steps=False),
    ),
    Misconception(
        "step_sizes_bound_scale_in",
        "The step sizes hold for scale-in too.",
        "A096",
        "Scale-in ignores them.",
        replace(TRUTH, steps_bound_scale_in=True),
    ),
)
