"""The learner's cards, listed by state; and the leeches, set beside what they are confused with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404

from studyapp.memory import fsrs6
from studyapp.notes.models import Fact, Topic
from studyapp.review.models import Card
from studyapp.review.wording import short_interval
from studyapp.schedules.day import Desk
from studyapp.schedules.models import Schedule, State

PER_PAGE = 25
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


@dataclass(frozen=True, slots=True)
class CardRow:
    """One line of the list."""

    item_id: int
    version: int
    key: str
    front_html: str
    fact_key: str
    topic: str
    tags: Sequence[str]
    about: str  # its state, when it is due, how long it is remembered
    suspended: bool
    buried: bool


@dataclass(frozen=True, slots=True)
class CardsPage:
    """A page of the list, with the filters that made it."""

    rows: Sequence[CardRow]
    page: Page[Any]
    state: str
    states: Mapping[str, str]
    topic: Topic | None
    met_any: bool


def _of_state(schedules: QuerySet[Schedule], state: str, today: date) -> QuerySet[Schedule]:
    met = schedules.filter(retired=False)
    hidden = Q(buried_day=today) | Q(sibling_day=today)
    match state:
        case "due":
            return met.filter(due_day__lte=today, suspended=False).exclude(hidden)
        case "learning":
            return met.filter(state__in=[State.LEARNING, State.RELEARNING])
        case "review":
            return met.filter(state=State.REVIEW)
        case "suspended":
            return met.filter(suspended=True)
        case "buried":
            return met.filter(hidden)
        case "leech":
            return met.filter(leech=True)
    return met


def cards_page(desk: Desk, query: Mapping[str, str]) -> CardsPage:
    """Give the page of the learner's cards that a query string asks for; an unknown state means all.

    Three queries, however many cards there are.
    """
    state = query.get("state", "all")
    state = state if state in STATES else "all"
    topic = get_object_or_404(Topic.objects.taught(), key=query["topic"]) if query.get("topic") else None
    schedules = _of_state(Schedule.objects.filter(user_id=desk.user_id), state, desk.today)
    if topic:
        schedules = schedules.filter(topic=topic)
    listed = schedules.order_by("item__position").values_list(*_COLUMNS)
    page = Paginator(listed, PER_PAGE).get_page(query.get("page"))
    rows = [_row(desk, *values) for values in page]
    return CardsPage(rows, page, state, STATES, topic, bool(rows) or state != "all" or topic is not None)


_COLUMNS = (
    "item_id", "version", "item__key", "item__card__front_html", "fact__key", "topic__title", "state",
    "due_day", "due_at", "stability", "lapses", "leech", "suspended", "buried_day", "sibling_day",
)  # fmt: skip


def _row(
    desk: Desk, item_id: int, version: int, key: str, front_html: str, fact_key: str, topic: str, state: int,
    due_day: date | None, due_at: datetime | None, stability: float | None, lapses: int, leech: bool,
    suspended: bool, buried_day: date | None, sibling_day: date | None,
) -> CardRow:  # fmt: skip
    buried = desk.today in (buried_day, sibling_day)
    about = [STATE_NAMES[state]]
    if due_day is not None:
        days = (due_day - desk.today).days
        about.append("due today" if days <= 0 else f"due in {short_interval(None, days)}")
    elif due_at is not None:
        about.append("due now" if due_at <= desk.now else f"due in {short_interval(due_at - desk.now, 0)}")
    if stability is not None:
        about.append(f"remembered for {short_interval(None, max(1, round(stability)))}")
    if lapses:
        about.append(f"forgotten {lapses}×")
    tags = [name for name, holds in (("leech", leech), ("suspended", suspended), ("buried", buried)) if holds]
    return CardRow(item_id, version, key, front_html, fact_key, topic, tags, " · ".join(about), suspended, buried)


@dataclass(frozen=True, slots=True)
class Leech:
    """A card that keeps slipping, its fact, and the facts it is confused with."""

    schedule: Schedule
    card: Card
    fact: Fact
    confused_with: Sequence[Fact]
    retrievability: int  # per cent


def leeches(desk: Desk) -> list[Leech]:
    """Give the learner's leeches, the most forgotten first, at most 50. Two queries."""
    schedules = list(
        Schedule.objects.filter(user_id=desk.user_id, leech=True, retired=False)
        .select_related("item__card", "topic", "fact")
        .order_by("-lapses", "item__position")[:MOST_LEECHES]
    )
    wanted = {key for schedule in schedules for key in schedule.fact.confused_with}
    facts = {fact.key: fact for fact in Fact.objects.taught().filter(key__in=wanted)} if wanted else {}
    return [
        Leech(
            schedule=schedule,
            card=schedule.item.card,
            fact=schedule.fact,
            confused_with=[facts[key] for key in schedule.fact.confused_with if key in facts],
            retrievability=round(100 * _retrievability(desk, schedule)),
        )
        for schedule in schedules
    ]


def _retrievability(desk: Desk, schedule: Schedule) -> float:
    memory = fsrs6.Memory(schedule.state, schedule.step, schedule.stability, schedule.difficulty, schedule.last_day)
    return fsrs6.retrievability(memory, desk.today, desk.preferences)
