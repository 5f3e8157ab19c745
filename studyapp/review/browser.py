"""The learner's cards, listed by state; and the leeches, set beside what they are confused with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.core.paginator import Page, Paginator
from django.db import connection
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from studyapp.notes.models import Fact, Topic
from studyapp.review.faces import Face, faces
from studyapp.review.wording import short_interval
from studyapp.schedules.day import NO, Desk
from studyapp.schedules.fields import from_micros
from studyapp.schedules.models import Schedule

PER_PAGE = 20
MOST_LEECHES = 50
STATE_NAMES = {0: "new", 1: "learning", 2: "in review", 3: "relearning"}
STATES = {
    "all": "All met",
    "due": "Due today",
    "learning": "Learning",
    "review": "In review",
    "suspended": "Suspended",
    "buried": "Buried until tomorrow",
    "leech": "Leeches",
}
_HIDDEN = "(COALESCE(s.buried_day, 0) = %(today)s OR COALESCE(s.sibling_day, 0) = %(today)s)"
_CONDITIONS = {
    "all": "TRUE",
    "due": f"s.due_day <= %(today)s AND s.suspended = {NO} AND NOT {_HIDDEN}",
    "learning": "s.state IN (1, 3)",
    "review": "s.state = 2",
    "suspended": f"s.suspended <> {NO}",
    "buried": _HIDDEN,
    "leech": f"s.leech <> {NO}",
}


@dataclass(frozen=True, slots=True)
class CardsPage:
    """A page of the list, with the filters that made it."""

    rows: Sequence[SafeString]
    page: Page[Any]
    state: str
    states: Mapping[str, str]
    topic: Topic | None
    met_any: bool


@lru_cache(maxsize=64)
def _list(state: str, offset: int) -> str:
    return f"""
        SELECT s.item_id, s.version, s.state, s.due_day, s.due_at, s.stability, s.lapses, s.leech, s.suspended,
            CASE WHEN {_HIDDEN} THEN 1 ELSE 0 END, COUNT(*) OVER ()
        FROM schedules_schedule s JOIN schedules_item i ON i.id = s.item_id
        WHERE s.user_id = %(user)s AND s.retired = {NO} AND {_CONDITIONS[state]}
            AND (%(topic)s = 0 OR s.topic_id = %(topic)s)
        ORDER BY i.position LIMIT {PER_PAGE} OFFSET {offset}
    """


def cards_page(desk: Desk, query: Mapping[str, str]) -> CardsPage:
    """Give the page of the learner's cards that a query string asks for; an unknown state means all.

    Three queries, however many cards there are; one or two more for a page beyond the last or never seen before.
    """
    state = query.get("state", "all")
    state = state if state in STATES else "all"
    topic = get_object_or_404(Topic.objects.taught(), key=query["topic"]) if query.get("topic") else None
    values = {"user": desk.user_id or 0, "today": desk.today.toordinal(), "topic": topic.pk if topic else 0}
    asked = query.get("page", "")[:6]
    number = max(1, int(asked)) if asked.isdecimal() else 1
    with connection.cursor() as cursor:
        cursor.execute(_list(state, (number - 1) * PER_PAGE), values)
        found = cursor.fetchall()
        if not found and number > 1:  # beyond the last page: to the last
            cursor.execute(_list(state, 0), values)
            found = cursor.fetchall()
            number = -(-found[0][-1] // PER_PAGE) if found else 1
            if number > 1:
                cursor.execute(_list(state, (number - 1) * PER_PAGE), values)
                found = cursor.fetchall()
    page = Paginator(range(found[0][-1] if found else 0), PER_PAGE).get_page(number)
    known = faces(row[0] for row in found)
    rows = [_row(desk, known[item], item, *row) for item, *row, _ in found if item in known]
    return CardsPage(rows, page, state, STATES, topic, bool(rows) or state != "all" or topic is not None)


def _row(
    desk: Desk, face: Face, item: int, version: int, state: int, due_day: int | None, due_at: int | None,
    stability: float | None, lapses: int, leech: bool, suspended: bool, buried: bool,
) -> SafeString:  # fmt: skip
    about = [STATE_NAMES[state]]
    if due_day is not None:
        days = due_day - desk.today.toordinal()
        about.append("due today" if days <= 0 else f"due in {short_interval(None, days)}")
    elif due_at is not None:
        at = from_micros(due_at)
        about.append("due now" if at <= desk.now else f"due in {short_interval(at - desk.now, 0)}")
    if stability is not None:
        about.append(f"remembered for {short_interval(None, max(1, round(stability)))}")
    if lapses:
        about.append(f"forgotten {lapses}×")
    return _drawn(face, item, version, " · ".join(about), bool(leech), bool(suspended), bool(buried))


# An answer changes one row: the others are drawn already.
@lru_cache(maxsize=2048)
def _drawn(face: Face, item: int, version: int, about: str, leech: bool, suspended: bool, buried: bool) -> SafeString:
    tags = [name for name, holds in (("leech", leech), ("suspended", suspended), ("buried", buried)) if holds]
    row = {"item": item, "version": version, "about": about, "tags": tags, "suspended": suspended, "buried": buried}
    return render_to_string("review/card_row.html", {"face": face, "row": row})


@dataclass(frozen=True, slots=True)
class Leech:
    """A card that keeps slipping, with its fact, and the facts it is confused with."""

    face: Face
    lapses: int
    suspended: bool
    confused_with: Sequence[Fact]


def leeches(desk: Desk) -> list[Leech]:
    """Give the learner's leeches, the most forgotten first, at most 50. Four queries at most."""
    slipping = Schedule.objects.filter(user_id=desk.user_id, leech=True, retired=False)
    ordered = slipping.order_by("-lapses", "item__position").values_list("item_id", "lapses", "suspended")
    found = list(ordered[:MOST_LEECHES])
    if not found:
        return []
    known = faces(item for item, _, _ in found)
    wanted = {key for face in known.values() for key in face.confused_with}
    facts = {fact.key: fact for fact in Fact.objects.taught().filter(key__in=wanted)} if wanted else {}
    return [
        Leech(
            face=known[item],
            lapses=lapses,
            suspended=suspended,
            confused_with=[facts[key] for key in known[item].confused_with if key in facts],
        )
        for item, lapses, suspended in found
        if item in known
    ]
