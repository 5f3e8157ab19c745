"""Documents of AWS about what surrounds a task, as cases of its simulators: task definitions, policies, images.

Sources: API reference of ECS (RegisterTaskDefinition, DescribeTaskDefinition) and of ECR (PutLifecyclePolicy,
GetLifecyclePolicy, DescribeImages), held against botocore's models.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from studyapp.simulators.errors import InputError
from studyapp.simulators.fields import shown
from studyapp.simulators.imports.case import Case, checked

_DAY = 86_400  # seconds
MOST_IMAGES = 60  # that a case holds; of more, the newest


def read_task_definition(value: object) -> tuple[dict[str, Any], list[str]]:
    """Read a task definition, or a container definition alone. Raises InputError that names the field.

    Out: the task definition with its `containerDefinitions`, and what has to be said beside it.
    """
    if isinstance(value, list):
        value = {"containerDefinitions": value}
    if not isinstance(value, dict):
        raise InputError("json", f"must be a task definition or a container definition, not {shown(value)}")
    if "taskDefinition" in value and isinstance(value["taskDefinition"], dict):
        value = value["taskDefinition"]
    if "containerDefinitions" not in value and {"image", "logConfiguration", "firelensConfiguration"} & value.keys():
        value = {"containerDefinitions": [value]}
    if "containerDefinitions" not in value:
        raise InputError(
            "json", "has no containerDefinitions; a task definition or a container definition is read here"
        )
    shape = "TaskDefinition" if "taskDefinitionArn" in value else "RegisterTaskDefinitionRequest"
    notes = checked(value, shape, missing=False)
    if not value["containerDefinitions"]:
        raise InputError("containerDefinitions", "is empty; a task has at least one container")
    return value, notes


def _launch(definition: Mapping[str, Any], notes: list[str]) -> str:
    kinds = definition.get("requiresCompatibilities") or []
    if len(kinds) > 1:
        notes.append(f"It is compatible with {', '.join(kinds)}; {kinds[0]} was taken.")
    if not kinds:
        notes.append("It names no requiresCompatibilities; EC2 was taken.")
    return str(kinds[0]) if kinds else "EC2"


def network_case(value: object) -> Case:
    """Give the case of net.mapping of a task definition: its first port mapping. Raises InputError."""
    definition, notes = read_task_definition(value)
    launch = _launch(definition, notes)
    mappings = [
        (container.get("name", "the container"), mapping)
        for container in definition["containerDefinitions"]
        for mapping in container.get("portMappings") or ()
        if mapping.get("containerPort")
    ]
    if not mappings:
        raise InputError("containerDefinitions", "map no port; give one of them portMappings with a containerPort")
    name, mapping = mappings[0]
    if len(mappings) > 1:
        notes.append(f"Of {len(mappings)} port mappings the first was taken, of {name}.")
    mode = definition.get("networkMode") or ("awsvpc" if launch == "FARGATE" else "bridge")
    given = {"launch_type": launch, "network_mode": mode, "container_port": mapping["containerPort"]}
    if mapping.get("hostPort"):
        given["host_port"] = mapping["hostPort"]
    return Case("net.mapping", given, notes)


def roles_case(value: object) -> Case:
    """Give the case of iam.life of a task definition: the actions that its fields ask for. Raises InputError."""
    definition, notes = read_task_definition(value)
    launch = _launch(definition, notes)
    wanted = {"register-instance", "agent-poll"} if launch == "EC2" else set()
    if launch == "FARGATE" or definition.get("networkMode") == "awsvpc":
        wanted.add("attach-task-eni")
    for container in definition["containerDefinitions"]:
        wanted |= _actions(container)
    for volume in definition.get("volumes") or ():
        if ((volume.get("efsVolumeConfiguration") or {}).get("authorizationConfig") or {}).get("iam") == "ENABLED":
            wanted.add("efs-iam-authorization")
        if volume.get("configuredAtLaunch"):
            wanted.add("ebs-volume")
    if definition.get("taskRoleArn"):
        wanted.add("app-calls-aws")
    if not wanted:
        notes.append("Nothing in it takes a role of yours.")
    given = {
        "launch_type": launch,
        "execution_role": bool(definition.get("executionRoleArn")),
        "task_role": bool(definition.get("taskRoleArn")),
        "actions": sorted(wanted),
    }
    return Case("iam.life", given, notes)


def _actions(container: Mapping[str, Any]) -> set[str]:
    """Give the actions that a container's fields ask for."""
    wanted = set()
    if ".dkr.ecr." in str(container.get("image", "")):
        wanted.add("pull-from-ecr")
    if container.get("repositoryCredentials"):
        wanted.add("private-registry-credentials")
    logs = container.get("logConfiguration") or {}
    secrets = [*(container.get("secrets") or ()), *(logs.get("secretOptions") or ())]
    for secret in secrets:
        wanted.add("inject-secret" if ":secretsmanager:" in str(secret.get("valueFrom")) else "inject-ssm-parameter")
    if container.get("environmentFiles"):
        wanted.add("env-file-from-s3")
    if logs.get("logDriver") == "awslogs":
        wanted.add("awslogs")
    if container.get("firelensConfiguration"):
        wanted.add("firelens-sends-to-aws")
    return wanted


def logs_case(value: object) -> Case:
    """Give the case of log.check of a task definition or container definition. Raises InputError."""
    alone = isinstance(value, list) or (isinstance(value, dict) and "logConfiguration" in value)
    definition, notes = read_task_definition(value)
    launch = _launch(definition, notes)
    if alone:
        notes.append("A container alone names no roles; both were supposed.")
    family = str((definition.get("runtimePlatform") or {}).get("operatingSystemFamily", "LINUX"))
    wanted = ("name", "image", "essential", "logConfiguration", "firelensConfiguration", "portMappings")
    given = {
        "containers": [
            {name: each[name] for name in wanted if each.get(name) is not None}
            for each in definition["containerDefinitions"]
        ],
        "launch_type": launch,
        "os": "windows" if family.startswith("WINDOWS") else "linux",
        "execution_role": alone or bool(definition.get("executionRoleArn")),
        "task_role": alone or bool(definition.get("taskRoleArn")),
    }
    return Case("log.check", given, notes)


def registry_case(value: object, now: datetime, images: list[Any], rules: list[Any]) -> Case:
    """Give the case of ecr.lifecycle of a policy, a describe-images response, or both in one object.

    `now` is the moment from which ages are counted; `images` and `rules` stand in for what is not given. Raises
    InputError.
    """
    if not isinstance(value, dict):
        raise InputError("json", f"must be a lifecycle policy or a describe-images response, not {shown(value)}")
    policy = value.get("policy", value)
    listed = value.get("images", value)
    notes: list[str] = []
    found_rules = _rules(policy, notes)
    found_images = _images(listed, now, notes)
    if found_rules is None and found_images is None:
        raise InputError(
            "json", "has neither rules, as a lifecycle policy has, nor imageDetails, as describe-images has"
        )
    if found_rules is None:
        notes.append("No policy was given; that of the example stands in.")
    if found_images is None:
        notes.append("No images were given; those of the example stand in.")
    given = {
        "images": images if found_images is None else found_images,
        "rules": rules if found_rules is None else found_rules,
    }
    return Case("ecr.lifecycle", given, notes)


def _rules(value: object, notes: list[str]) -> list[Any] | None:
    if isinstance(value, str):
        value = _parsed(value, "policy")
    if not isinstance(value, dict):
        return None
    text = value.get("lifecyclePolicyText")
    if isinstance(text, str):
        value = _parsed(text, "lifecyclePolicyText")
    rules = value.get("rules") if isinstance(value, dict) else None
    if rules is not None and not isinstance(rules, list):
        raise InputError("rules", f"must be a list, not {shown(rules)}")
    if rules is not None and not rules:
        raise InputError("rules", "is empty; a policy has 1 to 50 rules")
    if rules is None:
        return None
    for place, rule in enumerate(rules):
        if isinstance(rule, dict) and rule.get("description"):
            notes.append(f"The description of rules[{place}] says nothing to ECR and was left out.")
    return [
        {name: each for name, each in rule.items() if name != "description"} if isinstance(rule, dict) else rule
        for rule in rules
    ]


def _parsed(text: str, field: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise InputError(field, "must be a policy as JSON text") from None


def _images(value: object, now: datetime, notes: list[str]) -> list[dict[str, Any]] | None:
    details = value.get("imageDetails") if isinstance(value, dict) else value if isinstance(value, list) else None
    if details is None:
        return None
    notes += checked({"imageDetails": details}, "DescribeImagesResponse", "ecr")
    images = []
    names: dict[str, int] = {}
    for place, each in enumerate(details):
        at = f"imageDetails[{place}]"
        tags = each.get("imageTags") or []
        name = str(tags[0] if tags else str(each.get("imageDigest", place)).removeprefix("sha256:")[:12])
        names[name] = names.get(name, 0) + 1
        if names[name] > 1:
            name = f"{name}-{names[name]}"
        if each.get("imagePushedAt") is None:
            raise InputError(f"{at}.imagePushedAt", "is missing")
        image: dict[str, Any] = {"id": name, "pushed_days_ago": _age(each["imagePushedAt"], now, f"{at}.imagePushedAt")}
        if tags:
            image["tags"] = tags
        for field, aged in (
            ("lastRecordedPullTime", "pulled_days_ago"),
            ("lastArchivedAt", "archived_days_ago"),
            ("lastActivatedAt", "restored_days_ago"),
        ):
            if each.get(field) is not None:
                image[aged] = _age(each[field], now, f"{at}.{field}")
        if each.get("imageStatus") == "ARCHIVED":
            image["storage"] = "archive"
            image.setdefault("archived_days_ago", 0)
        images.append(image)
    if not images:
        raise InputError("imageDetails", "is empty: the repository holds no image")
    if len(images) > MOST_IMAGES:
        images.sort(key=lambda image: image["pushed_days_ago"])
        notes.append(f"Of {len(images)} images the newest {MOST_IMAGES} are here; the bench takes all, as JSON.")
    return images[:MOST_IMAGES]


def _age(value: object, now: datetime, path: str) -> float:
    """Give the age of a moment in days, to a hundredth, as describe-images writes moments: text or seconds."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            moment = datetime.fromtimestamp(value, tz=UTC)
        else:
            moment = datetime.fromisoformat(str(value))
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        raise InputError(path, f"must be a time, not {shown(value)}") from None
    age = round(max(0.0, (now - moment).total_seconds()) / _DAY, 2)
    return int(age) if age == int(age) else age
