"""A question about placement as the JSON that AWS prints and takes.

What AWS has no field for (how much memory a task uses, how many awsvpc tasks fit, zones instead of subnets) travels in
tags that begin with `stowage:`, and `import_placement` reads it back. Names and ARNs are made up; the account is
111122223333, which AWS keeps for examples.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from studyapp.simulators.errors import InputError
from studyapp.simulators.fields import Fields
from studyapp.simulators.imports.carried import tags
from studyapp.simulators.imports.instances import CAPABILITIES, TASK_ENIS
from studyapp.simulators.placement.cluster import RESERVED_TCP, read_cluster
from studyapp.simulators.placement.request import read_request

MOST_TASKS = 20_000
_ARN = "arn:aws:ecs:us-east-1:111122223333:"
_CLUSTER = f"{_ARN}cluster/stowage"
_FIRST_CONTAINER_PORT = 8000
_OWN_INTERFACE = "ecs.capability.task-eni"


@dataclass(frozen=True, slots=True)
class Exported:
    """The documents by the name of the command that prints or takes them, and remarks on them."""

    documents: dict[str, Any]
    notes: list[str]


def export_placement(question: Mapping[str, Any]) -> Exported:
    """Write the input of placement.run as documents of AWS: the instances, the tasks that run there, the task
    definition, and run-task or create-service.

    Raises InputError for an input that placement.run would not take, and for more than MOST_TASKS running tasks.
    """
    fields = Fields(
        {name: question.get(name) for name in ("instances", "request")}, "", frozenset(("instances", "request"))
    )
    read_cluster(fields)
    request = read_request(fields.required("request"), "request")
    instances: list[dict[str, Any]] = question["instances"]
    running = sum(entry.get("count", 1) for each in instances for entry in each.get("tasks", ()))
    if running > MOST_TASKS:
        raise InputError("instances", f"have {running} running tasks; at most {MOST_TASKS} are written out")
    notes = ["Account, names and ARNs are made up; tags that begin with stowage: carry what AWS has no field for."]
    others = sorted(question.keys() - {"instances", "request"})
    if others:
        notes.append(f"Not written: {', '.join(others)}, which are no part of a cluster or a call.")
    if request.api == "RunTask" and not 1 <= request.count <= 10:
        notes.append("AWS takes a count from 1 to 10 in one run-task.")
    documents: dict[str, Any] = {
        "describe-container-instances": {"containerInstances": [_instance(each) for each in instances], "failures": []},
        "describe-tasks": {"tasks": _tasks(instances), "failures": []},
        "describe-task-definition": _definition(question["request"]),
    }
    documents["run-task" if request.api == "RunTask" else "create-service"] = _call(question["request"])
    return Exported(documents, notes)


def _instance(each: Mapping[str, Any]) -> dict[str, Any]:
    tasks = each.get("tasks", [])
    ports = each.get("reserved_tcp", list(RESERVED_TCP)), each.get("reserved_udp", [])
    taken = [
        sorted({*own, *(port for entry in tasks if entry.get("count", 1) for port in entry.get(name, ()))})
        for own, name in zip(ports, ("tcp", "udp"), strict=True)
    ]
    left = {
        name: each[name] - sum(entry.get(name, 0) * entry.get("count", 1) for entry in tasks)
        for name in ("cpu", "memory")
    }
    gpus = [f"gpu-{number}" for number in range(each.get("gpus", 0))]
    attributes = _attributes(each)
    kept = _carried(each, attributes)
    made: dict[str, Any] = {
        "containerInstanceArn": f"{_ARN}container-instance/stowage/{_arn_part(each['id'])}",
        "registeredResources": _resources(each["cpu"], each["memory"], ports[0], ports[1], gpus),
        "remainingResources": _resources(left["cpu"], left["memory"], taken[0], taken[1], gpus),
        "status": each.get("status", "ACTIVE"),
        "agentConnected": each.get("agent_connected", True),
        "runningTasksCount": sum(
            entry.get("count", 1) for entry in tasks if entry.get("desired", "RUNNING") == "RUNNING"
        ),
        "pendingTasksCount": 0,
        "attributes": attributes,
        "tags": tags(**kept),
    }
    if each.get("ec2_instance_id") is not None:
        made["ec2InstanceId"] = each["ec2_instance_id"]
    if each.get("agent_version") is not None:
        made["versionInfo"] = {"agentVersion": each["agent_version"]}
    if each.get("registered_at") is not None:
        made["registeredAt"] = each["registered_at"]
    return made


def _arn_part(name: str) -> str:
    return quote(name, safe="")


def _capabilities(each: Mapping[str, Any]) -> list[str] | None:
    """Give the capabilities, None for all of them."""
    given = each.get("capabilities", "all")
    return None if given == "all" or "all" in given else list(given)


def _carried(each: Mapping[str, Any], attributes: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """Find what an import could not tell from the instance itself."""
    kept: dict[str, Any] = {}
    if _arn_part(each["id"]) != each["id"]:
        kept["id"] = each["id"]
    values = {attribute["name"]: attribute.get("value") for attribute in attributes}
    if values["ecs.availability-zone"] != each["az"]:
        kept["az"] = each["az"]
    capabilities = _capabilities(each)
    shown = {name for name in values if name.startswith(CAPABILITIES)}
    if shown if capabilities is None else (not capabilities or set(capabilities) != shown):
        kept["capabilities"] = "all" if capabilities is None else capabilities
    limit = each.get("task_enis")
    usual = TASK_ENIS.get(values.get("ecs.instance-type") or "")
    if usual is None and limit is not None:
        kept["task_enis"] = limit
    elif usual is not None and limit != usual["ecs.awsvpc-trunk-id" in values]:
        kept["task_enis"] = "no limit" if limit is None else limit
    return kept


def _resources(cpu: int, memory: int, tcp: Sequence[int], udp: Sequence[int], gpus: Sequence[str]) -> list[Any]:
    made: list[dict[str, Any]] = [
        {"name": "CPU", "type": "INTEGER", "integerValue": cpu},
        {"name": "MEMORY", "type": "INTEGER", "integerValue": memory},
        {"name": "PORTS", "type": "STRINGSET", "stringSetValue": [str(port) for port in tcp]},
        {"name": "PORTS_UDP", "type": "STRINGSET", "stringSetValue": [str(port) for port in udp]},
    ]
    if gpus:
        made.append({"name": "GPU", "type": "STRINGSET", "stringSetValue": list(gpus)})
    return made


def _attributes(each: Mapping[str, Any]) -> list[dict[str, str]]:
    """List the attributes. Those of the instance itself may be overridden by its own `attributes`."""
    values: dict[str, str | None] = {"ecs.availability-zone": each["az"]}
    if each.get("type") is not None:
        values["ecs.instance-type"] = each["type"]
    values.update(dict.fromkeys(_capabilities(each) or ()))
    values.update(each.get("attributes", {}))
    return [
        {"name": name} if value is None else {"name": name, "value": value} for name, value in sorted(values.items())
    ]


def _tasks(instances: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for each in instances:
        for entry in each.get("tasks", ()):
            for _ in range(entry.get("count", 1)):
                made.append(_task(each["id"], entry, len(made)))
    return made


def _task(instance: str, entry: Mapping[str, Any], number: int) -> dict[str, Any]:
    bindings = [
        {"containerPort": port, "hostPort": port, "protocol": protocol}
        for name, protocol in (("tcp", "tcp"), ("udp", "udp"))
        for port in entry.get(name, ())
    ]
    container: dict[str, Any] = {"name": "main", "networkBindings": bindings}
    if entry.get("gpus"):
        container["gpuIds"] = [f"gpu-{place}" for place in range(entry["gpus"])]
    running = entry.get("desired", "RUNNING") == "RUNNING"
    kept = {name: entry.get(name) for name in ("memory_limit", "cpu_used", "memory_used", "protected")}
    return {
        "taskArn": f"{_ARN}task/stowage/{number:032x}",
        "clusterArn": _CLUSTER,
        "containerInstanceArn": f"{_ARN}container-instance/stowage/{_arn_part(instance)}",
        "group": entry["group"],
        "desiredStatus": "RUNNING" if running else "STOPPED",
        "lastStatus": "RUNNING" if running else "DEACTIVATING",
        "launchType": "EC2",
        "cpu": str(entry.get("cpu", 0)),
        "memory": str(entry.get("memory", 0)),
        "containers": [container],
        "attachments": [
            {"id": f"eni-{number}-{place}", "type": "ElasticNetworkInterface", "status": "ATTACHED"}
            for place in range(entry.get("enis", 0))
        ],
        "tags": tags(**{name: value for name, value in kept.items() if value is not False}),
    }


def _family(request: Mapping[str, Any]) -> str:
    group = str(request["group"])
    return group.removeprefix("family:") if group.startswith("family:") else "task"


def _definition(request: Mapping[str, Any]) -> dict[str, Any]:
    mode = request.get("network_mode", "bridge")
    wanted = {"tcp": request.get("tcp", []), "udp": request.get("udp", [])}
    mappings = [
        {"containerPort": port, "hostPort": port, "protocol": name} for name, ports in wanted.items() for port in ports
    ]
    used = {*wanted["tcp"], *wanted["udp"]}
    free = (port for port in range(_FIRST_CONTAINER_PORT, 65536) if port not in used)
    mappings += [
        {"containerPort": next(free), "hostPort": 0, "protocol": "tcp"} for _ in range(request.get("dynamic_ports", 0))
    ]
    container: dict[str, Any] = {
        "name": "main",
        "image": "public.ecr.aws/docker/library/busybox:latest",
        "essential": True,
        "cpu": request.get("cpu", 0),
        "memoryReservation": request["memory"],
        "portMappings": mappings,
    }
    limit = request.get("memory_limit")
    if limit and limit > request["memory"] > 0:
        container["memory"] = limit
    if request.get("gpus"):
        container["resourceRequirements"] = [{"type": "GPU", "value": str(request["gpus"])}]
    required = [*([_OWN_INTERFACE] if mode == "awsvpc" else ()), *request.get("requires", ())]
    constraints = [
        {"type": each["type"], "expression": each["expression"]}
        for each in request.get("constraints", ())
        if each.get("source") == "task definition" and each["type"] == "memberOf"
    ]
    family = _family(request)
    return {
        "taskDefinition": {
            "taskDefinitionArn": f"{_ARN}task-definition/{family}:1",
            "family": family,
            "revision": 1,
            "status": "ACTIVE",
            "networkMode": mode,
            "containerDefinitions": [container],
            "placementConstraints": constraints,
            "requiresAttributes": [{"name": name} for name in required],
            "compatibilities": ["EC2"],
        },
        "tags": [],
    }


def _call(request: Mapping[str, Any]) -> dict[str, Any]:
    service = request["api"] == "CreateService"
    group = str(request["group"])
    made: dict[str, Any] = {"cluster": "stowage", "taskDefinition": f"{_family(request)}:1", "launchType": "EC2"}
    if service:
        made |= {"serviceName": group.removeprefix("service:"), "desiredCount": request["count"]}
    else:
        made |= {"count": request["count"], "group": group}
    rest = [
        {name: each[name] for name in ("type", "expression") if each.get(name) is not None}
        for each in request.get("constraints", ())
        if not (each.get("source") == "task definition" and each["type"] == "memberOf")
    ]
    if rest:
        made["placementConstraints"] = rest
    if request.get("strategies"):
        made["placementStrategy"] = [
            {name: value for name, value in each.items() if value is not None} for each in request["strategies"]
        ]
    zones = request.get("subnet_azs", [])
    awsvpc = request.get("network_mode") == "awsvpc"
    if awsvpc:
        made["networkConfiguration"] = {"awsvpcConfiguration": {"subnets": [f"subnet-{zone}" for zone in zones]}}
    limit = request.get("memory_limit")
    made["tags"] = tags(
        subnet_azs=zones or None,
        group=group if service and not group.startswith("service:") else None,
        requires=request.get("requires"),
        memory_limit=limit if limit is not None and not limit > request["memory"] > 0 else None,
        tcp=request.get("tcp") if awsvpc and request.get("tcp") else None,
        udp=request.get("udp") if awsvpc and request.get("udp") else None,
        dynamic_ports=request.get("dynamic_ports") if request.get("network_mode", "bridge") != "bridge" else None,
    )
    return made
