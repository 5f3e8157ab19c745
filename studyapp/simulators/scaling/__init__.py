"""Service Auto Scaling: target tracking, step and scheduled scaling, and several policies at once."""

from studyapp.simulators.ruled import ruled_family
from studyapp.simulators.scaling import misconceptions, over_time, stepping, together, tracking
from studyapp.simulators.scaling.rules import TRUTH

FAMILIES = (
    ruled_family(
        "scaling.target_tracking",
        "The number of tasks that a target tracking policy sets.",
        tracking.target_tracking,
        TRUTH,
        misconceptions.TRACKING.values(),
    ),
    ruled_family(
        "scaling.alarm_state",
        "Which alarm of a target tracking policy is on, by the metric's last minutes.",
        tracking.alarm_state,
        TRUTH,
        misconceptions.ALARM.values(),
    ),
    ruled_family(
        "scaling.over_time",
        "The tasks that target tracking keeps for a load over time, minute by minute.",
        over_time.over_time,
        TRUTH,
        misconceptions.ALARM.values(),
        steps_key="steps",
    ),
    ruled_family(
        "scaling.step",
        "Which step of a step scaling policy is taken, and the capacity that comes of it.",
        stepping.step,
        TRUTH,
        misconceptions.STEP.values(),
    ),
    ruled_family(
        "scaling.step_round",
        "How step scaling rounds a percentage of the capacity.",
        stepping.step_round,
        TRUTH,
        misconceptions.ROUNDING.values(),
    ),
    ruled_family(
        "scaling.step_cooldown",
        "The capacity after each of several step scaling alarms, some within the cooldown of others.",
        stepping.step_cooldown,
        TRUTH,
        misconceptions.COOLDOWN.values(),
        steps_key="steps",
    ),
    ruled_family(
        "scaling.step_validate",
        "Whether AWS takes the steps of a step scaling policy.",
        stepping.step_validate,
        TRUTH,
        misconceptions.VALIDATION.values(),
    ),
    ruled_family(
        "scaling.multi",
        "The capacity that several scaling policies make together.",
        together.multi,
        TRUTH,
        misconceptions.MULTI.values(),
    ),
    ruled_family(
        "scaling.scheduled",
        "The range and the count of tasks after a scheduled action.",
        together.scheduled,
        TRUTH,
        misconceptions.SCHEDULED.values(),
    ),
    ruled_family(
        "scaling.register",
        "The count of tasks once a service is given a range to scale in.",
        together.register,
        TRUTH,
        misconceptions.REGISTER.values(),
    ),
    ruled_family(
        "scaling.out_of_range",
        "What an alarm does to a count that was set by hand outside the range.",
        together.out_of_range,
        TRUTH,
        misconceptions.OUT_OF_RANGE.values(),
    ),
)
