"""What is wrong with the logging of a task's containers?

Reads containers as `register-task-definition` takes them. Sources: those of `rules`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from studyapp.simulators.errors import InputError
from studyapp.simulators.fields import Fields, checked_text, known, shown
from studyapp.simulators.log.driving import mode_of, offered, required_options
from studyapp.simulators.log.rules import DRIVERS, LAUNCH_TYPES, MODES, Rules
from studyapp.simulators.ruled import Steps

ROUTER_PORT = 24224
_GROUP = re.compile(r"[A-Za-z0-9_./#-]{1,512}", re.ASCII)
_REGION = re.compile(r"[a-z]{2}(-[a-z]+){1,3}-[0-9]{1,2}", re.ASCII)
_SIZE = re.compile(r"[0-9]+[bkmg]?", re.ASCII)
_COMMON = frozenset(("mode", "max-buffer-size"))
_DATES = "awslogs-datetime-format"
_LINES = "awslogs-multiline-pattern"
_FIELDS = known(
    "containers launch_type os execution_role task_role log_groups may_create_group available_drivers account_default"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong or risky: its code, whether it fails or only may hurt, where, what, what to do, and the fact."""

    problem: str
    severity: str  # error or warning
    field: str
    message: str
    fix: str
    fact: str


@dataclass(frozen=True, slots=True)
class _Task:
    """What is known beside the containers."""

    launch: str
    system: str
    execution_role: bool
    task_role: bool
    groups: list[str] | None
    may_create: bool
    available: list[str] | None
    account_mode: str | None
    routers: list[str]
    routed_to_aws: bool
    rules: Rules


def answer(input: dict[str, Any], rules: Rules, steps: Steps) -> dict[str, Any]:
    """Answer log.check: what is wrong with the logging of these containers?

    In: `containers`, a list as in a task definition, of which name, logConfiguration, firelensConfiguration,
    portMappings and essential are read; `launch_type` [EC2]; `os` linux [default] or windows; `execution_role` and
    `task_role` [true], whether the task definition names them; `log_groups`, those that exist, null or absent if not
    known; `may_create_group` [false], whether the role that writes has logs:CreateLogGroup; `available_drivers` and
    `account_default` as for log.driver. Out: `ok`, no error is found; `problems` [{`problem`, `severity` error or
    warning, `field`, `message`, `fix`, `fact`}], in the order of the containers; `errors`, the codes of the errors;
    `first`, the first of them, or null. Raises InputError. Sources: those of the module.
    """
    fields = Fields(input, "", _FIELDS)
    containers = fields.each("containers", 10, _container, None)
    if not containers:
        raise InputError("containers", "must hold at least one container")
    launch = fields.choice("launch_type", LAUNCH_TYPES, "EC2")
    account = fields.values.get("account_default")
    if account is not None and account not in MODES:
        raise InputError("account_default", f"must be blocking or non-blocking, not {shown(account)}")
    task = _Task(
        launch,
        fields.choice("os", ("linux", "windows"), "linux"),
        fields.boolean("execution_role", True),
        fields.boolean("task_role", True),
        None if fields.values.get("log_groups") is None else fields.each("log_groups", 100, checked_text),
        fields.boolean("may_create_group", False),
        None if fields.values.get("available_drivers") is None else fields.each("available_drivers", 30, checked_text),
        account,
        [str(each.get("name", place)) for place, each in enumerate(containers) if "firelensConfiguration" in each],
        any(_to_aws(each) for each in containers),
        rules,
    )
    found = list(_routing(containers, task))
    for place, each in enumerate(containers):
        found.extend(_logs(each, f"containers[{place}]", task))
        found.extend(_router(each, f"containers[{place}]", task))
    for finding in found:
        steps.add("12", finding.fact, {"field": finding.field}, finding.problem, f"{finding.message} {finding.fix}")
    if not found:
        steps.add("12", "N064", {}, "ok", "Nothing is wrong with the logging of these containers.")
    errors = list(dict.fromkeys(finding.problem for finding in found if finding.severity == "error"))
    return {
        "ok": not errors,
        "problems": [asdict(finding) for finding in found],
        "errors": errors,
        "first": errors[0] if errors else None,
    }


def _container(value: object, path: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InputError(path, f"must be an object, not {shown(value)}")
    for name in ("logConfiguration", "firelensConfiguration"):
        if value.get(name) is not None and not isinstance(value[name], dict):
            raise InputError(f"{path}.{name}", f"must be an object, not {shown(value[name])}")
    _list(value, "portMappings", path)
    logs = value.get("logConfiguration") or {}
    for place, secret in enumerate(_list(logs, "secretOptions", f"{path}.logConfiguration")):
        at = f"{path}.logConfiguration.secretOptions[{place}]"
        if not isinstance(secret, dict):
            raise InputError(at, f"must be an object, not {shown(secret)}")
        if not isinstance(secret.get("name", ""), str):
            raise InputError(f"{at}.name", f"must be a text, not {shown(secret['name'])}")
    return {name: each for name, each in value.items() if each is not None}


def _list(value: Mapping[str, Any], name: str, path: str) -> list[Any]:
    """Give a list of an object, empty where it is left out."""
    found = value.get(name)
    if found is not None and not isinstance(found, list):
        raise InputError(f"{path}.{name}", f"must be a list, not {shown(found)}")
    return found or []


def _to_aws(container: Mapping[str, Any]) -> bool:
    """Tell whether a container's lines are routed to a service of AWS, as far as its options say."""
    logs = container.get("logConfiguration") or {}
    options = logs.get("options") if logs.get("logDriver") == "awsfirelens" else None
    if not isinstance(options, dict):
        return False
    named = {name.casefold(): str(value) for name, value in options.items()}
    output = named.get("name", "").casefold()
    return (
        output.startswith(("cloudwatch", "kinesis", "firehose", "s3")) or named.get("aws_auth", "").casefold() == "on"
    )


def _error(problem: str, field: str, message: str, fix: str, fact: str) -> Finding:
    return Finding(problem, "error", field, message, fix, fact)


def _warning(problem: str, field: str, message: str, fix: str, fact: str) -> Finding:
    return Finding(problem, "warning", field, message, fix, fact)


def _routing(containers: list[Mapping[str, Any]], task: _Task) -> Iterator[Finding]:
    """Find what is wrong between the containers that use a router and the router."""
    users = [
        place
        for place, each in enumerate(containers)
        if each.get("logConfiguration", {}).get("logDriver") == "awsfirelens"
    ]
    if users and not task.routers and task.rules.router_needed:
        yield _error(
            "no-router", f"containers[{users[0]}].logConfiguration.logDriver",
            "The driver awsfirelens hands its lines to a router, and no container has a firelensConfiguration.",
            "Add a container with one, of type fluentbit or fluentd.", "A042",
        )  # fmt: skip
    if len(task.routers) > 1:
        yield _error(
            "two-routers", "containers", f"A task has one router, and {' and '.join(task.routers)} both are one.",
            "Keep one firelensConfiguration.", "A042",
        )  # fmt: skip
    if task.routers and not users:
        yield _warning(
            "idle-router", "containers", "A router is there, and no container uses the driver awsfirelens.",
            "Set logDriver to awsfirelens where logs are to be routed.", "A042",
        )  # fmt: skip


def _logs(container: Mapping[str, Any], path: str, task: _Task) -> Iterator[Finding]:
    """Find what is wrong with the logConfiguration of a container."""
    logs = container.get("logConfiguration")
    at = f"{path}.logConfiguration"
    if logs is None:
        if task.launch == "FARGATE":
            yield _warning(
                "no-logs", at, "Without a logConfiguration nothing of a Fargate task's output is kept.",
                "Set the driver awslogs, or another.", "N063",
            )  # fmt: skip
        else:
            yield _warning(
                "logs-stay", at, "Without a logConfiguration the Docker daemon keeps the output on the instance.",
                "Set the driver awslogs, or another.", "N067",
            )  # fmt: skip
        return
    driver = logs.get("logDriver")
    if not isinstance(driver, str) or not driver:
        yield _error(
            "no-driver", f"{at}.logDriver", "A logConfiguration names its driver.", "Add logDriver, such as awslogs.",
            "N064",
        )  # fmt: skip
        return
    if driver not in DRIVERS:
        gone = " It was taken off the list in 2023." if driver == "logentries" else ""
        yield _error(
            "unknown-driver", f"{at}.logDriver", f"ECS has no log driver {driver[:40]}.{gone}",
            f"Use one of {', '.join(DRIVERS)}.", "A046",
        )  # fmt: skip
        return
    if driver not in task.rules.on[task.launch]:
        yield _error(
            "driver-not-there", f"{at}.logDriver",
            f"The driver {driver} does not work on {'Fargate' if task.launch == 'FARGATE' else 'Managed Instances'}.",
            f"Use {', '.join(each for each in DRIVERS if each in task.rules.on[task.launch])}.", "N066",
        )  # fmt: skip
        return
    if not offered(driver, task.launch, task.available, task.rules):
        yield _error(
            "driver-not-offered", f"{at}.logDriver",
            f"ECS_AVAILABLE_LOGGING_DRIVERS does not list {driver}, so no instance can take the task.",
            f"Add {driver} to it in /etc/ecs/ecs.config and restart the agent.", "N069",
        )  # fmt: skip
    options = logs.get("options") or {}
    if not isinstance(options, dict):
        yield _error("options", f"{at}.options", "The options are an object of texts.", "Write {name: value}.", "N064")
        return
    wrong = [name for name, value in options.items() if not isinstance(value, str)]
    for name in wrong:
        yield _error(
            "option-no-text", f"{at}.options.{name}", f"An option is a text, not {shown(options[name])}.",
            "Put it in quotation marks.", "N064",
        )  # fmt: skip
    if not wrong:
        yield from _options(driver, options, logs, at, container, task)


def _options(
    driver: str, options: Mapping[str, str], logs: Mapping[str, Any], at: str, container: Mapping[str, Any], task: _Task
) -> Iterator[Finding]:
    secrets = [
        each.get("name") for each in logs.get("secretOptions") or () if isinstance(each, dict) and each.get("name")
    ]
    yield from _secrets(secrets, options, at, task)
    given = {name for name, value in options.items() if value} | set(secrets)
    for name in required_options(driver, task.launch, task.rules):
        if name not in given:
            where = " on Fargate" if name == "awslogs-stream-prefix" else ""
            yield _error(
                f"missing-{name}", f"{at}.options.{name}",
                f"The driver {driver} takes {name}{where}, and it is missing.",
                "Add it to the options.", "N090" if driver == "splunk" else "N089",
            )  # fmt: skip
    for name in options:
        owner = next((each for each in ("awslogs", "splunk") if name.startswith(f"{each}-")), None)
        if driver != "awsfirelens" and owner not in (None, driver):
            yield _error(
                "foreign-option", f"{at}.options.{name}", f"{name} is an option of {owner}, not of {driver}.",
                "Take it out, or change the driver.", "N064",
            )  # fmt: skip
    yield from _mode(options, at, task)
    if driver == "awslogs":
        yield from _awslogs(options, at, task)
    if driver == "splunk":
        yield from _splunk(options, at)
    if driver == "awsfirelens":
        yield from _firelens(at, container, task)


def _secrets(secrets: list[Any], options: Mapping[str, str], at: str, task: _Task) -> Iterator[Finding]:
    if secrets and not task.execution_role:
        yield _error(
            "secrets-without-execution-role", f"{at}.secretOptions",
            "Secret options are fetched with the task execution role, on EC2 too, and the task names none.",
            "Set executionRoleArn.", "A041",
        )  # fmt: skip
    for name in secrets:
        if name in options:
            yield _error(
                "option-twice", f"{at}.secretOptions", f"{name} stands in options and in secretOptions.",
                "Keep it in secretOptions.", "A041",
            )  # fmt: skip


def _mode(options: Mapping[str, str], at: str, task: _Task) -> Iterator[Finding]:
    own, size = options.get("mode"), options.get("max-buffer-size")
    if own is not None and own not in MODES:
        yield _error(
            "bad-mode", f"{at}.options.mode", f'mode is blocking or non-blocking, not "{own[:40]}".',
            "Use non-blocking unless no line may be lost.", "A035",
        )  # fmt: skip
        return
    mode = mode_of(own, task.account_mode, task.rules)
    if size is not None and not _SIZE.fullmatch(size.lower()):
        yield _error(
            "bad-buffer-size", f"{at}.options.max-buffer-size", f'"{size[:40]}" is no size.', "Write 25m, for one.",
            "A037",
        )  # fmt: skip
    elif size is not None and mode == "blocking":
        yield _error(
            "buffer-in-blocking-mode", f"{at}.options.max-buffer-size", "Blocking mode has no buffer.",
            "Take it out, or set mode to non-blocking.", "A037",
        )  # fmt: skip
    if mode == "blocking":
        whose = "It" if own else "The account's default"
        yield _warning(
            "blocking", f"{at}.options.mode",
            f"{whose} is blocking: if logs cannot leave, the application waits and may fail its health checks.",
            "Set mode to non-blocking if losing a line is better than that.", "A036",
        )  # fmt: skip


def _awslogs(options: Mapping[str, str], at: str, task: _Task) -> Iterator[Finding]:
    if _DATES in options and _LINES in options:
        yield _error(
            "two-patterns", f"{at}.options.{_LINES}", f"Only one of {_DATES} and {_LINES} may be set.", "Keep one.",
            "A040",
        )  # fmt: skip
    create = options.get("awslogs-create-group")
    if create is not None and create not in ("true", "false"):
        yield _error(
            "bad-create-group", f"{at}.options.awslogs-create-group", f'It is "true" or "false", not "{create[:40]}".',
            "Correct it.", "A030",
        )  # fmt: skip
    group, region = options.get("awslogs-group"), options.get("awslogs-region")
    if group and not _GROUP.fullmatch(group):
        yield _error(
            "bad-group", f"{at}.options.awslogs-group",
            "A log group has 1 to 512 letters, digits and _ - / . #, and nothing else.", "Correct the name.", "N089",
        )  # fmt: skip
    elif group and _missing(group, task) and create != "true" and not task.rules.group_is_made:
        yield _error(
            "group-missing", f"{at}.options.awslogs-group",
            f"The log group {group[:80]} does not exist, and awslogs-create-group is not set: the task fails.",
            "Create the group, or set awslogs-create-group to true.", "A030",
        )  # fmt: skip
    if region and not _REGION.fullmatch(region):
        yield _error(
            "bad-region", f"{at}.options.awslogs-region", f'"{region[:40]}" is no Region.', "Write eu-west-1, for one.",
            "N089",
        )  # fmt: skip
    exists = task.groups is not None and group in task.groups
    if create == "true" and not exists and not task.may_create and task.rules.creating_needs_right:
        yield _error(
            "no-right-to-create-group", f"{at}.options.awslogs-create-group",
            "Creating the group takes logs:CreateLogGroup, which the role that writes does not have.",
            "Allow it; AmazonECSTaskExecutionRolePolicy does not.", "A031",
        )  # fmt: skip
    has = task.execution_role if task.rules.writes == "execution" else task.task_role
    if task.launch != "EC2" and not has:
        yield _error(
            "no-execution-role", f"{at}.logDriver",
            "Outside the EC2 launch type awslogs writes with the task execution role, and the task names none.",
            "Set executionRoleArn.", "N065",
        )  # fmt: skip


def _missing(group: str, task: _Task) -> bool:
    return task.groups is not None and group not in task.groups


def _splunk(options: Mapping[str, str], at: str) -> Iterator[Finding]:
    if "splunk-token" in options:
        yield _warning(
            "token-in-plain-text", f"{at}.options.splunk-token", "The token can be read by all who see the definition.",
            "Take it from Secrets Manager or Parameter Store, with secretOptions.", "A041",
        )  # fmt: skip
    url = options.get("splunk-url")
    if url and not re.match(r"https?://[^/\s]", url):
        yield _error(
            "bad-splunk-url", f"{at}.options.splunk-url", "It begins with https:// or http:// and names a host.",
            "Write https://splunk.example.com:8088, for one.", "N090",
        )  # fmt: skip


def _firelens(at: str, container: Mapping[str, Any], task: _Task) -> Iterator[Finding]:
    if task.system == "windows":
        yield _error(
            "firelens-on-windows", f"{at}.logDriver", "FireLens works for Linux containers only.",
            "Use awslogs or splunk.", "A042",
        )  # fmt: skip
    if "firelensConfiguration" in container:
        yield _error(
            "router-logs-to-itself", f"{at}.logDriver", "The router cannot send its own log through itself.",
            "Use awslogs for the router.", "A042",
        )  # fmt: skip


def _router(container: Mapping[str, Any], path: str, task: _Task) -> Iterator[Finding]:
    """Find what is wrong with a container that routes."""
    firelens = container.get("firelensConfiguration")
    if firelens is None:
        return
    at = f"{path}.firelensConfiguration"
    if firelens.get("type") not in ("fluentbit", "fluentd"):
        yield _error(
            "router-type", f"{at}.type", f"The type is fluentbit or fluentd, not {shown(firelens.get('type'))}.",
            "Use fluentbit unless you need a plug-in of Fluentd.", "A042",
        )  # fmt: skip
    options = firelens.get("options") or {}
    if isinstance(options, dict):
        kind = options.get("config-file-type")
        if kind is not None and kind not in ("file", "s3"):
            yield _error(
                "config-file-type", f"{at}.options.config-file-type", f"It is file or s3, not {shown(kind)}.",
                "Correct it.", "A042",
            )  # fmt: skip
        elif kind == "s3" and task.launch == "FARGATE":
            yield _error(
                "config-from-s3", f"{at}.options.config-file-type",
                "On Fargate the router's own settings come from a file in the image, not from S3.",
                "Set it to file and put the file into the image.", "A042",
            )  # fmt: skip
    else:
        yield _error("options", f"{at}.options", "The options are an object of texts.", "Write {name: value}.", "A042")
    has = task.task_role if task.rules.router_sends == "task" else task.execution_role
    if task.routed_to_aws and not has:
        yield _error(
            "router-without-task-role", at,
            "The router sends to AWS services with the task role, and the task names none.", "Set taskRoleArn.", "A043",
        )  # fmt: skip
    for place, each in enumerate(container.get("portMappings") or ()):
        if isinstance(each, dict) and each.get("containerPort") == ROUTER_PORT:
            yield _error(
                "router-port-open", f"{path}.portMappings[{place}]",
                f"Port {ROUTER_PORT} is where the router listens; nothing outside the task may reach it.",
                "Take the mapping out.", "A045",
            )  # fmt: skip
    if container.get("essential") is False:
        yield _warning(
            "router-not-essential", f"{path}.essential", "If the router ends, the task runs on and its logs are lost.",
            "Make it essential.", "A044",
        )  # fmt: skip
