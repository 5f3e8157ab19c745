"""What the tests of the ruled engines share: examples, comparing answers, and the checks on every misconception."""

import json
from functools import cache
from pathlib import Path

import pytest
import yaml

from studyapp.simulators.door import families, simulate

ROOT = Path(__file__).parent.parent.parent


def vectors(name):
    found = json.loads((ROOT / "tests" / "vectors" / f"{name}.json").read_text())["vectors"]
    return pytest.mark.parametrize("vector", found, ids=[vector["id"] for vector in found])


@cache
def facts():
    return {fact["key"] for file in (ROOT / "content").rglob("facts.yaml") for fact in yaml.safe_load(file.read_text())}


def differences(answer, expect):
    """List what an answer does not hold of what is expected: `*_between` is a range, floats may be 0.01 apart."""
    return [key for key, wanted in expect.items() if not _holds(answer, key, wanted)]


def _holds(answer, key, wanted):
    if key == "total":
        return sum(answer["counts"].values()) == wanted
    if key.endswith("_between"):
        found = answer[key.removesuffix("_between")]
        if isinstance(found, dict):
            return all(low <= found[name] <= high for name, (low, high) in wanted.items())
        return wanted[0] <= found <= wanted[1]
    if isinstance(wanted, float):
        return abs(answer[key] - wanted) <= 0.01
    return answer[key] == wanted and type(answer[key]) is type(wanted)


def check(vector):
    """Check an example, that a trace leaves the answer as it is, and that its steps name facts there are."""
    answer = simulate(vector["family"], vector["input"])
    assert not differences(answer, vector["expect"]), answer
    check_steps(vector["family"], vector["input"])


def check_steps(family, given):
    """Check that a trace changes nothing, is plain JSON, and that its steps name rules and facts."""
    answer, traced = simulate(family, given), simulate(family, given, trace=True)
    key = "steps" if family == "scaling.step_cooldown" else "trace"
    assert {**traced, key: None} == {**answer, key: None}
    assert json.loads(json.dumps(traced)) == traced
    for step in traced[key]:
        assert step["fact"] in facts()
        assert step["rule"]
        assert step["text"].endswith(".")
    return traced[key]


def check_misconceptions(group, known, where_they_differ):
    """Check all misconceptions of a group of families.

    Each gives another answer for its example, names a fact, ends its sentences, and is offered at the door.
    """
    for name, family in families().items():
        if name.startswith(f"{group}."):
            offered = known.get(name, {})
            assert family.misconceptions == {key: each.sentence for key, each in offered.items()}
            for key, each in offered.items():
                given = where_they_differ[key]
                given = given.get(name, given)
                assert simulate(name, given) != simulate(name, given, misconception=key), (name, key)
                assert each.violates in facts(), key
                assert each.sentence.endswith(".")
                assert each.refutation.endswith(".")


def check_wrong(group, known, pool):
    """Check all misconceptions of a group of families as `check_misconceptions` does, each with a case of a pool.

    `pool` gives for a family the cases of which at least one must be answered otherwise by each wrong rule.
    """
    for name, family in families().items():
        if not name.startswith(f"{group}."):
            continue
        offered = known.get(name, {})
        assert family.misconceptions == {key: each.sentence for key, each in offered.items()}
        for key, each in offered.items():
            assert any(simulate(name, given) != simulate(name, given, misconception=key) for given in pool[name]), key
            assert each.violates in facts(), key
            assert each.sentence.endswith(".")
            assert each.refutation.endswith(".")
