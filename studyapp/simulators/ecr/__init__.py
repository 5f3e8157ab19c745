"""ECR lifecycle policies: whether one is valid, and what it does to a repository."""

from studyapp.simulators.ecr import lifecycle, misconceptions, over_time, policy
from studyapp.simulators.ecr.rules import TRUTH
from studyapp.simulators.ruled import ruled_family

FAMILIES = (
    ruled_family(
        "ecr.lifecycle",
        "Which images a lifecycle policy expires or archives.",
        lifecycle.answer,
        TRUTH,
        misconceptions.LIFECYCLE.values(),
    ),
    ruled_family(
        "ecr.over_time",
        "What a lifecycle policy does to a repository as days go by.",
        over_time.answer,
        TRUTH,
        misconceptions.LIFECYCLE.values(),
    ),
    ruled_family("ecr.validate", "Whether a lifecycle policy is valid, and every problem of it.", policy.answer, TRUTH),
)
