"""Two variants are the same problem if renaming and reordering turns one into the other, and only then."""

from copy import deepcopy
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from studyapp.assessment.problems import problem_hash

ZONES = ("eu-west-1a", "eu-west-1b", "eu-west-1c")
instances = st.lists(
    st.fixed_dictionaries(
        {
            "az": st.sampled_from(ZONES),
            "memory": st.sampled_from([512, 1024, 2048]),
            "tasks": st.lists(
                st.fixed_dictionaries({"count": st.integers(1, 3), "cpu": st.sampled_from([128, 256])}), max_size=2
            ),
        }
    ),
    min_size=1,
    max_size=5,
)


def case(rows):
    return {
        "instances": [{"id": f"i-{number}", **row} for number, row in enumerate(rows, start=1)],
        "request": {"cpu": 256, "subnet_azs": ["eu-west-1a"], "strategies": [{"type": "binpack"}, {"type": "random"}]},
    }


@given(instances, st.randoms(use_true_random=False))
def test_renaming_and_reordering_is_no_new_problem(rows, dice):
    problem = case(rows)
    asked = dice.choice(problem["instances"])["id"]
    other = deepcopy(problem)
    dice.shuffle(other["instances"])
    names = dict(zip((each["id"] for each in other["instances"]), dice.sample(range(50, 99), len(rows)), strict=True))
    zones = dict(zip(ZONES, dice.sample(["us-east-1a", "us-east-1b", "us-east-1c"], 3), strict=True))
    for each in other["instances"]:
        dice.shuffle(each["tasks"])
        each["id"], each["az"] = f"i-{names[each['id']]}", zones[each["az"]]
    other["request"]["subnet_azs"] = [zones["eu-west-1a"]]
    assert problem_hash("f", problem, f"failures.{asked}") == problem_hash("f", other, f"failures.i-{names[asked]}")


@given(instances)
def test_other_numbers_are_another_problem(rows):
    problem = case(rows)
    other = deepcopy(problem)
    other["instances"][0]["memory"] += 1
    assert problem_hash("f", problem, "picks.0") != problem_hash("f", other, "picks.0")


def test_what_is_asked_and_the_order_of_strategies_make_a_problem():
    problem = case(
        [{"az": "eu-west-1a", "memory": 512, "tasks": []}, {"az": "eu-west-1b", "memory": 1024, "tasks": []}]
    )
    swapped = deepcopy(problem)
    swapped["request"]["strategies"].reverse()
    hashes = [
        problem_hash("f", problem, "failures.i-1"), problem_hash("f", problem, "failures.i-2"),
        problem_hash("g", problem, "failures.i-1"), problem_hash("f", swapped, "failures.i-1"),
    ]  # fmt: skip
    assert len(set(hashes)) == 4


def test_a_zone_that_the_request_names_is_not_like_the_others():
    rows = [{"az": zone, "memory": 512, "tasks": []} for zone in ZONES]
    inside, outside = case(rows), case(rows)
    outside["request"]["subnet_azs"] = ["eu-west-1d"]
    assert problem_hash("f", inside, "picks") != problem_hash("f", outside, "picks")


def test_the_hash_of_many_draws_is_quick_to_tell_apart():
    dice = Random(1)
    seen = {
        problem_hash("f", case([{"az": dice.choice(ZONES), "memory": dice.randrange(10_000), "tasks": []}]), "picks")
        for _ in range(500)
    }
    assert len(seen) > 480
