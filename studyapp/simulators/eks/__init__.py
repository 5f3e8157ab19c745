"""EKS: storage on each kind of compute, Fargate pods, logs, nodes and the permissions of storage drivers."""

from studyapp.simulators.eks import driver, fargate, logs, misconceptions, nodes, storage
from studyapp.simulators.eks.rules import TRUTH
from studyapp.simulators.ruled import ruled_family

FAMILIES = (
    ruled_family(
        "eks.storage",
        "Whether a storage driver works on a kind of compute.",
        storage.answer,
        TRUTH,
        misconceptions.STORAGE.values(),
    ),
    ruled_family(
        "eks.fargate_size",
        "The size of the Fargate pod that holds some containers.",
        fargate.answer,
        TRUTH,
        misconceptions.SIZE.values(),
    ),
    ruled_family(
        "eks.log",
        "Which log of a cluster shows what, and whether it is written.",
        logs.answer,
        TRUTH,
        misconceptions.LOG.values(),
    ),
    ruled_family(
        "eks.nodes",
        "Which kinds of nodes meet what a workload needs.",
        nodes.answer,
        TRUTH,
        misconceptions.NODES.values(),
    ),
    ruled_family(
        "eks.driver",
        "Whether a storage driver has the permissions to make a volume.",
        driver.answer,
        TRUTH,
        misconceptions.DRIVER.values(),
    ),
)
