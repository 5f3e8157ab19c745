"""Which image a task runs: the digests of a service over time, and what the agent of an instance pulls."""

from studyapp.simulators.image import misconceptions, pull, resolution
from studyapp.simulators.image.rules import TRUTH
from studyapp.simulators.ruled import ruled_family

FAMILIES = (
    ruled_family(
        "image.resolution",
        "Which image digests the tasks of a service run after pushes, deployments and scaling.",
        resolution.answer,
        TRUTH,
        misconceptions.RESOLUTION.values(),
    ),
    ruled_family(
        "image.pull",
        "Which image a task on a container instance gets, by the agent's pull behaviour.",
        pull.answer,
        TRUTH,
        misconceptions.PULL.values(),
    ),
)
