"""The lab of EKS: storage, nodes, Fargate pods, logs and the permissions of storage drivers."""

from studyapp.labs.workshop import boards
from studyapp.labs.workshop.fields import Field, Rows
from studyapp.labs.workshop.lab import Bench, Example, Lab
from studyapp.simulators.eks.driver import ACCOUNTS, IDENTITIES
from studyapp.simulators.eks.logs import QUESTIONS, TYPES
from studyapp.simulators.eks.nodes import NEEDS
from studyapp.simulators.eks.rules import DRIVERS
from studyapp.simulators.eks.storage import COMPUTE, SYSTEMS, WAYS

_CONTAINER = (Field("vcpu", "vCPU", "decimal"), Field("memory_gb", "memory, GB", "decimal"))

KUBERNETES = Lab(
    "eks", "EKS: what works where",
    "Storage, nodes, pods on Fargate and logs: choose, and have every no explained.",
    "eks-storage",
    (
        Bench("eks.storage", "Storage",
              (Field("driver", "Storage driver", "choice", tuple(DRIVERS)),
               Field("compute", "Compute", "choice", COMPUTE), Field("provisioning", "Provisioning", "choice", WAYS),
               Field("os", "Operating system", "choice", SYSTEMS)),
              "works", "Does it work: yes or no?", boards.storage, draws_wrong=False),
        Bench("eks.nodes", "Nodes", (Field("needs", "The workload needs", "checks", tuple(NEEDS)),), "fits | count",
              "How many kinds of nodes meet all of it?", boards.nodes),
        Bench("eks.fargate_size", "A pod on Fargate",
              (Rows("containers", "Containers", _CONTAINER, "container"),
               Rows("init_containers", "Init containers", _CONTAINER, "init container")),
              "memory_gb", "How many GB does the pod get?", boards.steps),
        Bench("eks.log", "Which log?",
              (Field("question", "You want to see", "choice", tuple(QUESTIONS)),
               Field("enabled", "Control plane logs that are on", "checks", TYPES),
               Field("fluent_bit", "Fluent Bit runs on the nodes", "flag")),
              "log", "Which log shows it?", boards.steps),
        Bench("eks.driver", "The driver's permissions",
              (Field("driver", "Storage driver", "choice", tuple(ACCOUNTS)),
               Field("identity", "The role comes by", "choice", IDENTITIES),
               Field("service_account", "given to service account", "word", optional=True),
               Field("policies", "Policies of that role", "words", optional=True),
               Field("node_policies", "Policies of the node's role", "words", optional=True),
               Field("metadata_reachable", "Pods reach the instance metadata", "flag"),
               Field("customer_key", "The volume is under a KMS key of your own", "flag"),
               Field("key_permissions", "The role may use that key", "flag")),
              "provisions", "Is the volume made: yes or no?", boards.steps),
    ),
    (
        Example("efs-fargate", "EFS on Fargate", "It works, if the file system is there already.", "N129",
                "eks.storage", {"driver": "efs", "compute": "fargate", "provisioning": "static", "os": "linux"}),
        Example("ebs-fargate", "EBS on Fargate", "EC2 nodes mount it; a pod on Fargate cannot.", "A133", "eks.storage",
                {"driver": "ebs", "compute": "fargate", "provisioning": "dynamic", "os": "linux"}),
        Example("windows", "Storage for Windows nodes", "Half of the table goes out.", "N129", "eks.storage",
                {"driver": "efs", "compute": "managed_node_group", "provisioning": "dynamic", "os": "windows"}),
        Example("daemonset", "A DaemonSet and nothing to patch", "The two together leave one kind of node.", "A127",
                "eks.nodes", {"needs": ["daemonset", "nothing_to_patch"]}),
        Example("gpu-spot", "GPUs on Spot", "Fargate drops out twice.", "A129", "eks.nodes",
                {"needs": ["gpu", "spot"]}),
        Example("a-little-more", "1 vCPU and 8 GB", "256 MB on top, and the next size is twice the CPU.", "A130",
                "eks.fargate_size", {"containers": [{"vcpu": 1, "memory_gb": 8}], "init_containers": []}),
        Example("init", "A large init container", "It runs alone, and still the pod must hold it.", "A130",
                "eks.fargate_size",
                {"containers": [{"vcpu": 0.25, "memory_gb": 0.5}, {"vcpu": 0.25, "memory_gb": 1}],
                 "init_containers": [{"vcpu": 1, "memory_gb": 3}]}),
        Example("who-read", "Who read the secret?", "The log that would say so is off by default.", "N141", "eks.log",
                {"question": "who-read-a-secret", "enabled": ["api"], "fluent_bit": False}),
        Example("refused", "UnauthorizedOperation", "The policy is there, on the wrong service account.", "N137",
                "eks.driver",
                {"driver": "ebs", "identity": "pod_identity", "service_account": "default",
                 "policies": ["AmazonEBSCSIDriverPolicyV2"]}),
    ),
)  # fmt: skip
