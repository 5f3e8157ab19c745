"""Wrong rules about rolling deployments that people believe, each of them the true ones with one part exchanged."""

from dataclasses import replace

from studyapp.simulators.deployment.rules import TRUTH, newest_completed, share_down, share_up
from studyapp.simulators.ruled import Misconception, named


def _nearest(count: int, percent: int) -> int:
    return (count * percent + 50) // 100


def _all_but(count: int, percent: int) -> int:
    return count - min(count, count * percent // 100)


def _on_top(count: int, percent: int) -> int:
    return count + count * percent // 100


def _one_before(states: list[str]) -> int | None:
    return len(states) - 2 if len(states) > 1 else None


def _not_failed(states: list[str]) -> int | None:
    return next((place for place in range(len(states) - 2, -1, -1) if states[place] != "FAILED"), None)


def _oldest_completed(states: list[str]) -> int | None:
    return None if newest_completed(states) is None else states.index("COMPLETED")


DEFAULTS = named(
    Misconception(
        "daemon_defaults_like_replica",
        "A daemon service gets 100 and 200 percent, like any other.",
        "N100",
        "A daemon has one task per instance, so its maximum is 100 percent, and its minimum is 0 through the API.",
        replace(TRUTH, daemon=((100, 200), (100, 200))),
    ),
    Misconception(
        "daemon_console_default_everywhere",
        "A daemon service has a minimum of 50 percent however it is made.",
        "N100",
        "The 50 percent are what the console fills in; through the API the minimum is 0.",
        replace(TRUTH, daemon=((50, 100), (50, 100))),
    ),
)
LIMITS = named(
    Misconception(
        "minimum_rounds_down",
        "Minimum healthy percent of the desired count is rounded down.",
        "A102",
        "The lower limit is rounded up: with 5 tasks and 50 % three must stay healthy.",
        replace(TRUTH, lower=share_down),
    ),
    Misconception(
        "maximum_rounds_up",
        "Maximum percent of the desired count is rounded up.",
        "A103",
        "The upper limit is rounded down: with 5 tasks and 150 % at most seven may run.",
        replace(TRUTH, upper=share_up),
    ),
    Misconception(
        "limits_round_to_nearest",
        "Both limits are rounded to the nearest number, as at school.",
        "A102",
        "Both are rounded against you: the lower limit up, the upper limit down.",
        replace(TRUTH, lower=_nearest, upper=_nearest),
    ),
    Misconception(
        "minimum_is_what_may_stop",
        "Minimum healthy percent says how many tasks may be stopped.",
        "N100",
        "It says how many must stay healthy; what may be stopped is the rest.",
        replace(TRUTH, lower=_all_but),
    ),
    Misconception(
        "maximum_is_on_top",
        "Maximum percent says how many tasks may run beside the desired ones.",
        "N100",
        "It counts all tasks, old and new: 200 % is the desired count once more, not twice more.",
        replace(TRUTH, upper=_on_top),
    ),
)
ROOM = named(
    *LIMITS.values(),
    Misconception(
        "starting_needs_no_room",
        "If the percentages allow a start, the tasks start.",
        "A016",
        "A task also needs an instance with room for it; without one the service writes an event and keeps trying.",
        replace(TRUTH, needs_room=False),
    ),
    Misconception(
        "stopped_tasks_keep_their_room",
        "Room for new tasks must be there before the deployment, whatever it stops.",
        "N096",
        "A stopped task frees its CPU and memory, and a new one can start there.",
        replace(TRUTH, stop_frees=False),
    ),
)
THRESHOLD = named(
    Misconception(
        "threshold_has_no_floor",
        "One of two tasks that fails is half of them, and trips the circuit breaker.",
        "A106",
        "The threshold is never below 3 failures.",
        replace(TRUTH, floor=0),
    ),
    Misconception(
        "threshold_floor_is_ten",
        "The threshold is never below 10 failures.",
        "A106",
        "That was so until 2023; the floor is 3 today.",
        replace(TRUTH, floor=10),
    ),
    Misconception(
        "threshold_has_no_ceiling",
        "With 800 tasks it takes 400 failures.",
        "A106",
        "The threshold is never above 200 failures, unless it is set to be unbounded.",
        replace(TRUTH, ceiling=None),
    ),
    Misconception(
        "threshold_rounds_down",
        "Half the desired count is rounded down.",
        "A106",
        "It is rounded up: 25 tasks make a threshold of 13.",
        replace(TRUTH, threshold_share=share_down),
    ),
)
TRIP = named(
    *THRESHOLD.values(),
    Misconception(
        "failures_always_add_up",
        "All failures of a deployment add up, whatever succeeds in between.",
        "A105",
        "By default a healthy task sets the count back to 0.",
        replace(TRUTH, reset=lambda failures: failures),
    ),
    Misconception(
        "healthy_task_takes_one_failure_off",
        "A healthy task makes good for one failure.",
        "A105",
        "By default it sets the count back to 0, however many failures there were.",
        replace(TRUTH, reset=lambda failures: max(0, failures - 1)),
    ),
    Misconception(
        "threshold_must_be_exceeded",
        "The threshold is how many failures are tolerated; the next one trips the circuit breaker.",
        "A106",
        "It trips when the failures reach the threshold.",
        replace(TRUTH, trips_beyond=True),
    ),
)
ROLLBACK = named(
    Misconception(
        "rollback_is_automatic",
        "The circuit breaker always rolls back.",
        "A105",
        "Rollback is a switch of its own; without it the deployment fails and stays where it is.",
        replace(TRUTH, rollback_asked=False),
    ),
    Misconception(
        "rollback_to_the_one_before",
        "Rollback goes to the deployment just before the failed one.",
        "A105",
        "It goes to the newest deployment that was completed; one that failed itself is skipped.",
        replace(TRUTH, rollback_to=_one_before),
    ),
    Misconception(
        "rollback_to_one_in_progress",
        "Rollback can go to a deployment that is still in progress, as long as it has not failed.",
        "A105",
        "Only a completed deployment can be rolled back to; if there is none the deployment stalls.",
        replace(TRUTH, rollback_to=_not_failed),
    ),
    Misconception(
        "rollback_to_the_first",
        "Rollback goes to the first deployment that ever worked.",
        "A105",
        "It goes to the newest completed one, which may be much later.",
        replace(TRUTH, rollback_to=_oldest_completed),
    ),
)
