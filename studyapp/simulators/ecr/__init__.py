"""ECR lifecycle policies: whether one is valid, and what it does to a repository."""

from studyapp.simulators.ecr import lifecycle, misconceptions, policy
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
    ruled_family("ecr.validate", "Whether a lifecycle policy is valid, and every problem of it.", policy.answer, TRUTH),
)
