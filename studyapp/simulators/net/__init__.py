"""The way from a load balancer to a container: ports, target types, security groups."""

from studyapp.simulators.net import mapping, misconceptions, reach
from studyapp.simulators.net.rules import TRUTH
from studyapp.simulators.ruled import ruled_family

FAMILIES = (
    ruled_family(
        "net.mapping",
        "Where a container's port is reached: target type, host port, security group, ports to open.",
        mapping.answer,
        TRUTH,
        misconceptions.MAPPING.values(),
    ),
    ruled_family(
        "net.reach",
        "Whether a load balancer reaches a task, hop by hop, and the smallest change that mends it.",
        reach.answer,
        TRUTH,
        misconceptions.REACH.values(),
    ),
)
