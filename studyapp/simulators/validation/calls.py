"""Limits of RunTask and CreateService.

Sources: API reference (RunTaskRequest, CreateServiceRequest, AwsVpcConfiguration, LoadBalancer), General Reference
(ECS quotas), ECS developer guide (service-load-balancing). Seen in AWS's error messages: a DAEMON service takes no
desired count (Shippable/support 4534) nor capacity providers (aws/containers-roadmap 692).
"""

import json
from collections.abc import Iterator

from studyapp.simulators.validation.given import Given
from studyapp.simulators.validation.problems import Problem

MOST_PER_CALL = 10
MOST_PER_SERVICE = 5000
MOST_SUBNETS = 16
MOST_GROUPS = 5
MOST_TARGET_GROUPS = 5
MOST_PROVIDERS = 20


def run_task_problems(request: Given, launch: str) -> Iterator[Problem]:
    """Find what is wrong with a RunTask call, apart from placement."""
    count = request.integer("count")
    if count is not None and count > MOST_PER_CALL:
        yield Problem(
            "too-many-tasks",
            request.at("count"),
            f"One call starts at most {MOST_PER_CALL} tasks, not {count}.",
            "Call RunTask again for the rest, or create a service.",
        )
    if count is not None and count < 1:
        yield Problem(
            "too-few-tasks", request.at("count"), f"A call starts at least 1 task, not {count}.", "Ask for 1 to 10."
        )
    for name, longest in (("group", 255), ("started_by", 128)):
        yield from _too_long(request, name, longest)
    overrides = request.get("overrides")
    size = (
        overrides
        if type(overrides) is int
        else len(json.dumps(overrides, separators=(",", ":")))
        if overrides is not None
        else 0
    )
    if size > 8192:
        yield Problem(
            "overrides-too-long",
            request.at("overrides"),
            f"Overrides have at most 8192 characters, these {size}.",
            "Put what does not change into the task definition.",
        )
    yield from _network(request, launch)
    yield from _providers(request)


def create_service_problems(request: Given, launch: str) -> Iterator[Problem]:
    """Find what is wrong with a CreateService call, apart from placement."""
    yield from _too_long(request, "service_name", 255)
    desired = request.integer("desired_count")
    if desired is None and "desired_count" not in request.values:
        desired = request.integer("count")
    at = request.at("desired_count" if "desired_count" in request.values else "count")
    if desired is not None and desired > MOST_PER_SERVICE:
        yield Problem(
            "too-many-tasks",
            at,
            f"A service has at most {MOST_PER_SERVICE} tasks, not {desired}.",
            "Split it, or ask AWS for more.",
        )
    if desired is not None and desired < 0:
        yield Problem("too-few-tasks", at, f"A service cannot have {desired} tasks.", "Ask for 0 or more.")
    scheduling = request.get("scheduling_strategy") or "REPLICA"
    if scheduling not in ("REPLICA", "DAEMON"):
        yield Problem(
            "unknown-scheduling-strategy",
            request.at("scheduling_strategy"),
            "There is no such scheduling strategy.",
            "Use REPLICA or DAEMON.",
        )
    if scheduling == "DAEMON":
        yield from _daemon(request, launch, at if desired is not None else None)
    yield from _network(request, launch)
    yield from _load_balancers(request, launch)
    yield from _providers(request)


def _daemon(request: Given, launch: str, desired: str | None) -> Iterator[Problem]:
    at = request.at("scheduling_strategy")
    if launch == "FARGATE":
        yield Problem(
            "daemon-on-fargate",
            at,
            "DAEMON runs one task on every instance, and Fargate has no instances.",
            "Use REPLICA, or run on EC2.",
        )
    if desired is not None:
        yield Problem(
            "desired-count-on-daemon",
            desired,
            "A DAEMON service has as many tasks as there are instances.",
            "Leave the desired count out.",
        )
    if request.get("capacity_provider_strategy"):
        yield Problem(
            "capacity-providers-on-daemon",
            request.at("capacity_provider_strategy"),
            "A DAEMON service takes no capacity provider strategy.",
            "Give the launch type EC2.",
        )
    controller = request.get("deployment_controller")
    kind = controller.get("type") if isinstance(controller, dict) else controller
    if kind in ("CODE_DEPLOY", "EXTERNAL"):
        yield Problem(
            "daemon-with-controller",
            request.at("deployment_controller"),
            f"The deployment controller {kind} does not support DAEMON.",
            "Use the controller ECS.",
        )


def _too_long(request: Given, name: str, longest: int) -> Iterator[Problem]:
    value = request.text(name)
    if value is not None and len(value) > longest:
        field = request.at(name)
        yield Problem(
            f"{name.replace('_', '-')}-too-long",
            field,
            f"{field} has at most {longest} characters, not {len(value)}.",
            "Shorten it.",
        )


def _network(request: Given, launch: str) -> Iterator[Problem]:
    """Look at the network configuration. Without a network mode it is not known whether there must be one."""
    mode = request.get("network_mode")
    given = request.has("network_configuration") or request.has("subnets")
    at = request.at("network_configuration")
    if mode == "awsvpc" and not given:
        yield Problem(
            "no-network-configuration",
            at,
            "A task in awsvpc mode needs to know its subnets.",
            "Give a network configuration with subnets and security groups.",
        )
    if mode in ("bridge", "host", "none") and launch == "FARGATE":
        yield Problem(
            "network-mode-on-fargate",
            request.at("network_mode"),
            f"Fargate runs tasks in awsvpc mode only, not in {mode} mode.",
            "Register the task definition with awsvpc.",
        )
    elif given and mode in ("bridge", "host", "none"):
        yield Problem(
            "network-configuration-not-allowed",
            at,
            f"Only awsvpc mode takes a network configuration, not {mode} mode.",
            "Leave it out, or use a task definition with awsvpc.",
        )
    where = request.within("network_configuration")
    if where is not None:
        where = where.within("network_configuration") or where  # awsvpcConfiguration within networkConfiguration
    yield from _awsvpc(where or request, launch)


def _awsvpc(where: Given, launch: str) -> Iterator[Problem]:
    for name, most in (("subnets", MOST_SUBNETS), ("security_groups", MOST_GROUPS)):
        number = where.count(name)
        if number > most:
            shown = name.replace("_", " ")
            yield Problem(
                f"too-many-{name.replace('_', '-')}",
                where.at(name),
                f"There are at most {most} {shown}, not {number}.",
                "Leave some out.",
            )
    if where.get("assign_public_ip") in ("ENABLED", True) and launch in ("EC2", "EXTERNAL"):
        yield Problem(
            "public-ip-on-ec2",
            where.at("assign_public_ip"),
            "The interface of a task on EC2 gets no public address.",
            "Use private subnets with a NAT gateway, or Fargate.",
        )


def _load_balancers(request: Given, launch: str) -> Iterator[Problem]:
    at = request.at("load_balancers")
    number = request.count("load_balancers")
    if number > MOST_TARGET_GROUPS:
        yield Problem(
            "too-many-target-groups",
            at,
            f"A service has at most {MOST_TARGET_GROUPS} target groups, not {number}.",
            "Leave some out.",
        )
    own_interface = request.get("network_mode") == "awsvpc" or launch == "FARGATE"
    balancers = [] if type(request.get("load_balancers")) is int else request.objects("load_balancers")
    for balancer in balancers:
        for name in ("target_group_arn", "container_name", "container_port"):
            balancer.get(name)
        kind = balancer.get("type") or ("classic" if balancer.has("load_balancer_name") else "")
        if str(kind).lower() in ("classic", "clb") and own_interface:
            yield Problem(
                "classic-load-balancer-with-awsvpc",
                balancer.path,
                "A Classic Load Balancer registers instances, but tasks in awsvpc mode have addresses of their own.",
                "Use an Application or Network Load Balancer with a target group of type ip.",
            )
        if balancer.get("target_type") == "instance" and own_interface:
            yield Problem(
                "target-type-with-awsvpc",
                balancer.at("target_type"),
                "Tasks in awsvpc mode are registered by address.",
                "Use a target group of type ip.",
            )
    if request.get("classic_load_balancer") and own_interface:
        yield Problem(
            "classic-load-balancer-with-awsvpc",
            request.at("classic_load_balancer"),
            "A Classic Load Balancer registers instances, but tasks in awsvpc mode have addresses of their own.",
            "Use an Application or Network Load Balancer with a target group of type ip.",
        )


def _providers(request: Given) -> Iterator[Problem]:
    number = request.count("capacity_provider_strategy")
    at = request.at("capacity_provider_strategy")
    if number and request.get("launch_type") is not None:
        yield Problem(
            "launch-type-and-capacity-providers",
            at,
            "A capacity provider strategy and a launch type exclude each other.",
            "Leave the launch type out.",
        )
    if number > MOST_PROVIDERS:
        yield Problem(
            "too-many-capacity-providers",
            at,
            f"There are at most {MOST_PROVIDERS} capacity providers, not {number}.",
            "Leave some out.",
        )
