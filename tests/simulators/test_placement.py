"""Laws of the placement engine, over many small clusters."""

import copy
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from studyapp.simulators.door import simulate
from studyapp.simulators.fields import Fields, known
from studyapp.simulators.placement.cluster import read_cluster
from studyapp.simulators.placement.exact import Placement
from studyapp.simulators.placement.placing import place
from studyapp.simulators.placement.request import read_request
from studyapp.simulators.placement.trace import replay
from tests.simulators import cases
from tests.simulators.oracle import legal

MANY = settings(max_examples=400, deadline=None)


def read(run):
    instances = read_cluster(Fields({"instances": run["instances"]}, "", known("instances")))
    return instances, read_request(run["request"], "request")


@given(cases.runs)
@MANY
def test_the_quick_way_and_the_traced_way_agree(run):
    quick, traced = simulate("placement.run", run), simulate("placement.run", run, trace=True)
    trace = traced.pop("trace")
    assert traced | {"notes": quick["notes"]} == quick
    assert set(quick["notes"]) <= set(traced["notes"])
    assert replay(trace) == quick["picks"]


@given(cases.runs)
@MANY
def test_every_pick_is_among_the_legal_ones_and_those_are_all(run):
    answer = simulate("placement.run", run, trace=True)
    for number, task in enumerate(answer["trace"]):
        assert set(task["legal"]) == legal(run, answer["picks"][:number])
        assert task["pick"] is None or task["pick"] in task["legal"]
    assert answer["placed"] == run["request"]["count"] or not legal(run, answer["picks"])


@given(cases.runs, st.randoms(use_true_random=False))
@MANY
def test_names_do_not_matter_but_for_ties(run, random):
    instances, request = read(run)
    names = [f"x-{place}" for place in range(len(instances))]
    random.shuffle(names)
    new = dict(zip((instance.id for instance in instances), names, strict=True))
    other = {**run, "instances": [{**each, "id": new[each["id"]]} for each in run["instances"]]}
    first, second = Placement(instances, request), Placement(*read(other))
    for _ in range(request.count):
        decision, renamed = first.decide(), second.decide()
        assert sorted(new[name] for name in decision.legal) == renamed.legal
        if decision.pick is None:
            break
        first.place(decision.pick)
        second.place(next(each for each in second.world.standings if each.id == new[decision.pick.id]))


@given(cases.runs)
@MANY
def test_an_answer_is_plain_json_and_the_input_is_left_alone(run):
    before = copy.deepcopy(run)
    answer = simulate("placement.run", run, trace=True)
    assert run == before
    assert json.loads(json.dumps(answer)) == answer
    assert simulate("placement.run", run, trace=True) == answer


@given(cases.runs)
@MANY
def test_the_picks_are_counted_right_and_failures_cover_the_cluster(run):
    answer = simulate("placement.run", run)
    zones = {each["id"]: each["az"] for each in run["instances"]}
    assert answer["placed"] + answer["failed"] == run["request"]["count"]
    assert sum(answer["per_instance"].values()) == sum(answer["per_az"].values()) == answer["placed"]
    assert set(answer["per_az"]) == set(zones.values())
    assert set(answer["failures"]) == (set(zones) if answer["failed"] else set())
    assert bool(answer["event"]) == (bool(answer["failed"]) and run["request"]["api"] == "CreateService")


@given(cases.runs, st.sampled_from(sorted(simulate.__globals__["families"]()["placement.run"].misconceptions)))
@MANY
def test_wrong_rules_are_followed_to_the_end_too(run, misconception):
    answer = simulate("placement.run", run, misconception=misconception, trace=True)
    assert replay(answer["trace"]) == answer["picks"]
    for task in answer["trace"]:
        assert task["pick"] is None or task["pick"] in task["legal"]
    plain = simulate("placement.run", run, misconception=misconception)
    assert plain == {key: answer[key] for key in plain} | {"notes": plain["notes"]}


@given(cases.scale_ins)
@MANY
def test_scale_in_stops_what_may_be_stopped(run):
    answer = simulate("placement.scale_in", run, trace=True)
    assert replay(answer["trace"]) == answer["stops"]
    for task in answer["trace"]:
        assert task["pick"] in task["legal"]
    may = sum(
        tasks["count"]
        for each in run["instances"]
        for tasks in each["tasks"]
        if tasks["group"] == run["group"]
        and tasks.get("desired", "RUNNING") == "RUNNING"
        and not tasks.get("protected", False)
    )
    assert len(answer["stops"]) == min(run["stop"], may)
    assert answer["not_stopped"] == run["stop"] - len(answer["stops"])


@given(st.integers(0, 10**6))
def test_chance_is_even(seed):
    run = {
        "instances": [
            {"id": f"i-{place}", "az": "eu-north-1a", "cpu": 1024, "memory": 1024 * (1 + place)} for place in range(3)
        ],
        "request": {"api": "RunTask", "count": 300, "group": "family:job", "memory": 0},
        "seed": seed,
    }
    instances, request = read(run)
    counts = [place(instances, request, seed=seed).picks.count(f"i-{number}") for number in range(3)]
    assert all(55 <= count <= 145 for count in counts)  # 100 and five and a half standard deviations
