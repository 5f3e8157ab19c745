"""Cram: a session outside the schedule, whose whole state is in its address.

The address holds what was chosen, a seed that shuffles it, the place in it, and which cards were missed.
Reload, Back and a second tab therefore do what a person expects, and nothing is written.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random, SystemRandom

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.http import urlencode

from studyapp.notes.editions import by_stamp
from studyapp.notes.models import Topic
from studyapp.review.models import Card, Kind
from studyapp.review.typing import Comparison, compare
from studyapp.schedules.day import Desk

SCOPES = {"all": "every card", "met": "cards I have met", "leech": "leeches"}
SIZES = (10, 20, 50, 100)


@dataclass(frozen=True, slots=True)
class Cram:
    """The state of a cram session, as it stands in the address."""

    topic: str  # key, or empty for the whole course
    scope: str
    size: int
    seed: int
    place: int = 0  # cards done of this round
    missed: int = 0  # a bit for each card of the round that was missed
    only: int = 0  # from the second round on: the cards of the first that are left, as bits; 0 means all

    def fields(self, **more: str) -> dict[str, str]:
        """Give the parts of the query string of this state."""
        query = {"topic": self.topic, "scope": self.scope, "size": str(self.size), "seed": str(self.seed)}
        query |= {"at": str(self.place), "missed": _pack(self.missed), "only": _pack(self.only)}
        return {name: value for name, value in (query | more).items() if value}

    def url(self) -> str:
        """Give the address of this state."""
        return f"{reverse('review:cram')}?{urlencode(self.fields())}"

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Cram | None":
        """Read a state from a query string; None where it was not made by `url`."""
        try:
            state = cls(
                topic=query.get("topic", "")[:64],
                scope=query.get("scope", "all"),
                size=int(query.get("size", "20")),
                seed=int(query["seed"]),
                place=int(query.get("at", "0")),
                missed=_unpack(query.get("missed", "")),
                only=_unpack(query.get("only", "")),
            )
        except (KeyError, ValueError, binascii.Error):
            return None
        fine = state.scope in SCOPES and state.size in SIZES and 0 <= state.seed < 2**32 and state.place >= 0
        return state if fine else None


def _pack(bits: int) -> str:
    raw = bits.to_bytes((bits.bit_length() + 7) // 8, "little")
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _unpack(text: str) -> int:
    if len(text) > 40:
        raise ValueError("too long")
    return int.from_bytes(base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True), "little")


@dataclass(frozen=True, slots=True)
class CramPage:
    """What the page shows: the choice, a card, or the end of a round."""

    state: Cram | None
    topic: Topic | None
    topics: Sequence[Topic] = ()
    scopes: Mapping[str, str] | None = None
    sizes: Sequence[int] = SIZES
    card: Card | None = None
    number: int = 0
    total: int = 0
    missed_count: int = 0
    revealed: bool = False
    comparison: Comparison | None = None
    hidden: Sequence[tuple[str, str]] = ()  # the state as fields of the form that shows the answer
    knew_url: str = ""
    missed_url: str = ""
    again_url: str = ""  # another round with the cards that were missed
    fresh_url: str = ""  # the same choice, shuffled anew
    empty: bool = False


def start(query: Mapping[str, str]) -> str | None:
    """Give the address at which a chosen session begins, shuffled anew; None for a choice that does not exist."""
    state = Cram.read({**query, "seed": str(SystemRandom().randrange(2**32))})
    return state.url() if state else None


class _Course:
    """What a cram draws on that is the same for everybody, kept until the content changes."""

    def __init__(self) -> None:
        self.topics = list(Topic.objects.taught().only("id", "key", "title", "depth", "card_count"))
        self._cards: dict[int | None, list[int]] = {}

    def cards(self, topic: Topic | None) -> list[int]:
        """Give the cards of a topic or of the course, in course order."""
        key = topic.pk if topic else None
        if key not in self._cards:
            self._cards[key] = list(_taught(topic).values_list("pk", flat=True))
        return self._cards[key]


def _taught(topic: Topic | None) -> QuerySet[Card]:
    cards = Card.objects.filter(item__retired=False).order_by("item__position")
    return cards.filter(item__topic=topic) if topic else cards


def page(desk: Desk, query: Mapping[str, str]) -> CramPage | None:
    """Give the page for a query string; None for a state that cannot be read."""
    topics = by_stamp("review.cram", _Course).topics
    topic = next((topic for topic in topics if topic.key == query.get("topic")), None)
    if query.get("topic") and topic is None:
        return None
    if "seed" not in query:
        return CramPage(None, topic, topics=topics, scopes=SCOPES)
    state = Cram.read(query)
    return _round(desk, state, topic, query) if state else None


def _cards(desk: Desk, state: Cram, topic: Topic | None) -> list[int]:
    """Give the cards of the first round, drawn by the seed."""
    if state.scope == "all":
        ids = by_stamp("review.cram", _Course).cards(topic)
    else:
        met = Q(item__schedules__user_id=desk.user_id, item__schedules__reps__gt=0)
        if state.scope == "leech":
            met &= Q(item__schedules__leech=True)
        ids = list(_taught(topic).filter(met).values_list("pk", flat=True))
    return Random(state.seed).sample(ids, min(state.size, len(ids)))


def _round(desk: Desk, state: Cram, topic: Topic | None, query: Mapping[str, str]) -> CramPage | None:
    whole = _cards(desk, state, topic)
    cards = [number for number in range(len(whole)) if not state.only or state.only >> number & 1]
    fresh = replace(state, seed=(state.seed * 1_103_515_245 + 12_345) % 2**32, place=0, missed=0, only=0)
    if state.place >= len(cards):
        return CramPage(
            state, topic, scopes=SCOPES, total=len(cards), missed_count=state.missed.bit_count(),
            again_url=replace(state, place=0, missed=0, only=state.missed).url() if state.missed else "",
            fresh_url=fresh.url(), empty=not cards,
        )  # fmt: skip
    number = cards[state.place]
    pk = whole[number]
    card = by_stamp(f"review.cram.{pk}", lambda: Card.objects.select_related("item", "fact", "item__topic").get(pk=pk))
    revealed = "reveal" in query
    typed = query.get("typed") if revealed and card.kind == Kind.TYPED else None
    return CramPage(
        state, topic, scopes=SCOPES, card=card, number=state.place + 1, total=len(cards),
        missed_count=state.missed.bit_count(), revealed=revealed,
        comparison=None if typed is None else compare(typed, card.back, card.accept),
        hidden=list(state.fields(reveal="1").items()),
        knew_url=replace(state, place=state.place + 1).url(),
        missed_url=replace(state, place=state.place + 1, missed=state.missed | 1 << number).url(),
    )  # fmt: skip
