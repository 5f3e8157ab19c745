"""The values that subjects are compared with: counts, agent versions, instants, numbers in attributes.

Each reader gives something that Python can compare, or None when the text is not of its form.
Source: ECS developer guide, cluster-query-language (the four forms of a date). That versions are compared part by
part follows from its example; midnight UTC for a date alone, and UTC without a zone, are conventions of ours.
"""

import functools
import re
from datetime import datetime
from decimal import Decimal

_COUNT = re.compile(r"-?[0-9]{1,18}")
_VERSION = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9}){0,15}")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:Z|[+-][0-9]{2}:[0-9]{2})?)?", re.ASCII
)
_FRACTION = re.compile(r"(T[0-9]{2}:[0-9]{2}:[0-9]{2})\.([0-9]{1,9})")
_DAY = 86_400


@functools.lru_cache(maxsize=4096)
def count(text: str) -> int | None:
    """Read a whole number of at most 18 digits."""
    return int(text) if _COUNT.fullmatch(text) else None


@functools.lru_cache(maxsize=4096)
def version(text: str) -> tuple[int, ...] | None:
    """Read a version such as 1.71.0; closing zeros do not count, so that 1.71 is 1.71.0."""
    if not _VERSION.fullmatch(text):
        return None
    parts = [int(part) for part in text.split(".")]
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    return tuple(parts)


@functools.lru_cache(maxsize=4096)
def instant(text: str) -> int | None:
    """Read one of the four forms of a date, as nanoseconds since the year 1 in UTC."""
    if not _INSTANT.fullmatch(text):
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError:  # 30 February, 25 o'clock
        return None
    if read.hour == 0 and "T24" in text:
        return None
    seconds = read.toordinal() * _DAY + read.hour * 3600 + read.minute * 60 + read.second
    offset = read.utcoffset()
    if offset is not None:
        seconds -= offset.days * _DAY + offset.seconds
    return seconds * 1_000_000_000


@functools.lru_cache(maxsize=4096)
def registered(text: str) -> int | None:
    """Read the time at which an instance was registered, which may also carry fractions of a second."""
    fraction = _FRACTION.search(text)
    if fraction is None:
        return instant(text)
    whole = instant(text[: fraction.end(1)] + text[fraction.end() :])
    return None if whole is None else whole + int(fraction[2].ljust(9, "0"))


def number(text: str) -> Decimal | None:
    """Read a number in an attribute, exactly."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None
