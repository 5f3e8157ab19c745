"""What AWS has no field for travels in tags of our own, so that an export can be read back whole."""

import json
from typing import Any

_PREFIX = "stowage:"


def tags(**fields: Any) -> list[dict[str, str]]:
    """Make tags that carry the fields that are not None, as JSON."""
    return [{"key": _PREFIX + name, "value": json.dumps(value)} for name, value in fields.items() if value is not None]


def carried(given: object) -> dict[str, Any]:
    """Read the fields that tags carry. Other tags, and broken ones, are passed over."""
    found = {}
    for tag in given if isinstance(given, list) else ():
        if isinstance(tag, dict) and isinstance(tag.get("key"), str) and tag["key"].startswith(_PREFIX):
            try:
                found[tag["key"].removeprefix(_PREFIX)] = json.loads(tag.get("value") or "null")
            except (TypeError, ValueError, RecursionError):
                continue
    return found
