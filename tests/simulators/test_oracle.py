"""The engine against the oracle of `tests/oracles`, which was written from the specification without seeing it."""

import os
import random
from typing import Any

import pytest

from studyapp.simulators.door import simulate
from studyapp.simulators.placement.trace import replay
from tests.oracles import placement as oracle

# STOWAGE_ORACLE_CASES=200000 runs as many as the engine was accepted with.
CASES = int(os.environ.get("STOWAGE_ORACLE_CASES", "400"))
AT_A_TIME = 200


def complaint(case: dict[str, Any]) -> str | None:
    """Give what the oracle or the replayed trace has against the engine's answer, or None."""
    given = case["input"]
    answer = simulate(case["family"], given, trace=True)
    if case["family"] == "placement.rebalance":
        return oracle.check_rebalance(given, answer)
    if case["family"] == "placement.scale_in":
        return oracle.check_scale_in(given, answer["stops"])
    if replay(answer["trace"]) != answer["picks"]:
        return "the trace does not lead to the answer"
    return oracle.check_run(given, answer["picks"], answer["failures"])


@pytest.mark.parametrize("first", range(0, CASES, AT_A_TIME))
def test_the_oracle_agrees_and_the_trace_replays(first):
    for seed in range(first, min(CASES, first + AT_A_TIME)):
        case = oracle.random_case(random.Random(seed))
        assert complaint(case) is None, (seed, complaint(case), case)


def test_every_legal_choice_of_the_engine_is_legal_to_the_oracle():
    for seed in range(300):
        case = oracle.random_case(random.Random(seed))
        if case["family"] != "placement.run":
            continue
        given = case["input"]
        request = {**given["request"]}
        state = given["instances"]
        for task in simulate("placement.run", given, trace=True)["trace"]:
            if task["pick"] is None:
                break
            assert set(task["legal"]) <= oracle.legal_next(state, request), (seed, task["task"])
            state = oracle.place(state, request, task["pick"])


def test_the_oracle_notices_a_wrong_rule():
    noticed = 0
    for seed in range(300):
        case = oracle.random_case(random.Random(seed))
        if case["family"] == "placement.run":
            wrong = simulate("placement.run", case["input"], misconception="binpack_picks_most_free")
            noticed += oracle.check_run(case["input"], wrong["picks"], wrong["failures"]) is not None
    assert noticed > 5
