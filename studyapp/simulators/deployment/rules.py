"""What decides about a rolling deployment. `TRUTH` holds AWS's rules; a misconception exchanges one of them.

Sources: ECS developer guide (deployment-type-ecs, deployment-circuit-breaker, service-event-messages), API reference
(DeploymentConfiguration, ThresholdConfiguration).
"""

from collections.abc import Callable
from dataclasses import dataclass

FLOOR, CEILING = 3, 200  # failures between which a bounded threshold lies
DEFAULT_SHARE = 50  # percent of the desired count


def share_up(count: int, percent: int) -> int:
    """A percentage of a count of tasks, rounded up."""
    return -(-count * percent // 100)


def share_down(count: int, percent: int) -> int:
    """A percentage of a count of tasks, rounded down."""
    return count * percent // 100


def newest_completed(states: list[str]) -> int | None:
    """Where the newest completed deployment stands, of those before the one that failed (DeploymentCircuitBreaker)."""
    return next((place for place in range(len(states) - 2, -1, -1) if states[place] == "COMPLETED"), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules of rolling deployments and their circuit breaker. Counts are tasks, shares are percent."""

    lower: Callable[[int, int], int] = share_up  # DEP-1
    upper: Callable[[int, int], int] = share_down  # DEP-2
    needs_room: bool = True  # a start takes room in the cluster
    stop_frees: bool = True  # and a stop gives it back
    daemon: tuple[tuple[int, int], tuple[int, int]] = ((0, 100), (50, 100))  # DEP-4, API and console
    threshold_share: Callable[[int, int], int] = share_up
    floor: int = FLOOR
    ceiling: int | None = CEILING
    reset: Callable[[int], int] = lambda failures: 0  # what a healthy task leaves of the failures
    trips_beyond: bool = False  # one more than the threshold is needed
    rollback_asked: bool = True  # rollback happens only where it is switched on
    rollback_to: Callable[[list[str]], int | None] = newest_completed


TRUTH = Rules()
