"""The one place where placement meets the cluster query language."""

import functools
from collections.abc import Callable, Mapping
from typing import Any

type Facts = Mapping[str, Any]


@functools.lru_cache(maxsize=1024)
def compile_expression(text: str) -> Callable[[Facts], bool]:
    """Make a test out of a memberOf expression. Raises ValueError when it is not one."""
    from studyapp.simulators import cql  # late: it may lean on placement to read its instances

    matches: Callable[[Facts], bool] = cql.parse(text).matches
    return matches


def sees_tasks(text: str) -> bool:
    """Tell whether an expression may change its answer when a task is placed."""
    return "task:group" in text or "runningTasksCount" in text
