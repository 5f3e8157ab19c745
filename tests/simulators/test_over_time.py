"""A load over time: never outside the range, up in time, down with patience, and quick enough for a year."""

from hypothesis import given
from hypothesis import strategies as st

from studyapp.simulators.door import simulate


def run(load, **more):
    return simulate("scaling.over_time", {"load": load, "per_task": 100, "target": 50, "min": 1, "max": 20, **more})


@given(
    st.lists(st.integers(0, 3000), max_size=120), st.integers(0, 5), st.integers(1, 15), st.integers(1, 100),
    st.integers(0, 10), st.booleans(),
)  # fmt: skip
def test_the_count_never_leaves_the_range_and_the_sums_are_right(load, low, span, target, start, disabled):
    answer = run(load, min=low, max=low + span, target=target, start_minutes=start, disable_scale_in=disabled)
    assert all(low <= tasks <= low + span for tasks in answer["tasks"])
    assert len(answer["tasks"]) == len(answer["metric"]) == len(answer["alarm"]) == len(load)
    assert answer["task_minutes"] == sum(answer["tasks"])
    over = sum(100 * work > target * tasks * 100 for work, tasks in zip(load, answer["tasks"], strict=True))
    assert answer["minutes_over_target"] == over
    if disabled:
        assert answer["tasks"] == sorted(answer["tasks"])


def test_a_rise_is_answered_after_three_minutes_and_the_start():
    answer = run([40] * 5 + [200] * 10)
    assert answer["alarm"].index("HIGH") == 7
    assert answer["tasks"] == [1] * 9 + [4] * 6  # 200 units at 50 % of 100 a task


def test_a_fall_waits_fifteen_minutes():
    answer = run([200] * 10 + [40] * 30, running=4)
    assert answer["tasks"].index(1) == 25


def test_one_point_above_is_enough_only_to_somebody_who_believes_so():
    load = [40] * 5 + [200] + [40] * 5
    assert run(load)["changes"] == 0
    wrong = simulate(
        "scaling.over_time", {"load": load, "per_task": 100, "target": 50, "min": 1, "max": 20},
        misconception="one_point_is_enough",
    )  # fmt: skip
    assert wrong["changes"] == 1


def test_a_year_of_minutes_is_answered():
    answer = run([100 + minute % 1440 for minute in range(525_600)])
    assert len(answer["tasks"]) == 525_600
    assert max(answer["tasks"]) == 20
