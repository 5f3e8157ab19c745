"""Task placement on container instances: where tasks go, which ones stop, when zones are evened out."""

from collections.abc import Callable, Mapping
from typing import Any

from studyapp.simulators.family import Family
from studyapp.simulators.placement import placing, rebalance, rules, scale_in
from studyapp.simulators.placement.misconceptions import PLACING, REBALANCING, STOPPING, Misconception


def _family[R](
    name: str,
    summary: str,
    answer: Callable[[dict[str, Any], R, bool], dict[str, Any]],
    truth: R,
    wrong: Mapping[str, Misconception[R]],
) -> Family:
    def answer_by(input: dict[str, Any], *, misconception: str | None = None, trace: bool = False) -> dict[str, Any]:
        return answer(input, truth if misconception is None else wrong[misconception].rules, trace)

    return Family(name, summary, answer_by, {key: each.sentence for key, each in wrong.items()})


FAMILIES = (
    _family(
        "placement.run",
        "On which container instances the tasks of a RunTask call or a service go, and why others do not get them.",
        placing.answer,
        rules.TRUTH,
        PLACING,
    ),
    _family(
        "placement.scale_in",
        "Which tasks of a service stop when its desired count is lowered.",
        scale_in.answer,
        scale_in.TRUTH,
        STOPPING,
    ),
    _family(
        "placement.rebalance",
        "Whether Availability Zone rebalancing applies to a service, and where it starts and stops tasks.",
        rebalance.answer,
        rebalance.TRUTH,
        REBALANCING,
    ),
)
