"""Study days: the calendar dates by which a learner's reviews are counted."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo


def study_day(instant: datetime, zone: tzinfo, day_starts_at: int) -> date:
    """Give the study day that an instant falls on.

    A study day is a local calendar date that starts at `day_starts_at` o'clock (0 to 23) instead of
    midnight. It is read off the local clock: subtracting hours from the instant gives the wrong date
    around daylight saving changes.

    Raises ValueError if `instant` is naive.
    """
    if instant.tzinfo is None:
        raise ValueError("instant must be aware; a naive time has no study day")
    local = instant.astimezone(zone)
    return local.date() - timedelta(days=1) if local.hour < day_starts_at else local.date()


def day_start(day: date, zone: tzinfo, day_starts_at: int) -> datetime:
    """Give the first instant of a study day, in UTC.

    Where the local clock skips `day_starts_at` o'clock, the day starts when the clock has jumped; where
    that hour comes twice, at its first coming.
    """
    wall = datetime.combine(day, time(day_starts_at), tzinfo=zone)
    instant = wall.astimezone(UTC)
    if study_day(instant, zone, day_starts_at) < day:
        # In a gap, fold=0 reads the clock as it stood before the jump: an instant still short of the hour.
        instant = wall.replace(fold=1).astimezone(UTC)
    return instant
