"""Which image a task runs."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyapp.simulators.door import simulate
from studyapp.simulators.errors import InputError
from studyapp.simulators.image import misconceptions
from tests.simulators.ruled import check, check_misconceptions, check_steps, vectors

FORCE, REPLACE = {"op": "force_new_deployment"}, {"op": "replace_one_task"}


def push(digest, tag="latest"):
    return {"op": "push", "tag": tag, "digest": digest}


def create(desired, **more):
    return {"op": "create_service", "desired": desired, **more}


def scale(desired):
    return {"op": "scale_to", "desired": desired}


def delete(digest):
    return {"op": "delete_digest", "digest": digest}


def story(*events, consistency="enabled"):
    return {"version_consistency": consistency, "events": list(events)}


@vectors("image")
def test_an_example_of_the_interface(vector):
    check(vector)


@pytest.mark.parametrize(
    ("events", "enabled", "disabled"),
    [
        ([push("A"), create(2), push("B"), REPLACE], ({"A": 2}, 0), ({"A": 1, "B": 1}, 0)),
        ([push("A"), create(2), push("B"), FORCE], ({"B": 2}, 0), ({"B": 2}, 0)),
        ([push("A"), create(2), push("B"), delete("A"), REPLACE], ({"A": 1}, 1), ({"A": 1, "B": 1}, 0)),
        ([push("A"), create(2), push("B"), delete("A"), FORCE], ({"B": 2}, 0), ({"B": 2}, 0)),
        ([push("A"), create(2), push("B"), delete("A"), scale(4)], ({"A": 2}, 2), ({"A": 2, "B": 2}, 0)),
        ([push("A"), create(2), delete("A"), scale(3)], ({"A": 2}, 1), ({"A": 2}, 1)),
        ([push("A"), create(2), delete("A"), FORCE], ({"A": 2}, 2), ({"A": 2}, 2)),
        ([push("A"), create(2), delete("A"), push("A"), scale(3)], ({"A": 3}, 0), ({"A": 3}, 0)),
        ([push("A"), create(0), push("B"), scale(2)], ({"B": 2}, 0), ({"B": 2}, 0)),
        ([push("A"), create(0), scale(1), push("B"), scale(2)], ({"A": 1, "B": 1}, 0), ({"A": 1, "B": 1}, 0)),
        ([push("A"), create(2), scale(0), push("B"), scale(2)], ({"A": 2}, 0), ({"B": 2}, 0)),
        ([push("A"), create(3), scale(1)], ({"A": 1}, 0), ({"A": 1}, 0)),
        ([push("A"), create(2), push("B", "next"), FORCE], ({"A": 2}, 0), ({"A": 2}, 0)),
        ([push("A", "v1"), push("B", "v2"), create(1, tag="v2")], ({"B": 1}, 0), ({"B": 1}, 0)),
        ([push("A", "v1"), push("B", "v2"), create(1)], ({"A": 1}, 0), ({"A": 1}, 0)),
        ([create(2), push("A"), scale(3)], ({"A": 3}, 2), ({"A": 3}, 2)),
        ([push("A"), create(0), REPLACE], ({}, 0), ({}, 0)),
        ([], ({}, 0), ({}, 0)),
    ],
)
def test_what_runs_in_the_end(events, enabled, disabled):
    for consistency, expected in (("enabled", enabled), ("disabled", disabled)):
        given_ = story(*events, consistency=consistency)
        answer = simulate("image.resolution", given_)
        assert (answer["running"], answer["failed_starts"]) == expected
        check_steps("image.resolution", given_)


events = st.lists(
    st.one_of(
        st.sampled_from([FORCE, REPLACE]),
        st.builds(push, st.sampled_from("ABC")),
        st.builds(scale, st.integers(0, 5)),
    ),
    max_size=8,
)


@given(events, st.integers(0, 5), st.sampled_from(["enabled", "disabled"]))
def test_without_deletions_the_service_always_has_its_tasks(later, desired, consistency):
    made = [push("A"), create(desired), *later]
    answer = simulate("image.resolution", story(*made, consistency=consistency))
    wanted = [event["desired"] for event in made if "desired" in event][-1]
    assert sum(answer["running"].values()) == wanted
    assert answer["failed_starts"] == 0
    assert set(answer["running"]) <= {event["digest"] for event in made if event["op"] == "push"}


@given(events, st.integers(1, 5))
def test_a_consistent_fleet_is_never_mixed(later, desired):
    made = [push("A"), create(desired), *(each for each in later if each != scale(0))]
    assert len(simulate("image.resolution", story(*made))["running"]) == 1


def test_all_rows_of_the_agents_table():
    expected = {  # registry answers, fails with a copy, fails without one
        "default": ("new", "old", None),
        "always": ("new", None, None),
        "once": ("new", None, None),
        "prefer-cached": ("old", "old", None),
    }
    for behavior, (answers, copy, nothing) in expected.items():
        assert pull(behavior)["runs"] == answers
        assert pull(behavior, pull_succeeds=False)["runs"] == copy
        assert pull(behavior, pull_succeeds=False, cached_digest=None, remote_digest=None)["runs"] == nothing
        assert pull(behavior, cached_digest=None)["runs"] == "new"
    assert pull("once", pulled_by_earlier_task_on_instance=True, pull_succeeds=False)["runs"] == "old"
    assert pull("once", pulled_by_earlier_task_on_instance=True, cached_digest=None)["runs"] == "new"


def pulling(behavior, **more):
    return {
        "behavior": behavior,
        "cached_digest": "old",
        "remote_digest": "new",
        "pull_succeeds": True,
        "pulled_by_earlier_task_on_instance": False,
        **more,
    }


def pull(behavior, **more):
    return simulate("image.pull", pulling(behavior, **more))


def test_a_task_either_runs_or_fails():
    for behavior, succeeds, by_task, cached in itertools.product(
        ("default", "always", "once", "prefer-cached"), (True, False), (True, False), ("old", None)
    ):
        given_ = pulling(
            behavior, pull_succeeds=succeeds, pulled_by_earlier_task_on_instance=by_task, cached_digest=cached
        )
        answer = simulate("image.pull", given_)
        assert answer["task_fails"] == (answer["runs"] is None)
        assert check_steps("image.pull", given_)


@pytest.mark.parametrize(
    ("family", "given_", "field"),
    [
        ("resolution", story(consistency="on"), "version_consistency"),
        ("resolution", {"version_consistency": "enabled"}, "events"),
        ("resolution", story({"op": "pull"}), "events[0].op"),
        ("resolution", story(push("A"), FORCE), "events[1].op"),
        ("resolution", story(push("A"), create(1), create(1)), "events[2].op"),
        ("resolution", story(push("A"), create(-1)), "events[1].desired"),
        ("resolution", story({"op": "push", "tag": "latest"}), "events[0].digest"),
        ("resolution", story({"op": "push", "digest": "A"}), "events[0].tag"),
        ("resolution", story({**REPLACE, "digest": "A"}), "events[0].digest"),
        ("resolution", story(7), "events[0]"),
        ("pull", pulling("never"), "behavior"),
        ("pull", pulling("once", pull_succeeds=1), "pull_succeeds"),
        ("pull", pulling("once", remote_digest=None), "remote_digest"),
        ("pull", pulling("once", cached_digest=7), "cached_digest"),
        ("pull", {"behavior": "once", "pull_succeeds": False}, "pulled_by_earlier_task_on_instance"),
    ],
)
def test_a_bad_input_names_its_field(family, given_, field):
    with pytest.raises(InputError) as caught:
        simulate(f"image.{family}", given_)
    assert caught.value.field == field


MOVED = [push("A"), create(2), push("B")]
WHERE_THEY_DIFFER = {
    "tag_looked_up_at_each_start": story(*MOVED, scale(3)),
    "push_reaches_running_tasks": story(*MOVED),
    "scaling_is_a_deployment": story(*MOVED, scale(3)),
    "forced_deployment_keeps_digest": story(*MOVED, FORCE),
    "disabling_changes_nothing": story(*MOVED, scale(3), consistency="disabled"),
    "deleted_digest_still_starts": story(*MOVED, delete("A"), REPLACE),
    "tag_replaces_deleted_digest": story(*MOVED, delete("A"), REPLACE),
    "default_never_falls_back": pulling("default", pull_succeeds=False),
    "always_falls_back": pulling("always", pull_succeeds=False),
    "default_prefers_cache": pulling("default"),
    "once_trusts_any_copy": pulling("once"),
    "once_means_once_per_task": pulling("once", pulled_by_earlier_task_on_instance=True),
    "prefer_cached_needs_a_task": pulling("prefer-cached"),
    "prefer_cached_checks_for_news": pulling("prefer-cached"),
}


def test_every_misconception_gives_another_answer():
    known = {"image.resolution": misconceptions.RESOLUTION, "image.pull": misconceptions.PULL}
    check_misconceptions("image", known, WHERE_THEY_DIFFER)
