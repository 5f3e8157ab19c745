"""Reading what the scaling families share, and moving a capacity within its range."""

from studyapp.simulators.errors import InputError
from studyapp.simulators.fields import Fields
from studyapp.simulators.scaling.rules import MOST_TASKS, Rules


def read_range(fields: Fields) -> tuple[int, int]:
    """Read `min` and `max` in tasks. Raises InputError, also if they are the wrong way round."""
    low, high = fields.integer("min", 0, MOST_TASKS), fields.integer("max", 0, MOST_TASKS)
    if low > high:
        raise InputError(fields.at("max"), f"must not be less than min, {low}")
    return low, high


def moved(current: int, wanted: int, low: int, high: int, rules: Rules) -> int:
    """Move a capacity toward what is wanted, within the range and never the other way (AS-1, AS-5)."""
    if not rules.clips:
        return max(0, wanted)
    clipped = min(max(wanted, low), high)
    return max(current, clipped) if wanted > current else min(current, clipped) if wanted < current else current
