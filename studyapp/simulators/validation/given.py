"""Reading a request leniently: AWS's camelCase or snake_case, and fields nobody asked for are kept count of."""

import re
from collections.abc import Iterator
from typing import Any

from studyapp.simulators.errors import InputError
from studyapp.simulators.fields import shown

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_MOST = 1000  # items of one list
_OTHER_NAMES = {
    "task_cpu": "cpu",
    "task_memory": "memory",
    "container_definitions": "containers",
    "placement_constraints": "constraints",
    "placement_strategy": "strategies",
    "placement_strategies": "strategies",
    "scheduling": "scheduling_strategy",
    "desired": "desired_count",
    "port_mappings": "ports",
    "task_execution_role": "execution_role",
    "execution_role_arn": "execution_role",
    "task_role_arn": "task_role",
    "operating_system_family": "os",
    "awsvpc_configuration": "network_configuration",
    "minimum_healthy_percent": "min_healthy_percent",
    "maximum_percent": "max_percent",
    "efs": "efs_volume_configuration",
    "docker": "docker_volume_configuration",
    "target_groups": "load_balancers",
    "ephemeral_storage_gib": "ephemeral_storage",
}
_SAME_ON_CONTAINERS = frozenset(("task_cpu", "task_memory"))


class Given:
    """The fields of one object of a request, at `path` in it.

    A field is asked for by its name in snake_case and found under AWS's camelCase and some other names too. What was
    never asked for is in `unasked`. Raises InputError if it is no object or names a field twice.
    """

    def __init__(self, value: object, path: str = "") -> None:
        if not isinstance(value, dict):
            raise InputError(path or "input", f"must be an object, not {shown(value)}")
        self.path = path
        self.values: dict[str, Any] = {}
        self.names: dict[str, str] = {}
        self.asked: set[str] = set()
        self.inner: dict[str, Given] = {}
        for written, field in value.items():
            name = _HUMP.sub("_", written).lower()
            if not (path and name in _SAME_ON_CONTAINERS):
                name = _OTHER_NAMES.get(name, name)
            if name in self.values:
                raise InputError(self._at(written), f"is the same as {self.names[name]}")
            self.values[name] = field
            self.names[name] = written

    def _at(self, written: str) -> str:
        shortened = written if len(written) <= 60 else written[:57] + "..."
        return f"{self.path}.{shortened}" if self.path else shortened

    def at(self, name: str) -> str:
        """Give the path of a field as the request writes it."""
        return self._at(self.names.get(name, name))

    def get(self, name: str) -> Any:
        """Give a field as it is, None when it is absent."""
        self.asked.add(name)
        return self.values.get(name)

    def has(self, name: str) -> bool:
        """Tell whether a field says something: it is not absent, null, false, 0, or empty."""
        return bool(self.get(name))

    def text(self, name: str) -> str | None:
        """Read a text, None when it is absent."""
        value = self.get(name)
        if value is not None and not isinstance(value, str):
            raise InputError(self.at(name), f"must be a text, not {shown(value)}")
        return value

    def integer(self, name: str) -> int | None:
        """Read a whole number, None when it is absent."""
        value = self.get(name)
        if value is not None and type(value) is not int:
            raise InputError(self.at(name), f"must be a whole number, not {shown(value)}")
        return value

    def boolean(self, name: str, default: bool) -> bool:
        """Read true or false."""
        value = self.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise InputError(self.at(name), f"must be true or false, not {shown(value)}")
        return value

    def items(self, name: str) -> list[Any] | None:
        """Read a list, None when it is absent."""
        value = self.get(name)
        if value is None:
            return None
        if not isinstance(value, list):
            raise InputError(self.at(name), f"must be a list, not {shown(value)}")
        if len(value) > _MOST:
            raise InputError(self.at(name), f"must have at most {_MOST} items, not {len(value)}")
        return value

    def objects(self, name: str) -> "list[Given]":
        """Read a list of objects; absent is none."""
        return [self._inside(item, f"{self.at(name)}[{place}]") for place, item in enumerate(self.items(name) or ())]

    def within(self, name: str) -> "Given | None":
        """Read an object, None when it is absent or just true."""
        value = self.get(name)
        return None if value is None or isinstance(value, bool) else self._inside(value, self.at(name))

    def count(self, name: str) -> int:
        """Count a list, or take the number that stands for it; absent is 0."""
        value = self.get(name)
        if type(value) is int:
            return value
        return len(self.items(name) or ())

    def _inside(self, value: Any, path: str) -> "Given":
        if path not in self.inner:
            self.inner[path] = Given(value, path)
        return self.inner[path]

    def unasked(self) -> Iterator[str]:
        """Give the paths of the fields that no rule asked for, in the order of the request."""
        for name, written in self.names.items():
            if name not in self.asked:
                yield self._at(written)
        for inner in self.inner.values():
            yield from inner.unasked()
