"""When two variants are the same problem: the same but for names and for the order of what has none."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

# Lists that are sets: in another order they say the same.
_SETS = frozenset(
    {"instances", "tasks", "tcp", "udp", "images", "tags", "requires", "reserved_tcp", "reserved_udp", "subnet_azs"}
)


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    """Put other names for names wherever they stand, whole or within a text."""
    if isinstance(value, str):
        if value in names:
            return names[value]
        for old in sorted(names, key=len, reverse=True):
            if old in value:
                value = value.replace(old, names[old])
        return value
    if isinstance(value, Mapping):
        return {_renamed(name, names): _renamed(each, names) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_renamed(each, names) for each in value]
    return value


def _ordered(value: Any, name: str = "") -> Any:
    """Bring lists that are sets into one order, from the inside out."""
    if isinstance(value, Mapping):
        return {key: _ordered(each, key) for key, each in value.items()}
    if isinstance(value, list):
        items = [_ordered(each) for each in value]
        return sorted(items, key=_text) if name in _SETS else items
    return value


def _zones_named(value: Any) -> Iterator[str]:
    """Give the zones that a request names, whether or not anything lies in them."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            if name == "subnet_azs":
                yield from map(str, each)
            else:
                yield from _zones_named(each)


def _objects(given: Mapping[str, Any]) -> list[tuple[str, list[Any]]]:
    """Give the lists of objects that carry an id."""
    return [
        (name, value)
        for name, value in given.items()
        if isinstance(value, list) and value and all(isinstance(each, Mapping) and "id" in each for each in value)
    ]


def problem_hash(family: str, given: Mapping[str, Any], ask: str) -> str:
    """Give a short hash that two variants share if and only if renaming and reordering turns one into the other.

    Ids of instances and images are renamed by what the things are, and zones by what lies in them.
    """
    whole: Any = {"given": given, "ask": ask}
    named = [each for _, objects in _objects(given) for each in objects]
    ids = [str(each["id"]) for each in named]
    zones = sorted({str(each["az"]) for each in named if "az" in each} | set(_zones_named(given)))
    blind = dict.fromkeys(ids, "#")
    rest = {name: value for name, value in given.items() if name not in dict(_objects(given))}

    def looks(each: Mapping[str, Any], hidden: Mapping[str, str]) -> str:
        # Beside what a thing is, what else the problem says of it by name.
        bare = {name: value for name, value in each.items() if name != "id"}
        marked = {**hidden, str(each["id"]): "@"}
        return _text([_ordered(_renamed(bare, hidden)), _ordered(_renamed(rest, marked)), _renamed(ask, marked)])

    unzoned = {**blind, **dict.fromkeys(zones, "?")}
    zone_looks = {
        zone: _text([
            sorted(looks(each, unzoned) for each in named if each.get("az") == zone),
            _ordered(_renamed(rest, {**unzoned, zone: "!"})),
            _renamed(ask, {**unzoned, zone: "!"}),
        ])
        for zone in zones
    }  # fmt: skip
    zone_names = {zone: f"z{n}" for n, zone in enumerate(sorted(zones, key=lambda zone: (zone_looks[zone], zone)))}
    zoned = {**blind, **zone_names}
    order = sorted(named, key=lambda each: (looks(each, zoned), str(each["id"])))
    names = {**zone_names, **{str(each["id"]): f"x{number}" for number, each in enumerate(order)}}
    canonical = _text([family, _ordered(_renamed(whole, names))])
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]
