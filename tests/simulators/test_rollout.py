"""A deployment on a cluster: never beyond the limits, never beyond the room, and over when it says so."""

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from studyapp.simulators.door import simulate


def cluster(*memory):
    return [{"id": f"i-{n}", "az": "ab"[n % 2], "cpu": 4096, "memory": each} for n, each in enumerate(memory, start=1)]


def run(desired, minimum, maximum, instances, old=512, new=512, **more):
    return simulate("deployment.rollout", {
        "instances": instances, "desired": desired, "min_healthy_percent": minimum, "max_percent": maximum,
        "old": {"cpu": 64, "memory": old}, "new": {"cpu": 64, "memory": new}, **more,
    })  # fmt: skip


@settings(deadline=None)
@given(
    st.integers(0, 12), st.integers(0, 100), st.integers(100, 250),
    st.lists(st.integers(512, 8192), min_size=1, max_size=4),
    st.sampled_from([256, 512, 1024]), st.sampled_from([256, 512, 1024]),
)  # fmt: skip
def test_no_wave_crosses_a_limit_or_the_room(desired, minimum, maximum, memory, old, new):
    answer = run(desired, minimum, maximum, cluster(*memory), old, new)
    lower, upper = -(-desired * minimum // 100), desired * maximum // 100
    before = (answer["placed_old"], 0)
    used = {}
    for wave in answer["waves"]:
        after = (wave["old"], wave["new"])
        assert sum(wave["per_instance"].values()) == wave["count"] > 0
        if wave["action"] == "start":
            assert after == (before[0], before[1] + wave["count"])
            assert sum(after) <= upper
            for name, count in wave["per_instance"].items():
                used[name] = used.get(name, 0) + count
        else:
            assert after == (before[0] - wave["count"], before[1])
            assert sum(after) >= min(lower, sum(before))
        before = after
    for number, each in enumerate(memory, start=1):
        assert used.get(f"i-{number}", 0) * new <= each
    assert answer["completes"] == (before == (0, desired))
    assert (answer["blocked_reason"] is None) == answer["completes"]


def test_with_room_it_goes_as_the_percentages_alone_say():
    answer = run(5, 50, 150, cluster(*[8192] * 4))
    waves = simulate("deployment.waves", {"desired": 5, "min_healthy_percent": 50, "max_percent": 150})
    assert [[wave["action"], wave["count"]] for wave in answer["waves"]] == waves["actions"]


def test_without_room_or_leave_to_stop_it_waits_for_ever():
    assert run(2, 100, 200, cluster(1024))["blocked_reason"] == "placement"
    assert run(1, 100, 150, cluster(8192))["blocked_reason"] == "config"
    assert run(2, 50, 200, cluster(1024))["completes"]


def test_five_thousand_tasks_are_answered():
    begun = time.perf_counter()
    answer = run(5000, 50, 150, cluster(*[16384] * 400), 256, 256)
    print(f"5,000 tasks on 400 instances: {(time.perf_counter() - begun) * 1000:.0f} ms")
    assert answer["completes"]
