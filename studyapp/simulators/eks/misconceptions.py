"""Wrong rules about EKS that people believe, each of them the true ones with one part exchanged."""

from dataclasses import replace

from studyapp.simulators.eks.rules import DRIVERS, TRUTH
from studyapp.simulators.ruled import Misconception, named

STORAGE = named(
    Misconception(
        "ebs_mounts_on_fargate",
        "EBS volumes can be mounted by pods on Fargate.",
        "A133",
        "The driver's node DaemonSet cannot run there; EFS is what works on Fargate.",
        replace(TRUTH, fargate_mounts=frozenset(("efs", "ebs")), fargate_ways=frozenset(("static", "dynamic"))),
    ),
    Misconception(
        "efs_is_dynamic_on_fargate",
        "On Fargate EFS volumes are provisioned dynamically, as on nodes.",
        "N129",
        "On Fargate only static provisioning works; the file system must exist.",
        replace(TRUTH, fargate_ways=frozenset(("static", "dynamic"))),
    ),
    Misconception(
        "fargate_mounts_nothing",
        "Pods on Fargate have their ephemeral storage and nothing else.",
        "N129",
        "EFS volumes with static provisioning work.",
        replace(TRUTH, fargate_mounts=frozenset()),
    ),
    Misconception(
        "fargate_mounts_file_systems",
        "All file systems work on Fargate; only block storage does not.",
        "N130",
        "EFS alone does; FSx and Mountpoint for S3 do not.",
        replace(TRUTH, fargate_mounts=frozenset(name for name in DRIVERS if name != "ebs")),
    ),
    Misconception(
        "bucket_is_made_for_the_claim",
        "Mountpoint for Amazon S3 makes a bucket when a claim asks for one.",
        "A139",
        "It presents a bucket that exists: static provisioning only.",
        replace(TRUTH, only_static=frozenset()),
    ),
    Misconception(
        "hybrid_nodes_mount_like_ec2",
        "Hybrid nodes mount the same volumes as EC2 nodes.",
        "A125",
        "They stand outside AWS; almost none of its storage drivers work there.",
        replace(TRUTH, hybrid_mounts=True),
    ),
    Misconception(
        "every_driver_knows_windows",
        "A driver works on Linux and Windows nodes alike.",
        "N129",
        "EFS and Mountpoint for S3, for two, have no Windows support.",
        replace(TRUTH, not_on_windows=frozenset()),
    ),
)
SIZE = named(
    Misconception(
        "no_memory_is_added",
        "The pod gets what its containers ask for, rounded up.",
        "A130",
        "EKS first adds 256 MB for the Kubernetes parts that run beside them.",
        replace(TRUTH, overhead_mib=0),
    ),
    Misconception(
        "init_containers_add_up",
        "Init containers add up like the others.",
        "A130",
        "They run one after the other before the rest, so only the largest counts.",
        replace(TRUTH, init_containers_add_up=True),
    ),
    Misconception(
        "init_containers_do_not_count",
        "Init containers do not count, as they are gone when the pod runs.",
        "A130",
        "The pod must be large enough for the largest of them too.",
        replace(TRUTH, init_containers_count=False),
    ),
    Misconception(
        "largest_container_counts",
        "The largest container decides the size of the pod.",
        "A130",
        "Containers run side by side, so their requests add up.",
        replace(TRUTH, containers_add_up=False),
    ),
    Misconception(
        "size_is_rounded_down",
        "The pod gets the next smaller size.",
        "A130",
        "It must hold what was asked for, so the next larger combination is taken.",
        replace(TRUTH, rounds_up=False),
    ),
)
LOG = named(
    Misconception(
        "control_plane_logs_are_on",
        "Control plane logs are written from the start.",
        "A142",
        "Each type is off until you enable it.",
        replace(TRUTH, logs_on_by_default=True),
    ),
    Misconception(
        "api_log_names_the_user",
        "The log `api` shows who called the API server.",
        "N141",
        "Who did what is in `audit`; `api` holds what the server itself reports.",
        replace(TRUTH, shows={"who-changed-an-object": "api", "who-read-a-secret": "api"}),
    ),
    Misconception(
        "audit_is_in_cloudtrail",
        "CloudTrail shows who changed an object in the cluster.",
        "A146",
        "It records calls to the API of EKS, not to that of Kubernetes.",
        replace(TRUTH, shows={"who-changed-an-object": "cloudtrail", "who-read-a-secret": "cloudtrail"}),
    ),
    Misconception(
        "controller_manager_places_pods",
        "The controller manager decides where pods run.",
        "N144",
        "The scheduler does; the controller manager runs the control loops.",
        replace(TRUTH, shows={"pod-placement": "controllerManager", "why-pod-unplaced": "controllerManager"}),
    ),
    Misconception(
        "audit_shows_refused_logins",
        "Why IAM credentials were refused is in `audit`.",
        "N142",
        "The step from IAM to a Kubernetes user is logged by `authenticator`.",
        replace(TRUTH, shows={"login-refused": "audit", "iam-identity-mapping": "audit"}),
    ),
    Misconception(
        "container_output_is_a_control_plane_log",
        "What applications print is in the log type `api`.",
        "N149",
        "It lies on the nodes, under /var/log/containers, and Fluent Bit sends it.",
        replace(TRUTH, shows={"container-output": "api", "kubelet-messages": "api"}),
    ),
)
NODES = named(
    Misconception(
        "fargate_runs_daemonsets",
        "A DaemonSet puts its pod on Fargate too.",
        "A127",
        "There is no node to put it on; a sidecar in each pod takes its place.",
        replace(TRUTH, shows={"daemonset": "fargate"}),
    ),
    Misconception(
        "fargate_spot_on_eks",
        "Fargate Spot works for pods as it does for tasks.",
        "A129",
        "There is no Fargate Spot on EKS.",
        replace(TRUTH, shows={"spot": "fargate"}),
    ),
    Misconception(
        "managed_group_mixes_spot",
        "A managed node group mixes On-Demand and Spot.",
        "N123",
        "One group is all of one kind.",
        replace(TRUTH, shows={"spot_and_on_demand_in_one_group": "managed_node_group"}),
    ),
    Misconception(
        "ebs_volumes_on_fargate",
        "A pod on Fargate can have an EBS volume.",
        "A133",
        "It cannot; EFS is what works there.",
        replace(TRUTH, fargate_mounts=frozenset(("efs", "ebs"))),
    ),
    Misconception(
        "auto_mode_nodes_are_open",
        "You can sign in to Auto Mode nodes with SSH.",
        "A124",
        "They are appliances: no SSH and no Systems Manager.",
        replace(TRUTH, shows={"ssh": "auto_mode"}),
    ),
)
DRIVER = named(
    Misconception(
        "installing_grants_the_rights",
        "The add-on of a storage driver brings its permissions along.",
        "N136",
        "It runs without any until you give its controller an IAM role.",
        replace(TRUTH, installing_grants=True),
    ),
    Misconception(
        "node_role_makes_volumes",
        "The role of the node makes the volumes, so the policy belongs on it.",
        "N136",
        "The controller acts with the role given to its service account.",
        replace(TRUTH, node_role_serves=True),
    ),
    Misconception(
        "any_service_account_will_do",
        "It does not matter which service account the role is given to.",
        "A138",
        "Only pods that run under that account get the role; the controller runs under its own.",
        replace(TRUTH, any_account_serves=True),
    ),
    Misconception(
        "own_key_needs_nothing",
        "The driver's managed policy covers KMS keys of your own.",
        "A138",
        "It does not; the role must be allowed to use the key as well.",
        replace(TRUTH, key_rights_needed=False),
    ),
    Misconception(
        "pods_never_reach_the_node_role",
        "Without a role of its own the controller can do nothing at all.",
        "A138",
        "Where pods reach the instance metadata it falls back to the role of the node.",
        replace(TRUTH, falls_back=False),
    ),
)
