"""Limits of a task definition as a whole; those of its containers are in `containers`.

Sources: API reference (RegisterTaskDefinitionRequest, EphemeralStorage, EFSVolumeConfiguration), General Reference
(ECS quotas), ECS developer guide (fargate-tasks-services, efs-volumes, s3files-volumes, using_data_volumes).
"""

import json
import re
from collections.abc import Iterator

from studyapp.simulators.validation.containers import container_problems
from studyapp.simulators.validation.given import Given
from studyapp.simulators.validation.problems import Problem
from studyapp.simulators.validation.sizes import EC2_CPU, FARGATE, WINDOWS_CPU, cpu_units, mebibytes, memory_for, spoken

LARGEST = 64 * 1024  # bytes
NETWORK_MODES = ("bridge", "host", "awsvpc", "none", "default")
_FAMILY = re.compile(r"[A-Za-z0-9_-]+")


def definition_problems(request: Given, launch: str, windows: bool) -> Iterator[Problem]:
    """Find what is wrong with a task definition, apart from placement."""
    family = request.text("family")
    if family is not None and (len(family) > 255 or not _FAMILY.fullmatch(family)):
        yield Problem(
            "family-name",
            request.at("family"),
            "A family has 1 to 255 letters, digits, hyphens and underscores.",
            "Choose another name.",
        )
    if len(json.dumps(request.values, separators=(",", ":"))) > LARGEST:
        yield Problem("definition-too-large", "input", "A task definition has at most 64 KiB.", "Shorten it.")
    yield from _mode(request, launch)
    yield from _size(request, launch, windows)
    yield from container_problems(request, launch, windows)
    yield from _volumes(request, launch, windows)
    if launch == "FARGATE":
        yield from _fargate(request, windows)


def _mode(request: Given, launch: str) -> Iterator[Problem]:
    mode = request.get("network_mode")
    if mode is None:
        return
    if mode not in NETWORK_MODES:
        yield Problem(
            "unknown-network-mode",
            request.at("network_mode"),
            "There is no such network mode.",
            "Use bridge, host, awsvpc or none.",
        )
    elif mode != "awsvpc" and launch == "FARGATE":
        yield Problem(
            "network-mode-on-fargate",
            request.at("network_mode"),
            f"Fargate runs tasks in awsvpc mode only, not in {mode} mode.",
            "Use awsvpc.",
        )


def _size(request: Given, launch: str, windows: bool) -> Iterator[Problem]:
    given_cpu, given_memory = request.get("cpu"), request.get("memory")
    cpu, memory = cpu_units(given_cpu), mebibytes(given_memory)
    for name, given, read, spelling in (
        ("cpu", given_cpu, cpu, '1024, "1024" or "1 vCPU"'),
        ("memory", given_memory, memory, '2048, "2048" or "2 GB"'),
    ):
        if given is not None and (read is None or read < 0):
            yield Problem(f"task-{name}", request.at(name), "This is no size of a task.", f"Write it like {spelling}.")
    if launch != "FARGATE":
        if cpu is not None and not EC2_CPU[0] <= cpu <= EC2_CPU[1] and not windows:
            yield Problem(
                "task-cpu",
                request.at("cpu"),
                f"A task on EC2 has {EC2_CPU[0]} to {EC2_CPU[1]} CPU units, not {cpu}.",
                "Choose one of these, or give CPU to the containers only.",
            )
        return
    missing = [name for name, given in (("cpu", given_cpu), ("memory", given_memory)) if given is None]
    for name in missing:
        yield Problem(
            "fargate-size-missing",
            request.at(name),
            f"Fargate needs the {'CPU' if name == 'cpu' else 'memory'} of the task, not only of its containers.",
            "Give both cpu and memory to the task.",
        )
    if cpu is None:
        return
    if cpu not in FARGATE or (windows and cpu not in WINDOWS_CPU):
        sizes = WINDOWS_CPU if windows else tuple(FARGATE)
        yield Problem(
            "fargate-size",
            request.at("cpu"),
            f"Fargate has no {'Windows ' if windows else ''}tasks of {cpu} CPU units.",
            f"Choose {', '.join(map(str, sizes))}.",
        )
    elif memory is not None and memory not in FARGATE[cpu]:
        yield Problem(
            "fargate-size",
            request.at("memory"),
            f"With {cpu} CPU units Fargate does not offer {spoken(memory)}.",
            f"Choose {memory_for(cpu)}.",
        )


def _fargate(request: Given, windows: bool) -> Iterator[Problem]:
    if request.has("ipc_mode"):
        yield _not_on_fargate(request, "ipc_mode", "an IPC mode")
    if request.get("pid_mode") == "host" or (windows and request.has("pid_mode")):
        yield _not_on_fargate(request, "pid_mode", "the PID mode host")
    at = request.at("ephemeral_storage")
    if isinstance(request.get("ephemeral_storage"), dict):
        storage = request.within("ephemeral_storage")
        gib = storage.integer("size_in_gi_b") if storage is not None else None
    else:
        gib = request.integer("ephemeral_storage")
    if gib is not None and not 21 <= gib <= 200:
        yield Problem(
            "ephemeral-storage-size",
            at,
            f"Ephemeral storage can be set to 21 to 200 GiB, not {gib}.",
            "Leave it out for the default of 20 GiB.",
        )


def _not_on_fargate(request: Given, name: str, what: str) -> Problem:
    return Problem(
        f"{name.replace('_', '-')}-on-fargate",
        request.at(name),
        f"Fargate does not take {what}.",
        "Leave it out, or run on EC2.",
    )


def _volumes(request: Given, launch: str, windows: bool) -> Iterator[Problem]:
    at_launch = 0
    for volume in request.objects("volumes"):
        volume.get("name")
        at_launch += volume.boolean("configured_at_launch", False)
        if launch == "FARGATE":
            host = volume.within("host")
            if volume.has("docker_volume_configuration"):
                yield _not_on_fargate(volume, "docker_volume_configuration", "Docker volumes")
            if (host is not None and host.has("source_path")) or volume.has("source_path"):
                yield _not_on_fargate(host or volume, "source_path", "directories of a host")
        efs = volume.within("efs_volume_configuration")
        if efs is not None:
            yield from _efs(efs, launch, windows)
        if volume.has("s3files_volume_configuration") and launch == "EC2":
            yield Problem(
                "s3-files-on-ec2",
                volume.at("s3files_volume_configuration"),
                "S3 Files volumes do not work with the launch type EC2.",
                "Use EFS, Fargate or Managed Instances.",
            )
        if volume.has("fsx_windows_file_server_volume_configuration") and (launch == "FARGATE" or not windows):
            yield Problem(
                "fsx-windows",
                volume.at("fsx_windows_file_server_volume_configuration"),
                "FSx for Windows File Server works for Windows tasks on EC2 only.",
                "Use EFS for Linux.",
            )
    if at_launch > 1:
        yield Problem(
            "too-many-launch-volumes",
            request.at("volumes"),
            f"At most one volume can be configured at launch, not {at_launch}.",
            "Use EFS for the others.",
        )


def _efs(efs: Given, launch: str, windows: bool) -> Iterator[Problem]:
    for name in ("file_system_id", "transit_encryption_port"):
        efs.get(name)
    if launch == "EXTERNAL" or windows:
        yield Problem("efs-not-here", efs.path, "EFS volumes work for Linux tasks in AWS only.", "Use a bind mount.")
    access = efs.within("authorization_config")
    point = access is not None and access.has("access_point_id")
    by_role = access is not None and access.get("iam") == "ENABLED"
    if (point or by_role) and efs.get("transit_encryption") != "ENABLED":
        yield Problem(
            "efs-encryption",
            efs.at("transit_encryption"),
            "An access point or IAM authorization needs encryption in transit.",
            "Set transitEncryption to ENABLED.",
        )
    if point and efs.get("root_directory") not in (None, "", "/"):
        yield Problem(
            "efs-root-directory",
            efs.at("root_directory"),
            "With an access point the root directory is the access point's.",
            "Leave it out, or write /.",
        )
