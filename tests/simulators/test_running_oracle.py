"""The engines of running services against the oracle of `tests/oracles/running.py`, thousands of cases each."""

from hypothesis import given, settings
from hypothesis import strategies as st

from studyapp.simulators.door import simulate
from tests.oracles import running as oracle

many = settings(max_examples=2000, deadline=None)
counts = st.integers(0, 60)


@many
@given(counts, st.integers(0, 200), st.integers(0, 300))
def test_the_limits(desired, minimum, maximum):
    given = {"scheduling": "REPLICA", "desired": desired, "min_healthy_percent": minimum, "max_percent": maximum}
    answer = simulate("deployment.bounds", given)
    assert answer["lower"] == oracle.lower(desired, minimum)
    assert answer["upper"] == oracle.upper(desired, maximum)


@many
@given(counts, st.integers(0, 100), st.integers(100, 300), st.none() | st.integers(0, 20))
def test_every_move_of_a_deployment_is_allowed_and_it_stops_only_at_the_end(desired, minimum, maximum, room):
    given = {"desired": desired, "min_healthy_percent": minimum, "max_percent": maximum, "free_task_slots": room}
    answer = simulate("deployment.waves", given)
    assert oracle.waves_complaint(given, answer["actions"], stuck=answer["stuck"]) is None
    capacity = simulate("deployment.capacity", given)
    assert capacity["completes"] == (not answer["stuck"])


@many
@given(st.integers(1, 500), st.lists(st.sampled_from(["fail", "fail", "healthy"]), max_size=260), st.booleans())
def test_the_circuit_breaker(desired, events, reset):
    given = {"desired": desired, "events": events, "reset_on_healthy_task": reset}
    assert simulate("deployment.cb_trip", given)["tripped_at_event"] == oracle.trips_at(given)


EVENTS = st.lists(
    st.sampled_from(["A", "B", "C"]).map(lambda digest: {"op": "push", "tag": "t", "digest": digest})
    | st.integers(1, 9).map(lambda desired: {"op": "scale_to", "desired": desired})
    | st.just({"op": "force_new_deployment"}),
    max_size=8,
)


@many
@given(st.sampled_from(["enabled", "disabled"]), st.integers(1, 6), EVENTS, st.sampled_from(["", "A", "B"]))
def test_what_every_task_runs(consistency, desired, events, deleted):
    begin = [{"op": "push", "tag": "t", "digest": "A"}, {"op": "create_service", "desired": desired}]
    end = [{"op": "delete_digest", "digest": deleted}, {"op": "scale_to", "desired": 12}] if deleted else []
    given = {"version_consistency": consistency, "events": [*begin, *events, *end]}
    if deleted and not any(event.get("digest") == deleted for event in [*begin, *events]):
        return
    answer = simulate("image.resolution", given)
    runs, failed = oracle.running_images(given)
    assert {digest: count for digest, count in answer["running"].items() if count} == dict(runs)
    assert answer["failed_starts"] == failed


@many
@given(st.integers(1, 60), st.integers(0, 300), st.integers(1, 200), st.integers(0, 9), st.integers(0, 90))
def test_target_tracking_out_and_in(running, metric, target, low, span):
    high = low + span
    running = max(low, min(high, running))
    wanted = oracle.tracked(running, metric, target, low, high)
    given = {"running": running, "metric": metric, "target": target, "min": low, "max": high}
    for alarm, held in (("HIGH", max), ("LOW", min)):
        if running:
            desired = simulate("scaling.target_tracking", {**given, "alarm": alarm})["desired"]
            assert desired == held(wanted, running), alarm


OUT = [
    {"lower": 0, "upper": 10, "adjustment": 1},
    {"lower": 10, "upper": 20, "adjustment": 5},
    {"lower": 20, "adjustment": 30},
]
IN = [
    {"upper": -20, "adjustment": -30},
    {"lower": -20, "upper": -10, "adjustment": -7},
    {"lower": -10, "upper": 0, "adjustment": -1},
]


@many
@given(
    st.integers(1, 200), st.integers(0, 120), st.sampled_from([OUT, IN]),
    st.sampled_from(["ChangeInCapacity", "PercentChangeInCapacity"]), st.integers(0, 20), st.integers(0, 300),
)  # fmt: skip
def test_step_scaling(current, metric, steps, kind, low, span):
    current = max(low, min(low + span, current))
    given = {
        "current": current, "threshold": 60, "metric": metric, "adjustment_type": kind, "steps": steps, "min": low,
        "max": low + span,
    }  # fmt: skip
    assert simulate("scaling.step", given)["new_capacity"] == oracle.stepped(given)


ROW = st.fixed_dictionaries(
    {"type": st.sampled_from(["fargate", "fargate", "fargate", "asg"])},
    optional={"base": st.sampled_from([0, 0, 0, 1, 4, 9]), "weight": st.integers(0, 7)},
)


@many
@given(st.integers(0, 200), st.lists(ROW, min_size=1, max_size=4))
def test_a_strategy_splits_all_tasks_keeps_the_base_and_the_ratio(tasks, rows):
    rows = [{"name": f"p{number}", **row} for number, row in enumerate(rows)]
    if len(rows) > 1 and any(row.get("base", 0) and not row.get("weight", 0) for row in rows):
        return  # CP-11: not settled
    if len(rows) == 1 and not rows[0].get("weight", 0):
        return  # one provider without a weight: not settled
    given = {"tasks": tasks, "strategy": rows}
    assert oracle.strategy_complaint(given, simulate("capacity.strategy", given)) is None
