"""What has to be said beside an answer: where AWS is silent and a convention of ours decided, and its quotas."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from studyapp.simulators.placement.cluster import Instance
from studyapp.simulators.placement.expressions import sees_tasks
from studyapp.simulators.placement.request import Request, Strategy

TIES = "AWS does not say which of several equally good instances it takes; each one under `legal` is as right."
OWN_TASKS = (
    "AWS does not say whether an expression on task:group or runningTasksCount already sees the tasks placed earlier"
    " in the same request; here it does."
)
NO_VALUE = "AWS does not say how spread treats instances without the attribute; here they count as one value."
REASONS = "AWS does not say which of several reasons it reports; every one is under `all_reasons`."
NOT_ACTIVE = "AWS has no reason of its own for instances that are not ACTIVE; here they are given as INACTIVE."


def on_request(instances: Sequence[Instance], request: Request) -> Iterator[str]:
    """Say what AWS would not take at once, and where the request asks for what AWS does not settle.

    Source: Amazon ECS service quotas; the conventions are ours.
    """
    if request.api == "RunTask" and request.count > 10:
        yield "RunTask starts at most 10 tasks in one call; this many take several calls."
    if request.api == "CreateService" and request.count > 5000:
        yield "A service has at most 5000 tasks."
    if len(instances) > 5000:
        yield "A cluster has at most 5000 container instances."
    if any(each.holds is not None and sees_tasks(each.expression) for each in request.constraints):
        yield OWN_TASKS
    yield from on_strategies(instances, request.strategies)


def on_strategies(instances: Sequence[Instance], strategies: Sequence[Strategy]) -> Iterator[str]:
    """Say where strategies ask for what AWS does not settle."""
    for strategy in strategies:
        attribute = strategy.attribute
        if attribute is not None and any(instance.attributes.get(attribute) is None for instance in instances):
            yield NO_VALUE
            return


def on_reasons(reasons: Mapping[str, Sequence[str]], instances: Sequence[Instance]) -> Iterator[str]:
    """Say what is ours in the reasons for a failure."""
    if any(len(each) > 1 for each in reasons.values()):
        yield REASONS
    if reasons and any(instance.status not in ("ACTIVE", "INACTIVE") for instance in instances):
        yield NOT_ACTIVE


def on_trace(trace: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Say that there were ties."""
    if any(len(task["legal"]) > 1 for task in trace):
        yield TIES
