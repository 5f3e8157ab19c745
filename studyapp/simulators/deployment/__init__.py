"""Rolling deployments of a service: limits, whether they finish, their moves, and the circuit breaker."""

from studyapp.simulators.deployment import breaker, misconceptions, rolling, rollout
from studyapp.simulators.deployment.rules import TRUTH
from studyapp.simulators.ruled import ruled_family

FAMILIES = (
    ruled_family(
        "deployment.defaults",
        "The two percentages of a service that does not set them.",
        rolling.defaults,
        TRUTH,
        misconceptions.DEFAULTS.values(),
    ),
    ruled_family(
        "deployment.bounds",
        "How few healthy and how many tasks a rolling deployment may have, and what it may do first.",
        rolling.bounds,
        TRUTH,
        misconceptions.LIMITS.values(),
    ),
    ruled_family(
        "deployment.capacity",
        "Whether a rolling deployment can finish with the room there is in the cluster.",
        rolling.capacity,
        TRUTH,
        misconceptions.ROOM.values(),
    ),
    ruled_family(
        "deployment.waves",
        "The moves of a rolling deployment, start and stop in turn.",
        rolling.waves,
        TRUTH,
        misconceptions.ROOM.values(),
    ),
    ruled_family(
        "deployment.rollout",
        "A rolling deployment on a cluster, wave by wave, each placed by the placement engine.",
        rollout.rollout,
        TRUTH,
        misconceptions.LIMITS.values(),
    ),
    ruled_family(
        "deployment.cb_threshold",
        "How many failures trip the deployment circuit breaker.",
        breaker.threshold,
        TRUTH,
        misconceptions.THRESHOLD.values(),
    ),
    ruled_family(
        "deployment.cb_trip",
        "Whether and when the circuit breaker fails a deployment.",
        breaker.trip,
        TRUTH,
        misconceptions.TRIP.values(),
    ),
    ruled_family(
        "deployment.cb_rollback",
        "What a failed deployment is rolled back to.",
        breaker.rollback,
        TRUTH,
        misconceptions.ROLLBACK.values(),
    ),
)
