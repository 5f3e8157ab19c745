"""Dice in a description: what each word draws, and what is refused before anything is drawn."""

from random import Random

import pytest

from studyapp.assessment.drawing import draw, fill, flaws


@pytest.mark.parametrize(
    ("node", "allowed"),
    [
        ({"choose": [1, 2]}, [1, 2]),
        ({"between": [2, 4]}, [2, 3, 4]),
        ({"between": [10, 30, 10]}, [10, 20, 30]),
        ({"plus": [{"choose": [1, 2]}, 5]}, [6, 7]),
        ({"minus": [9, {"between": [1, 2]}]}, [7, 8]),
        ({"times": [3, {"choose": [2, 4]}]}, [6, 12]),
        ({"divide": [7, 2]}, [3]),
        ({"var": "size"}, [4]),
        ({"text": "at {size} MiB"}, ["at 4 MiB"]),
        ({"pick": "names", "at": -1}, ["b"]),
    ],
)
def test_a_die_draws_everything_it_may_and_nothing_else(node, allowed):
    drawn = {draw(node, Random(seed), {"size": 4, "names": ["a", "b"]}) for seed in range(60)}
    assert drawn == set(allowed)


def test_a_repeat_numbers_its_items_and_hands_out_lists():
    node = {
        "repeat": 4,
        "of": {"id": {"serial": "i-"}, "zone": {"cycle": ["a", "b"]}, "rank": {"each": {"sample": [1, 2, 3, 4]}}},
    }
    drawn = draw(node, Random(1), {})
    assert [each["id"] for each in drawn] == ["i-1", "i-2", "i-3", "i-4"]
    assert [each["zone"] for each in drawn] == ["a", "b", "a", "b"]
    assert sorted(each["rank"] for each in drawn) == [1, 2, 3, 4]


def test_a_sample_takes_each_once():
    assert sorted(draw({"sample": ["a", "b", "c"], "size": 2}, Random(3), {})) in (["a", "b"], ["a", "c"], ["b", "c"])


def test_what_is_no_die_stands_for_itself():
    node = {"choose": [1], "beside": 2}  # no object with a die's words alone
    assert draw({"a": [1, {"b": None}], "c": node}, Random(0), {}) == {"a": [1, {"b": None}], "c": node}


def test_text_keeps_what_is_no_name():
    assert fill('{"image": "{image}", "cpu": {cpu}}', {"cpu": 256}) == '{"image": "{image}", "cpu": 256}'


@pytest.mark.parametrize(
    ("node", "message"),
    [
        ({"choose": []}, "given.choose must be a list with something in it"),
        ({"between": [5, 2]}, "given.between goes from 5 down to 2: write the lowest first"),
        ({"between": [1]}, "given.between must be the lowest, the highest and perhaps the step"),
        ({"serial": "i-"}, "given.serial stands only within a repeat"),
        ({"repeat": 3}, "given has a repeat without `of`"),
        ({"repeat": 100, "of": 1}, "given.repeat must be from 0 to 60"),
        ({"var": "sise"}, 'given.var "sise" is not drawn before; known are size'),
        ({"text": "{sise}"}, "given.text wants {sise}, which is not drawn before"),
        ({"divide": [4, 0]}, "given.divide divides by 0"),
        ({"a": [{"choose": [{"choose": []}]}]}, "given.a[0].choose[0].choose must be a list"),
    ],
)
def test_a_description_that_cannot_be_drawn_is_told_with_its_place(node, message):
    found = [f"{flaw.at} {flaw.message}" for flaw in flaws(node, "given", {"size"})]
    assert any(text.startswith(message) for text in found), found
