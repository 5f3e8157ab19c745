"""The placement families against the examples of their interface."""

import json
from pathlib import Path

import pytest

from studyapp.simulators.door import simulate
from studyapp.simulators.placement.trace import replay
from tests.simulators.expecting import differences

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "placement.json").read_text())["vectors"]


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_an_example_of_the_interface(vector):
    answer = simulate(vector["family"], vector["input"])
    assert not differences(vector["input"], answer, vector["expect"])
    if vector["family"] != "placement.rebalance":
        traced = simulate(vector["family"], vector["input"], trace=True)
        assert {key: traced[key] for key in answer} | {"notes": answer["notes"]} == answer
        assert replay(traced["trace"]) == answer.get("picks", answer.get("stops"))
