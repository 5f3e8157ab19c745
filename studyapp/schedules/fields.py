"""Columns that hold days and instants as integers.

The answer path reads and writes schedules by hand-written SQL on two databases. An integer comes back
the same from both; a date would come back as a string from one of them, depending on the query's shape.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import models

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_micros(instant: datetime) -> int:
    """Give an aware instant as microseconds since 1970 UTC."""
    return (instant - EPOCH) // timedelta(microseconds=1)


def from_micros(micros: int) -> datetime:
    """Give the UTC instant of `to_micros`."""
    return EPOCH + timedelta(microseconds=micros)


class InstantField(models.BigIntegerField):  # type: ignore[type-arg]
    """An aware datetime in UTC, stored as microseconds since 1970."""

    def from_db_value(self, value: int | None, *_: Any) -> datetime | None:
        return None if value is None else from_micros(value)

    def to_python(self, value: Any) -> Any:
        return from_micros(value) if isinstance(value, int) else value

    def get_prep_value(self, value: Any) -> Any:
        return to_micros(value) if isinstance(value, datetime) else value

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.get_prep_value(self.value_from_object(obj)))


class DayField(models.IntegerField):  # type: ignore[type-arg]
    """A calendar date, stored as its proleptic Gregorian ordinal."""

    def from_db_value(self, value: int | None, *_: Any) -> date | None:
        return None if value is None else date.fromordinal(value)

    def to_python(self, value: Any) -> Any:
        return date.fromordinal(value) if isinstance(value, int) else value

    def get_prep_value(self, value: Any) -> Any:
        return value.toordinal() if isinstance(value, date) else value

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.get_prep_value(self.value_from_object(obj)))
