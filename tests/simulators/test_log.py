"""Logs: which driver works where, what is wrong with a configuration, and configurations that work."""

import copy
import itertools

import pytest

from studyapp.simulators.door import simulate
from studyapp.simulators.errors import InputError
from studyapp.simulators.imports.model import faults
from studyapp.simulators.log import misconceptions
from studyapp.simulators.log.configuring import CONFIGURED, OUTPUTS
from tests.simulators.ruled import check, check_steps, check_wrong, vectors

LAUNCH_TYPES = ("EC2", "FARGATE", "MANAGED_INSTANCES", "EXTERNAL")
# Section 12: where each driver works.
WORKS = {
    "awslogs": LAUNCH_TYPES, "splunk": LAUNCH_TYPES, "awsfirelens": LAUNCH_TYPES,
    "json-file": ("EC2", "MANAGED_INSTANCES", "EXTERNAL"), "fluentd": ("EC2", "EXTERNAL"), "gelf": ("EC2", "EXTERNAL"),
    "journald": ("EC2", "EXTERNAL"), "syslog": ("EC2", "EXTERNAL"), "logentries": (),
}  # fmt: skip
GROUP = {"awslogs-group": "/ecs/web", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "web"}
SPLUNK = {"splunk-url": "https://splunk.example.com:8088"}
TOKEN = [{"name": "splunk-token", "valueFrom": "arn:aws:secretsmanager:eu-west-1:1:secret:t"}]
ROUTER = {
    "name": "router", "essential": True, "firelensConfiguration": {"type": "fluentbit"},
    "logConfiguration": {"logDriver": "awslogs", "options": GROUP},
}  # fmt: skip


def app(driver="awslogs", options=None, **more):
    logs = {"logDriver": driver, "options": GROUP if options is None else options, **more}
    return {"name": "app", "logConfiguration": logs}


def routed(**options):
    return app("awsfirelens", {"Name": "s3", "bucket": "b", "region": "eu-west-1", **options})


def task(*containers, **fields):
    return {"containers": list(containers or (app(),)), "launch_type": "FARGATE", **fields}


@vectors("log")
def test_an_example_of_the_interface(vector):
    check(vector)


@pytest.mark.parametrize("driver", WORKS)
def test_where_a_driver_works(driver):
    for launch in LAUNCH_TYPES:
        answer = simulate("log.driver", {"driver": driver, "launch_type": launch})
        assert answer["supported"] == answer["placeable"] == (launch in WORKS[driver]), launch
        check_steps("log.driver", {"driver": driver, "launch_type": launch})


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({"driver": "awslogs"}, ["awslogs-group", "awslogs-region"]),
        ({"driver": "awslogs", "launch_type": "FARGATE"}, ["awslogs-group", "awslogs-region", "awslogs-stream-prefix"]),
        ({"driver": "awslogs", "options": ["awslogs-region"]}, ["awslogs-group"]),
        ({"driver": "awslogs", "launch_type": "FARGATE", "options": list(GROUP)}, []),
        ({"driver": "awslogs", "launch_type": "MANAGED_INSTANCES", "options": list(GROUP)[:2]}, []),
        ({"driver": "awslogs", "options": GROUP}, []),
        ({"driver": "splunk", "options": ["splunk-url"]}, ["splunk-token"]),
        ({"driver": "splunk", "options": ["splunk-url"], "secret_options": ["splunk-token"]}, []),
        ({"driver": "splunk"}, ["splunk-url", "splunk-token"]),
        ({"driver": "awsfirelens"}, []),
        ({"driver": "json-file"}, []),
    ],
)
def test_which_options_are_missing(fields, missing):
    assert simulate("log.driver", fields)["missing_options"] == missing
    check_steps("log.driver", fields)


@pytest.mark.parametrize(
    ("driver", "launch", "available", "placeable"),
    [
        ("awslogs", "EC2", ["json-file", "none"], False), ("awslogs", "EC2", ["json-file", "awslogs"], True),
        ("awslogs", "EC2", None, True), ("awsfirelens", "EC2", ["json-file"], True), ("splunk", "EC2", [], False),
        ("awslogs", "FARGATE", [], True), ("awslogs", "MANAGED_INSTANCES", ["json-file"], True),
        ("syslog", "FARGATE", ["syslog"], False), ("syslog", "EXTERNAL", ["json-file"], False),
    ],
)  # fmt: skip
def test_whether_a_task_can_be_placed(driver, launch, available, placeable):
    case = {"driver": driver, "launch_type": launch, "available_drivers": available}
    assert simulate("log.driver", case)["placeable"] == placeable
    check_steps("log.driver", case)


@pytest.mark.parametrize(
    ("own", "account", "mode"),
    [
        (None, None, "non-blocking"), (None, "blocking", "blocking"), ("blocking", None, "blocking"),
        ("blocking", "non-blocking", "blocking"), ("non-blocking", "blocking", "non-blocking"),
    ],
)  # fmt: skip
def test_the_mode_that_counts(own, account, mode):
    case = {"driver": "awslogs", "mode": own, "account_default": account}
    assert simulate("log.driver", case)["effective_mode"] == mode
    if own:
        by_option = {"driver": "awslogs", "options": {"mode": own}, "account_default": account}
        assert simulate("log.driver", by_option)["effective_mode"] == mode


# What is wrong, and why: at least forty of them. (case, code, part of the field)
BROKEN = [
    (task(app("syslog", {})), "driver-not-there", "[0].logConfiguration.logDriver"),
    (task(app("json-file", {})), "driver-not-there", "logDriver"),
    (task(app("gelf", {})), "driver-not-there", "logDriver"),
    (task(app("fluentd", {}), launch_type="MANAGED_INSTANCES"), "driver-not-there", "logDriver"),
    (task(app("journald", {}), launch_type="MANAGED_INSTANCES"), "driver-not-there", "logDriver"),
    (task(app("logentries", {}), launch_type="EC2"), "unknown-driver", "logDriver"),
    (task(app("awslog", {}), launch_type="EC2"), "unknown-driver", "logDriver"),
    (task({"name": "a", "logConfiguration": {"options": GROUP}}), "no-driver", "logDriver"),
    (task({"name": "a", "logConfiguration": {"logDriver": ""}}), "no-driver", "logDriver"),
    (task({"name": "a", "logConfiguration": {"logDriver": 7}}), "no-driver", "logDriver"),
    (task(app("awslogs", {**GROUP, "awslogs-stream-prefix": ""})), "missing-awslogs-stream-prefix", "stream-prefix"),
    (task(app("awslogs", {"awslogs-group": "g", "awslogs-region": "eu-west-1"})), "missing-awslogs-stream-prefix",
     "stream-prefix"),
    (task(app("awslogs", {"awslogs-region": "eu-west-1"}), launch_type="EC2"), "missing-awslogs-group", "group"),
    (task(app("awslogs", {"awslogs-group": "g"}), launch_type="EC2"), "missing-awslogs-region", "region"),
    (task(app("awslogs", {})), "missing-awslogs-group", "awslogs-group"),
    (task(app("splunk", SPLUNK)), "missing-splunk-token", "splunk-token"),
    (task(app("splunk", {}, secretOptions=TOKEN)), "missing-splunk-url", "splunk-url"),
    (task(app("splunk", {"splunk-url": "splunk.example.com"}, secretOptions=TOKEN)), "bad-splunk-url", "splunk-url"),
    (task(app("splunk", SPLUNK, secretOptions=TOKEN), execution_role=False), "secrets-without-execution-role",
     "secretOptions"),
    (task(app("splunk", SPLUNK, secretOptions=TOKEN), execution_role=False, launch_type="EC2"),
     "secrets-without-execution-role", "secretOptions"),
    (task(app("splunk", {**SPLUNK, "splunk-token": "x"}, secretOptions=TOKEN)), "option-twice", "secretOptions"),
    (task(app("splunk", {**SPLUNK, "awslogs-group": "g"}, secretOptions=TOKEN)), "foreign-option", "awslogs-group"),
    (task(app("awslogs", {**GROUP, "splunk-url": "https://x"})), "foreign-option", "splunk-url"),
    (task(app(), log_groups=["/ecs/orders"]), "group-missing", "awslogs-group"),
    (task(app(), log_groups=[]), "group-missing", "awslogs-group"),
    (task(app("awslogs", {**GROUP, "awslogs-create-group": "false"}), log_groups=[]), "group-missing", "awslogs-group"),
    (task(app("awslogs", {**GROUP, "awslogs-create-group": "true"}), log_groups=[]), "no-right-to-create-group",
     "create-group"),
    (task(app("awslogs", {**GROUP, "awslogs-create-group": "true"})), "no-right-to-create-group", "create-group"),
    (task(app("awslogs", {**GROUP, "awslogs-create-group": "yes"})), "bad-create-group", "create-group"),
    (task(app("awslogs", {**GROUP, "awslogs-create-group": True})), "option-no-text", "create-group"),
    (task(app("awslogs", {**GROUP, "awslogs-group": "a b"})), "bad-group", "awslogs-group"),
    (task(app("awslogs", {**GROUP, "awslogs-group": "x" * 513})), "bad-group", "awslogs-group"),
    (task(app("awslogs", {**GROUP, "awslogs-region": "Ireland"})), "bad-region", "awslogs-region"),
    (task(app("awslogs", {**GROUP, "awslogs-datetime-format": "%H", "awslogs-multiline-pattern": "^I"})),
     "two-patterns", "multiline-pattern"),
    (task(app("awslogs", {**GROUP, "mode": "async"})), "bad-mode", "mode"),
    (task(app("awslogs", {**GROUP, "mode": "blocking", "max-buffer-size": "25m"})), "buffer-in-blocking-mode",
     "max-buffer-size"),
    (task(app("awslogs", {**GROUP, "max-buffer-size": "25m"}), account_default="blocking"), "buffer-in-blocking-mode",
     "max-buffer-size"),
    (task(app("awslogs", {**GROUP, "max-buffer-size": "much"})), "bad-buffer-size", "max-buffer-size"),
    (task(execution_role=False), "no-execution-role", "logDriver"),
    (task(execution_role=False, launch_type="MANAGED_INSTANCES"), "no-execution-role", "logDriver"),
    (task(launch_type="EC2", available_drivers=["json-file", "none"]), "driver-not-offered", "logDriver"),
    (task(app("splunk", SPLUNK, secretOptions=TOKEN), launch_type="EC2", available_drivers=["awslogs"]),
     "driver-not-offered", "logDriver"),
    (task(routed()), "no-router", "[0].logConfiguration.logDriver"),
    (task(ROUTER, ROUTER | {"name": "second"}, routed()), "two-routers", "containers"),
    (task(ROUTER, routed(), task_role=False), "router-without-task-role", "[0].firelensConfiguration"),
    (task(ROUTER | {"firelensConfiguration": {"type": "logstash"}}, routed()), "router-type", "type"),
    (task(ROUTER | {"firelensConfiguration": {}}, routed()), "router-type", "type"),
    (task(ROUTER | {"firelensConfiguration": {"type": "fluentbit", "options": {"config-file-type": "s3"}}}, routed()),
     "config-from-s3", "config-file-type"),
    (task(ROUTER | {"firelensConfiguration": {"type": "fluentbit", "options": {"config-file-type": "ftp"}}}, routed()),
     "config-file-type", "config-file-type"),
    (task(ROUTER | {"portMappings": [{"containerPort": 80}, {"containerPort": 24224}]}, routed()), "router-port-open",
     "[0].portMappings[1]"),
    (task(ROUTER | {"logConfiguration": routed()["logConfiguration"]}, routed()), "router-logs-to-itself", "logDriver"),
    (task(ROUTER, routed(), os="windows", launch_type="EC2"), "firelens-on-windows", "[1].logConfiguration"),
    (task(app("awslogs", ["awslogs-group"])), "options", "options"),
]  # fmt: skip


@pytest.mark.parametrize(("case", "code", "field"), BROKEN, ids=[f"{n}-{row[1]}" for n, row in enumerate(BROKEN)])
def test_a_broken_one_is_told_the_right_reason(case, code, field):
    answer = simulate("log.check", copy.deepcopy(case))
    assert not answer["ok"]
    found = [each for each in answer["problems"] if each["problem"] == code]
    assert found, answer["errors"]
    assert field in found[0]["field"]
    assert found[0]["severity"] == "error"
    assert found[0]["fix"].endswith(".")
    assert answer["errors"] == [code] or code in ("missing-awslogs-group", "no-driver", "two-routers"), answer["errors"]
    assert answer["first"] == answer["errors"][0]
    check_steps("log.check", case)


@pytest.mark.parametrize(
    ("case", "warnings"),
    [
        (task(), []),
        (task(launch_type="EC2", execution_role=False), []),
        (task(log_groups=["/ecs/web"]), []),
        (task(app("awslogs", {**GROUP, "awslogs-create-group": "true"}), may_create_group=True, log_groups=[]), []),
        (task(app("awslogs", {**GROUP, "awslogs-create-group": "true"}), log_groups=["/ecs/web"]), []),
        (task(app("awslogs", {**GROUP, "mode": "non-blocking", "max-buffer-size": "25M"})), []),
        (task(app("awslogs", {**GROUP, "mode": "blocking"})), ["blocking"]),
        (task(account_default="blocking"), ["blocking"]),
        (task(app("awslogs", {**GROUP, "mode": "non-blocking"}), account_default="blocking"), []),
        (task({"name": "quiet"}), ["no-logs"]),
        (task({"name": "quiet"}, launch_type="EC2"), ["logs-stay"]),
        (task(app("splunk", {**SPLUNK, "splunk-token": "x"})), ["token-in-plain-text"]),
        (task(app("splunk", SPLUNK, secretOptions=TOKEN)), []),
        (task(ROUTER, routed()), []),
        (task(ROUTER), ["idle-router"]),
        (task(ROUTER | {"essential": False}, routed()), ["router-not-essential"]),
        (task(ROUTER, app("awsfirelens", {"Name": "splunk", "Host": "h"}), task_role=False), []),
        (task(app("syslog", {}), launch_type="EC2"), []),
        (task(ROUTER, routed(), launch_type="EC2", available_drivers=["awslogs"]), []),
    ],
)
def test_what_is_right_is_left_alone_and_what_is_risky_is_said(case, warnings):
    answer = simulate("log.check", case)
    assert answer["ok"]
    assert answer["first"] is None
    assert [each["problem"] for each in answer["problems"]] == warnings
    assert {each["severity"] for each in answer["problems"]} <= {"warning"}
    check_steps("log.check", case)


COMBINATIONS = [
    {"launch_type": launch, "driver": driver}
    | ({"destination": destination} if destination else {})
    | ({"mode": mode} if mode else {})
    | ({"create_group": True} if create else {})
    for launch, driver in itertools.product(LAUNCH_TYPES, CONFIGURED)
    for destination in (OUTPUTS if driver == "awsfirelens" else (None,))
    for mode in ((None,) if driver == "awsfirelens" else (None, "blocking", "non-blocking"))
    for create in ((False, True) if driver == "awslogs" else (False,))
    if launch in WORKS[driver]
]


@pytest.mark.parametrize("case", COMBINATIONS, ids=lambda case: "-".join(map(str, case.values())))
def test_a_configuration_is_valid_for_aws_and_passes_the_check(case):
    answer = simulate("log.configure", case)
    made = {"family": "web", "containerDefinitions": answer["containers"]}
    assert not faults(made, "RegisterTaskDefinitionRequest")
    roles = {each["role"]: each["actions"] for each in answer["permissions"]}
    checked = simulate("log.check", {
        "containers": answer["containers"], "launch_type": case["launch_type"],
        "execution_role": "task-execution-role" in roles, "task_role": "task-role" in roles,
        "may_create_group": "logs:CreateLogGroup" in roles.get("task-execution-role", ()),
    })  # fmt: skip
    assert checked["ok"], checked
    assert {each["problem"] for each in checked["problems"]} <= {"blocking"}
    logs = answer["containers"][-1]["logConfiguration"]
    driver = simulate("log.driver", {
        "driver": case["driver"], "launch_type": case["launch_type"], "mode": case.get("mode"),
        "options": list(logs.get("options", ())),
        "secret_options": [each["name"] for each in logs.get("secretOptions", ())],
    })  # fmt: skip
    assert driver["supported"]
    assert not driver["missing_options"]
    assert bool(answer["instance"]) == (case["launch_type"] in ("EC2", "EXTERNAL") and case["driver"] != "json-file")


def test_a_configuration_says_what_was_asked():
    case = {
        "launch_type": "FARGATE", "driver": "awslogs", "container": "shop", "image": "shop:7", "region": "us-east-1",
        "group": "/shop", "prefix": "s", "create_group": True, "mode": "blocking",
    }  # fmt: skip
    answer = simulate("log.configure", case)
    assert answer["containers"][0]["name"] == "shop"
    assert answer["containers"][0]["image"] == "shop:7"
    assert answer["containers"][0]["logConfiguration"]["options"] == {
        "awslogs-group": "/shop", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "s",
        "awslogs-create-group": "true", "mode": "blocking",
    }  # fmt: skip
    assert "logs:CreateLogGroup" in answer["permissions"][0]["actions"]
    routed = simulate("log.configure", {"launch_type": "FARGATE", "driver": "awsfirelens", "destination": "firehose"})
    assert {each["role"]: each["actions"] for each in routed["permissions"]} == {
        "task-role": ["firehose:PutRecordBatch"],
        "task-execution-role": ["logs:CreateLogStream", "logs:PutLogEvents"],
    }
    check_steps("log.configure", case)


@pytest.mark.parametrize(
    ("family", "case", "field"),
    [
        ("log.driver", {}, "driver"),
        ("log.driver", {"driver": "awslogs", "mode": "fast"}, "mode"),
        ("log.driver", {"driver": "awslogs", "options": {"mode": "fast"}}, "options.mode"),
        ("log.driver", {"driver": "awslogs", "account_default": "fast"}, "account_default"),
        ("log.driver", {"driver": "awslogs", "options": [1]}, "options[0]"),
        ("log.check", {"containers": []}, "containers"),
        ("log.check", {"containers": [7]}, "containers[0]"),
        ("log.check", {"containers": [{"logConfiguration": "awslogs"}]}, "containers[0].logConfiguration"),
        ("log.check", {"containers": [{"firelensConfiguration": 1}]}, "containers[0].firelensConfiguration"),
        ("log.check", {"containers": [{"portMappings": {}}]}, "containers[0].portMappings"),
        ("log.check", {"containers": [{}], "account_default": "fast"}, "account_default"),
        ("log.configure", {"launch_type": "FARGATE", "driver": "json-file"}, "driver"),
        ("log.configure", {"driver": "awslogs", "destination": "s3"}, "destination"),
        ("log.configure", {"driver": "awsfirelens", "mode": "blocking"}, "mode"),
        ("log.configure", {"driver": "syslog"}, "driver"),
    ],
)
def test_what_is_refused(family, case, field):
    with pytest.raises(InputError) as refused:
        simulate(family, case)
    assert refused.value.field == field


def test_the_misconceptions():
    drivers = [
        {"driver": driver, "launch_type": launch, "options": ["awslogs-group", "splunk-url"],
         "secret_options": ["splunk-token"], "available_drivers": ["json-file"]}
        for driver in WORKS for launch in LAUNCH_TYPES
    ]  # fmt: skip
    drivers.append({"driver": "awslogs", "mode": "blocking", "account_default": "non-blocking"})
    drivers.append({"driver": "awslogs", "options": ["awslogs-group", "awslogs-region"]})
    drivers.append({"driver": "splunk", "options": ["splunk-url"]})
    pool = {"log.driver": drivers, "log.check": [case for case, *_ in BROKEN]}
    pool["log.check"] += [task(task_role=False), task(ROUTER, routed(), execution_role=False, launch_type="EC2")]
    check_wrong("log", {"log.driver": misconceptions.DRIVER, "log.check": misconceptions.CHECK}, pool)
