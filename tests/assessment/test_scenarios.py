"""Scenario questions: the laws that every variant keeps, whoever draws it and whenever."""

import json
import os
import re
import subprocess
import sys
from copy import deepcopy

import pytest

from studyapp.assessment.kind import Undrawable
from studyapp.assessment.proving import breaches, dumped, prove
from studyapp.assessment.questions import check, parted, story, vary
from studyapp.content.records import version
from studyapp.simulators.door import simulate
from tests.assessment.bank import drawn, questions, scenarios
from tests.oracles import placement as oracle

# The figure that the bank was accepted with is 100,000 variants; STOWAGE_SEEDS=3000 draws as many.
SEEDS = int(os.environ.get("STOWAGE_SEEDS", "12"))
NAMES = [question.key for question in scenarios()]
BY_KEY = {question.key: question for question in questions()}


@pytest.mark.parametrize("key", NAMES)
def test_every_variant_keeps_the_laws(key):
    question = BY_KEY[key]
    proof = prove(
        key, version(question), question.kind, question.spec, stem=question.stem, explanation=question.explanation,
        seeds=range(SEEDS),
    )  # fmt: skip
    assert dict(proof.broken) == {}
    assert proof.drawn == SEEDS


def test_static_questions_keep_the_laws_too():
    for question in questions():
        if question.kind != "scenario":
            for seed in range(3):
                assert list(breaches(drawn(question, seed))) == [], question.key


@pytest.mark.parametrize("key", [key for key in NAMES if BY_KEY[key].spec["family"].startswith("placement.")])
def test_the_oracle_agrees_with_the_key(key):
    for seed in range(SEEDS):
        variant = drawn(BY_KEY[key], seed)
        given, family = plainly(deepcopy(dict(variant.given))), variant.family
        answer = simulate(family, given)
        if family == "placement.run":
            assert oracle.check_run(given, answer["picks"], answer["failures"]) is None, seed
            if variant.ask == "picks.0":
                assert variant.key == tuple(oracle.legal_next(given["instances"], given["request"])), seed
            if variant.ask == "trace.0.legal | count":
                assert variant.key == (str(len(oracle.legal_next(given["instances"], given["request"]))),), seed
        elif family == "placement.scale_in":
            assert {*variant.key} == oracle.legal_stops(given["instances"], given["group"], given["strategies"]), seed
        else:
            assert oracle.check_rebalance(given, answer) is None, seed


def plainly(given):
    """Write patterns on the instance type, which the oracle does not read, as the types they match here."""
    for constraint in given.get("request", {}).get("constraints", ()):
        name, _, pattern = constraint.get("expression", "").partition(" =~ ")
        if pattern:
            types = {each["type"] for each in given["instances"] if re.match(pattern, each["type"])}
            constraint["expression"] = f"{name} in [{', '.join(sorted(types)) or 'none'}]"
    return given


def test_a_variant_is_the_same_in_another_process():
    keys = [NAMES[0], NAMES[-1]]
    code = (
        "import sys, json, os; os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings'\n"
        "from tests.assessment.bank import drawn, questions\n"
        "from studyapp.assessment.proving import dumped\n"
        "bank = {each.key: each for each in questions()}\n"
        "print(json.dumps([dumped(drawn(bank[key], 5)) for key in sys.argv[1:]]))"
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", code, *keys], env={**os.environ, "PYTHONHASHSEED": seed}, text=True, check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    assert told[0] == told[1]
    assert json.loads(told[0]) == [dumped(drawn(BY_KEY[key], 5)) for key in keys]


def test_the_explanation_names_every_step_and_where_a_wrong_rule_parts():
    variant = drawn(BY_KEY["s-binpack-by-memory"], 3)
    told = story(variant)
    assert told[-1].text.endswith(f"→ {variant.key[0]}.")
    assert all(step.fact for step in told[:-1])
    true, wrong = parted(variant, "binpack_picks_most_free")
    assert true is not None
    assert wrong is not None
    assert true.text != wrong.text
    assert "inpack" in true.text


SPEC = {
    "family": "placement.run",
    "given": {
        "instances": {"repeat": 3, "of": {"id": {"serial": "i-"}, "az": "a", "type": "x", "cpu": 1024, "memory": 2048}},
        "request": {"api": "RunTask", "count": 1, "group": "g", "memory": 512, "strategies": [{"type": "random"}]},
    },
    "ask": "picks.0",
    "show": "pick",
}  # fmt: skip


def test_an_impossible_draw_says_which_law_it_fails_and_with_which_seed():
    with pytest.raises(Undrawable, match=r"the outcome must be settled.*from seed 9") as raised:
        vary("q", "v", "scenario", SPEC, 9, stem="Which?")
    assert raised.value.seed == 9


def test_a_misconception_that_lands_on_the_key_is_thrown_away():
    spec = {
        **SPEC,
        "given": {
            **SPEC["given"],
            "request": {**SPEC["given"]["request"], "strategies": [{"type": "binpack", "field": "memory"}]},
        },
    }
    spec["given"]["instances"] = [
        {"id": "i-1", "az": "a", "type": "m5.large", "cpu": 1024, "memory": 1024},
        {"id": "i-2", "az": "a", "type": "m5.large", "cpu": 2048, "memory": 2048},
        {"id": "i-3", "az": "a", "type": "m5.large", "cpu": 4096, "memory": 4096},
    ]
    assert vary("q", "v", "scenario", {**spec, "misconceptions": ["binpack_picks_most_free"]}, 0, stem="?").key == (
        "i-1",
    )
    with pytest.raises(Undrawable, match="binpack_looks_at_other_resource must lead to a wrong answer"):
        vary("q", "v", "scenario", {**spec, "misconceptions": ["binpack_looks_at_other_resource"]}, 0, stem="?")


@pytest.mark.parametrize(
    ("change", "at", "message"),
    [
        ({"family": "placement.rum"}, "family", 'did you mean "placement.run"?'),
        (
            {"misconceptions": ["binpack_picks_most_fre"]},
            "misconceptions[0]",
            'did you mean "binpack_picks_most_free"?',
        ),
        ({"ask": "picks | cuont"}, "ask", '"cuont" is no function'),
        ({"show": "essay"}, "show", "must be one of"),
        ({"given": {"x": {"choose": []}}}, "given.x.choose", "must be a list with something in it"),
        ({"show": "numeric"}, "unit", "is missing"),
        ({"show": "multiple"}, "others", "is missing"),
        ({"require": [{"ask": "placed"}]}, "require[0]", "and one of is, is_not, at_least, at_most"),
        ({"colour": 1}, "spec.colour", "is no field here"),
    ],
)
def test_a_bad_template_is_told_with_its_place_and_what_may_be_meant(change, at, message):
    found = list(check("scenario", {**SPEC, **change}))
    assert any(flaw.at == at and message in flaw.message for flaw in found), found
