"""Whatever is sent to a simulator that has a lab, or pasted there: an answer or a refusal that names the field."""

import copy
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studyapp.labs.workshop.benches import LABS
from studyapp.simulators.door import simulate
from studyapp.simulators.errors import InputError
from studyapp.simulators.imports import surroundings

ROUTED = [
    {"name": "r", "firelensConfiguration": {"type": "fluentbit", "options": {"config-file-type": "file"}},
     "portMappings": [{"containerPort": 1}], "essential": True},
    {"name": "a", "logConfiguration": {
        "logDriver": "splunk", "options": {"splunk-url": "https://x"},
        "secretOptions": [{"name": "splunk-token", "valueFrom": "x"}]}},
]  # fmt: skip
CASES = [(example.family, dict(example.given)) for lab in LABS.values() for example in lab.examples]
CASES += [("log.check", {"containers": ROUTED})]
JUNK = st.sampled_from(
    [None, True, False, 0, -1, 3, 1.5, 10**15, 1e308, "", "x", "a" * 400, "\x00", "é", "*****", [], [1], [None], [[]],
     {}, {"a": 1}, [{"a": 1}]]
)  # fmt: skip
DEFINITION = {
    "family": "x", "requiresCompatibilities": ["EC2"], "runtimePlatform": {"operatingSystemFamily": "LINUX"},
    "volumes": [{
        "name": "v", "efsVolumeConfiguration": {"fileSystemId": "f", "authorizationConfig": {"iam": "ENABLED"}}}],
    "containerDefinitions": [{"name": "a", "image": "i", "portMappings": [{"containerPort": 80}], **ROUTED[1]}],
}  # fmt: skip
REPOSITORY = {
    "policy": {"rules": [{
        "rulePriority": 1, "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1},
        "action": {"type": "expire"}}]},
    "images": {"imageDetails": [
        {"imageDigest": "sha256:1", "imageTags": ["a"], "imagePushedAt": "2026-01-01T00:00:00Z"}]},
}  # fmt: skip


def paths(value, path=()):
    """Give the way to every place of a JSON value."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in items:
        yield from paths(inner, (*path, name))


def spoilt(value, draw):
    """Change one or two places of a JSON value: to junk, to nothing, or to one field more."""
    value = json.loads(json.dumps(value))
    for _ in range(draw(st.integers(1, 2))):
        *way, last = draw(st.sampled_from([path for path in paths(value) if path] or [("x",)]))
        place = value
        for step in way:
            place = place[step]
        if isinstance(place, dict) and draw(st.booleans()):
            place.pop(last, None)
            place[draw(st.sampled_from([last, "other"]))] = copy.deepcopy(draw(JUNK))
        elif not isinstance(place, dict) or last in place:
            place[last] = copy.deepcopy(draw(JUNK))
    return value


def refusal(work):
    """Give what refuses some work, None where nothing does; any other fault is one of ours."""
    try:
        work()
    except InputError as refused:
        return refused
    return None


@settings(max_examples=3000, deadline=None)
@given(st.data())
def test_a_spoilt_case_is_answered_or_refused_at_a_field(data):
    family, case = data.draw(st.sampled_from(CASES))
    told = refusal(lambda: json.dumps(simulate(family, spoilt(case, data.draw), trace=True)))
    assert told is None or (told.field and told.message)


READERS = [
    (surroundings.network_case, DEFINITION),
    (surroundings.roles_case, DEFINITION),
    (surroundings.logs_case, DEFINITION),
    (lambda value: surroundings.registry_case(value, datetime(2026, 11, 1, tzinfo=UTC), [], []), REPOSITORY),
]


@settings(max_examples=1000, deadline=None)
@given(st.data())
def test_a_spoilt_document_is_read_or_refused_at_a_field(data):
    reader, document = data.draw(st.sampled_from(READERS))

    def work():
        case = reader(spoilt(document, data.draw))
        simulate(case.family, case.given)

    told = refusal(work)
    assert told is None or (told.field and told.message)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (3, "secretOptions"), ([3], "secretOptions[0]"), ([{"name": []}], "secretOptions[0].name"),
    ],
)  # fmt: skip
def test_secret_options_of_a_wrong_shape_are_told_at_their_place(change, field):
    containers = copy.deepcopy(ROUTED)
    containers[1]["logConfiguration"]["secretOptions"] = change
    with pytest.raises(InputError) as refused:
        simulate("log.check", {"containers": containers})
    assert refused.value.field == f"containers[1].logConfiguration.{field}"
