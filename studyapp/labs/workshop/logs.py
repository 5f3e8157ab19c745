"""The lab of logs: a driver, a configuration that works, and what is wrong with one that does not."""

from typing import Any

from studyapp.labs.workshop import boards
from studyapp.labs.workshop.fields import Field
from studyapp.labs.workshop.lab import Bench, Example, Lab
from studyapp.simulators.log.configuring import CONFIGURED, OUTPUTS
from studyapp.simulators.log.rules import DRIVERS, LAUNCH_TYPES, MODES

_LAUNCH = Field("launch_type", "launchType", "choice", LAUNCH_TYPES)
_ACCOUNT = Field("account_default", "defaultLogDriverMode of the account", "choice", MODES, optional=True)
_AVAILABLE = Field("available_drivers", "ECS_AVAILABLE_LOGGING_DRIVERS", "words", optional=True,
                   help="Empty: nothing is known of the instances.")  # fmt: skip


def _app(driver: str, options: dict[str, str], **more: Any) -> dict[str, Any]:
    return {"name": "app", "image": "web:1", "logConfiguration": {"logDriver": driver, "options": options, **more}}


LOGS = Lab(
    "logs", "Logs that arrive",
    "Choose a driver and get a configuration that works, or paste yours and be told what is wrong with it.",
    "log-drivers",
    (
        Bench("log.configure", "From the table to a configuration",
              (_LAUNCH, Field("driver", "logDriver", "choice", CONFIGURED),
               Field("destination", "Destination of the router", "choice", tuple(OUTPUTS), optional=True,
                     help="For awsfirelens alone."),
               Field("container", "Name of the container", "word", optional=True),
               Field("region", "Region", "word", optional=True),
               Field("group", "Log group", "word", optional=True),
               Field("prefix", "Stream prefix", "word", optional=True),
               Field("create_group", "Have the group created", "flag"),
               Field("mode", "mode", "choice", MODES, optional=True),
               Field("target", "Stream, bucket, host or URL", "word", optional=True),
               Field("token_secret", "ARN of the Splunk token", "word", optional=True)),
              "containers | count", "How many containers does it take?", boards.permissions,
              documents=("containers",), hidden=("permissions", "instance")),
        Bench("log.check", "What is wrong with it?",
              (Field("containers", "containerDefinitions", "json", help="A list, as in a task definition."), _LAUNCH,
               Field("os", "Operating system", "choice", ("linux", "windows")),
               Field("execution_role", "The task has an execution role", "flag", default=True),
               Field("task_role", "The task has a task role", "flag", default=True),
               Field("log_groups", "Log groups that exist", "words", optional=True, help="Empty: not known."),
               Field("may_create_group", "The role may create log groups", "flag"), _AVAILABLE, _ACCOUNT),
              "errors | count", "How many things are wrong?", boards.findings, hidden=("problems",)),
        Bench("log.driver", "A driver and its options",
              (Field("driver", "logDriver", "choice", DRIVERS), _LAUNCH,
               Field("options", "Options that are set", "words", optional=True),
               Field("secret_options", "Options from secrets", "words", optional=True), _AVAILABLE,
               Field("mode", "mode", "choice", MODES, optional=True), _ACCOUNT),
              "missing_options | count", "How many options are missing?", boards.steps),
    ),
    (
        Example("plain", "awslogs on Fargate", "Three options, and two permissions on the execution role.", "N089",
                "log.configure", {"launch_type": "FARGATE", "driver": "awslogs"}),
        Example("router", "FireLens to S3", "A second container, and the task role.", "A042", "log.configure",
                {"launch_type": "FARGATE", "driver": "awsfirelens", "destination": "s3"}),
        Example("splunk", "Splunk on instances", "The token from a secret, and the driver enabled.", "A041",
                "log.configure", {"launch_type": "EC2", "driver": "splunk"}),
        Example("no-group", "The group does not exist", "Nobody creates it by itself.", "A030", "log.check",
                {"containers": [_app("awslogs", {"awslogs-group": "/ecs/web", "awslogs-region": "eu-west-1",
                                                 "awslogs-stream-prefix": "web"})],
                 "launch_type": "FARGATE", "os": "linux", "execution_role": True, "task_role": True,
                 "log_groups": ["/ecs/orders"]}),
        Example("four-faults", "Four faults in one definition", "Driver, prefix, pattern and role.", "N089",
                "log.check",
                {"containers": [_app("awslogs", {"awslogs-group": "/ecs/web", "awslogs-region": "eu-west-1",
                                                 "awslogs-datetime-format": "%Y-%m-%d",
                                                 "awslogs-multiline-pattern": "^INFO"}),
                                {"name": "sidecar", "image": "tail:1", "logConfiguration": {"logDriver": "syslog"}}],
                 "launch_type": "FARGATE", "os": "linux", "execution_role": False, "task_role": True}),
        Example("no-router", "awsfirelens without a router", "The lines have nowhere to go.", "A042", "log.check",
                {"containers": [_app("awsfirelens", {"Name": "s3", "bucket": "web-logs", "region": "eu-west-1"})],
                 "launch_type": "FARGATE", "os": "linux", "execution_role": True, "task_role": True}),
        Example("not-offered", "Not offered by the instance", "The task is never placed.", "N069", "log.driver",
                {"driver": "awslogs", "launch_type": "EC2", "options": ["awslogs-group", "awslogs-region"],
                 "available_drivers": ["json-file", "none"]}),
    ),
    reads="A task definition or a container definition",
)  # fmt: skip
