"""The one place where placement meets the cluster query language."""

import functools
from collections.abc import Callable, Mapping

from studyapp.simulators.cql import parse
from studyapp.simulators.cql.values import registered, version

# What an expression can ask about an instance, by full name such as attribute:ecs.instance-type; all values are texts.
type Facts = Mapping[str, str | frozenset[str] | None]

_parsed = functools.lru_cache(maxsize=1024)(parse)


def compile_expression(text: str) -> Callable[[Facts], bool]:
    """Make a test out of a memberOf expression. Raises ValueError when it is not one."""
    return _parsed(text).matches


def sees_tasks(text: str) -> bool:
    """Tell whether a memberOf expression may change its answer when a task is placed."""
    expression = _parsed(text)
    return expression.uses("task:group") or expression.uses("runningTasksCount")


def is_version(text: str) -> bool:
    """Tell whether a text is an agent version that expressions can compare."""
    return version(text) is not None


def is_instant(text: str) -> bool:
    """Tell whether a text is a moment that expressions can compare."""
    return registered(text) is not None
