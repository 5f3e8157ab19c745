"""The family placement.run: where the tasks of a request go."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from studyapp.simulators.errors import InputError
from studyapp.simulators.fields import Fields, known
from studyapp.simulators.placement import notes
from studyapp.simulators.placement.cluster import Instance, read_cluster
from studyapp.simulators.placement.exact import Placement
from studyapp.simulators.placement.fast import place_all
from studyapp.simulators.placement.request import Request, read_request
from studyapp.simulators.placement.rules import STATUS, TRUTH, Rules

MOST_LOOKS = 5_000_000  # tasks times instances of a run that looks at every instance for every task
MOST_SHOWN = 100_000  # and of one whose steps are shown
LARGEST_SEED = 2**53

# How AWS goes on after naming an instance, for the reasons that have words of their own; others are quoted.
# Source: ECS developer guide, service-event-messages-list.
WORDS = {
    "RESOURCE:CPU": "has insufficient CPU units available.",
    "RESOURCE:MEMORY": "has insufficient memory available.",
    "RESOURCE:PORTS": "is already using a port required by your task.",
    "ATTRIBUTE": "is missing an attribute required by your task.",
    "LOCATION": "is missing an attribute required by your task.",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where the tasks of a request went: the instance ids in order, and for the first task that did not fit every
    reason per instance. `trace` is None unless asked for.
    """

    picks: list[str]
    reasons: dict[str, list[str]]
    trace: list[dict[str, Any]] | None = None


def place(
    instances: Sequence[Instance],
    request: Request,
    *,
    rules: Rules = TRUTH,
    seed: int | None = None,
    trace: bool = False,
) -> Outcome:
    """Place the tasks of a request one by one on instances sorted by id, until all are placed or one does not fit.

    Raises InputError when a trace or a wrong rule is asked for a run that is too large for it.
    """
    placement = Placement(instances, request, rules=rules, seed=seed)
    if rules is TRUTH and not trace:
        picks = place_all(placement)
        return Outcome(picks, placement.reasons() if len(picks) < request.count else {})
    check_size("request.count", request.count, instances, trace)
    picks = []
    tasks: list[dict[str, Any]] = []
    reasons: dict[str, list[str]] = {}
    for number in range(1, request.count + 1):
        decision = placement.decide()
        pick = decision.pick
        if trace:
            tasks.append(
                {"task": number, "steps": decision.steps, "legal": decision.legal, "pick": pick.id if pick else None}
            )
        if pick is None:
            reasons = placement.reasons()
            break
        picks.append(pick.id)
        placement.place(pick)
    return Outcome(picks, reasons, tasks if trace else None)


def check_size(field: str, tasks: int, instances: Sequence[Instance], trace: bool) -> None:
    """Refuse a run step by step that would take too long, or whose steps would be too many. Raises InputError."""
    most = MOST_SHOWN if trace else MOST_LOOKS
    if tasks * len(instances) > most:
        way = "shown with its trace" if trace else "gone through step by step"
        raise InputError(field, f"times the number of instances may be at most {most} to be {way}")


def answer(given: dict[str, Any], rules: Rules, trace: bool) -> dict[str, Any]:
    """Answer an input of placement.run, by true or wrong rules.

    In: `instances` (see `cluster`), `request` (see `request`), `seed`?, a whole number that chance and ties are drawn
    from. Out: `picks`, the ids of the instances taken, in order; `placed` and `failed`, numbers of tasks;
    `per_instance` and `per_az`, new tasks, instances with none left out; `failures`, for the first task that did not
    fit the reason per instance, and `all_reasons`; `event`, the text of a service's event or null; `notes`, sentences
    on quotas and on our conventions where AWS is silent. With `trace`: `trace`, one {`task`, `steps`, `legal`, `pick`}
    per task, as `trace.replay` reads it.
    Raises InputError.
    """
    fields = Fields(given, "", known("instances request seed"))
    instances = read_cluster(fields)
    request = read_request(fields.required("request"), "request")
    seed = fields.optional_integer("seed", 0, LARGEST_SEED)
    outcome = place(instances, request, rules=rules, seed=seed, trace=trace)
    per_instance = Counter(outcome.picks)
    per_az = dict.fromkeys(sorted({instance.az for instance in instances}), 0)
    for instance in instances:
        per_az[instance.az] += per_instance[instance.id]
    placed: dict[str, Any] = {
        "picks": outcome.picks,
        "placed": len(outcome.picks),
        "failed": request.count - len(outcome.picks),
        "per_instance": dict(sorted(per_instance.items())),
        "per_az": per_az,
        "failures": {name: reasons[0] for name, reasons in outcome.reasons.items()},
        "all_reasons": outcome.reasons,
        "event": event(instances, request, outcome),
        "notes": [*notes.on_request(instances, request), *notes.on_reasons(outcome.reasons, instances)],
    }
    if outcome.trace is not None:
        placed["notes"] += notes.on_trace(outcome.trace)
        placed["trace"] = outcome.trace
    return placed


def event(instances: Sequence[Instance], request: Request, outcome: Outcome) -> str | None:
    """Write the event of a service that could not place a task; None for RunTask, or when all tasks were placed.

    AWS does not say which instance is the closest match; here it is the first that fails for the fewest reasons.
    """
    if request.api != "CreateService" or len(outcome.picks) == request.count:
        return None
    begin = (
        f"service {request.service} was unable to place a task because no container instance met all of its"
        " requirements."
    )
    matches = {name: reasons for name, reasons in outcome.reasons.items() if STATUS.reason not in reasons}
    if not matches:
        return f"{begin} Reason: No Container Instances were found in your cluster."
    closest = min(matches, key=lambda name: len(matches[name]))
    reason = matches[closest][0]
    words = WORDS.get(reason, f'encountered error "{reason}".')
    return f"{begin} The closest matching container-instance ID {closest} {words}"
