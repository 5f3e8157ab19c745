"""Who may do what: the roles of tasks, instances and ECS itself."""

from studyapp.simulators.iam import allowing, misconceptions, roles
from studyapp.simulators.iam.rules import TRUTH
from studyapp.simulators.ruled import ruled_family

FAMILIES = (
    ruled_family(
        "iam.role",
        "Which role an action of a task's life is done with.",
        roles.role_answer,
        TRUTH,
        misconceptions.ROLE.values(),
    ),
    ruled_family(
        "iam.life",
        "The roles that act in a task's life, in order, and where it fails.",
        roles.life_answer,
        TRUTH,
        misconceptions.ROLE.values(),
    ),
    ruled_family(
        "iam.board",
        "Which actions were put under the right role.",
        roles.board_answer,
        TRUTH,
        misconceptions.ROLE.values(),
    ),
    ruled_family(
        "iam.allowed",
        "Whether roles with their policies allow an action, and what mends it if not.",
        allowing.answer,
        TRUTH,
        misconceptions.ROLE.values(),
    ),
)
