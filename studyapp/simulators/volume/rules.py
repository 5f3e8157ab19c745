"""What decides about the volumes of tasks. `TRUTH` holds AWS's rules; a misconception exchanges one of them.

Sources: ECS developer guide (using_data_volumes, efs-volumes, s3files-volumes, fargate-task-storage), API reference
(HostVolumeProperties, DockerVolumeConfiguration, EFSVolumeConfiguration, EphemeralStorage).
"""

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of volume: what it is called, its fact, where it works, what it outlives, and who shares it."""

    name: str
    fact: str
    launch_types: tuple[str, ...]
    systems: tuple[str, ...] = ("linux", "windows")
    outlives_task: bool = True
    outlives_instance: bool = True
    shared: str = "anywhere"  # task: only its containers; instance: tasks there; anywhere: tasks in any zone


_OWN = ("EC2", "MANAGED_INSTANCES")
_ALL = ("EC2", "FARGATE", "MANAGED_INSTANCES")
KINDS = MappingProxyType(
    {
        "bind": Kind("A bind mount", "N021", _ALL, outlives_task=False, outlives_instance=False, shared="task"),
        "host_path": Kind("A bind mount with a host path", "N022", _OWN, outlives_instance=False, shared="instance"),
        "docker": Kind("A Docker volume", "N022", ("EC2",), outlives_instance=False, shared="instance"),
        "ebs": Kind("An EBS volume", "A073", _ALL, shared="task"),
        "efs": Kind("An EFS file system", "N034", _ALL, ("linux",)),
        "s3_files": Kind("S3 Files", "N033", ("FARGATE", "MANAGED_INSTANCES"), ("linux",)),
        "fsx_windows": Kind("FSx for Windows File Server", "N034", ("EC2",), ("windows",)),
        "fsx_ontap": Kind("FSx for NetApp ONTAP", "N034", ("EC2",), ("linux",)),
    }
)  # section 13


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules of mounting and of ephemeral storage."""

    also: frozenset[tuple[str, str]] = frozenset()  # kind and launch type that are thought to go together
    never: frozenset[tuple[str, str]] = frozenset()  # and that are thought not to
    systems_matter: bool = True
    outlives_task: frozenset[str] = frozenset(name for name, kind in KINDS.items() if kind.outlives_task)
    outlives_instance: frozenset[str] = frozenset(name for name, kind in KINDS.items() if kind.outlives_instance)
    efs_reach: str = "anywhere"
    service_keeps_ebs: bool = False  # volumes of a service's tasks are deleted with the task
    encryption_is_needed: bool = True  # with an access point or IAM authorization
    default_gib: int = 20
    largest_gib: int = 200
    smallest_setting_gib: int = 21
    image_counts: bool = True  # the image, pulled and unpacked, lies in the same storage


TRUTH = Rules()
