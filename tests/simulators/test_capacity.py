"""Capacity providers: strategies and managed scaling."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyapp.simulators.capacity import misconceptions
from studyapp.simulators.door import simulate
from studyapp.simulators.errors import InputError
from tests.simulators.ruled import check, check_misconceptions, check_steps, vectors


def strategy(tasks, *providers, kind="asg"):
    """A strategy of (weight, base) pairs, named A, B, C ..."""
    made = [
        {"name": chr(65 + place), "type": kind, "weight": weight, "base": base}
        for place, (weight, base) in enumerate(providers)
    ]
    return {"tasks": tasks, "strategy": made}


def counts(given_):
    check_steps("capacity.strategy", given_)
    answer = simulate("capacity.strategy", given_)
    assert not answer["error"]
    return list(answer["counts"].values())


@vectors("capacity")
def test_an_example_of_the_interface(vector):
    check(vector)


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        (strategy(12, (1, 3), (2, 0)), [6, 6]),
        (strategy(20, (1, 4), (3, 0)), [8, 12]),
        (strategy(2, (1, 4), (3, 0)), [2, 0]),
        (strategy(9, (2, 0), (1, 0)), [6, 3]),
        (strategy(7, (1, 0), (1, 0)), [4, 3]),
        (strategy(10, (0, 4), (1, 0)), [4, 6]),
        (strategy(10, (1, 0), (0, 0)), [10, 0]),
        (strategy(5, (0, 0)), [5]),
        (strategy(5, (0, 3)), [5]),
        (strategy(0, (1, 2), (1, 0)), [0, 0]),
        (strategy(10, (1, 0), (1, 0), (1, 0)), [4, 3, 3]),
        (strategy(10, (1, 0), (2, 0), (4, 0)), [1, 3, 6]),
    ],
)
def test_how_a_strategy_splits(given_, expected):
    assert counts(given_) == expected


def test_the_two_fargate_providers_are_of_one_kind():
    given_ = {
        "tasks": 4,
        "strategy": [
            {"name": "FARGATE", "type": "fargate", "weight": 1},
            {"name": "FARGATE_SPOT", "type": "fargate", "weight": 1},
        ],
    }
    assert counts(given_) == [2, 2]


MIXED = {
    "tasks": 4,
    "strategy": [{"name": "A", "type": "asg", "weight": 1}, {"name": "F", "type": "fargate", "weight": 1}],
}


@pytest.mark.parametrize(
    "given_",
    [
        MIXED,
        strategy(1, (0, 0), (0, 0)),
        strategy(1, (0, 1), (0, 0)),
        strategy(1, (1, 1), (1, 1)),
        strategy(1, (1001, 0)),
        strategy(1, (-1, 0)),
        strategy(1, (1, 100_001)),
        strategy(1, *[(1, 0)] * 21),
        strategy(1),
    ],
)
def test_what_aws_refuses(given_):
    answer = simulate("capacity.strategy", given_)
    assert answer["error"] is True
    assert answer["counts"] == {}
    assert answer["reason"].endswith(".")
    check_steps("capacity.strategy", given_)


providers = st.lists(st.integers(0, 9), min_size=1, max_size=5).filter(any)


@given(st.integers(0, 300), providers, st.integers(0, 20), st.data())
def test_the_base_is_kept_and_the_rest_is_within_one_task_of_its_share(tasks, weights, base, data):
    place = data.draw(st.integers(0, len(weights) - 1))
    made = counts(strategy(tasks, *[(weight, base if n == place else 0) for n, weight in enumerate(weights)]))
    assert sum(made) == tasks
    first = min(base, tasks)
    assert made[place] >= first
    made[place] -= first
    for count, weight in zip(made, weights, strict=True):
        assert abs(count - Fraction((tasks - first) * weight, sum(weights))) < 1
        assert weight or not count


@given(st.integers(0, 100), providers)
def test_one_more_weight_never_takes_tasks_away(tasks, weights):
    plain = counts(strategy(tasks, *[(weight, 0) for weight in weights]))
    heavier = counts(strategy(tasks, *[(weight + (not n), 0) for n, weight in enumerate(weights)]))
    assert heavier[0] >= plain[0]


def nearest(tasks, weights):
    """Of all ways to split so few tasks, the least distance from the exact shares, as a sum of squares."""
    total = sum(weights)
    return min(
        sum((count - Fraction(tasks * weight, total)) ** 2 for count, weight in zip(split, weights, strict=True))
        for split in product(range(tasks + 1), repeat=len(weights))
        if sum(split) == tasks
    )


@given(st.integers(0, 6), st.lists(st.integers(0, 5), min_size=2, max_size=3).filter(any))
def test_no_other_split_is_nearer_to_the_weights(tasks, weights):
    made = counts(strategy(tasks, *[(weight, 0) for weight in weights]))
    shares = [Fraction(tasks * weight, sum(weights)) for weight in weights]
    assert sum((one - other) ** 2 for one, other in zip(made, shares, strict=True)) == nearest(tasks, weights)


def group(running, needed, target=100, **more):
    return {"running_instances": running, "instances_needed": needed, "target_capacity": target, **more}


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        (group(6, 4), (66.67, "scale_in", 4)),
        (group(6, 4, 50), (66.67, "scale_out", 8)),
        (group(8, 4, 50), (50, "none", 8)),
        (group(4, 4), (100, "none", 4)),
        (group(4, 5), (125, "scale_out", 5)),
        (group(3, 2, 90), (66.67, "none", 3)),
        (group(3, 0), (0, "scale_in", 0)),
        (group(0, 0), (100, "none", 0)),
        (group(0, 1), (200, "scale_out", 2)),
        (group(0, 5), (200, "scale_out", 5)),
        (group(10, 30, max_step=5), (300, "scale_out", 15)),
        (group(10, 30, extra_instances_needed=20, max_step=5), (300, "scale_out", 15)),
        (group(10, 11, min_step=4), (110, "scale_out", 14)),
        (group(10, 2, min_step=4, max_step=5), (20, "scale_in", 2)),
        (group(10, 10, min_step=4), (100, "none", 10)),
        (group(7, 7, 70), (100, "scale_out", 10)),
    ],
)
def test_managed_scaling(given_, expected):
    answer = simulate("capacity.cpr", given_)
    assert (answer["cpr"], answer["action"], answer["desired_instances"]) == expected
    check_steps("capacity.cpr", given_)


@given(st.integers(1, 60), st.integers(0, 60), st.integers(1, 100))
def test_the_fewest_instances_that_keep_the_metric_at_the_target(running, needed, target):
    made = simulate("capacity.cpr", group(running, needed, target))["desired_instances"]
    assert needed * 100 <= made * target
    assert made == 0 or needed * 100 > (made - 1) * target
    again = simulate("capacity.cpr", group(made, needed, target))
    assert made == 0 or again["action"] == "none"


@given(st.integers(0, 60), st.integers(0, 60), st.integers(1, 100), st.integers(1, 5), st.integers(5, 20))
def test_a_scale_out_stays_within_the_steps(running, needed, target, least, most):
    answer = simulate("capacity.cpr", group(running, needed, target, min_step=least, max_step=most))
    if answer["action"] == "scale_out":
        assert least <= answer["desired_instances"] - running <= most


@pytest.mark.parametrize(
    ("family", "given_", "field"),
    [
        ("strategy", {"tasks": 1}, "strategy"),
        ("strategy", {**MIXED, "tasks": 1.5}, "tasks"),
        ("strategy", {**MIXED, "tasks": -1}, "tasks"),
        ("strategy", {"tasks": 1, "strategy": [{"name": "A"}]}, "strategy[0].type"),
        ("strategy", {"tasks": 1, "strategy": [{"name": "A", "type": "ec2"}]}, "strategy[0].type"),
        ("strategy", {"tasks": 1, "strategy": [{"name": "A", "type": "asg", "weight": "1"}]}, "strategy[0].weight"),
        ("strategy", {"tasks": 1, "strategy": [{"name": "A", "type": "asg", "wight": 1}]}, "strategy[0].wight"),
        ("strategy", {"tasks": 1, "strategy": [MIXED["strategy"][0]] * 2}, "strategy[1].name"),
        ("cpr", group(-1, 0), "running_instances"),
        ("cpr", group(1, None), "instances_needed"),
        ("cpr", group(1, 1, 0), "target_capacity"),
        ("cpr", group(1, 1, 101), "target_capacity"),
        ("cpr", group(1, 1, min_step=0), "min_step"),
        ("cpr", group(1, 1, min_step=5, max_step=4), "max_step"),
        ("cpr", group(1, 1, max_step=10_001), "max_step"),
    ],
)
def test_a_bad_input_names_its_field(family, given_, field):
    with pytest.raises(InputError) as caught:
        simulate(f"capacity.{family}", given_)
    assert caught.value.field == field


ABSENT = {"tasks": 4, "strategy": [{"name": "A", "type": "asg", "weight": 1}, {"name": "B", "type": "asg"}]}
WHERE_THEY_DIFFER = {
    "weight_counts_before_base": strategy(12, (1, 3), (2, 0)),
    "base_is_ignored": strategy(20, (1, 4), (3, 0)),
    "heaviest_provider_fills_first": strategy(9, (2, 0), (1, 0)),
    "weights_change_nothing": strategy(9, (2, 0), (1, 0)),
    "weights_are_percentages": strategy(20, (1, 0), (3, 0)),
    "kinds_can_be_mixed": MIXED,
    "absent_weight_is_one": ABSENT,
    "all_weights_may_be_zero": strategy(4, (0, 0), (0, 0)),
    "target_capacity_keeps_nothing_spare": group(6, 4, 50),
    "target_is_spare_on_top": group(6, 4, 50),
    "instances_round_down": group(2, 2, 90),
    "reservation_ends_at_100": group(4, 5),
    "reservation_is_running_by_needed": group(4, 5),
    "reservation_is_100_less_empty": group(6, 4),
    "one_instance_from_zero": group(0, 1),
    "steps_are_without_limit": group(10, 30, max_step=5),
    "step_sizes_bound_scale_in": group(10, 2, max_step=5),
}


def test_every_misconception_gives_another_answer():
    known = {"capacity.strategy": misconceptions.STRATEGY, "capacity.cpr": misconceptions.RESERVATION}
    check_misconceptions("capacity", known, WHERE_THEY_DIFFER)


@pytest.mark.parametrize("key", misconceptions.STRATEGY)
@given(st.integers(0, 40), providers, st.integers(0, 10))
def test_a_misconception_still_splits_all_tasks(key, tasks, weights, base):
    given_ = strategy(tasks, *[(weight, 0 if n else base) for n, weight in enumerate(weights)])
    answer = simulate("capacity.strategy", given_, misconception=key)
    assert sum(answer["counts"].values()) == tasks
    assert min(answer["counts"].values()) >= 0
