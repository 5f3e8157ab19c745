"""Where in an answer the thing asked for stands.

A path is names and places with dots between, then functions after bars: `picks.0`, `per_az.eu-west-1a`,
`failures | keys | count`, `instances.*.id`. A negative place counts from the end; `*` goes through everything.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

_STEP = re.compile(r"[A-Za-z0-9_*:/-]+(?:\.[A-Za-z0-9_*:/-]+)*")


class NoSuchPath(LookupError):
    """The path leads nowhere in this answer."""


def _sorted(value: Any) -> Any:
    return sorted(value, key=str)


def _distinct(value: Any) -> list[Any]:
    return list(dict.fromkeys(value))


def _most(value: Mapping[str, int]) -> list[str]:
    best = max(value.values(), default=0)
    return [name for name, number in value.items() if number == best]


FUNCTIONS: Mapping[str, Callable[[Any], Any]] = {
    "count": len,
    "distinct": _distinct,
    "first": lambda value: next(iter(value)),
    "keys": list,
    "values": lambda value: list(value.values()),
    "sum": sum,
    "most": max,
    "least": min,
    "sorted": _sorted,
    "keys_of_most": _most,
    "is_empty": lambda value: not value,
    "exists": lambda value: value is not None,
}


def problem(path: object) -> str:
    """Say what is wrong with a path, or give nothing."""
    if not isinstance(path, str) or not path:
        return "must be a path like picks.0"
    names, *functions = (part.strip() for part in path.split("|"))
    if not _STEP.fullmatch(re.sub(r"\{[a-z0-9_]+\}", "x", names)):
        return f'"{names[:40]}" must be names with dots between, as in picks.0'
    for function in functions:
        if function not in FUNCTIONS:
            return f'"{function[:40]}" is no function; known are {", ".join(FUNCTIONS)}'
    return ""


def look(value: Any, path: str) -> Any:
    """Give what stands at a path. Raises NoSuchPath."""
    names, *functions = (part.strip() for part in path.split("|"))
    found = _walk(value, names.split("."))
    for function in functions:
        try:
            found = FUNCTIONS[function](found)
        except (TypeError, ValueError, AttributeError, StopIteration) as fault:
            raise NoSuchPath(f"{path}: {function} cannot be taken of it") from fault
    return found


def _walk(value: Any, names: list[str]) -> Any:
    for number, name in enumerate(names):
        if name == "*":
            every = list(value.values()) if isinstance(value, Mapping) else value
            if not isinstance(every, list):
                raise NoSuchPath(f"{name} is not a list")
            return [_walk(each, names[number + 1 :]) for each in every]
        if isinstance(value, Mapping):
            if name not in value:
                raise NoSuchPath(f"there is no {name}")
            value = value[name]
        elif isinstance(value, list | tuple) and re.fullmatch(r"-?[0-9]{1,4}", name):
            if not -len(value) <= int(name) < len(value):
                raise NoSuchPath(f"there is no place {name}")
            value = value[int(name)]
        else:
            raise NoSuchPath(f"there is no {name}")
    return value
