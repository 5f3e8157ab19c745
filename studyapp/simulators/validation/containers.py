"""Limits of the containers of a task definition.

Sources: API reference (ContainerDefinition, PortMapping, LogConfiguration, LinuxParameters), General Reference (ECS
quotas), ECS developer guide (fargate-tasks-services, specifying-sensitive-data, taskdef-envfiles).
"""

from collections.abc import Iterator

from studyapp.simulators.validation.given import Given
from studyapp.simulators.validation.problems import Problem
from studyapp.simulators.validation.sizes import cpu_units, mebibytes

MOST_CONTAINERS = 10
LEAST_MEMORY = 6  # MiB
_FARGATE_DRIVERS = ("awslogs", "splunk", "awsfirelens")
_NOT_ON_FARGATE = {
    "links": "links",
    "privileged": "privileged containers",
    "extra_hosts": "extra hosts",
    "dns_servers": "DNS servers",
    "dns_search_domains": "DNS search domains",
    "docker_security_options": "Docker security options",
}
_PLAIN = (
    "name image command entry_point environment mount_points volumes_from working_directory user health_check"
    " depends_on start_timeout stop_timeout ulimits docker_labels interactive pseudo_terminal readonly_root_filesystem"
    " system_controls hostname disable_networking firelens_configuration repository_credentials version_consistency"
    " restart_policy"
)


def container_problems(request: Given, launch: str, windows: bool) -> Iterator[Problem]:
    """Find what is wrong with the containers. A request that names none at all is not asked about them."""
    containers = request.objects("containers")
    at = request.at("containers")
    if request.items("containers") is None:
        return
    if not containers:
        yield Problem("no-containers", at, "A task has at least one container.", "Add one.")
        return
    if len(containers) > MOST_CONTAINERS:
        yield Problem(
            "too-many-containers",
            at,
            f"A task has at most {MOST_CONTAINERS} containers, not {len(containers)}; the quota cannot be raised.",
            "Split the task.",
        )
    essential = [each.boolean("essential", True) for each in containers]
    if True not in essential:
        yield Problem(
            "no-essential-container",
            at,
            "At least one container must be essential.",
            "Mark the one whose end is the task's end; left out, essential is true.",
        )
    names = [each.text("name") for each in containers]
    if any(name is not None and names.count(name) > 1 for name in names):
        yield Problem("container-names", at, "Two containers have the same name.", "Rename one.")
    task_memory = None if windows and launch != "FARGATE" else mebibytes(request.get("memory"))
    for each in containers:
        for name in _PLAIN.split():
            each.get(name)
        yield from _memory(each, launch, task_memory)
        yield from _ports(each, str(request.get("network_mode") or ("awsvpc" if launch == "FARGATE" else "bridge")))
        yield from _rest(each, request, launch, windows)
    yield from _sums(request, containers, task_memory, windows and launch != "FARGATE")


def _memory(container: Given, launch: str, task: int | None) -> Iterator[Problem]:
    hard, soft = container.integer("memory"), container.integer("memory_reservation")
    if not hard and not soft and task is None and launch != "FARGATE":
        yield Problem(
            "no-memory",
            container.at("memory"),
            "On EC2 a container needs memory unless the task has some.",
            "Give memory or memoryReservation to the container, or memory to the task.",
        )
    if hard is not None and soft is not None and hard <= soft:
        yield Problem(
            "hard-limit-not-above-soft",
            container.at("memory"),
            f"The hard limit, {hard} MiB, must be greater than the soft limit, {soft} MiB.",
            "Raise memory or lower memoryReservation.",
        )
    for name, value in (("memory", hard), ("memory_reservation", soft)):
        if value is not None and (value < 0 or 0 < value < LEAST_MEMORY):
            yield Problem(
                "container-memory",
                container.at(name),
                f"Docker needs at least {LEAST_MEMORY} MiB for a container, not {value}.",
                "Give it more.",
            )


def _sums(request: Given, containers: list[Given], task_memory: int | None, ignored: bool) -> Iterator[Problem]:
    task_cpu = None if ignored else cpu_units(request.get("cpu"))
    cpu = sum(each.integer("cpu") or 0 for each in containers)
    if task_cpu is not None and cpu > task_cpu:
        yield Problem(
            "containers-exceed-task-cpu",
            request.at("cpu"),
            f"The containers want {cpu} CPU units, the task has {task_cpu}.",
            "Raise the task's cpu or lower the containers'.",
        )
    reserved = sum(each.integer("memory_reservation") or each.integer("memory") or 0 for each in containers)
    largest = max(each.integer("memory") or 0 for each in containers)
    if task_memory is not None and max(reserved, largest) > task_memory:
        yield Problem(
            "containers-exceed-task-memory",
            request.at("memory"),
            f"The containers want {max(reserved, largest)} MiB, the task has {task_memory}.",
            "Raise the task's memory or lower the containers'.",
        )


def _ports(container: Given, mode: str) -> Iterator[Problem]:
    protocols: dict[int, set[str]] = {}
    ranges = 0
    for port in container.objects("ports"):
        for name in ("name", "app_protocol"):
            port.get(name)
        protocol = "udp" if port.get("protocol") == "udp" else "tcp"
        number, host = port.integer("container_port"), port.integer("host_port")
        if mode == "none":
            yield Problem(
                "ports-in-none-mode", port.path, "Network mode none allows no port mappings.", "Leave them out."
            )
        for name, value, low in (("container_port", number, 1), ("host_port", host, 0)):
            if value is not None and not low <= value <= 65535:
                yield Problem(
                    "port-number", port.at(name), f"A port is from {low} to 65535, not {value}.", "Choose another."
                )
        if mode in ("host", "awsvpc") and host and number is not None and host != number:
            yield Problem(
                "host-port-differs",
                port.at("host_port"),
                f"In {mode} mode the host port is the container port, {number}, not {host}.",
                "Leave hostPort out.",
            )
        if port.get("container_port_range") is not None:
            ranges += 1
            if host is not None or mode not in ("bridge", "awsvpc"):
                yield Problem(
                    "container-port-range",
                    port.at("container_port_range"),
                    "A range of ports takes no hostPort and needs bridge or awsvpc mode.",
                    "Leave hostPort out, or map single ports.",
                )
        if number is not None:
            protocols.setdefault(number, set()).add(protocol)
    for number, used in protocols.items():
        if len(used) > 1:
            yield Problem(
                "port-with-two-protocols",
                container.at("ports"),
                f"Container port {number} cannot be exposed for both TCP and UDP.",
                "Use another port for one of them.",
            )
    if ranges > 100:
        yield Problem(
            "too-many-port-ranges",
            container.at("ports"),
            f"A container has at most 100 ranges of ports, not {ranges}.",
            "Join neighbouring ranges.",
        )


def _rest(container: Given, request: Given, launch: str, windows: bool) -> Iterator[Problem]:
    mode = request.get("network_mode")
    if launch == "FARGATE":
        for name, what in _NOT_ON_FARGATE.items():
            if container.has(name):
                yield _refused(container, name, what)
        gpu = container.has("gpu") or container.has("gpus")
        if gpu or any(each.get("type") == "GPU" for each in container.objects("resource_requirements")):
            yield _refused(container, "gpu", "GPUs")
        linux = container.within("linux_parameters")
        for name, what in (("devices", "host devices"), ("shared_memory_size", "a size of /dev/shm")):
            if linux is not None and linux.has(name):
                yield _refused(linux, name, what)
    elif container.has("links") and mode not in (None, "bridge"):
        yield Problem(
            "links-need-bridge",
            container.at("links"),
            f"Links work in bridge mode only, not in {mode} mode.",
            "Use localhost (awsvpc, host) or service discovery.",
        )
    if windows and container.has("privileged"):
        yield Problem(
            "privileged-on-windows",
            container.at("privileged"),
            "Windows containers cannot be privileged.",
            "Leave it out.",
        )
    yield from _logs(container, launch)
    if container.has("secrets") and not request.has("execution_role"):
        yield Problem(
            "secrets-need-execution-role",
            container.at("secrets"),
            "Secrets are fetched with the task execution role, on EC2 too.",
            "Give the task definition an executionRoleArn.",
        )
    files = container.count("environment_files")
    if files > 10 or (files and windows):
        yield Problem(
            "environment-files",
            container.at("environment_files"),
            "Windows containers take no environment files." if windows else f"At most 10 files, not {files}.",
            "Join them, or use environment.",
        )


def _logs(container: Given, launch: str) -> Iterator[Problem]:
    logs = container.within("log_configuration")
    driver = container.get("log_driver")
    if logs is not None:
        driver = logs.get("log_driver")
        for name in ("options", "secret_options"):
            logs.get(name)
    if driver is not None and launch == "FARGATE" and driver not in _FARGATE_DRIVERS:
        where = container if logs is None else logs
        yield Problem(
            "log-driver-on-fargate",
            where.at("log_driver"),
            "Fargate does not know this log driver.",
            f"Use {', '.join(_FARGATE_DRIVERS)}.",
        )


def _refused(where: Given, name: str, what: str) -> Problem:
    return Problem(
        f"{name.replace('_', '-')}-on-fargate",
        where.at(name),
        f"Fargate does not take {what}.",
        "Leave it out, or run on EC2.",
    )
