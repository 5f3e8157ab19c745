"""Lifecycle policies: which are valid, what they do today, and as days go by."""

import copy
import json

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from studyapp.simulators.door import simulate
from studyapp.simulators.ecr import misconceptions
from studyapp.simulators.ecr.lifecycle import pool_of
from studyapp.simulators.errors import InputError
from studyapp.simulators.imports.model import faults
from tests.oracles import surroundings as oracle
from tests.simulators.ruled import check, check_steps, check_wrong, vectors


def keep(priority, count, *patterns, **more):
    tags = {"tagStatus": "tagged", "tagPatternList": list(patterns)} if patterns else {"tagStatus": "any"}
    selection = {**tags, "countType": "imageCountMoreThan", "countNumber": count, **more}
    return {"rulePriority": priority, "selection": selection, "action": {"type": "expire"}}


def old(priority, days, status="any", *, count="sinceImagePushed", action="expire", **more):
    selection = {"tagStatus": status, "countType": count, "countUnit": "days", "countNumber": days, **more}
    made = {"type": action} | ({"targetStorageClass": "archive"} if action == "transition" else {})
    return {"rulePriority": priority, "selection": selection, "action": made}


def gone(priority, days):
    return old(priority, days, count="sinceImageTransitioned", storageClass="archive")


def image(name, tags="", age=0, **more):
    return {"id": name, "tags": tags.split(), "pushed_days_ago": age, **more}


def run(images, *rules):
    answer = simulate("ecr.lifecycle", {"images": images, "rules": list(rules)})
    return answer["expire"], answer["transition"]


TWO = [image("A", "beta-1 prod-1", 10), image("B", "beta-2 prod-2", 9), image("C", "beta-3", 8)]
SIX = [
    image("A", "alpha-1", 12), image("B", "beta-1", 11), image("C", "alpha-2 beta-2", 10), image("D", "alpha-3", 4),
    image("E", "beta-3", 3), image("F", "alpha-4 beta-4", 2),
]  # fmt: skip
FIVE = [
    image("A", "alpha-1 beta-1", 4), image("B", "", 3), image("C", "alpha-2", 2), image("D", "hash", 1),
    image("E", "", 1),
]  # fmt: skip
LAST = [keep(1, 1, "alpha*"), old(2, 1, "untagged"), keep(3, 1)]


@vectors("ecr")
def test_an_example_of_the_interface(vector):
    check(vector)


@pytest.mark.parametrize(
    ("images", "rules", "expire"),
    [
        (TWO, [keep(1, 1, "prod*"), keep(2, 1, "beta*")], ["A"]),
        (TWO, [keep(1, 1, "beta*"), keep(2, 1, "prod*")], ["A", "B"]),
        (TWO, [keep(7, 1, "prod*"), keep(3, 1, "beta*")], ["A", "B"]),
        (SIX, [old(1, 5, "tagged", tagPatternList=["alpha*", "beta*"])], ["C"]),
        (SIX, [old(1, 5, "tagged", tagPrefixList=["alpha", "beta"])], ["C"]),
        (FIVE, LAST, ["A", "B", "D"]),
        ([image("A", "alpha-1", 4), image("B", "beta-1", 3), image("C", "", 2), image("D", "alpha-2", 1)],
         [keep(1, 1)], ["A", "B", "C"]),
        ([image("A", age=5), image("B", age=5.01), image("C", age=4.99)], [old(1, 5)], ["B"]),
        ([image("A", age=1), image("B", age=1)], [keep(1, 2)], []),
        ([image("A", "v1.0", 9)], [old(1, 1, "tagged", tagPatternList=["v1"])], []),
        ([image("A", "v1.0", 9)], [old(1, 1, "tagged", tagPrefixList=["v1"])], ["A"]),
        ([image("A", "v1.0", 9)], [old(1, 1, "tagged", tagPrefixList=["1.0"])], []),
        ([image("A", "a-b-c", 9)], [old(1, 1, "tagged", tagPatternList=["*-b-*"])], ["A"]),
        ([image("A", "a-b-c", 9)], [old(1, 1, "tagged", tagPatternList=["a*c*"])], ["A"]),
        ([image("A", "a-b-c", 9)], [old(1, 1, "tagged", tagPatternList=["c*a"])], []),
        ([image("A", "a-b-c", 9), image("B", "a-b-d", 9)], [old(1, 1, "tagged", tagPatternList=["a*b*c"])], ["A"]),
        ([image("A", "a.b", 9), image("B", "aXb", 9)], [old(1, 1, "tagged", tagPatternList=["a.b"])], ["A"]),
        ([image("A", age=9, referenced_by_manifest_list=True), image("B", age=9)], [old(1, 1)], ["B"]),
        ([image("A", "x", 30, restored_days_ago=1), image("B", "y", 20)], [keep(1, 1)], ["B"]),
        ([image("A", age=9, storage="archive", archived_days_ago=300)], [old(1, 1)], []),
        ([image("A", age=900, storage="archive", archived_days_ago=90), image("B", age=900, storage="archive",
          archived_days_ago=91)], [gone(1, 90)], ["B"]),
    ],
)  # fmt: skip
def test_what_expires(images, rules, expire):
    assert run(images, *rules) == (expire, [])
    check_steps("ecr.lifecycle", {"images": images, "rules": rules})


@pytest.mark.parametrize(
    ("fields", "moves"),
    [
        ({"pulled_days_ago": 10}, False),
        ({"pulled_days_ago": 11}, True),
        ({}, True),
        ({"pulled_days_ago": 50, "restored_days_ago": 3}, False),
        ({"pulled_days_ago": 2, "restored_days_ago": 30}, False),
        ({"restored_days_ago": 30}, True),
    ],
)
def test_the_last_pull_counts_and_a_restore_stands_for_one(fields, moves):
    rule = old(1, 10, count="sinceImagePulled", action="transition")
    assert run([image("A", age=60, **fields)], rule) == ([], ["A"] if moves else [])


def test_an_image_is_told_why():
    answer = simulate("ecr.lifecycle", {"images": FIVE, "rules": LAST})
    assert [(answer["why"][each]["verdict"], answer["why"][each]["rule"]) for each in "ABCDE"] == [
        ("expire", 0), ("expire", 1), ("keep", 0), ("expire", 2), ("keep", 1),
    ]  # fmt: skip
    assert answer["problems"] == []
    assert simulate("ecr.lifecycle", {"images": [image("A", age=1), image("B", age=1)], "rules": [keep(1, 1)]})["tie"]
    assert not simulate("ecr.lifecycle", {"images": [image("A", age=1), image("B", age=2)], "rules": [keep(1, 1)]})[
        "tie"
    ]
    bad = simulate("ecr.lifecycle", {"images": [], "rules": [keep(1, 1), old(2, 1, "untagged")]})
    assert bad["problems"] == [
        "rules[0].rulePriority must be the highest number of the rules for standard images, as tagStatus is any"
    ]


VALID = [
    [keep(1, 1)], [keep(1, 1, "a*", "b*c*d*e"), old(2, 1, "untagged"), keep(9, 5)],
    [old(1, 30, action="transition"), gone(2, 90)],
    [old(1, 30, count="sinceImagePulled", action="transition")],
    [keep(1, 1, "prod*"), keep(2, 1, "beta*")],
    [old(1, 1, "tagged", tagPrefixList=["v"]), old(2, 1, "tagged", tagPatternList=["v*"])],
    [keep(1, 2, "a*", storageClass="standard")], [keep(1000, 1)],
]  # fmt: skip
INVALID = [
    ([], "rules"),
    ([keep(1, 1, "x*"), keep(1, 1, "y*")], "rules[1].rulePriority"),
    ([keep(0, 1)], "rules[0].rulePriority"),
    ([keep(1.5, 1)], "rules[0].rulePriority"),
    ([keep(1, 1), keep(2, 1, "a*")], "rules[0].rulePriority"),
    ([old(1, 1, "untagged"), old(2, 3, "untagged")], "rules[1].selection.tagStatus"),
    ([keep(1, 1, "a*b*c*d*e*")], "rules[0].selection.tagPatternList[0]"),
    ([keep(1, 0)], "rules[0].selection.countNumber"),
    ([keep(1, 1, countUnit="days")], "rules[0].selection.countUnit"),
    ([old(1, 1, "untagged", tagPatternList=["a"])], "rules[0].selection.tagPatternList"),
    ([old(1, 1, "any", tagPrefixList=["a"])], "rules[0].selection.tagPrefixList"),
    ([old(1, 1, "tagged")], "rules[0].selection.tagPatternList"),
    ([old(1, 1, "tagged", tagPatternList=[])], "rules[0].selection.tagPatternList"),
    ([old(1, 1, "tagged", tagPatternList=["a"], tagPrefixList=["a"])], "rules[0].selection.tagPatternList"),
    ([old(1, 1, "most")], "rules[0].selection.tagStatus"),
    ([old(1, 1, count="imageAge")], "rules[0].selection.countType"),
    ([old(1, 1, countUnit="hours")], "rules[0].selection.countUnit"),
    ([old(1, 1, count="sinceImagePulled")], "rules[0].action.type"),
    ([gone(1, 89)], "rules[0].selection.countNumber"),
    ([old(1, 90, count="sinceImageTransitioned")], "rules[0].selection.storageClass"),
    ([old(1, 90, storageClass="archive")], "rules[0].selection.storageClass"),
    ([old(1, 90, storageClass="cold")], "rules[0].selection.storageClass"),
    ([old(1, 90, count="sinceImageTransitioned", storageClass="archive", action="transition")], "rules[0].action.type"),
    ([keep(1, 1) | {"action": {"type": "delete"}}], "rules[0].action.type"),
    ([keep(1, 1) | {"action": {"type": "transition"}}], "rules[0].action.targetStorageClass"),
    ([keep(1, 1) | {"action": {"type": "expire", "targetStorageClass": "archive"}}],
     "rules[0].action.targetStorageClass"),
    ([keep(1, 1) | {"note": "x"}], "rules[0].note"),
    ([{"rulePriority": 1, "action": {"type": "expire"}}], "rules[0].selection"),
    ([{"rulePriority": 1, "selection": keep(1, 1)["selection"]}], "rules[0].action"),
    (["rule"], "rules[0]"),
]  # fmt: skip


@pytest.mark.parametrize("rules", VALID)
def test_a_policy_that_ecr_takes(rules):
    assert simulate("ecr.validate", {"rules": rules})["valid"] is True
    check_steps("ecr.validate", {"rules": rules})
    text = json.dumps({"rules": rules})
    assert not faults({"repositoryName": "web", "lifecyclePolicyText": text}, "PutLifecyclePolicyRequest", "ecr")


@pytest.mark.parametrize(("rules", "field"), INVALID)
def test_a_policy_that_ecr_refuses(rules, field):
    answer = simulate("ecr.validate", {"rules": rules})
    assert answer["valid"] is False
    assert field in [problem["field"] for problem in answer["problems"]], answer["problems"]


def test_all_that_is_wrong_is_told_at_once():
    rules = [keep(1, 1, "a*b*c*d*e*"), keep(1, 0), old(2, 1, "tagged")]
    assert len(simulate("ecr.validate", {"rules": rules})["problems"]) >= 5
    many = [keep(number, 1, f"x{number}*") for number in range(1, 52)]
    assert simulate("ecr.validate", {"rules": many[:50]})["valid"]
    assert not simulate("ecr.validate", {"rules": many})["valid"]


TAG = st.text("ab-1", min_size=1, max_size=4)
IMAGES = st.lists(
    st.tuples(st.lists(TAG, max_size=3), st.integers(0, 40), st.sampled_from(["", "", "", "archive", "restored"])),
    max_size=9,
).map(
    lambda rows: [
        image(f"i{place}", " ".join(tags), age)
        | ({"storage": "archive", "archived_days_ago": age // 2 + 80} if kind == "archive" else {})
        | ({"restored_days_ago": age // 3} if kind == "restored" else {})
        for place, (tags, age, kind) in enumerate(rows)
    ]
)
PATTERN = st.text("ab*-", min_size=1, max_size=4)
SELECTIONS = (
    st.tuples(
        st.just("tagged"),
        st.sampled_from(["tagPatternList", "tagPrefixList"]),
        st.lists(PATTERN, min_size=1, max_size=2),
    )
    | st.sampled_from([("untagged", "", []), ("any", "", [])])
)  # fmt: skip
COUNT = st.sampled_from(["imageCountMoreThan", "sinceImagePushed", "sinceImagePulled", "sinceImageTransitioned"])


def made(row):
    place, ((status, name, entries), count, number) = row
    archive = count == "sinceImageTransitioned"
    selection = {"tagStatus": status, "countType": count, "countNumber": number + 80 * archive}
    selection |= {name: entries} if name else {}
    selection |= {"countUnit": "days"} if count != "imageCountMoreThan" else {}
    selection |= {"storageClass": "archive"} if archive else {}
    moves = count == "sinceImagePulled"
    action = {"type": "transition", "targetStorageClass": "archive"} if moves else {"type": "expire"}
    return {"rulePriority": place + 1, "selection": selection, "action": action}


POLICIES = st.lists(st.tuples(SELECTIONS, COUNT, st.integers(1, 20)), min_size=1, max_size=5).map(
    lambda rows: [made(row) for row in enumerate(rows)]
)
thorough = settings(max_examples=2000, deadline=None)


@thorough
@given(IMAGES, POLICIES)
def test_the_evaluation_agrees_with_the_oracle(images, rules):
    case = {"images": images, "rules": rules}
    answer = simulate("ecr.lifecycle", case)
    assume(not answer["problems"] or simulate("ecr.validate", {"rules": rules})["valid"])
    expired, moved = oracle.lifecycle(case)
    assert (sorted(answer["expire"]), sorted(answer["transition"])) == (expired, moved)


@thorough
@given(IMAGES, POLICIES)
def test_an_image_is_taken_by_exactly_one_rule_and_by_the_first_whose_pool_holds_it(images, rules):
    answer = simulate("ecr.lifecycle", {"images": images, "rules": rules})
    taken = [*answer["expire"], *answer["transition"]]
    assert len(taken) == len(set(taken))
    for each in images:
        why = answer["why"][each["id"]]
        holding = [place for place, rule in enumerate(rules) if oracle.in_pool(rule, each)]
        assert holding == [place for place, rule in enumerate(rules) if each["id"] in pool_of(rule, images)]
        assert why["rule"] == (holding[0] if holding else None)
        assert (why["verdict"] != "keep") == (each["id"] in taken)
        if why["verdict"] == "expire":
            assert rules[why["rule"]]["action"]["type"] == "expire"


@thorough
@given(IMAGES, POLICIES, st.randoms(use_true_random=False))
def test_neither_the_order_of_rules_nor_more_of_them_below_changes_what_a_rule_takes(images, rules, chance):
    first = simulate("ecr.lifecycle", {"images": images, "rules": rules})
    shuffled = chance.sample(rules, len(rules))
    assert simulate("ecr.lifecycle", {"images": images, "rules": shuffled})["expire"] == first["expire"]
    more = [*rules, {**keep(99, 1), "rulePriority": 99}]
    assert set(first["expire"]) <= set(simulate("ecr.lifecycle", {"images": images, "rules": more})["expire"])


def broken(rules, chance):
    """Change one thing of a policy, often to something that is wrong."""
    rules = copy.deepcopy(rules)
    rule = chance.choice(rules)
    selection, action = rule["selection"], rule["action"]
    match chance.randrange(12):
        case 0:
            rule["rulePriority"] = chance.choice([0, 1, 2, 3, -1, 1.5, "1"])
        case 1:
            selection["tagStatus"] = chance.choice(["tagged", "untagged", "any", "some"])
        case 2:
            selection["countType"] = chance.choice(["imageCountMoreThan", "sinceImagePushed", "sinceImagePulled", "x"])
        case 3:
            selection["countNumber"] = chance.choice([0, 1, 89, 90, -5, "3", 2.5])
        case 4:
            selection.pop("countUnit", None)
        case 5:
            selection["countUnit"] = chance.choice(["days", "hours"])
        case 6:
            selection["storageClass"] = chance.choice(["standard", "archive", "cold"])
        case 7:
            selection["tagPatternList"] = chance.choice([[], ["a*b*c*d*e*"], ["a*b*c*d*"], ["x"], [""]])
        case 8:
            selection.pop(chance.choice(list(selection)), None)
        case 9:
            action["type"] = chance.choice(["expire", "transition", "delete"])
        case 10:
            action["targetStorageClass"] = chance.choice(["archive", "standard"])
        case 11:
            rule.pop(chance.choice(["rulePriority", "selection", "action"]), None)
    return rules  # fmt: skip


@thorough
@given(POLICIES, st.integers(0, 2), st.randoms(use_true_random=False))
def test_validity_agrees_with_the_oracle(rules, times, chance):
    for _ in range(times):
        if all({"selection", "action"} <= rule.keys() and rule["selection"] for rule in rules):
            rules = broken(rules, chance)
    answer = simulate("ecr.validate", {"rules": rules})
    assert answer["valid"] == oracle.valid(rules), answer["problems"]
    assert answer["valid"] == (not answer["problems"])
    if answer["valid"]:
        text = json.dumps({"rules": rules})
        assert not faults({"repositoryName": "web", "lifecyclePolicyText": text}, "PutLifecyclePolicyRequest", "ecr")


def test_days_go_by():
    images = [image("v1", "v1", 10), image("v2", "v2", 0)]
    rules = [old(1, 30, action="transition"), gone(2, 90)]
    answer = simulate("ecr.over_time", {"images": images, "rules": rules, "days": 200})
    assert [(event["day"], event["image"], event["verdict"], event["rule"]) for event in answer["events"]] == [
        (21, "v1", "transition", 0), (31, "v2", "transition", 0), (112, "v1", "expire", 1), (122, "v2", "expire", 1),
    ]  # fmt: skip
    assert (answer["left"], answer["archived"], answer["next_day"]) == ([], [], 21)
    check_steps("ecr.over_time", {"images": images, "rules": rules, "days": 40})
    today = simulate("ecr.over_time", {"images": FIVE, "rules": LAST, "days": 0})
    assert [event["image"] for event in today["events"]] == ["A", "B", "D"]
    assert (today["left"], today["next_day"]) == (["C", "E"], None)


def each_day(images, rules, days, wrong):
    """Run the policy on every single day."""
    events = []
    for day in range(days + 1):
        made = simulate("ecr.lifecycle", {"images": images, "rules": rules}, misconception=wrong)
        events += [(day, name) for name in (*made["expire"], *made["transition"])]
        images = [each for each in images if each["id"] not in made["expire"]]
        for each in images:
            if each["id"] in made["transition"]:
                each |= {"storage": "archive", "archived_days_ago": 0}
            each |= {name: age + 1 for name, age in each.items() if name.endswith("_days_ago")}
    return events, [each["id"] for each in images]


@settings(max_examples=500, deadline=None)
@given(IMAGES, POLICIES, st.integers(0, 25), st.sampled_from([None, "age_of_exactly_the_days_is_too_old"]))
def test_days_that_go_by_are_the_policy_run_each_day(images, rules, days, wrong):
    images = [
        each | {"pushed_days_ago": each["pushed_days_ago"] + 0.25 * (place % 3)} for place, each in enumerate(images)
    ]
    answer = simulate("ecr.over_time", {"images": images, "rules": rules, "days": days}, misconception=wrong)
    events, left = each_day(copy.deepcopy(images), rules, days, wrong)
    assert [(event["day"], event["image"]) for event in answer["events"]] == events
    assert answer["left"] == left


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"images": {}}, "images"),
        ({"images": [{"id": "A"}]}, "images[0].pushed_days_ago"),
        ({"images": [image("A", age=-1)]}, "images[0].pushed_days_ago"),
        ({"images": [image("A"), image("A")]}, "images[1].id"),
        ({"images": [image("A", storage="archive")]}, "images[0].archived_days_ago"),
        ({"images": [{"id": "A", "pushed_days_ago": 1, "tags": [3]}]}, "images[0].tags[0]"),
        ({"images": [image("A", size=3)]}, "images[0].size"),
        ({"rules": [{"rulePriority": 1}]}, "rules[0].selection"),
        ({"rules": [keep("first", 1)]}, "rules[0].rulePriority"),
        ({"rules": {}}, "rules"),
    ],
)
def test_what_is_refused(change, field):
    with pytest.raises(InputError) as refused:
        simulate("ecr.lifecycle", {"images": TWO, "rules": [keep(1, 1)]} | change)
    assert refused.value.field == field


def test_the_misconceptions():
    pulled = [image("A", "v1", 60, pulled_days_ago=2), image("B", "v2", 60)]
    pool = [
        {"images": TWO, "rules": [keep(1, 1, "prod*"), keep(2, 1, "beta*")]},
        {"images": SIX, "rules": [old(1, 5, "tagged", tagPatternList=["alpha*", "beta*"])]},
        {"images": FIVE, "rules": LAST},
        {"images": [image("A", age=5), image("B", age=6)], "rules": [old(1, 5)]},
        {"images": [image("A", "v1.0", 9), image("B", "1.0-v1", 9)],
         "rules": [old(1, 1, "tagged", tagPrefixList=["1.0"])]},
        {"images": pulled, "rules": [old(1, 10, count="sinceImagePulled", action="transition")]},
    ]  # fmt: skip
    known = {"ecr.lifecycle": misconceptions.LIFECYCLE, "ecr.over_time": misconceptions.LIFECYCLE}
    check_wrong("ecr", known, {"ecr.lifecycle": pool, "ecr.over_time": [case | {"days": 3} for case in pool]})
