"""Wrong rules about scaling that people believe, each of them the true ones with one part exchanged."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from math import ceil, floor

from studyapp.simulators.ruled import Misconception, named
from studyapp.simulators.scaling.rules import TRUTH, Rules, within, within_below


def _nearest(raw: Fraction) -> int:
    return floor(raw + Fraction(1, 2))


def _added_up(current: int, results: Sequence[int]) -> int:
    return current + sum(each - current for each in results)


def _smallest(current: int, results: Sequence[int]) -> int:
    return min(results)


def _first(current: int, results: Sequence[int]) -> int:
    return results[0]


def _wrong(key: str, sentence: str, violates: str, refutation: str, rules: Rules) -> Misconception[Rules]:
    return Misconception(key, sentence, violates, refutation, rules)


TRACKING = named(
    _wrong(
        "tracking_rounds_down",
        "Target tracking rounds the number of tasks down.",
        "A090",
        "It rounds up: availability goes before saving.",
        replace(TRUTH, tracked=floor),
    ),
    _wrong(
        "tracking_rounds_to_nearest",
        "Target tracking rounds to the nearest number of tasks.",
        "A090",
        "It rounds up, so needing a tenth of a task adds one.",
        replace(TRUTH, tracked=_nearest),
    ),
    _wrong(
        "tracking_adds_one_at_a_time",
        "Target tracking adds one task per alarm.",
        "A090",
        "It goes to the number that brings the metric to the target, in one step.",
        replace(TRUTH, one_at_a_time=True),
    ),
    _wrong(
        "calculates_from_desired",
        "The new count is worked out from the desired count.",
        "A090",
        "It is worked out from the tasks that run, since they made the metric.",
        replace(TRUTH, from_running=False),
    ),
    _wrong(
        "no_data_means_no_load",
        "If the metric has no data there is no load, and the service scales in.",
        "N041",
        "Without data nothing is scaled; only a metric that really reports a low value is low.",
        replace(TRUTH, no_data_is_low=True),
    ),
    _wrong(
        "deployment_stops_all_scaling",
        "While a deployment is in progress the service does not scale at all.",
        "A092",
        "Only scale-in is off; scale-out goes on.",
        replace(TRUTH, deployment_blocks=("LOW", "HIGH")),
    ),
    _wrong(
        "deployment_stops_no_scaling",
        "A deployment does not matter to scaling.",
        "A092",
        "While it is in progress, nothing is scaled in.",
        replace(TRUTH, deployment_blocks=()),
    ),
    _wrong(
        "cooldown_blocks_scale_out_too",
        "After a scale-in, its cooldown holds back any scaling.",
        "N041",
        "It holds back only a further scale-in; a scale-out is immediate and ends it.",
        replace(TRUTH, cooldown_blocks=("LOW", "HIGH")),
    ),
    _wrong(
        "cooldown_blocks_nothing",
        "A cooldown is only advice: a low alarm scales in at once.",
        "N041",
        "A further scale-in waits until the cooldown of the last one is over.",
        replace(TRUTH, cooldown_blocks=()),
    ),
    _wrong(
        "disabled_scale_in_stops_policy",
        "With scale-in disabled the policy does nothing.",
        "N041",
        "It goes on scaling out; only its scale-in is off.",
        replace(TRUTH, disabled_blocks=("LOW", "HIGH")),
    ),
    _wrong(
        "policy_may_leave_range",
        "If the load is high enough, a policy goes beyond the maximum.",
        "N037",
        "No policy moves the count out of the range from minimum to maximum.",
        replace(TRUTH, clips=False),
    ),
)
ALARM = named(
    _wrong(
        "one_point_is_enough",
        "One minute above the target is enough to scale out.",
        "N041",
        "Every one of the last points must be above it, typically three of three.",
        replace(TRUTH, all_points=False),
    ),
    _wrong(
        "low_begins_at_target",
        "As soon as the metric is below the target, tasks are removed.",
        "N041",
        "The low alarm lies clearly below the target, typically at 90 % of it, so that the count does not swing.",
        replace(TRUTH, low_line=False),
    ),
    _wrong(
        "at_target_is_above",
        "A metric exactly at the target is too high.",
        "N041",
        "It must be above the target; at the target all is as it should be.",
        replace(TRUTH, strict=False),
    ),
)
ROUNDING = named(
    _wrong(
        "percent_rounds_to_nearest",
        "A percentage of the capacity is rounded to the nearest number.",
        "N042",
        "Beyond 1 it is cut toward zero: 12.7 makes 12.",
        replace(TRUTH, percent=_nearest),
    ),
    _wrong(
        "percent_rounds_up",
        "A percentage of the capacity is rounded up.",
        "N042",
        "Beyond 1 it is cut toward zero: 12.7 makes 12. Only between 0 and 1 it becomes 1.",
        replace(TRUTH, percent=ceil),
    ),
    _wrong(
        "small_percent_is_nothing",
        "A percentage that makes less than one task changes nothing.",
        "N042",
        "Between 0 and 1 it becomes 1, so that a small service scales too.",
        replace(TRUTH, percent=int),
    ),
)
STEP = named(
    *ROUNDING.values(),
    _wrong(
        "bounds_are_absolute",
        "The bounds of a step are values of the metric.",
        "N042",
        "They are offsets from the threshold: with threshold 50, [10, 20) is 60 to 70.",
        replace(TRUTH, offsets=False),
    ),
    _wrong(
        "boundary_belongs_to_smaller_step",
        "A metric exactly at the border of two steps takes the smaller one.",
        "N042",
        "The border nearer to the threshold is the one that belongs to a step, so the larger step is taken.",
        replace(TRUTH, above=within_below, below=within),
    ),
    _wrong(
        "steps_add_up",
        "The steps add up: a large breach takes all of those before it as well.",
        "N042",
        "One step is taken, the one in which the breach lies.",
        replace(TRUTH, steps_add_up=True),
    ),
    _wrong(
        "least_change_ignored",
        "A percentage is taken as it is, whatever the least change is set to.",
        "N042",
        "MinAdjustmentMagnitude lifts a smaller change to its own size.",
        replace(TRUTH, lifts_magnitude=False),
    ),
    _wrong(
        "step_may_leave_range",
        "A step is carried out in full, beyond the maximum if need be.",
        "N037",
        "No policy moves the count out of the range from minimum to maximum.",
        replace(TRUTH, clips=False),
    ),
)
COOLDOWN = named(
    _wrong(
        "steps_in_cooldown_add_in_full",
        "Two scale-outs within the cooldown add up.",
        "N042",
        "What the first one added counts toward the second: +2 and then +3 make +3 in all.",
        replace(TRUTH, counts_earlier=False),
    ),
    _wrong(
        "cooldown_blocks_scale_out_too",
        "During a cooldown nothing scales out.",
        "N042",
        "A larger scale-out goes on within the cooldown, by what it is larger.",
        replace(TRUTH, out_waits=True),
    ),
    _wrong(
        "scale_in_knows_no_cooldown",
        "Scale-in alarms act at once, one after the other.",
        "N042",
        "A scale-in waits until the cooldown of the last one is over.",
        replace(TRUTH, in_waits=False),
    ),
    _wrong(
        "scale_in_cooldown_holds_scale_out",
        "After a scale-in, a scale-out has to wait for the cooldown.",
        "N042",
        "A scale-out is carried out at once, and ends the cooldown of the scale-in.",
        replace(TRUTH, out_cancels=False),
    ),
)
VALIDATION = named(
    _wrong(
        "gaps_are_allowed",
        "Between steps there may be gaps, where nothing happens.",
        "N042",
        "Steps must follow each other without a gap; a step that adds 0 does nothing.",
        replace(TRUTH, gaps=True),
    ),
    _wrong(
        "ends_may_be_closed",
        "The last step may end at some value.",
        "N042",
        "With a bound above zero one step must be open at the top, and with one below zero open at the bottom.",
        replace(TRUTH, open_ends=False),
    ),
)
MULTI = named(
    _wrong(
        "policies_add_up",
        "Two policies that scale out add both of their tasks.",
        "A091",
        "They are not added up; the largest result wins.",
        replace(TRUTH, together=_added_up),
    ),
    _wrong(
        "smallest_policy_wins",
        "Of several policies the most careful one wins.",
        "A091",
        "In a scale-out the largest result wins.",
        replace(TRUTH, together=_smallest),
    ),
    _wrong(
        "first_policy_wins",
        "The policy that comes first wins.",
        "A091",
        "Their order does not matter; the largest result wins.",
        replace(TRUTH, together=_first),
    ),
    _wrong(
        "scale_in_goes_first",
        "If one policy wants fewer tasks and another more, the saving one wins.",
        "A091",
        "Scale-out goes before scale-in.",
        replace(TRUTH, out_first=False),
    ),
    _wrong(
        "one_policy_scales_in",
        "One target tracking policy that is ready is enough to scale in.",
        "A091",
        "All that may scale in must be ready.",
        replace(TRUTH, tracking_agrees=any),
    ),
    _wrong(
        "disabled_policy_has_a_vote",
        "A target tracking policy with scale-in disabled keeps the others from scaling in.",
        "A091",
        "It has no vote; only those that may scale in must agree.",
        replace(TRUTH, disabled_votes=True),
    ),
    _wrong(
        "tracking_holds_back_steps",
        "A step policy cannot scale in as long as target tracking does not agree.",
        "A091",
        "It can: that is why AWS warns against mixing them for scale-in.",
        replace(TRUTH, tracking_holds_steps=True),
    ),
)
SCHEDULED = named(
    _wrong(
        "schedule_sets_count_to_minimum",
        "A scheduled action sets the count of tasks to its minimum.",
        "A093",
        "It sets the range; a count that lies within stays as it is.",
        replace(TRUTH, scheduled_count=lambda current, low, high: low),
    ),
    _wrong(
        "schedule_sets_count_to_maximum",
        "A scheduled action brings the count up to its maximum.",
        "A093",
        "It sets the range; a count that lies within stays as it is.",
        replace(TRUTH, scheduled_count=lambda current, low, high: high),
    ),
    _wrong(
        "schedule_leaves_count",
        "A scheduled action changes only the range; the count waits for an alarm.",
        "A093",
        "A count outside the new range is pulled into it at once.",
        replace(TRUTH, scheduled_count=lambda current, low, high: current),
    ),
    _wrong(
        "schedule_waits_for_cooldown",
        "A scheduled action waits until a cooldown is over.",
        "A093",
        "Cooldowns do not delay it.",
        replace(TRUTH, cooldown_delays_schedule=True),
    ),
)
REGISTER = named(
    _wrong(
        "registering_leaves_count",
        "A new range matters only when the next alarm goes off.",
        "N037",
        "The count of an active service is pulled into the range at once.",
        replace(TRUTH, registers=False),
    ),
)
OUT_OF_RANGE = named(
    _wrong(
        "any_alarm_pulls_into_range",
        "Any alarm pulls a count into the range.",
        "N037",
        "Below the range only a scale-out does, above it only a scale-in.",
        replace(TRUTH, lifts=("both", "both")),
    ),
    _wrong(
        "outside_range_nothing_scales",
        "A count set by hand outside the range is left alone by all alarms.",
        "N037",
        "A scale-out lifts it to the minimum, a scale-in lowers it to the maximum.",
        replace(TRUTH, lifts=("never", "never")),
    ),
)
