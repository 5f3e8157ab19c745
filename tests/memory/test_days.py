"""Study days over time zones, daylight saving and travel."""

import zoneinfo
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyapp.memory.days import day_start, study_day

ZONES = sorted(zoneinfo.available_timezones())
zones = st.sampled_from(ZONES).map(zoneinfo.ZoneInfo)
instants = st.datetimes(datetime(1985, 1, 1), datetime(2045, 1, 1)).map(lambda naive: naive.replace(tzinfo=UTC))
rollovers = st.integers(0, 23)


@pytest.mark.parametrize(
    ("instant", "zone", "day"),
    [
        ("2026-03-29T01:30+00:00", "Europe/Berlin", date(2026, 3, 28)),  # 03:30 after the jump from 02:00
        ("2026-03-29T02:00+00:00", "Europe/Berlin", date(2026, 3, 29)),  # 04:00
        ("2026-10-25T02:59+00:00", "Europe/Berlin", date(2026, 10, 24)),  # 03:59
        ("2026-11-23T10:00+00:00", "Pacific/Kiritimati", date(2026, 11, 23)),  # 00:00 on the 24th
        ("2026-11-23T14:00+00:00", "Pacific/Kiritimati", date(2026, 11, 24)),  # 04:00 on the 24th
    ],
)
def test_a_study_day_is_the_local_date_from_four_o_clock(instant, zone, day):
    assert study_day(datetime.fromisoformat(instant), zoneinfo.ZoneInfo(zone), 4) == day


def test_a_naive_instant_has_no_study_day():
    with pytest.raises(ValueError, match="aware"):
        study_day(datetime(2026, 1, 1), UTC, 4)


@given(instants, zones, rollovers)
def test_a_day_begins_at_its_start_and_not_before(instant, zone, rollover):
    day = study_day(instant, zone, rollover)
    start = day_start(day, zone, rollover)
    if study_day(start, zone, rollover) == day:
        assert study_day(start - timedelta(seconds=1), zone, rollover) <= day
    # Every instant lies before the start of the day after its own.
    assert instant < day_start(day + timedelta(days=1), zone, rollover) or not _exists(day + timedelta(days=1), zone)


def _exists(day: date, zone: zoneinfo.ZoneInfo) -> bool:
    """Some islands have skipped a calendar day altogether."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=zone)
    return noon.astimezone(UTC).astimezone(zone).date() == day


@given(
    st.lists(st.tuples(st.timedeltas(timedelta(minutes=1), timedelta(days=3)), zones), min_size=2, max_size=30),
    rollovers,
)
def test_no_due_day_is_skipped_or_doubled_for_a_traveller(legs, rollover):
    """Wherever the learner is, a card due on a day waits from that day's start on, and never before.

    Days may repeat on the way west, so a card can wait again: it is asked once, because its due day has moved.
    """
    now = datetime(2026, 3, 1, tzinfo=UTC)
    due = study_day(now, legs[0][1], rollover) + timedelta(days=2)
    asked = []
    for wait, zone in legs:
        now += wait
        today = study_day(now, zone, rollover)
        if due <= today:
            asked.append((today, due))
            due = today + timedelta(days=2)
    assert all(today >= day for today, day in asked)
    days = [today for today, _ in asked]
    assert days == sorted(set(days))


@given(instants, zones, rollovers, st.timedeltas(timedelta(0), timedelta(days=10)))
def test_time_never_runs_back_at_home(instant, zone, rollover, later):
    assert study_day(instant, zone, rollover) <= study_day(instant + later, zone, rollover) + timedelta(
        days=1 if _falls_back(instant, instant + later, zone) else 0
    )


def _falls_back(start: datetime, end: datetime, zone: zoneinfo.ZoneInfo) -> bool:
    return start.astimezone(zone).utcoffset() > end.astimezone(zone).utcoffset()
