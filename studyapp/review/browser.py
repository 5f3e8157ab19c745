"""The learner's cards, listed by state; and the leeches, set beside what they are confused with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
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
from studyapp.schedules.showings import Showing

PER_PAGE = 50
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

    key: str
    kind: str
    front_html: str
    fact_key: str
    topic: str
    state: str
    due: str
    stability: str
    lapses: int
    leech: bool
    suspended: bool
    buried: bool
    seal: str


@dataclass(frozen=True, slots=True)
class CardsPage:
    """A page of the list, with the filters that made it."""

    rows: Sequence[CardRow]
    page: Page[Schedule]
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
    schedules = schedules.select_related("item__card", "topic", "fact").order_by("item__position")
    page = Paginator(schedules, PER_PAGE).get_page(query.get("page"))
    rows = [_row(desk, schedule) for schedule in page]
    return CardsPage(rows, page, state, STATES, topic, bool(rows) or state != "all" or topic is not None)


def _row(desk: Desk, schedule: Schedule) -> CardRow:
    card: Card = schedule.item.card
    buried = desk.today in (schedule.buried_day, schedule.sibling_day)
    if schedule.suspended:
        due = "suspended"
    elif schedule.due_day is not None:
        days = (schedule.due_day - desk.today).days
        due = "today" if days <= 0 else f"in {short_interval(None, days)}"
    elif schedule.due_at is not None:
        due = "now" if schedule.due_at <= desk.now else f"in {short_interval(schedule.due_at - desk.now, 0)}"
    else:
        due = "new"
    return CardRow(
        key=schedule.item.key,
        kind=card.get_kind_display(),
        front_html=card.front_html,
        fact_key=schedule.fact.key,
        topic=schedule.topic.title,
        state=schedule.get_state_display(),
        due=due,
        stability="" if schedule.stability is None else short_interval(None, max(1, round(schedule.stability))),
        lapses=schedule.lapses,
        leech=schedule.leech,
        suspended=schedule.suspended,
        buried=buried,
        seal=Showing(desk.user_id, schedule.item_id, schedule.version, desk.now).seal(),
    )


@dataclass(frozen=True, slots=True)
class Leech:
    """A card that keeps slipping, its fact, and the facts it is confused with."""

    row: CardRow
    back_html: str
    fact: Fact
    confused_with: Sequence[Fact]
    retrievability: int  # per cent


def leeches(desk: Desk) -> list[Leech]:
    """Give the learner's leeches, the most forgotten first, at most 50. Two queries."""
    schedules = list(
        Schedule.objects.filter(user_id=desk.user_id, leech=True, retired=False)
        .select_related("item__card", "topic", "fact")
        .order_by("-lapses", "item__position")[:PER_PAGE]
    )
    wanted = {key for schedule in schedules for key in schedule.fact.confused_with}
    facts = {fact.key: fact for fact in Fact.objects.taught().filter(key__in=wanted)}
    return [
        Leech(
            row=_row(desk, schedule),
            back_html=schedule.item.card.back_html,
            fact=schedule.fact,
            confused_with=[facts[key] for key in schedule.fact.confused_with if key in facts],
            retrievability=round(100 * _retrievability(desk, schedule)),
        )
        for schedule in schedules
    ]


def _retrievability(desk: Desk, schedule: Schedule) -> float:
    memory = fsrs6.Memory(schedule.state, schedule.step, schedule.stability, schedule.difficulty, schedule.last_day)
    return fsrs6.retrievability(memory, desk.today, desk.preferences)


def any_met(user_id: int) -> Any:
    """Tell whether the learner has met any card."""
    return Schedule.objects.filter(user_id=user_id).exists()
