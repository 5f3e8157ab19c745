"""The learner's day: what waits, and which item comes next. Reads only, in hand-written portable SQL.

Every query costs the same with a thousand schedules and with a million reviews: it walks an index and
stops at the day's limits.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any

from django.db import connection

from studyapp.accounts.models import User
from studyapp.memory import fsrs6
from studyapp.memory.days import day_start
from studyapp.memory.preferences import Preferences
from studyapp.memory.queue import Standing, Stream, next_stream
from studyapp.schedules.fields import from_micros, to_micros
from studyapp.schedules.showings import NOBODY, Showing

# Reviews are interleaved within a window of the earliest due, so that the order stays that of the days
# due and the query stays small.
WINDOW = 50
WALK = 256  # items met before
MOST_COUNTED = 999  # items: who has more waiting need not know how many
ALL_TOPICS = 0


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a learner stands at an instant: who, when, which study day, with which options."""

    user_id: int  # NOBODY: a browser without a learner, who has met nothing yet
    now: datetime
    today: date
    day_end: datetime
    zone: tzinfo
    preferences: Preferences
    topic_id: int = ALL_TOPICS

    @classmethod
    def of(cls, user: User | None, now: datetime, topic_id: int = ALL_TOPICS) -> "Desk":
        """Give the desk of a learner, or of a browser without one."""
        person = user or User()
        today = person.today(now)
        end = day_start(today + timedelta(days=1), person.zone, person.preferences.day_starts_at)
        return cls(user.pk if user else NOBODY, now, today, end, person.zone, person.preferences, topic_id)

    def limits(self) -> tuple[int, int]:
        """Give how many new and how many due items are counted."""
        return min(self.preferences.new_per_day, MOST_COUNTED), min(self.preferences.reviews_per_day, MOST_COUNTED)

    def parameters(self) -> dict[str, Any]:
        """Give the values that the queries share."""
        return {
            "user": self.user_id,
            "today": self.today.toordinal(),
            "now": to_micros(self.now),
            "soon": to_micros(self.now + timedelta(minutes=self.preferences.learn_ahead)),
            "day_end": to_micros(self.day_end),
            "shuffle": self.today.toordinal() * 104_729 % 10_007,
            "topic": self.topic_id,
            "bury": 1 if self.preferences.bury_siblings else 0,
        }


@dataclass(frozen=True, slots=True)
class Day:
    """What waits today, and what the page wants to know beside it."""

    standing: Standing
    last_topic_id: int  # of the last answer, for interleaving; 0 without one
    next_due_at: datetime | None  # the next learning step, when nothing can be shown now
    can_undo: bool
    stamp: str  # of the content
    walked_far: bool  # over many items met before, in search of new ones


@dataclass(frozen=True, slots=True)
class Shown:
    """The next item: its schedule, its showing, and the columns that the caller asked for."""

    item_id: int
    topic_id: int
    fact_id: int
    version: int
    memory: fsrs6.Memory
    lapses: int
    leech: bool
    stream: Stream | None
    showing: Showing
    content: Sequence[Any] = field(default=())


@dataclass(frozen=True, slots=True)
class Content:
    """Columns of what the item asks, read along with its schedule."""

    join: str  # to the item, named i
    columns: tuple[str, ...]


# A literal, and the database's own: only so does its planner see that the partial indexes serve.
NO = "0" if connection.vendor == "sqlite" else "FALSE"
_ACTIVE = f"s.suspended = {NO} AND s.retired = {NO} AND (s.buried_day IS NULL OR s.buried_day <> %(today)s)"
_UNASKED = f"{_ACTIVE} AND (s.sibling_day IS NULL OR s.sibling_day <> %(today)s)"
_IN_TOPIC = "(%(topic)s = 0 OR s.topic_id = %(topic)s)"
_LEARNING = f"""
    FROM schedules_schedule s
    WHERE s.user_id = %(user)s AND s.due_at IS NOT NULL AND {_ACTIVE} AND {_IN_TOPIC}
"""
_DUE = f"""
    FROM schedules_schedule s
    WHERE s.user_id = %(user)s AND s.due_day IS NOT NULL AND s.due_day <= %(today)s AND {_UNASKED} AND {_IN_TOPIC}
"""
# An item without a schedule, or with one that was undone, unburied or unsuspended before the first answer.
_NEW = f"""
    FROM schedules_item i
    LEFT JOIN schedules_schedule s ON s.item_id = i.id AND s.user_id = %(user)s
    WHERE i.retired = {NO} AND (%(topic)s = 0 OR i.topic_id = %(topic)s)
    AND i.position >= COALESCE((SELECT p.new_from FROM schedules_place p WHERE p.user_id = %(user)s), 0)
    AND (s.id IS NULL OR (s.state = 0 AND {_ACTIVE}))
    AND NOT (%(bury)s = 1 AND EXISTS (
        SELECT 1 FROM schedules_schedule b
        WHERE b.user_id = %(user)s AND b.fact_id = i.fact_id AND b.last_day = %(today)s AND b.item_id <> i.id
    ))
"""
_DONE = f"FROM schedules_review r WHERE r.user_id = %(user)s AND r.day = %(today)s AND r.action = 1 AND r.undone = {NO}"


@lru_cache(maxsize=64)
def _day(max_new: int, max_due: int) -> str:
    """Give the query that counts a day. SQLite compiles a query anew whenever a bound LIMIT may have changed, which
    takes longer than to run it, so the limits stand in the text.
    """
    return f"""
WITH done AS (
    SELECT COALESCE(SUM(CASE WHEN r.was_new THEN 1 ELSE 0 END), 0) AS met,
        COALESCE(SUM(CASE WHEN r.was_review THEN 1 ELSE 0 END), 0) AS reviewed
    {_DONE}
),
fresh AS (
    SELECT i.fact_id AS fact_id, i.position AS position {_NEW} ORDER BY i.position
    -- Four cards a fact are enough to find so many facts among the next items; one item tells where they begin.
    LIMIT (SELECT CASE WHEN met < {max_new} THEN ({max_new} - met) * 4 ELSE 1 END FROM done)
)
SELECT
    (SELECT met FROM done),
    (SELECT reviewed FROM done),
    (SELECT COUNT(*) {_LEARNING} AND s.due_at < %(day_end)s),
    (SELECT MIN(s.due_at) {_LEARNING}),
    (SELECT CASE WHEN %(bury)s = 1 THEN COUNT(DISTINCT fact_id) ELSE COUNT(*) END
        FROM (SELECT s.fact_id AS fact_id {_DUE} ORDER BY s.due_day LIMIT {max_due}) AS due),
    (SELECT CASE WHEN %(bury)s = 1 THEN COUNT(DISTINCT fact_id) ELSE COUNT(*) END FROM fresh),
    COALESCE((SELECT MIN(position) FROM fresh),
        (SELECT MAX(i.position) FROM schedules_item i WHERE i.retired = {NO}), 0)
        - COALESCE((SELECT p.new_from FROM schedules_place p WHERE p.user_id = %(user)s), 0),
    (SELECT i.topic_id FROM schedules_review r JOIN schedules_item i ON i.id = r.item_id
        WHERE r.user_id = %(user)s ORDER BY r.id DESC LIMIT 1),
    (SELECT e.stamp FROM notes_edition e ORDER BY e.id LIMIT 1),
    EXISTS (SELECT 1 FROM (
        SELECT r.undone AS undone FROM schedules_review r WHERE r.user_id = %(user)s ORDER BY r.id DESC LIMIT 30
    ) AS latest WHERE latest.undone = {NO})
"""


def read(desk: Desk) -> Day:
    """Count what waits for the learner today, and what was done. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_day(*desk.limits()), desk.parameters())
        new_done, due_done, learning, next_due, due, new, walked, last_topic, stamp, can_undo = cursor.fetchone()
    values = desk.parameters()
    standing = Standing(
        new=max(0, min(new, desk.preferences.new_per_day - new_done)),
        learning=learning,
        due=max(0, min(due, desk.preferences.reviews_per_day - due_done)),
        learning_now=next_due is not None and next_due <= values["now"],
        learning_soon=next_due is not None and next_due <= values["soon"],
        new_done=new_done,
        due_done=due_done,
    )
    next_due_at = None if next_due is None else from_micros(next_due)
    walked_far = walked > WALK and not desk.topic_id
    return Day(standing, last_topic or 0, next_due_at, bool(can_undo), stamp or "", walked_far)


_SCHEDULE_COLUMNS = (
    "i.id, i.topic_id, i.fact_id, s.version, s.state, s.step, s.stability, s.difficulty, s.last_day, s.lapses, s.leech"
)
_SCHEDULED_ITEM = "JOIN schedules_item i ON i.id = s.item_id"


def _query(stream: Stream, content: Content) -> str:
    columns = ", ".join([_SCHEDULE_COLUMNS, *content.columns])
    if stream in (Stream.LEARNING, Stream.AHEAD):
        return f"""
            SELECT {columns}
            FROM (SELECT s.id {_LEARNING} ORDER BY s.due_at LIMIT 1) AS first
            JOIN schedules_schedule s ON s.id = first.id {_SCHEDULED_ITEM} {content.join}
        """
    if stream is Stream.REVIEW:
        # The order within the window: another topic than the last, then the day due, then a shuffle of the day.
        return f"""
            SELECT {columns}
            FROM (
                SELECT id FROM (
                    SELECT s.id AS id, s.topic_id AS topic_id, s.due_day AS due_day, s.item_id AS item_id
                    {_DUE} ORDER BY s.due_day, s.id LIMIT {WINDOW}
                ) AS earliest
                ORDER BY CASE WHEN topic_id = %(last_topic)s THEN 1 ELSE 0 END,
                    due_day, (item_id %% 10007 * 7919 + %(shuffle)s) %% 10007, item_id
                LIMIT 1
            ) AS first
            JOIN schedules_schedule s ON s.id = first.id {_SCHEDULED_ITEM} {content.join}
        """
    return f"""
        SELECT {columns}
        FROM (SELECT i.id AS id {_NEW} ORDER BY i.position LIMIT 1) AS first
        JOIN schedules_item i ON i.id = first.id
        LEFT JOIN schedules_schedule s ON s.item_id = i.id AND s.user_id = %(user)s
        {content.join}
    """


_ONE = f"""
    SELECT {_SCHEDULE_COLUMNS}{{columns}}
    FROM schedules_item i
    LEFT JOIN schedules_schedule s ON s.item_id = i.id AND s.user_id = %(user)s
    {{join}}
    WHERE i.id = %(item)s AND i.retired = {NO}
"""


def _shown(desk: Desk, row: Sequence[Any], stream: Stream | None) -> Shown:
    item_id, topic_id, fact_id, version, state, step, stability, difficulty, last_day, lapses, leech, *content = row
    memory = fsrs6.Memory(
        state or fsrs6.NEW, step, stability, difficulty, None if last_day is None else date.fromordinal(last_day)
    )
    showing = Showing(desk.user_id, item_id, version or 0, desk.now)
    return Shown(
        item_id, topic_id, fact_id, version or 0, memory, lapses or 0, bool(leech), stream, showing, tuple(content)
    )


def next_item(desk: Desk, day: Day, content: Content) -> Shown | None:
    """Give the item that comes next, or None when the session is over. One query at most."""
    stream = next_stream(day.standing)
    if stream is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_query(stream, content), {**desk.parameters(), "last_topic": day.last_topic_id})
        row = cursor.fetchone()
    if row is None:  # it went between the two queries: another tab answered it
        return next_item(desk, replace(day, standing=_without(day.standing, stream)), content)
    return _shown(desk, row, stream)


def _without(standing: Standing, stream: Stream) -> Standing:
    match stream:
        case Stream.LEARNING:
            return replace(standing, learning_now=False)
        case Stream.AHEAD:
            return replace(standing, learning_soon=False)
        case Stream.REVIEW:
            return replace(standing, due=0)
        case Stream.NEW:
            return replace(standing, new=0)


def one_item(desk: Desk, item_id: int, content: Content) -> Shown | None:
    """Give one item as it stands for the learner, or None where it is not taught. One query."""
    query = _ONE.format(columns="".join(f", {column}" for column in content.columns), join=content.join)
    with connection.cursor() as cursor:
        cursor.execute(query, {"user": desk.user_id, "item": item_id})
        row = cursor.fetchone()
    return None if row is None else _shown(desk, row, None)


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of the session: what was done, and when the next card is due."""

    new_done: int
    due_done: int
    again: int
    minutes: int
    next_at: datetime | None  # a learning step later today
    next_day: date | None
    next_count: int  # cards due on that day
    new_waits: bool  # more new cards tomorrow
    limited: bool  # the day's limits held cards back


_ENDING = f"""
SELECT
    (SELECT COUNT(*) FROM schedules_review r WHERE r.user_id = %(user)s AND r.day = %(today)s
        AND r.action = 1 AND r.undone = {NO} AND r.rating = 1),
    (SELECT COALESCE(SUM(r.duration_ms), 0) FROM schedules_review r WHERE r.user_id = %(user)s AND r.day = %(today)s
        AND r.action = 1 AND r.undone = {NO}),
    (SELECT MIN(s.due_at) FROM schedules_schedule s WHERE s.user_id = %(user)s AND s.due_at IS NOT NULL
        AND s.suspended = {NO} AND s.retired = {NO} AND (%(topic)s = 0 OR s.topic_id = %(topic)s)),
    (SELECT MIN(s.due_day) FROM schedules_schedule s WHERE s.user_id = %(user)s AND s.due_day IS NOT NULL
        AND s.due_day > %(today)s AND s.suspended = {NO} AND s.retired = {NO}
        AND (%(topic)s = 0 OR s.topic_id = %(topic)s)),
    EXISTS (SELECT 1 FROM schedules_schedule s WHERE s.user_id = %(user)s AND s.due_day IS NOT NULL
        AND s.due_day <= %(today)s AND s.suspended = {NO} AND s.retired = {NO}
        AND (%(topic)s = 0 OR s.topic_id = %(topic)s)),
    EXISTS (SELECT 1 FROM schedules_item i LEFT JOIN schedules_schedule s
        ON s.item_id = i.id AND s.user_id = %(user)s
        WHERE i.retired = {NO} AND (%(topic)s = 0 OR i.topic_id = %(topic)s)
        AND i.position >= COALESCE((SELECT p.new_from FROM schedules_place p WHERE p.user_id = %(user)s), 0)
        AND (s.id IS NULL OR (s.state = 0 AND s.suspended = {NO})))
"""


def ending(desk: Desk, day: Day) -> Ending:
    """Tell how the session ended. Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(_ENDING, desk.parameters())
        again, milliseconds, next_at, next_due, held_back, new_waits = cursor.fetchone()
        tomorrow = desk.today.toordinal() + 1
        if held_back or new_waits:
            next_due = tomorrow
        count = 0
        if next_due is not None:
            cursor.execute(
                "SELECT COUNT(*) FROM schedules_schedule s "
                "WHERE s.user_id = %(user)s AND s.due_day IS NOT NULL AND s.due_day <= %(day)s "
                f"AND s.suspended = {NO} AND s.retired = {NO} AND (%(topic)s = 0 OR s.topic_id = %(topic)s)",
                {**desk.parameters(), "day": next_due},
            )
            (count,) = cursor.fetchone()
    return Ending(
        new_done=day.standing.new_done,
        due_done=day.standing.due_done,
        again=again,
        minutes=round(milliseconds / 60_000),
        next_at=None if next_at is None else from_micros(next_at),
        next_day=None if next_due is None else date.fromordinal(next_due),
        next_count=count,
        new_waits=bool(new_waits),
        limited=bool(held_back or new_waits),
    )
