"""Reading a JSON object strictly: each reader gives a checked value or raises InputError with the path of the field."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from studyapp.simulators.errors import InputError

LONGEST = 255  # characters of a name, as AWS allows for most of them


def known(names: str) -> frozenset[str]:
    """Make the set of field names out of a text that lists them."""
    return frozenset(names.split())


def shown(value: object) -> str:
    """Show a wrong value in a message, shortly."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = ascii(value).replace("'", '"') if isinstance(value, str) else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


class Fields:
    """The fields of one object, which stands at `path` in the input ("" for the input itself).

    Raises InputError if it is no object, or has a field that is not in `names`.
    """

    __slots__ = ("path", "values")

    def __init__(self, value: object, path: str, names: frozenset[str]) -> None:
        if not isinstance(value, dict):
            raise InputError(path or "input", f"must be an object, not {shown(value)}")
        self.values: dict[str, Any] = value
        self.path = path
        if not value.keys() <= names:
            unknown = next(name for name in value if name not in names)
            place = self.at(unknown if len(unknown) <= 60 else unknown[:57] + "...")
            raise InputError(place, f"is not known here; known are {', '.join(sorted(names))}")

    def at(self, name: str) -> str:
        """Give the path of a field."""
        return f"{self.path}.{name}" if self.path else name

    def required(self, name: str) -> Any:
        """Give a field as it is, which must be there."""
        if name not in self.values:
            raise InputError(self.at(name), "is missing")
        return self.values[name]

    def integer(self, name: str, low: int, high: int, default: int | None = None) -> int:
        """Read a whole number from `low` to `high`; without a default the field must be there."""
        value = self.values.get(name)
        if type(value) is int and low <= value <= high:
            return value
        if name not in self.values and default is not None:
            return default
        value = self.required(name)
        if type(value) is not int:
            raise InputError(self.at(name), f"must be a whole number, not {shown(value)}")
        raise InputError(self.at(name), f"must be from {low} to {high}, not {shown(value)}")

    def optional_integer(self, name: str, low: int, high: int) -> int | None:
        """Read a whole number, or None when it is absent or null."""
        return None if self.values.get(name) is None else self.integer(name, low, high)

    def boolean(self, name: str, default: bool) -> bool:
        """Read true or false."""
        value = self.values.get(name, default)
        if value is True or value is False:
            return value
        raise InputError(self.at(name), f"must be true or false, not {shown(value)}")

    def text(self, name: str, default: str | None = None, *, longest: int = LONGEST) -> str:
        """Read a text of at least one character; without a default the field must be there."""
        value = self.values.get(name)
        if isinstance(value, str) and 0 < len(value) <= longest and value.isprintable():
            return value
        if name not in self.values and default is not None:
            return default
        return checked_text(self.required(name), self.at(name), longest)

    def choice(self, name: str, choices: Sequence[str], default: str | None = None) -> str:
        """Read one of several words."""
        value = self.values.get(name, default) if default is not None else self.required(name)
        if not isinstance(value, str) or value not in choices:
            raise InputError(self.at(name), f"must be one of {', '.join(choices)}, not {shown(value)}")
        return value

    def array(self, name: str, most: int, default: Sequence[Any] | None = None) -> list[Any]:
        """Read a list of at most so many, its items unread; without a default the field must be there."""
        value = list(default) if default is not None and name not in self.values else self.required(name)
        if not isinstance(value, list):
            raise InputError(self.at(name), f"must be a list, not {shown(value)}")
        if len(value) > most:
            raise InputError(self.at(name), f"must have at most {most} items, not {len(value)}")
        return value

    def each[Item](
        self, name: str, most: int, read: Callable[[object, str], Item], default: Sequence[Any] | None = ()
    ) -> list[Item]:
        """Read a list with a reader that is given each item and its path."""
        path = self.at(name)
        return [read(item, f"{path}[{place}]") for place, item in enumerate(self.array(name, most, default))]

    def mapping(self, name: str, most: int) -> Mapping[str, Any]:
        """Read an object with free names, its values unread; absent is empty."""
        value = self.values.get(name, {})
        if not isinstance(value, dict):
            raise InputError(self.at(name), f"must be an object, not {shown(value)}")
        if len(value) > most:
            raise InputError(self.at(name), f"must have at most {most} entries, not {len(value)}")
        return value


def checked_text(value: object, path: str, longest: int = LONGEST) -> str:
    """Check that a value is a text of 1 to `longest` printable characters."""
    if not isinstance(value, str):
        raise InputError(path, f"must be a text, not {shown(value)}")
    if not value:
        raise InputError(path, "must not be empty")
    if len(value) > longest:
        raise InputError(path, f"must have at most {longest} characters, not {len(value)}")
    if not value.isprintable():
        raise InputError(path, "must not hold control characters")
    return value
