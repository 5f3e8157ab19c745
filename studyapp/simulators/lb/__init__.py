"""Load balancers of ECS services."""

from studyapp.simulators.lb import choosing, misconceptions
from studyapp.simulators.lb.rules import TRUTH
from studyapp.simulators.ruled import ruled_family

FAMILIES = (
    ruled_family(
        "lb.choose",
        "Which load balancer does what a service needs, and why the others do not.",
        choosing.answer,
        TRUTH,
        misconceptions.CHOOSE.values(),
    ),
)
