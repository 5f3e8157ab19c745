"""Storage of ECS tasks: what can be mounted where, what outlives what, and how much room there is."""

from studyapp.simulators.ruled import ruled_family
from studyapp.simulators.volume import ephemeral, misconceptions, mounting
from studyapp.simulators.volume.rules import TRUTH

FAMILIES = (
    ruled_family(
        "volume.mount",
        "Whether a task can mount a volume, what the volume outlives, and who shares it.",
        mounting.answer,
        TRUTH,
        misconceptions.MOUNT.values(),
    ),
    ruled_family(
        "volume.ephemeral",
        "How much of a Fargate task's own storage is left for data, and how to ask for more.",
        ephemeral.answer,
        TRUTH,
        misconceptions.EPHEMERAL.values(),
    ),
)
