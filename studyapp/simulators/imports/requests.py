"""From a task definition and run-task or create-service to the request of placement.run.

Sources: API reference (TaskDefinition, RegisterTaskDefinitionRequest, RunTaskRequest, CreateServiceRequest,
TaskOverride), ECS developer guide (task-groups); capability attributes as the container agent names them.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from studyapp.simulators.errors import InputError
from studyapp.simulators.imports.carried import carried
from studyapp.simulators.imports.instances import CAPABILITIES, last
from studyapp.simulators.imports.notes import Notes
from studyapp.simulators.reservation import Container, Port, take
from studyapp.simulators.validation.sizes import cpu_units, mebibytes

_OWN_INTERFACE = "ecs.capability.task-eni"  # placement asks for it by itself


def import_request(
    definition: Mapping[str, Any],
    call: Mapping[str, Any] | None,
    zones: Mapping[str, str],
    notes: Notes,
    tags: object = None,
) -> dict[str, Any]:
    """Make the request of placement.run.

    `definition` is a task definition, described or to be registered, with its `tags`; `call` a run-task or
    create-service, None for one RunTask with defaults; `zones` tells the zones of subnets. Raises InputError for a
    call that does not use container instances.
    """
    call = call or {}
    service = "serviceName" in call
    kept = carried(tags) | carried(call.get("tags"))
    launch = call.get("launchType")
    if launch not in (None, "EC2"):
        raise InputError("launchType", f"is {launch}; placement on container instances is about EC2")
    if call.get("schedulingStrategy") == "DAEMON":
        raise InputError("schedulingStrategy", "is DAEMON, which places one task on every instance")
    if call.get("capacityProviderStrategy"):
        notes.add("The capacity provider strategy was left out: the instances are the ones described.")
    mode = definition.get("networkMode") or "bridge"
    containers = definition.get("containerDefinitions") or []
    overridden = _overridden(containers, call.get("overrides") or {})
    overrides = call.get("overrides") or {}
    taken = take(
        cpu_units(overrides.get("cpu") or definition.get("cpu")),
        mebibytes(overrides.get("memory") or definition.get("memory")),
        mode if mode in ("bridge", "host", "awsvpc", "none") else "bridge",
        [_container(each, place) for place, each in enumerate(overridden)],
        windows=_windows(definition),
    )
    for remark in taken.remarks:
        notes.add(remark)
    family = definition.get("family") or last(definition.get("taskDefinitionArn")).split(":")[0] or "task"
    if not call:
        notes.add("No run-task or create-service was given: one task is run.")
    elif last(call.get("taskDefinition")).split(":")[0] != family:
        notes.add(f"The call names another task definition than {family}; the one given was used.")
    default = f"service:{call['serviceName']}" if service else f"family:{family}"
    made: dict[str, Any] = {
        "api": "CreateService" if service else "RunTask",
        "count": _count(call, service),
        "group": default if service else call.get("group") or default,
        "cpu": taken.cpu,
        "memory": taken.memory,
        "network_mode": mode,
    }
    for name, ports in (("tcp", taken.tcp), ("udp", taken.udp)):
        if ports:
            made[name] = ports
    dynamic = sum(
        not port.get("hostPort") for each in containers for port in each.get("portMappings") or () if mode == "bridge"
    )
    gpus = sum(_gpus(each) for each in overridden)
    for name, number in (("dynamic_ports", dynamic), ("gpus", gpus)):
        if number:
            made[name] = number
    made.update(_lists(definition, call, mode, zones, kept, notes))
    limits: list[int] = [each.get("memory") or 0 for each in overridden]
    if all(limits) and sum(limits) != taken.memory and not (overrides.get("memory") or definition.get("memory")):
        made["memory_limit"] = sum(limits)
    for name in ("tcp", "udp", "dynamic_ports", "memory_limit", "group"):
        if name in kept:
            made[name] = kept[name]
    return made


def _count(call: Mapping[str, Any], service: bool) -> int:
    count = call.get("desiredCount" if service else "count")
    return 1 if count is None else int(count)


def _lists(
    definition: Mapping[str, Any],
    call: Mapping[str, Any],
    mode: str,
    zones: Mapping[str, str],
    kept: Mapping[str, Any],
    notes: Notes,
) -> dict[str, Any]:
    made: dict[str, Any] = {}
    subnets = ((call.get("networkConfiguration") or {}).get("awsvpcConfiguration") or {}).get("subnets") or []
    found = sorted({zones[subnet] for subnet in subnets if subnet in zones})
    if "subnet_azs" in kept:
        made["subnet_azs"] = kept["subnet_azs"]
    elif found:
        made["subnet_azs"] = found
    if "subnet_azs" not in kept and any(subnet not in zones for subnet in subnets):
        made.pop("subnet_azs", None)
        notes.add("The zone of a subnet is not known (no instance is in it), so subnets do not limit the zones.")
    requires = kept["requires"] if "requires" in kept else _required(definition, mode, notes)
    if requires:
        made["requires"] = requires
    constraints = [
        {**{name: each[name] for name in ("type", "expression") if each.get(name) is not None}, "source": source}
        for source, where in (("task definition", definition), ("request", call))
        for each in where.get("placementConstraints") or ()
    ]
    if constraints:
        made["constraints"] = constraints
    strategies = [
        {name: each[name] for name in ("type", "field") if each.get(name) is not None}
        for each in call.get("placementStrategy") or ()
    ]
    if strategies:
        made["strategies"] = strategies
    return made


def _required(definition: Mapping[str, Any], mode: str, notes: Notes) -> list[str]:
    """List the capabilities that a task definition needs: as AWS lists them, else what can be told from it."""
    listed = definition.get("requiresAttributes")
    if listed is None:
        return sorted(set(_implied(definition, mode)))
    names = [each.get("name") for each in listed]
    others = [str(name) for name in names if not str(name).startswith(CAPABILITIES)]
    if others:
        notes.add(f"Required attributes that are no capabilities were left out: {', '.join(others)}.")
    return [name for name in names if str(name).startswith(CAPABILITIES) and name != _OWN_INTERFACE]


def _implied(definition: Mapping[str, Any], mode: str) -> Iterator[str]:
    prefix = "com.amazonaws.ecs.capability."
    if definition.get("taskRoleArn"):
        yield f"{prefix}task-iam-role-network-host" if mode == "host" else f"{prefix}task-iam-role"
    for container in definition.get("containerDefinitions") or ():
        driver = (container.get("logConfiguration") or {}).get("logDriver")
        if driver:
            yield f"{prefix}logging-driver.{driver}"
            if driver == "awslogs" and definition.get("executionRoleArn"):
                yield "ecs.capability.execution-role-awslogs"
        for secret in container.get("secrets") or ():
            store = "asm" if ":secretsmanager:" in str(secret.get("valueFrom")) else "ssm"
            yield f"ecs.capability.secrets.{store}.environment-variables"
        if ".dkr.ecr." in str(container.get("image")) and definition.get("executionRoleArn"):
            yield "ecs.capability.execution-role-ecr-pull"
    for volume in definition.get("volumes") or ():
        efs = volume.get("efsVolumeConfiguration")
        if efs:
            yield "ecs.capability.efs"
            if (efs.get("authorizationConfig") or {}).get("iam") == "ENABLED":
                yield "ecs.capability.efsAuth"


def _overridden(containers: Sequence[Mapping[str, Any]], overrides: Mapping[str, Any]) -> list[dict[str, Any]]:
    by_name = {each.get("name"): each for each in overrides.get("containerOverrides") or ()}
    fields = ("cpu", "memory", "memoryReservation", "resourceRequirements")
    return [
        {**each, **{name: value for name, value in by_name.get(each.get("name"), {}).items() if name in fields}}
        for each in containers
    ]


def _container(given: Mapping[str, Any], place: int) -> Container:
    ports = [
        Port(each.get("containerPort"), each.get("hostPort"), each.get("protocol") == "udp")
        for each in given.get("portMappings") or ()
    ]
    return Container(
        given.get("name") or f"container {place + 1}",
        given.get("cpu"),
        given.get("memory"),
        given.get("memoryReservation"),
        ports,
    )


def _gpus(container: Mapping[str, Any]) -> int:
    wanted = 0
    for each in container.get("resourceRequirements") or ():
        value = str(each.get("value"))
        if each.get("type") == "GPU" and value.isdecimal() and len(value) < 5:
            wanted += int(value)
    return wanted


def _windows(definition: Mapping[str, Any]) -> bool:
    platform = definition.get("runtimePlatform") or {}
    return str(platform.get("operatingSystemFamily") or "").startswith("WINDOWS")
