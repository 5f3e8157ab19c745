"""What learners do to schedules: answer, suspend, bury, undo. Each act is one transaction with its log entry.

The answer path is hand-written SQL, the same on SQLite and PostgreSQL: it runs for every answer, and through
the ORM it costs more than everything else together. Acts on one schedule are put in order by the log's unique
key, which names the version of the schedule that the act found; the second act on a version is a repeat or
comes too late.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, connection, transaction

from studyapp.memory import fsrs6
from studyapp.memory.preferences import Preferences
from studyapp.schedules.day import NO, Desk
from studyapp.schedules.fields import to_micros
from studyapp.schedules.models import Action, Review
from studyapp.schedules.showings import Showing, review_key

UNDO_STEPS = 30
LONGEST_ANSWER_MS = 60_000  # a learner who left the room is not a slow learner


class UnknownItem(Exception):
    """There is no such item, or it is not taught any more."""


class NotYours(Exception):
    """The showing belongs to another learner."""


class StaleShowing(Exception):
    """The schedule has moved on since this showing; `review` is the log entry that used it up, if any."""

    def __init__(self, review: Review | None) -> None:
        super().__init__()
        self.review = review


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of an answer."""

    outcome: fsrs6.Outcome | None  # None for a repeat: the first time counted
    repeated: bool = False
    became_leech: bool = False


# Columns of a schedule that an act may change, in the order of the SQL below.
_STATE = (
    "state", "step", "stability", "difficulty", "due_at", "due_day", "last_at", "last_day", "reps", "lapses",
    "leech", "suspended", "buried_day", "sibling_day", "version", "scheduler",
)  # fmt: skip
_BLANK = dict.fromkeys(_STATE) | {
    "state": 0, "reps": 0, "lapses": 0, "leech": False, "suspended": False, "version": 0, "scheduler": "",
}  # fmt: skip

_FIND = f"""
    SELECT i.id, i.topic_id, i.fact_id, s.id, {", ".join(f"s.{column}" for column in _STATE)}
    FROM schedules_item i
    LEFT JOIN schedules_schedule s ON s.item_id = i.id AND s.user_id = %s
    WHERE i.fact_id = (SELECT f.fact_id FROM schedules_item f WHERE f.id = %s AND f.retired = {NO})
    AND (i.id = %s OR s.id IS NOT NULL)
"""
_LOG = """
    INSERT INTO schedules_review (user_id, item_id, key, action, rating, at, day, was_new, was_review, duration_ms,
        stability, difficulty, before, undone, scheduler)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_ROW = f"(%s, %s, %s, %s, %s, {', '.join(['%s'] * len(_STATE))})"
_SAVE = f"""
    INSERT INTO schedules_schedule (user_id, item_id, topic_id, fact_id, retired, {", ".join(_STATE)})
    VALUES {{rows}}
    ON CONFLICT (user_id, item_id) DO UPDATE SET {", ".join(f"{column} = excluded.{column}" for column in _STATE)}
    WHERE schedules_schedule.version <= excluded.version
"""


@dataclass(slots=True)
class _Row:
    """A schedule, or the blank one of an item not met yet."""

    item_id: int
    topic_id: int
    fact_id: int
    exists: bool
    values: dict[str, Any]

    @property
    def memory(self) -> fsrs6.Memory:
        last_day = self.values["last_day"]
        return fsrs6.Memory(
            self.values["state"],
            self.values["step"],
            self.values["stability"],
            self.values["difficulty"],
            None if last_day is None else date.fromordinal(last_day),
        )


def _find(cursor: Any, user_id: int, item_id: int) -> tuple[_Row, list[_Row]]:
    """Give the learner's schedule of an item, and those of its siblings that exist."""
    cursor.execute(_FIND, [user_id, item_id, item_id])
    found: _Row | None = None
    siblings = []
    for found_id, topic_id, fact_id, schedule_id, *values in cursor.fetchall():
        exists = schedule_id is not None
        row = _Row(
            found_id, topic_id, fact_id, exists, dict(zip(_STATE, values, strict=True)) if exists else dict(_BLANK)
        )
        if found_id == item_id:
            found = row
        else:
            siblings.append(row)
    if found is None:
        raise UnknownItem
    return found, siblings


def _save(cursor: Any, user_id: int, rows: Sequence[_Row]) -> None:
    """Write schedules, but none over a later version: a sibling may have been answered meanwhile."""
    parameters: list[Any] = []
    for row in sorted(rows, key=lambda row: row.item_id):  # one order for all, so that no two wait for each other
        parameters += [user_id, row.item_id, row.topic_id, row.fact_id, False]
        parameters += [bool(value) if name in ("leech", "suspended") else value for name, value in row.values.items()]
    cursor.execute(_SAVE.format(rows=", ".join([_ROW] * len(rows))), parameters)


def _log(
    cursor: Any, desk: Desk, row: _Row, action: Action, *, rating: int | None = None, duration_ms: int = 0,
    memory: fsrs6.Memory | None = None,
) -> None:  # fmt: skip
    answered = action is Action.ANSWER
    state = row.values["state"]
    cursor.execute(
        _LOG,
        [
            desk.user_id,
            row.item_id,
            review_key(desk.user_id, row.item_id, row.values["version"]),
            int(action),
            rating,
            to_micros(desk.now),
            desk.today.toordinal(),
            answered and state == fsrs6.NEW,
            answered and state == fsrs6.REVIEW,
            duration_ms,
            memory.stability if memory else None,
            memory.difficulty if memory else None,
            json.dumps(row.values),
            False,
            fsrs6.SCHEDULER if answered else "",
        ],
    )


def _check(desk: Desk, showing: Showing) -> None:
    if not showing.was_shown_to(desk.user_id):
        raise NotYours


def answer(desk: Desk, showing: Showing, rating: int) -> Answered:
    """Take an answer: schedule the item anew and log the review, in one transaction.

    `rating` is 1 to 4. The same answer to the same showing again changes nothing and says so.

    Raises ValueError for another rating, NotYours, UnknownItem, and StaleShowing when the showing was
    answered otherwise or the schedule has changed since.
    """
    _check(desk, showing)
    if rating not in fsrs6.RATINGS:
        raise ValueError(f"rating must be 1 (Again), 2 (Hard), 3 (Good) or 4 (Easy), not {rating!r}")
    preferences = desk.preferences
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            row, siblings = _find(cursor, desk.user_id, showing.item_id)
            if row.values["version"] != showing.version:
                raise StaleShowing(None)
            outcome = fsrs6.review(row.memory, rating, desk.today, preferences, str(row.item_id))
            duration = (desk.now - showing.shown_at).total_seconds() * 1000
            _log(
                cursor, desk, row, Action.ANSWER, rating=rating, memory=outcome.memory,
                duration_ms=max(0, min(int(duration), LONGEST_ANSWER_MS)),
            )  # fmt: skip
            was_leech = row.values["leech"]
            _apply(row, outcome, rating, desk)
            changed = [row]
            if preferences.bury_siblings:
                changed += _bury_siblings(siblings, desk.today)
            _save(cursor, desk.user_id, changed)
    except StaleShowing:
        return _repeat(desk, showing, Action.ANSWER, rating)
    except IntegrityError:
        # Another request has taken this version of the schedule in the meantime.
        return _repeat(desk, showing, Action.ANSWER, rating)
    return Answered(outcome, became_leech=bool(row.values["leech"]) and not was_leech)


def _apply(row: _Row, outcome: fsrs6.Outcome, rating: int, desk: Desk) -> None:
    """Write an answer into a schedule's values."""
    memory, values = outcome.memory, row.values
    lapsed = values["state"] == fsrs6.REVIEW and rating == fsrs6.AGAIN
    lapses = values["lapses"] + lapsed
    leech, suspended = bool(values["leech"]), bool(values["suspended"])
    if lapsed and is_leech(lapses, desk.preferences):
        leech = True
        suspended = suspended or desk.preferences.suspend_leeches
    values |= {
        "state": memory.state,
        "step": memory.step,
        "stability": memory.stability,
        "difficulty": memory.difficulty,
        "due_at": None if outcome.wait is None else to_micros(desk.now + outcome.wait),
        "due_day": None if outcome.due_day is None else outcome.due_day.toordinal(),
        "last_at": to_micros(desk.now),
        "last_day": memory.last_day.toordinal() if memory.last_day else None,
        "reps": values["reps"] + 1,
        "lapses": lapses,
        "leech": leech,
        "suspended": suspended,
        "buried_day": None,
        "version": values["version"] + 1,
        "scheduler": fsrs6.SCHEDULER,
    }


def is_leech(lapses: int, preferences: Preferences) -> bool:
    """Tell whether this lapse makes a leech: at the threshold, and after each further half of it."""
    over = lapses - preferences.leech_threshold
    return over >= 0 and over % max(1, preferences.leech_threshold // 2) == 0


def _bury_siblings(siblings: Sequence[_Row], today: date) -> list[_Row]:
    """Hide for today the siblings that wait for review; give those that changed."""
    day = today.toordinal()
    waiting = [
        sibling
        for sibling in siblings
        if sibling.values["due_day"] is not None
        and sibling.values["due_day"] <= day
        and sibling.values["sibling_day"] != day
    ]
    for sibling in waiting:
        sibling.values["sibling_day"] = day
    return waiting


def _repeat(desk: Desk, showing: Showing, action: Action, rating: int | None) -> Answered:
    """Give the first result when the same act comes again; raise StaleShowing otherwise."""
    key = review_key(desk.user_id, showing.item_id, showing.version)
    first = Review.objects.filter(key=key).first()
    if first and not first.undone and first.action == action and first.rating == rating:
        return Answered(None, repeated=True)
    raise StaleShowing(first)


def put_away(desk: Desk, showing: Showing, action: Action) -> Answered:
    """Suspend or bury (until the day ends) the item of a showing, with a log entry that undo finds.

    Raises NotYours, UnknownItem and StaleShowing as `answer` does.
    """
    _check(desk, showing)
    changes: dict[Action, dict[str, Any]] = {
        Action.SUSPEND: {"suspended": True},
        Action.UNSUSPEND: {"suspended": False},
        Action.BURY: {"buried_day": desk.today.toordinal()},
        Action.UNBURY: {"buried_day": None, "sibling_day": None},
    }
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            row, _ = _find(cursor, desk.user_id, showing.item_id)
            if row.values["version"] != showing.version:
                raise StaleShowing(None)
            _log(cursor, desk, row, action)
            row.values |= changes[action] | {"version": row.values["version"] + 1}
            _save(cursor, desk.user_id, [row])
            if action is Action.UNSUSPEND and row.values["state"] == fsrs6.NEW:
                look_from_the_start(desk.user_id)
    except (StaleShowing, IntegrityError):
        return _repeat(desk, showing, action, None)
    return Answered(None)


def rerate(desk: Desk, key: str, rating: int) -> str:
    """Rate an answer otherwise than it was, by the key of its entry in the log; give the key of the new entry.

    The old entry counts as undone, and the item is scheduled as if the new rating had been the first.

    Raises ValueError for another rating, UnknownItem where there is no such entry of the learner's, and StaleShowing
    when something was done to the item since.
    """
    if rating not in fsrs6.RATINGS:
        raise ValueError(f"rating must be 1 (Again), 2 (Hard), 3 (Good) or 4 (Easy), not {rating!r}")
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            entry = Review.objects.filter(user_id=desk.user_id, key=key, action=Action.ANSWER).first()
            if entry is None:
                raise UnknownItem
            row, _ = _find(cursor, desk.user_id, entry.item_id)
            version = row.values["version"]
            if entry.undone or key != review_key(desk.user_id, entry.item_id, version - 1):
                raise StaleShowing(entry)
            if entry.rating == rating:
                return key
            cursor.execute("UPDATE schedules_review SET undone = %s WHERE id = %s AND NOT undone", [True, entry.pk])
            before = {name: entry.before[name] for name in _STATE if name in entry.before}
            row.values = _BLANK | before | {"version": version}
            outcome = fsrs6.review(row.memory, rating, desk.today, desk.preferences, str(row.item_id))
            _log(cursor, desk, row, Action.ANSWER, rating=rating, memory=outcome.memory, duration_ms=entry.duration_ms)
            _apply(row, outcome, rating, desk)
            _save(cursor, desk.user_id, [row])
    except IntegrityError:
        raise StaleShowing(None) from None
    return review_key(desk.user_id, entry.item_id, version)


@dataclass(frozen=True, slots=True)
class Undone:
    """What undo took back, and the item's showing as it stands again."""

    action: Action
    rating: int | None
    showing: Showing


def undo(desk: Desk) -> Undone | None:
    """Take back the learner's last act, as far as 30 acts back; None when there is none.

    The schedule gets its old values and a new version, so an answer sent before the undo stays refused.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        entries = Review.objects.filter(user_id=desk.user_id).order_by("-id")[:UNDO_STEPS]
        entry = next((entry for entry in entries if not entry.undone), None)
        if entry is None:
            return None
        cursor.execute("UPDATE schedules_review SET undone = %s WHERE id = %s AND NOT undone", [True, entry.pk])
        if cursor.rowcount != 1:  # another tab was faster
            return None
        row, siblings = _find(cursor, desk.user_id, entry.item_id)
        version = row.values["version"] + 1
        row.values = (
            _BLANK | {name: entry.before[name] for name in _STATE if name in entry.before} | {"version": version}
        )
        # Siblings come back unless another card of the fact was answered today.
        day = desk.today.toordinal()
        answered = [other for other in [row, *siblings] if other.values["last_day"] == day]
        changed = [row]
        for other in siblings:
            if other.values["sibling_day"] == day and not any(asked is not other for asked in answered):
                other.values["sibling_day"] = None
                changed.append(other)
        _save(cursor, desk.user_id, changed)
        if row.values["state"] == fsrs6.NEW:
            look_from_the_start(desk.user_id)
    showing = Showing(desk.user_id, entry.item_id, version, desk.now)
    return Undone(Action(entry.action), entry.rating, showing)


def look_from_the_start(user_id: int) -> None:
    """Search for new items from the beginning of the course: one that was passed can be new again."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE schedules_place SET new_from = 0 WHERE user_id = %s", [user_id])


_MOVE_ON = f"""
    INSERT INTO schedules_place (user_id, new_from)
    SELECT %(user)s, COALESCE((
        SELECT i.position FROM schedules_item i
        LEFT JOIN schedules_schedule s ON s.item_id = i.id AND s.user_id = %(user)s
        WHERE i.retired = {NO} AND (s.id IS NULL OR (s.state = 0 AND s.suspended = {NO}))
        AND i.position >= COALESCE((SELECT p.new_from FROM schedules_place p WHERE p.user_id = %(user)s), 0)
        ORDER BY i.position LIMIT 1
    ), (SELECT MAX(i.position) + 1 FROM schedules_item i), 0)
    WHERE true
    ON CONFLICT (user_id) DO UPDATE SET new_from = excluded.new_from
"""


def move_on(desk: Desk) -> None:
    """Remember where the first item lies that the learner has not met: the search for new ones starts there.

    It saves time only, so it need not happen after every new item.
    """
    with connection.cursor() as cursor:
        cursor.execute(_MOVE_ON, {"user": desk.user_id})
