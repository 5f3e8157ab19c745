"""The workshop: examples play, fields come back, what is wrong is told at its field, a link is the state."""

import json
import re
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.http import QueryDict

from studyapp.assessment.questions import vary
from studyapp.content.reader import read_course
from studyapp.content.records import version
from studyapp.labs.workshop import drawing
from studyapp.labs.workshop.benches import LABS, OF_FAMILY
from studyapp.labs.workshop.fields import flat, read_input
from studyapp.simulators.door import families, simulate
from studyapp.studio.sync import load_course

pytestmark = pytest.mark.django_db
EXAMPLES = [(lab, example) for lab in LABS.values() for example in lab.examples]
LIMITS = (
    "/labs/deployment/?family=deployment.bounds&scheduling=REPLICA&desired=5&min_healthy_percent=50&max_percent=150"
)
IDS = [f"{lab.key}/{example.key}" for lab, example in EXAMPLES]


@pytest.mark.parametrize(("lab", "example"), EXAMPLES, ids=IDS)
def test_an_example_survives_its_address(lab, example):
    parts = lab.bench(example.family).parts
    query = QueryDict(mutable=True)
    query.update(flat(parts, example.given))
    given = {name: value for name, value in read_input(parts, query).items() if value is not False}
    assert given == {name: value for name, value in example.given.items() if value is not False}


@pytest.mark.parametrize(("lab", "example"), EXAMPLES, ids=IDS)
def test_an_example_plays_and_shows_what_was_asked(client, lab, example):
    page = client.get(f"/labs/{lab.key}/?preset={example.key}&run=1")
    assert page.status_code == 200
    text = unescape(page.content.decode())
    assert example.look in text
    assert "How it gets there" in text


def test_every_fact_of_an_example_is_taught(settings):
    facts = {fact.key for fact in read_course(settings.CONTENT_DIR).course.facts}
    assert {example.fact for _, example in EXAMPLES} <= facts


def test_every_bench_asks_a_family_that_there_is():
    assert set(OF_FAMILY) <= set(families())


def test_a_prediction_is_held_against_the_answer(client):
    assert b"You said 3.</b> So it is." in client.get(f"{LIMITS}&guess=3").content
    assert b"You said 2.</b> It is 3." in client.get(f"{LIMITS}&guess=2").content


def test_a_wrong_rule_stands_beside_the_true_one(client):
    text = client.get(f"{LIMITS}&misconception=minimum_rounds_down&run=1").content.decode()
    assert "By that rule: <b>2</b>" in text
    assert "at least 3 must stay healthy" in text
    assert "at least 2 must stay healthy" in text


@pytest.mark.parametrize(
    ("address", "field", "message"),
    [
        ("deployment/?family=deployment.bounds&scheduling=REPLICA&desired=x", "desired", "must be a whole"),
        ("deployment/?family=deployment.bounds&scheduling=REPLICA", "desired", "is missing"),
        ("deployment/?family=deployment.bounds&scheduling=DAILY&desired=1", "scheduling", "must be one of REPLICA"),
        ("capacity/?family=capacity.strategy&tasks=5&strategy.0.name=a&strategy.0.type=asg&strategy.0.weight=x",
         "strategy.0.weight", "must be a whole number"),
        ("scaling/?family=scaling.over_time&load=1,x", "load", "must hold whole numbers"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_at_its_field_and_what_was_typed_is_kept(client, address, field, message):
    page = client.get(f"/labs/{address}")
    text = page.content.decode()
    assert page.status_code == 400
    assert re.search(rf'id="{re.escape(field)}-wrong">[^<]*{message}', text), text
    for name, (value, *_) in parse_qs(urlsplit(address).query).items():
        if name != "family" and field != "scheduling":
            assert value in text, name


def test_rows_are_added_and_taken_away(client):
    more = client.get("/labs/capacity/?preset=weights&op=add strategy")
    query = parse_qs(urlsplit(more["Location"]).query)
    assert {name for name in query if name.endswith(".name")} == {f"strategy.{n}.name" for n in (0, 1, 2)}
    fewer = client.get(f"{more['Location']}&op=drop strategy 0")
    assert "strategy.0.name" not in parse_qs(urlsplit(fewer["Location"]).query)


def test_a_question_opens_in_the_lab_that_fits_it(client):
    given = {"tasks": 9, "strategy": [{"name": "A", "type": "asg", "base": 1, "weight": 2}]}
    answer = client.get(
        "/labs/open/", {"family": "capacity.strategy", "input": json.dumps(given), "back": "/quiz/x/1/"}
    )
    target = urlsplit(answer["Location"])
    assert target.path == "/labs/capacity/"
    query = QueryDict(target.query)
    assert read_input(OF_FAMILY["capacity.strategy"][1].parts, query) == given
    assert b'href="/quiz/x/1/"' in client.get(answer["Location"]).content


@pytest.mark.parametrize("back", ["//evil.example/", "https://evil.example/", "javascript:alert(1)"])
def test_the_way_back_stays_on_this_site(client, back):
    assert b"Back to the question" not in client.get("/labs/capacity/", {"back": back}).content


def test_the_same_case_gives_the_same_answer_as_the_door(client):
    given = {"running_instances": 4, "instances_needed": 6, "target_capacity": 100}
    assert f'<p class="workshop-value">{simulate("capacity.cpr", given)["desired_instances"]}</p>' in (
        client.get("/labs/capacity/?preset=need&run=1").content.decode()
    )


def test_the_answer_waits_for_the_prediction(client):
    text = client.get("/labs/capacity/?preset=need").content.decode()
    assert "Predict it, then press Run" in text
    assert "workshop-value" not in text


def test_another_number_stands_beside_the_case(client):
    query = {"other_field": "target", "other_value": "40"}
    page = client.get(f"/labs/scaling/?{fields_of('scaling', 'rush')}&run=1&{urlencode(query)}")
    text = page.content.decode()
    assert "With Target, percent 40" in text
    costs = [int(number) for number in re.findall(r"<dt>task minutes</dt><dd>(\d+)</dd>", text)]
    assert costs[1] > costs[0]


def test_another_number_that_cannot_be_is_told(client):
    page = client.get(
        f"/labs/scaling/?{fields_of('scaling', 'rush')}&run=1&other_field=target&other_value=x",
    )
    assert page.status_code == 400
    assert b"must be a whole number" in page.content


SERVICE = {"serviceName": "web", "taskDefinition": "web:1", "desiredCount": 6}
POLICY = {
    "PolicyName": "p",
    "ServiceNamespace": "ecs",
    "ResourceId": "service/c/s",
    "ScalableDimension": "ecs:service:DesiredCount",
}


@pytest.mark.parametrize(
    ("document", "family", "field", "value"),
    [
        (SERVICE | {"deploymentConfiguration": {"minimumHealthyPercent": 50, "maximumPercent": 150}},
         "deployment.waves", "max_percent", "150"),
        (SERVICE, "deployment.waves", "min_healthy_percent", "100"),
        (SERVICE | {"capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT", "weight": 3}]},
         "capacity.strategy", "strategy.0.type", "fargate"),
        ({"services": [{"serviceName": "web", "desiredCount": 2}]}, "deployment.waves", "desired", "2"),
        (POLICY | {"TargetTrackingScalingPolicyConfiguration": {"TargetValue": 55.0, "DisableScaleIn": True}},
         "scaling.target_tracking", "target", "55"),
        (POLICY | {"StepScalingPolicyConfiguration": {
            "AdjustmentType": "ChangeInCapacity",
            "StepAdjustments": [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 2}]}},
         "scaling.step", "steps.0.adjustment", "2"),
    ],
)  # fmt: skip
def test_a_document_of_aws_becomes_a_case(client, document, family, field, value):
    answer = client.post("/labs/read/", {"json": json.dumps(document)})
    query = QueryDict(urlsplit(answer["Location"]).query)
    assert (query["family"], query[field]) == (family, value)
    assert client.get(answer["Location"] + "&run=1").status_code == 200


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not JSON"),
        ("[]", "must be an object"),
        ('{"Reservations": []}', "is none of the documents that are read"),
        ('{"services": []}', "the service was not found"),
        ('{"serviceName": "web", "desiredCount": "three"}', "must be a whole number"),
        (json.dumps(POLICY), "has neither TargetTracking"),
        ("x" * 200_001, "has more than 200,000 characters"),
    ],
)
def test_what_is_no_document_is_told_and_kept(client, text, message):
    page = client.post("/labs/read/", {"json": text})
    assert page.status_code == 400
    assert message in unescape(page.content.decode())
    assert text[:1000] in unescape(page.content.decode())


def test_a_field_that_aws_does_not_know_is_listed(client):
    page = client.post("/labs/read/", {"json": json.dumps(SERVICE | {"maxPercent": 5})}, follow=True)
    assert "it had no effect: maxPercent" in page.content.decode()


CONTAINER = {"name": "web", "image": "1.dkr.ecr.eu-west-1.amazonaws.com/web", "memory": 128,
             "portMappings": [{"containerPort": 80}], "logConfiguration": {"logDriver": "syslog"}}  # fmt: skip
DEFINITION = {"family": "web", "requiresCompatibilities": ["EC2"], "containerDefinitions": [CONTAINER]}
LIFECYCLE = {"rules": [{
    "rulePriority": 1, "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1},
    "action": {"type": "expire"}}]}  # fmt: skip


@pytest.mark.parametrize(
    ("lab", "document", "family", "shown"),
    [
        ("network", DEFINITION, "net.mapping", "picked at the start"),
        ("roles", DEFINITION, "iam.life", "the image is pulled from ECR"),
        ("logs", DEFINITION | {"requiresCompatibilities": ["FARGATE"]}, "log.check", "does not work on Fargate"),
        ("logs", CONTAINER, "log.check", "Nothing is wrong with the logging"),
        ("registry", LIFECYCLE, "ecr.lifecycle", "is expired by the rule with priority 1"),
    ],
)
def test_a_document_is_read_as_the_lab_wants_it(client, lab, document, family, shown):
    answer = client.post("/labs/read/", {"json": json.dumps(document), "lab": lab})
    assert QueryDict(urlsplit(answer["Location"]).query)["family"] == family
    assert shown in unescape(client.get(answer["Location"]).content.decode())


@pytest.mark.parametrize(
    ("lab", "text", "message"),
    [
        ("registry", "[]", "must be a lifecycle policy"),
        ("registry", '{"services": []}', "has neither rules"),
        ("logs", '{"services": []}', "has no containerDefinitions"),
        ("network", '{"containerDefinitions": [{"name": "quiet"}]}', "map no port"),
        ("roles", "{", "is not JSON"),
    ],
)
def test_what_a_lab_cannot_read_is_told_and_kept(client, lab, text, message):
    page = client.post("/labs/read/", {"json": text, "lab": lab})
    assert page.status_code == 400
    told = unescape(page.content.decode())
    assert message in told
    assert text in told
    assert LABS[lab].reads in told


@pytest.mark.parametrize(
    ("address", "field", "message"),
    [
        ("logs/?family=log.check&containers=[1&launch_type=EC2&os=linux", "containers", "is not JSON"),
        ("logs/?family=log.check&containers=[1]&launch_type=EC2&os=linux", "containers", "must be an object"),
        ("storage/?family=volume.ephemeral&image_gib=1,5&data_gib=1", "image_gib", "must be a number such as"),
        ("network/?family=net.reach&launch_type=EC2&network_mode=bridge&container_port=70000&target_type=ip"
         "&listener_port=80", "container_port", "must be from 1 to 65535"),
        ("registry/?family=ecr.lifecycle&images.0.id=A&images.0.pushed_days_ago=x", "images.0.pushed_days_ago",
         "must be a number"),
    ],
)  # fmt: skip
def test_fields_of_every_kind_tell_what_is_wrong_with_them(client, address, field, message):
    page = client.get(f"/labs/{address}")
    assert page.status_code == 400
    assert re.search(rf'id="{re.escape(field)}-wrong">[^<]*{message}', page.content.decode())


def test_checked_boxes_come_back_checked(client):
    text = client.get("/labs/eks/?family=eks.nodes&needs.gpu=1&needs.spot=1&run=1").content.decode()
    assert re.findall(r'name="needs\.(\w+)" type="checkbox" value="1" checked', text) == ["gpu", "spot"]


def test_a_board_says_in_words_what_it_marks(client):
    text = client.get("/labs/registry/?preset=shield&run=1").content.decode()
    rows = re.findall(r'<th scope="row">(.*?)</th>(.*?)</tr>', text)
    marks = {head: re.findall(r"</span>([^<]*)", cells) for head, cells in rows if "days" in head}
    assert marks == {
        "C (beta-3), 8 days": ["", "kept here", "stays"],
        "B (beta-2, prod-2), 9 days": ["kept here", "shielded", "stays"],
        "A (beta-1, prod-1), 10 days": ["expires", "shielded", "expires"],
    }


def test_a_rule_is_changed_and_what_changes_stands_beside_it(client):
    fields = fields_of("registry", "shield")
    text = client.get(f"/labs/registry/?{fields}&run=1&other_field=rules.1.selection.countNumber&other_value=3").content
    assert "With rule 2: countNumber 3" in text.decode()
    assert text.decode().count("Young to old, and each rule as a lane") >= 2
    wrong = client.get(f"/labs/registry/?{fields}&run=1&other_field=rules.1.rulePriority&other_value=x")
    assert wrong.status_code == 400
    assert "must be a whole number" in wrong.content.decode()


def test_every_scenario_opens_in_its_lab_with_the_same_answer(client, settings):
    questions = [each for each in read_course(settings.CONTENT_DIR).course.questions if each.kind == "scenario"]
    for question in questions:
        variant = vary(question.key, version(question), "scenario", question.spec, 1, stem=question.stem)
        given = json.loads(json.dumps(dict(variant.given)))
        opened = client.get("/labs/open/", {"family": variant.family, "input": json.dumps(given)})
        assert client.get(opened["Location"]).status_code == 200, question.key
        parts = OF_FAMILY[variant.family][1].parts if variant.family in OF_FAMILY else ()
        if parts and "/labs/bench/" not in opened["Location"]:
            read = read_input(parts, QueryDict(urlsplit(opened["Location"]).query))
            assert simulate(variant.family, read) == simulate(variant.family, given), question.key


def test_a_case_that_the_fields_cannot_say_opens_on_the_bench(client):
    statement = {"Effect": "Allow", "Action": "s3:*"}
    case = {"action": "app-calls-aws", "calls": ["s3:PutObject"], "roles": {"task-role": [statement]}}
    opened = client.get("/labs/open/", {"family": "iam.allowed", "input": json.dumps(case)})
    assert "/labs/bench/" in opened["Location"]
    left_out = client.get("/labs/open/", {"family": "log.check", "input": json.dumps({"containers": [CONTAINER]})})
    assert "execution_role=1" in left_out["Location"]


def test_a_path_ends_at_the_hop_that_is_closed(client):
    text = client.get("/labs/network/?preset=wrong-target&run=1").content.decode()
    marks = re.findall(r'class="stop-mark">([^<]*)', text)
    assert marks == ["open", "closed", "not reached", "not reached", "not reached"]


def test_topics_and_their_facts_lead_to_the_labs(client, settings):
    load_course(read_course(settings.CONTENT_DIR).course)
    for lab in LABS.values():
        assert f'href="/labs/{lab.key}/?preset=' in client.get(f"/topics/{lab.topic}/").content.decode(), lab.key
        fact = client.get(f"/facts/{lab.examples[0].fact}/").content.decode()
        assert f"/labs/{lab.key}/?preset={lab.examples[0].key}" in fact, lab.key


def fields_of(key, name):
    lab = LABS[key]
    example = next(each for each in lab.examples if each.key == name)
    return urlencode({"family": example.family} | flat(lab.bench(example.family).parts, example.given))


def test_a_wrong_rules_chart_is_drawn_by_the_wrong_rule():
    example = next(example for _, example in EXAMPLES if example.family == "image.resolution")
    drawn = [
        [chart.rows for chart in drawing.resolution(example.given, answer)]
        for answer in (
            simulate("image.resolution", dict(example.given), trace=True),
            simulate("image.resolution", dict(example.given), misconception="push_reaches_running_tasks", trace=True),
        )
    ]
    assert drawn[0] != drawn[1]
