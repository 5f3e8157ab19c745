"""A log configuration that works, for a launch type, a driver and a destination.

What it makes is held against AWS's own model and against log.check by the tests. The options of the router are those of
Fluent Bit's outputs cloudwatch_logs, kinesis_firehose, kinesis_streams, s3, opensearch and splunk (Fluent Bit manual).
Sources: those of `rules`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from studyapp.simulators.errors import InputError
from studyapp.simulators.fields import Fields, known
from studyapp.simulators.log.driving import offered
from studyapp.simulators.log.rules import LAUNCH_TYPES, MODES, Rules
from studyapp.simulators.ruled import Steps

ROUTER_IMAGE = "amazon/aws-for-fluent-bit:stable"
CONFIGURED = ("awslogs", "splunk", "awsfirelens", "json-file")
_TOKEN = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:splunk-token"  # an example, replaced by `token_secret`
_FIELDS = known(
    "launch_type driver destination container image region group create_group prefix mode target token_secret"
)


@dataclass(frozen=True, slots=True)
class _Output:
    """A destination of the router: its name, what stands for its target, its options and the rights they take."""

    name: str
    target: str  # the option that names the target
    example: str
    options: Mapping[str, str]
    actions: tuple[str, ...]


def _output(name: str, target: str, example: str, actions: str, **options: str) -> _Output:
    return _Output(name, target, example, MappingProxyType(options), tuple(actions.split()))


OUTPUTS = MappingProxyType(
    {
        "cloudwatch": _output(
            "cloudwatch_logs", "log_group_name", "/ecs/web", "logs:CreateLogStream logs:PutLogEvents",
            log_stream_prefix="web-", auto_create_group="false",
        ),
        "firehose": _output("kinesis_firehose", "delivery_stream", "web-logs", "firehose:PutRecordBatch"),
        "kinesis": _output("kinesis_streams", "stream", "web-logs", "kinesis:PutRecords"),
        "s3": _output("s3", "bucket", "web-logs-111122223333", "s3:PutObject", total_file_size="50M"),
        "opensearch": _output(
            "opensearch", "Host", "search.example.com", "es:ESHttpPost es:ESHttpPut",
            Port="443", Index="web", AWS_Auth="On", tls="On", Suppress_Type_Name="On",
        ),
        "splunk": _output("splunk", "Host", "splunk.example.com", "", Port="8088", TLS="On"),
    }
)  # fmt: skip
_WRITE = ("logs:CreateLogStream", "logs:PutLogEvents")


def answer(input: dict[str, Any], rules: Rules, steps: Steps) -> dict[str, Any]:
    """Answer log.configure: the containers' log configuration, and what else it takes.

    In: `launch_type` EC2 [default], FARGATE, MANAGED_INSTANCES or EXTERNAL; `driver` awslogs, splunk, awsfirelens or
    json-file; `destination` of awsfirelens, cloudwatch [default], firehose, kinesis, s3, opensearch or splunk;
    `container` [app] and its `image`; `region` [eu-west-1]; `group` [/ecs/app], `prefix` [app] and `create_group`
    [false] of awslogs; `mode` null or absent for the default; `target`, the stream, bucket, host or URL;
    `token_secret`, the ARN of the Splunk token. Out: `containers`, as `register-task-definition` takes them;
    `permissions` [{`role`, `actions`, `why`}]; `instance`, what must be set on the container instance; `notes`.
    Raises InputError. Sources: those of the module.
    """
    fields = Fields(input, "", _FIELDS)
    launch = fields.choice("launch_type", LAUNCH_TYPES, "EC2")
    driver = fields.choice("driver", CONFIGURED)
    if driver not in rules.on[launch]:
        raise InputError("driver", f"must not be {driver}: it does not work on {launch}")
    if "destination" in fields.values and driver != "awsfirelens":
        raise InputError("destination", f"must be left out: {driver} has only one; awsfirelens has several")
    name, image = fields.text("container", "app"), fields.text("image", "web:1")
    region = fields.text("region", "eu-west-1")
    options: dict[str, str] = {}
    secrets: list[dict[str, str]] = []
    permissions: list[dict[str, Any]] = []
    notes: list[str] = []
    router: dict[str, Any] | None = None
    writer = "task-execution-role"
    if driver == "awslogs":
        options = {"awslogs-group": fields.text("group", "/ecs/app"), "awslogs-region": region}
        options["awslogs-stream-prefix"] = fields.text("prefix", "app")
        create = fields.boolean("create_group", False)
        if create:
            options["awslogs-create-group"] = "true"
        else:
            notes.append(f"The log group {options['awslogs-group']} must exist before the task starts.")
        actions = [*_WRITE, *(["logs:CreateLogGroup"] if create else [])]
        why = "awslogs writes with it; on EC2 with the container instance role if the task names none"
        permissions.append({"role": writer, "actions": actions, "why": why if launch == "EC2" else why.split(";")[0]})
        steps.add("12", "N065", {"create_group": create}, actions, f"The {writer.replace('-', ' ')} writes the log.")
    elif driver == "splunk":
        options = {"splunk-url": fields.text("target", "https://splunk.example.com:8088")}
        secrets = [{"name": "splunk-token", "valueFrom": fields.text("token_secret", _TOKEN, longest=512)}]
        permissions.append(_fetches())
        steps.add("12", "A041", {}, "secretOptions", "The token comes from a secret, with the task execution role.")
    elif driver == "awsfirelens":
        output = OUTPUTS[fields.choice("destination", tuple(OUTPUTS), "cloudwatch")]
        options = {"Name": output.name, output.target: fields.text("target", output.example), **output.options}
        if output.name == "opensearch":
            options["AWS_Region"] = region
        elif output.name != "splunk":
            options["region"] = region
        if output.name == "splunk":
            secrets = [{"name": "Splunk_Token", "valueFrom": fields.text("token_secret", _TOKEN, longest=512)}]
            permissions.append(_fetches())
        else:
            why = "the router is a container of the task and sends with it"
            permissions.append({"role": "task-role", "actions": list(output.actions), "why": why})
        router = _router(region)
        permissions.append({"role": writer, "actions": list(_WRITE), "why": "the router's own log goes by awslogs"})
        notes.append("The log group /ecs/log-router must exist before the task starts.")
        steps.add("12", "A042", {}, "log-router", "A container with a firelensConfiguration takes the lines.")
        steps.add("12", "A043", {"destination": output.name}, list(output.actions), "It sends with the task role.")
    else:
        notes.append("The log stays on the instance: docker logs shows it there, and nowhere else.")
    mode = fields.choice("mode", MODES, "non-blocking") if fields.values.get("mode") is not None else None
    if mode and driver != "awsfirelens":
        options["mode"] = mode
        if mode == "blocking":
            notes.append("Blocking: if logs cannot leave, the application waits.")
    elif mode:
        raise InputError("mode", "must be left out with awsfirelens; its buffer is set by log-driver-buffer-limit")
    logs: dict[str, Any] = {"logDriver": driver}
    if options:
        logs["options"] = options
    if secrets:
        logs["secretOptions"] = secrets
    app = {"name": name, "image": image, "essential": True, "memory": 512, "logConfiguration": logs}
    instance = _instance(driver, launch, rules)
    if instance:
        steps.add("2.5", "N069", {}, instance, "The instance must offer the driver.")
    return {
        "containers": [app] if router is None else [router, app],
        "permissions": permissions,
        "instance": instance,
        "notes": notes,
    }


def _fetches() -> dict[str, Any]:
    return {
        "role": "task-execution-role",
        "actions": ["secretsmanager:GetSecretValue"],
        "why": "the token is fetched with it before the container starts",
    }


def _router(region: str) -> dict[str, Any]:
    return {
        "name": "log-router",
        "image": ROUTER_IMAGE,
        "essential": True,
        "memoryReservation": 50,
        "firelensConfiguration": {"type": "fluentbit", "options": {"enable-ecs-log-metadata": "true"}},
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": "/ecs/log-router",
                "awslogs-region": region,
                "awslogs-stream-prefix": "log-router",
            },
        },
    }


def _instance(driver: str, launch: str, rules: Rules) -> list[str]:
    """Say what an instance must be told; the ECS-optimized AMI offers four drivers of itself."""
    wanted = ["awslogs"] if driver == "awsfirelens" else [driver]
    if launch not in ("EC2", "EXTERNAL") or all(offered(each, launch, ("json-file",), rules) for each in wanted):
        return []
    of_itself = "; the ECS-optimized AMI does so of itself" if wanted == ["awslogs"] else ""
    return [f'ECS_AVAILABLE_LOGGING_DRIVERS in /etc/ecs/ecs.config lists "{wanted[0]}"{of_itself}.']
