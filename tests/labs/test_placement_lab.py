"""The placement lab: links, changes, scenes, predictions."""

import base64
import json
import re
import zlib
from pathlib import Path
from random import Random
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from studyapp.content.reader import read_course
from studyapp.labs import edits, links
from studyapp.labs.presets import BY_KEY, PRESETS
from studyapp.labs.scene import comparison, scene
from studyapp.labs.state import checked, door_input, shrinking, slim
from studyapp.simulators.door import simulate
from studyapp.simulators.errors import InputError

# A link of version 1, made when the format was new. It must open for ever.
OLD_LINK = "1qyYllrAYAvIj3gDCoc_M0MQErzeScDjawNwISZ8JsfosDC2NaqElM-UJHyOVEF0OUCf_1mIp-3Erp6Q4ia0FAA"

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


def large():
    """Give a cluster of 20 instances with 60 tasks, no two alike."""
    draw = Random(7)
    groups = ["service:web", "service:api", "service:jobs", "service:search", "family:batch"]
    instances = []
    for number in range(20):
        tasks = [
            {"group": draw.choice(groups), "cpu": draw.choice([128, 256, 512]), "memory": draw.randrange(128, 2048)}
            for _ in range(3)
        ]
        az = f"eu-west-1{'abc'[number % 3]}"
        instances.append(
            {"id": f"i-{number + 1}", "az": az, "type": "m5.xlarge", "cpu": 4096, "memory": 15360, "tasks": tasks}
        )
    return {**PRESETS[0].state, "instances": instances}


@given(st.dictionaries(st.text(max_size=10), json_values, max_size=5))
def test_every_state_comes_back_from_its_link(state):
    link = links.pack(state)
    assert links.unpack(link) == state
    assert set(link) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


def test_a_large_cluster_fits_in_a_link():
    state = checked(large())
    link = links.pack(state)
    assert len(link) <= 1800
    assert checked(links.unpack(link)) == state


def test_a_link_made_long_ago_opens():
    assert links.unpack(OLD_LINK) == slim(PRESETS[8].state)


@pytest.mark.parametrize("link", ["", "1", "2abc", "1!!!!", "1" + "A" * 9000, "9" * 20])
def test_a_damaged_link_is_told(link):
    with pytest.raises(links.BrokenLink):
        links.unpack(link)


def test_a_link_cut_anywhere_is_told_and_never_read_as_something_else():
    link = links.pack(PRESETS[0].state)
    for end in range(len(link)):
        with pytest.raises(links.BrokenLink):
            links.unpack(link[:end])


def test_a_link_that_would_unpack_to_very_much_is_refused():
    bomb = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = bomb.compress(b"[" + b"0," * 3_000_000 + b"0]") + bomb.flush()
    with pytest.raises(links.BrokenLink):
        links.unpack("1" + base64.urlsafe_b64encode(packed).decode().rstrip("="))


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.key)
def test_a_scene_agrees_with_the_simulator_at_every_frame(preset):
    state = checked(preset.state)
    answer = simulate("placement.run", door_input(state))
    last = scene(state, 10_000)
    assert last.frame.number == last.last
    assert last.totals.placed == len(answer["picks"])
    assert list(last.totals.per_zone) == sorted(answer["per_az"].items())
    picks = []
    for number in range(last.last + 1):
        shown = scene(state, number)
        boxes = {box.id: box for _, boxes in shown.berths for box in boxes}
        if shown.frame.phase == "placed":
            picks.append(shown.frame.pick)
            assert boxes[shown.frame.pick].mark == "picked"
        # What is drawn adds up: what is left is what there is without what stands there.
        for box in boxes.values():
            for bar, name in zip(box.bars, ("cpu", "memory"), strict=True):
                assert bar.left == bar.total - sum(getattr(block, name) * block.count for block in box.blocks)
                assert bar.left >= 0
        marks = {name: box.mark for name, box in boxes.items()}
        for name, why in shown.frame.dropped.items():
            assert marks[name] == "dropped"
            assert why
        if shown.frame.phase not in ("start", "placed", "failed", "shrink", "stopped"):
            assert {name for name, mark in marks.items() if mark == "stays"} == set(shown.frame.survivors)
    assert picks == answer["picks"]


def test_a_service_that_shrinks_loses_the_tasks_that_the_simulator_stops():
    state = checked(BY_KEY["scale-in"].state)
    last = scene(state, 10_000)
    end = simulate("placement.scale_in", shrinking(state, simulate("placement.run", door_input(state))["picks"]))
    assert list(last.frame.stops) == end["stops"]
    left = {box.id: box.tasks for _, boxes in last.berths for box in boxes}
    assert {name: tasks for name, tasks in left.items() if tasks} == end["remaining_per_instance"]
    assert last.shrinking
    assert not scene(state, 0).shrinking
    with pytest.raises(InputError, match="no desired count"):
        checked({**state, "request": {**state["request"], "api": "RunTask"}})


def test_a_prediction_is_judged_by_the_whole_set_of_legal_instances(client):
    tie = next(preset for preset in PRESETS if preset.key == "tie")
    link = links.pack(tie.state)
    right = client.get("/labs/placement/", {"s": link, "at": 0, "guess": "i-1"}).content.decode()
    assert "That is the one that ECS takes." in right
    as_good = client.get("/labs/placement/", {"s": link, "at": 0, "guess": "i-3"}).content.decode()
    assert "As good: it is a tie" in as_good
    needs = next(preset for preset in PRESETS if preset.key == "requirements")
    wrong = client.get("/labs/placement/", {"s": links.pack(needs.state), "at": 0, "guess": "i-1"}).content.decode()
    assert "i-1 dropped out at “Requirements”: RESOURCE:MEMORY: 900 MiB left, 1024 wanted." in wrong
    unknown = client.get("/labs/placement/", {"s": link, "at": 0, "guess": "i-99"}).content.decode()
    assert "i-99 is not in this cluster." in unknown


def test_every_link_of_the_notes_to_a_lab_leads_to_an_example():
    labs = "\n".join(path.read_text() for path in Path(settings.CONTENT_DIR).rglob("topic.md"))
    named = re.findall(r"\(lab:placement/?([a-z-]*)\)", labs)
    assert named
    assert {name for name in named if name} <= BY_KEY.keys()


def test_every_example_names_a_fact_that_is_taught():
    taught = {fact.key for fact in read_course(Path(settings.CONTENT_DIR)).course.facts}
    assert {preset.fact for preset in PRESETS} <= taught


def change(state, **query):
    form = QueryDict(mutable=True)
    for name, value in query.items():
        form.setlist(name, value if isinstance(value, list) else [str(value)])
    return edits.edited(state, form)


REQUEST = {
    "op": "request", "api": "RunTask", "count": 2, "group": "family:a", "cpu": 128, "memory": 256, "tcp": "8080, 8443",
    "network_mode": "bridge", "expression": "attribute:ecs.availability-zone == eu-west-1a", "distinct": "on",
    "seed": "5", "strategy": ["spread instanceId", "binpack cpu", ""],
}  # fmt: skip


def test_the_form_of_the_request_says_everything_it_shows():
    after = change(checked(PRESETS[0].state), **REQUEST)
    assert after["seed"] == 5
    assert after["request"] == {
        "api": "RunTask", "count": 2, "group": "family:a", "cpu": 128, "memory": 256, "tcp": [8080, 8443],
        "constraints": [
            {"type": "distinctInstance"},
            {"type": "memberOf", "expression": "attribute:ecs.availability-zone == eu-west-1a"},
        ],
        "strategies": [{"type": "spread", "field": "instanceId"}, {"type": "binpack", "field": "cpu"}],
    }  # fmt: skip


def test_instances_are_added_changed_drained_filled_emptied_and_removed():
    state = checked(PRESETS[0].state)
    new = {"op": "instance", "id": "i-7", "az": "eu-west-1a", "cpu": 1024, "memory": 2048, "agent": "on"}
    state = change(state, **new, attributes="tier=front, gold")
    assert state["instances"][-1]["attributes"] == {"tier": "front", "gold": None}
    state = change(state, **{**new, "old": "i-7", "id": "i-8", "az": "eu-west-1b"})
    assert [each["id"] for each in state["instances"]][-1] == "i-8"
    assert change(state, op="drain", id="i-8")["instances"][-1]["status"] == "DRAINING"
    assert "status" not in change(change(state, op="drain", id="i-8"), op="drain", id="i-8")["instances"][-1]
    filled = change(state, op="fill", id="i-8")
    assert scene(filled, 0).berths[1][1][-1].bars[0].left == 0
    assert change(filled, op="fill", id="i-8") == filled
    assert "tasks" not in change(filled, op="clear", id="i-8")["instances"][-1]
    tasks = change(state, op="tasks", id="i-8", group="service:x", count=2, cpu=256, memory=128, tcp="9000")
    assert tasks["instances"][-1]["tasks"] == [
        {"group": "service:x", "count": 2, "cpu": 256, "memory": 128, "tcp": [9000]}
    ]
    assert "i-8" not in json.dumps(change(state, op="remove", id="i-8"))


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({**REQUEST, "count": "two"}, "count"), ({**REQUEST, "count": "61"}, "request.count"),
        ({**REQUEST, "cpu": "-1"}, "request.cpu"),
        ({**REQUEST, "memory": ""}, "memory"), ({**REQUEST, "tcp": "80x"}, "tcp"),
        ({**REQUEST, "tcp": "99999"}, "request.tcp[0]"),
        ({**REQUEST, "api": "Run"}, "request.api"),
        ({**REQUEST, "expression": "attribute:x =="}, "request.constraints[1].expression"),
        ({**REQUEST, "strategy": ["spread cpu"]}, "request.strategies[0].field"),
        ({**REQUEST, "strategy": ["pack cpu"]}, "request.strategies[0].type"),
        ({"op": "instance", "id": "i-1", "az": "a", "cpu": 1, "memory": 1}, "instances[6].id"),
        ({"op": "instance", "id": "", "az": "a", "cpu": 1, "memory": 1}, "instances[6].id"),
        ({"op": "tasks", "id": "i-1", "group": "g", "cpu": 99999}, "instances[0].tasks"),
        ({"op": "drain", "id": "i-99"}, "id"), ({"op": "explode"}, "op"),
    ],
)  # fmt: skip
def test_a_bad_value_names_its_field_and_changes_nothing(client, query, field):
    state = checked(PRESETS[0].state)
    before = json.dumps(state)
    with pytest.raises(InputError) as refused:
        change(state, **query)
    assert refused.value.field == field
    assert json.dumps(state) == before
    response = client.get("/labs/placement/", {**query, "s": links.pack(state)})
    page = response.content.decode()
    assert response.status_code == 400
    assert "Nothing was changed." in page
    assert f'name="s" value="{links.pack(state)}"' in page


def test_what_was_typed_stays_in_the_form_beside_what_is_wrong_with_it(client):
    query = {**REQUEST, "count": "two", "s": links.pack(PRESETS[0].state)}
    page = client.get("/labs/placement/", query).content.decode()
    assert 'name="count" inputmode="numeric" value="two"' in page
    assert "The count must be a whole number, not “two”" in page
    assert 'value="8080, 8443"' in page


def test_a_change_leads_to_an_address_that_holds_it(client):
    response = client.get("/labs/placement/", {**REQUEST, "s": links.pack(PRESETS[0].state)})
    assert response.status_code == 302
    link = parse_qs(urlsplit(response.url).query)["s"][0]
    assert links.unpack(link)["request"]["group"] == "family:a"
    partial = client.get(
        "/labs/placement/", {**REQUEST, "s": links.pack(PRESETS[0].state)}, headers={"HX-Request": "true"}
    )
    assert partial["HX-Push-Url"] == response.url
    assert "<html" not in partial.content.decode()


def test_two_chains_side_by_side():
    chain = next(preset for preset in PRESETS if preset.key == "chain")
    one, other = comparison(checked(chain.state))
    assert one.name == "spread availability-zone, then binpack memory"
    assert dict(one.totals.per_zone) == {"eu-west-1a": 2, "eu-west-1b": 2}
    assert dict(other.totals.per_zone) == {"eu-west-1a": 1, "eu-west-1b": 3}


def test_the_query_language_is_matched_as_it_is_typed(client):
    link = links.pack(next(preset for preset in PRESETS if preset.key == "member-of").state)

    def match(expression):
        return client.get("/labs/placement/match/", {"s": link, "expression": expression}).content.decode()

    assert "i-1, i-3; not i-2, i-4" in match("attribute:ecs.instance-type =~ c5.*")
    assert "every instance matches" in match(" ")
    assert "error" in match("attribute:ecs.instance-type =~")
    assert "&lt;b&gt;" in match("<b>") or "<b>b" not in match("<b>")


def test_a_cluster_is_saved_and_pasted_as_json(client):
    state = checked(PRESETS[0].state)
    saved = client.get("/labs/placement/placement.json", {"s": links.pack(state)})
    assert json.loads(saved.content) == state
    pasted = client.post("/labs/placement/read/", {"json": saved.content.decode(), "s": links.pack(state)})
    assert links.unpack(parse_qs(urlsplit(pasted.url).query)["s"][0]) == state


def test_a_cluster_goes_out_in_awss_own_form_and_comes_back(client):
    state = checked(PRESETS[0].state)
    documents = client.get("/labs/placement/placement.json", {"s": links.pack(state), "form": "aws"}).json()
    assert "describe-container-instances" in documents
    pasted = client.post("/labs/placement/read/", {"json": json.dumps(documents), "s": links.pack(state)})
    back = links.unpack(parse_qs(urlsplit(pasted.url).query)["s"][0])
    assert simulate("placement.run", door_input(back))["picks"] == simulate("placement.run", door_input(state))["picks"]


@pytest.mark.django_db
def test_a_field_that_aws_does_not_know_is_told(client):
    documents = client.get("/labs/placement/placement.json", {"form": "aws"}).json()
    documents["describe-container-instances"]["containerInstances"][0]["colour"] = "red"
    client.post("/labs/placement/read/", {"json": json.dumps(documents)})
    assert "AWS knows no such field, so it had no effect" in client.get("/labs/placement/").content.decode()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"), ("{", "is not JSON"), ("[]", "need a describe-container-instances"),
        ('{"instances": [], "reqest": {}}', "reqest"),
        ('{"a":' * 10_000 + "1" + "}" * 10_000, "nested too deeply"), ('{"instances": NaN}', "NaN"),
        ('{"instances": [{"id": "i-1"}], "request": {}}', "az"),
    ],
    ids=["nothing", "cut", "list", "unknown field", "deep", "not a number", "incomplete"],
)  # fmt: skip
@pytest.mark.django_db
def test_bad_json_is_told_and_the_cluster_stays(client, text, said):
    link = links.pack(checked(PRESETS[1].state))
    response = client.post("/labs/placement/read/", {"json": text, "s": link})
    assert response.status_code == 400
    assert said in response.content.decode()
    assert link in response.content.decode()


def test_a_link_cut_in_half_shows_the_first_example_and_says_so(client):
    link = links.pack(PRESETS[3].state)
    response = client.get("/labs/placement/", {"s": link[: len(link) // 2]})
    assert response.status_code == 400
    assert "perhaps its end was cut off" in response.content.decode()


@pytest.mark.django_db
def test_the_lab_asks_the_database_for_nothing_but_the_learner(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(1):
        client.get("/labs/placement/", {"preset": "funnel", "at": 3})
