"""The streak: how many study days in a row have an answer."""

from django.db import connection

from studyapp.schedules.day import NO, Desk

# A walk backwards from the latest day, a step of the index each, that ends at the first gap.
_STREAK = f"""
WITH RECURSIVE days(day) AS (
    SELECT MAX(r.day) FROM schedules_review r WHERE r.user_id = %(user)s AND r.action = 1 AND r.undone = {NO}
    UNION ALL
    SELECT days.day - 1 FROM days WHERE EXISTS (
        SELECT 1 FROM schedules_review r
        WHERE r.user_id = %(user)s AND r.day = days.day - 1 AND r.action = 1 AND r.undone = {NO}
    )
)
SELECT COUNT(day), MAX(day) FROM days
"""


def streak(desk: Desk) -> tuple[int, bool]:
    """Give the length of the learner's streak in days, and whether today is in it already.

    The days are those that stood on the learner's calendar when the answers were given, so travel and a
    new time zone change nothing in the past. A streak lives until the end of the day after its last.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STREAK, {"user": desk.user_id})
        days, latest = cursor.fetchone()
    if latest is None or latest < desk.today.toordinal() - 1:
        return 0, False
    return days, latest >= desk.today.toordinal()
