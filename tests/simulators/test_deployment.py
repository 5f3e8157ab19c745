"""Rolling deployments and the circuit breaker."""

from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyapp.simulators.deployment import misconceptions
from studyapp.simulators.door import simulate
from studyapp.simulators.errors import InputError
from tests.simulators.ruled import check, check_misconceptions, check_steps, vectors


def service(desired, minimum, maximum, **more):
    return {"desired": desired, "min_healthy_percent": minimum, "max_percent": maximum, **more}


def bounds(desired, minimum, maximum, scheduling="REPLICA"):
    return simulate("deployment.bounds", {"scheduling": scheduling, **service(desired, minimum, maximum)})


@vectors("deployment")
def test_an_example_of_the_interface(vector):
    check(vector)


@pytest.mark.parametrize(
    ("scheduling", "surface", "expected"),
    [
        ("REPLICA", "api", (100, 200)),
        ("REPLICA", "console", (100, 200)),
        ("DAEMON", "api", (0, 100)),
        ("DAEMON", "console", (50, 100)),
    ],
)
def test_the_defaults(scheduling, surface, expected):
    answer = simulate("deployment.defaults", {"scheduling": scheduling, "surface": surface})
    assert (answer["min_healthy_percent"], answer["max_percent"]) == expected


@pytest.mark.parametrize(
    ("given_", "moves"),
    [
        (service(6, 100, 150, free_task_slots=3), "+3 -3 +3 -3"),
        (service(6, 50, 100, free_task_slots=0), "-3 +3 -3 +3"),
        (service(8, 100, 110), ""),
        (service(8, 100, 113, free_task_slots=1), " ".join(["+1 -1"] * 8)),
        (service(2, 100, 200, free_task_slots=0), ""),
        (service(2, 50, 200, free_task_slots=0), "-1 +1 -1 +1"),
        (service(5, 100, 150), "+2 -2 +2 -2 +1 -1"),
        (service(4, 50, 50), "-2"),
        (service(0, 100, 200), ""),
    ],
)
def test_the_forced_sequences(given_, moves):
    answer = simulate("deployment.waves", given_)
    assert " ".join(f"{'+' if kind == 'start' else '-'}{count}" for kind, count in answer["actions"]) == moves
    assert answer["forced"]
    check_steps("deployment.waves", given_)


@pytest.mark.parametrize(
    ("given_", "reason"),
    [
        (service(2, 100, 200, free_task_slots=0), "placement"),
        (service(2, 100, 200, free_task_slots=1), None),
        (service(2, 50, 200, free_task_slots=0), None),
        (service(2, 100, 100, free_task_slots=None), "config"),
        (service(2, 100, 100, free_task_slots=0), "config"),
        (service(8, 100, 110, free_task_slots=8), "config"),
    ],
)
def test_what_blocks_a_deployment(given_, reason):
    answer = simulate("deployment.capacity", given_)
    assert answer["blocked_reason"] == reason
    assert answer["completes"] == (reason is None)
    check_steps("deployment.capacity", given_)


percents = st.integers(0, 100)
maxima = st.integers(100, 300)
services = st.builds(service, st.integers(0, 40), percents, maxima)
rooms = st.none() | st.integers(0, 50)


@given(services)
def test_the_limits_are_the_exact_ones(given_):
    answer = simulate("deployment.bounds", {"scheduling": "REPLICA", **given_})
    desired = given_["desired"]
    assert answer["lower"] == ceil(Fraction(desired * given_["min_healthy_percent"], 100))
    assert answer["upper"] == floor(Fraction(desired * given_["max_percent"], 100))
    assert answer["stuck"] == (desired > 0 and not answer["stop_before_start"] and not answer["start_before_stop"])


@given(services, rooms)
def test_no_move_crosses_a_limit_and_all_of_them_lead_to_the_end(given_, room):
    given_ = {**given_, "free_task_slots": room}
    limits = bounds(given_["desired"], given_["min_healthy_percent"], given_["max_percent"])
    promised = simulate("deployment.capacity", given_)
    answer = simulate("deployment.waves", given_)
    desired = old = given_["desired"]
    new, peak, trough = 0, desired, desired
    for kind, count in answer["actions"]:
        assert count > 0
        if kind == "start":
            new += count
        else:
            old -= count
        assert old >= 0
        assert new <= desired
        assert limits["lower"] <= old + new <= limits["upper"]
        assert room is None or old + new <= desired + room
        peak, trough = max(peak, old + new), min(trough, old + new)
    assert answer["stuck"] == ((old, new) != (0, desired))
    assert promised["completes"] != answer["stuck"]
    assert peak <= promised["peak_tasks_at_most"] <= max(limits["upper"], desired)
    assert trough >= promised["healthy_never_below"]


def oracle(desired, lower, upper, room):
    """Explore every order of single starts and stops; say whether the end can be reached, the peak and the trough."""
    seen, waiting = set(), [(desired, 0)]
    while waiting:
        old, new = waiting.pop()
        if (old, new) in seen:
            continue
        seen.add((old, new))
        total = old + new
        if total < min(upper, desired + room) and new < desired:
            waiting.append((old, new + 1))
        if old and total > lower:
            waiting.append((old - 1, new))
    totals = [old + new for old, new in seen]
    return (0, desired) in seen, max(totals), min(totals)


@given(st.integers(0, 7), percents, maxima, st.integers(0, 8))
def test_every_order_of_moves_says_the_same(desired, minimum, maximum, room):
    limits = bounds(desired, minimum, maximum)
    answer = simulate("deployment.capacity", service(desired, minimum, maximum, free_task_slots=room))
    can, peak, trough = oracle(desired, limits["lower"], limits["upper"], room)
    assert answer["completes"] == can
    assert answer["peak_tasks_at_most"] == peak
    assert answer["healthy_never_below"] <= trough


@given(services, rooms)
def test_a_wider_range_never_blocks(given_, room):
    wider = {**given_, "min_healthy_percent": given_["min_healthy_percent"] // 2, "max_percent": 300}
    narrow = simulate("deployment.capacity", {**given_, "free_task_slots": room})
    wide = simulate("deployment.capacity", {**wider, "free_task_slots": room})
    assert wide["completes"] >= narrow["completes"]
    assert wide["first_start_max"] >= narrow["first_start_max"]
    assert wide["first_stop_max"] >= narrow["first_stop_max"]


@pytest.mark.parametrize(
    ("desired", "configuration", "threshold"),
    [
        (0, None, 3),
        (1, None, 3),
        (25, None, 13),
        (400, None, 200),
        (800, {"type": "UNBOUNDED_PERCENT", "value": 50}, 400),
        (1, {"type": "UNBOUNDED_PERCENT", "value": 50}, 1),
        (800, {"type": "BOUNDED_PERCENT", "value": 10}, 80),
        (800, {"type": "COUNT", "value": 5}, 5),
        (10, {"type": "BOUNDED_PERCENT", "value": 55}, 6),
    ],
)
def test_the_threshold(desired, configuration, threshold):
    given_ = {"desired": desired, "threshold_configuration": configuration}
    assert simulate("deployment.cb_threshold", given_)["threshold"] == threshold


@given(st.integers(0, 1000), st.integers(1, 100))
def test_a_threshold_grows_with_the_service_and_stays_within_bounds(desired, value):
    def of(kind, count):
        given_ = {"desired": count, "threshold_configuration": {"type": kind, "value": value}}
        return simulate("deployment.cb_threshold", given_)["threshold"]

    assert 3 <= of("BOUNDED_PERCENT", desired) <= of("BOUNDED_PERCENT", desired + 1) <= 200
    assert of("UNBOUNDED_PERCENT", desired) == ceil(Fraction(value * desired, 100))


@pytest.mark.parametrize(
    ("events", "more", "tripped"),
    [
        ("ffhff", {}, None),
        ("ffhff", {"reset_on_healthy_task": False}, 4),
        ("fffhh", {}, 3),
        ("", {}, None),
        ("hf", {"threshold_configuration": {"type": "COUNT", "value": 1}}, 2),
    ],
)
def test_when_the_breaker_trips(events, more, tripped):
    given_ = {"desired": 2, "events": [{"f": "fail", "h": "healthy"}[each] for each in events], **more}
    answer = simulate("deployment.cb_trip", given_)
    assert answer["tripped_at_event"] == tripped
    assert answer["state"] == ("IN_PROGRESS" if tripped is None else "FAILED")
    check_steps("deployment.cb_trip", given_)


def failing(*states, rollback=True):
    return {"rollback": rollback, "deployments": [{"id": f"d{n}", "state": each} for n, each in enumerate(states, 1)]}


@pytest.mark.parametrize(
    ("given_", "outcome", "target"),
    [
        (failing("COMPLETED", "COMPLETED", "FAILED"), "ROLLING_BACK", "d2"),
        (failing("COMPLETED", "FAILED", "FAILED"), "ROLLING_BACK", "d1"),
        (failing("FAILED"), "STALLED", None),
        (failing("COMPLETED", "FAILED", rollback=False), "FAILED_NO_ROLLBACK", None),
    ],
)
def test_what_is_rolled_back_to(given_, outcome, target):
    answer = simulate("deployment.cb_rollback", given_)
    assert (answer["outcome"], answer["rollback_to"]) == (outcome, target)


BAD = [
    ("defaults", {"scheduling": "replica", "surface": "api"}, "scheduling"),
    ("defaults", {"scheduling": "REPLICA"}, "surface"),
    ("bounds", {"scheduling": "REPLICA", **service(-1, 50, 100)}, "desired"),
    ("bounds", {"scheduling": "REPLICA", **service(1, 50.0, 100)}, "min_healthy_percent"),
    ("bounds", {"scheduling": "REPLICA", **service(1, 50, True)}, "max_percent"),
    ("bounds", {"scheduling": "DAEMON", **service(1, 50, 150)}, "max_percent"),
    ("bounds", service(1, 50, 150), "scheduling"),
    ("capacity", service(1, 50, 150, free_task_slots=-1), "free_task_slots"),
    ("capacity", service(1, 50, 150, free=1), "free"),
    ("waves", {"desired": 1, "max_percent": 200}, "min_healthy_percent"),
    ("cb_threshold", {"desired": 1, "threshold_configuration": {"type": "COUNT"}}, "threshold_configuration.value"),
    (
        "cb_threshold",
        {"desired": 1, "threshold_configuration": {"type": "BOUNDED_PERCENT", "value": 101}},
        "threshold_configuration.value",
    ),
    ("cb_trip", {"desired": 1, "events": ["fail", "ok"]}, "events[1]"),
    ("cb_trip", {"desired": 1}, "events"),
    ("cb_rollback", {"rollback": True, "deployments": []}, "deployments"),
    ("cb_rollback", failing("COMPLETED"), "deployments[0].state"),
    ("cb_rollback", failing("COMPLETED", "STOPPED"), "deployments[1].state"),
    ("cb_rollback", {"deployments": []}, "rollback"),
    ("cb_rollback", {"rollback": True, "deployments": [{"id": "d", "state": "FAILED"}] * 2}, "deployments[1].id"),
]


@pytest.mark.parametrize(("family", "given_", "field"), BAD)
def test_a_bad_input_names_its_field(family, given_, field):
    with pytest.raises(InputError) as caught:
        simulate(f"deployment.{family}", given_)
    assert caught.value.field == field


def limited(desired, minimum, maximum):
    plain = service(desired, minimum, maximum)
    return {
        "deployment.bounds": {"scheduling": "REPLICA", **plain},
        "deployment.capacity": plain,
        "deployment.waves": plain,
        "deployment.rollout": {
            **plain,
            "instances": [{"id": "i-1", "az": "a", "cpu": 9999, "memory": 9999}],
            "old": {"memory": 100},
            "new": {"memory": 100},
        },
    }


FAILS = ["fail"] * 500
WHERE_THEY_DIFFER = {
    "daemon_defaults_like_replica": {"scheduling": "DAEMON", "surface": "api"},
    "daemon_console_default_everywhere": {"scheduling": "DAEMON", "surface": "api"},
    "minimum_rounds_down": limited(5, 50, 100),
    "maximum_rounds_up": limited(5, 100, 150),
    "limits_round_to_nearest": limited(5, 100, 150),
    "minimum_is_what_may_stop": limited(4, 25, 100),
    "maximum_is_on_top": limited(4, 100, 150),
    "starting_needs_no_room": service(2, 100, 200, free_task_slots=0),
    "stopped_tasks_keep_their_room": service(2, 50, 100, free_task_slots=0),
    "threshold_has_no_floor": {
        "deployment.cb_threshold": {"desired": 2},
        "deployment.cb_trip": {"desired": 2, "events": FAILS},
    },
    "threshold_floor_is_ten": {
        "deployment.cb_threshold": {"desired": 2},
        "deployment.cb_trip": {"desired": 2, "events": FAILS},
    },
    "threshold_has_no_ceiling": {
        "deployment.cb_threshold": {"desired": 800},
        "deployment.cb_trip": {"desired": 800, "events": FAILS},
    },
    "threshold_rounds_down": {
        "deployment.cb_threshold": {"desired": 25},
        "deployment.cb_trip": {"desired": 25, "events": FAILS},
    },
    "failures_always_add_up": {"desired": 2, "events": ["fail", "fail", "healthy", "fail"]},
    "healthy_task_takes_one_failure_off": {"desired": 2, "events": ["fail", "fail", "healthy", "fail", "fail"]},
    "threshold_must_be_exceeded": {"desired": 2, "events": ["fail"] * 3},
    "rollback_is_automatic": failing("COMPLETED", "FAILED", rollback=False),
    "rollback_to_the_one_before": failing("COMPLETED", "FAILED", "FAILED"),
    "rollback_to_one_in_progress": failing("IN_PROGRESS", "FAILED"),
    "rollback_to_the_first": failing("COMPLETED", "COMPLETED", "FAILED"),
}
KNOWN = {
    "deployment.defaults": misconceptions.DEFAULTS,
    "deployment.bounds": misconceptions.LIMITS,
    "deployment.capacity": misconceptions.ROOM,
    "deployment.waves": misconceptions.ROOM,
    "deployment.rollout": misconceptions.LIMITS,
    "deployment.cb_threshold": misconceptions.THRESHOLD,
    "deployment.cb_trip": misconceptions.TRIP,
    "deployment.cb_rollback": misconceptions.ROLLBACK,
}


def test_every_misconception_gives_another_answer():
    check_misconceptions("deployment", KNOWN, WHERE_THEY_DIFFER)
