"""What decides about storage, sizes, logs and nodes on EKS. `TRUTH` holds AWS's rules; misconceptions exchange one.

Sources: EKS user guide (ebs-csi, efs-csi, fsx-csi, fsx-ontap, fsx-openzfs-csi, s3-csi, fargate,
fargate-pod-configuration, control-plane-logs, managed-node-groups, automode, hybrid-nodes-overview).
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Driver:
    """A storage driver: what it is called, the fact that teaches it, and whether Windows nodes can mount it."""

    name: str
    fact: str
    windows: bool = False


DRIVERS = {
    "ebs": Driver("EBS", "A133", windows=True),
    "efs": Driver("EFS", "N129"),
    "fsx_lustre": Driver("FSx for Lustre", "N130"),
    "fsx_ontap": Driver("FSx for NetApp ONTAP", "N131", windows=True),
    "fsx_openzfs": Driver("FSx for OpenZFS", "N127"),
    "s3_mountpoint": Driver("Mountpoint for Amazon S3", "A139"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules of storage, pod sizes and control plane logs."""

    fargate_mounts: frozenset[str] = frozenset(("efs",))  # 6.3
    fargate_ways: frozenset[str] = frozenset(("static",))
    only_static: frozenset[str] = frozenset(("s3_mountpoint",))
    hybrid_mounts: bool = False
    not_on_windows: frozenset[str] = frozenset(name for name, driver in DRIVERS.items() if not driver.windows)
    overhead_mib: int = 256  # 6.2: EKS adds it to the memory of every Fargate pod
    init_containers_add_up: bool = False  # they run one after the other, before the others
    init_containers_count: bool = True
    containers_add_up: bool = True
    rounds_up: bool = True  # to the next combination on offer
    logs_on_by_default: bool = False  # 6.4
    installing_grants: bool = False  # 6.3: the add-on brings its permissions along
    node_role_serves: bool = False  # the role of the node is the driver's, whatever pods reach
    falls_back: bool = True  # to the role of the node, where pods reach its metadata
    any_account_serves: bool = False  # whichever service account the role is given to
    key_rights_needed: bool = True  # for a KMS key of your own
    shows: dict[str, str] = field(default_factory=dict)  # what a log type is thought to show, where it is not so


TRUTH = Rules()
