"""How a learner stands with the topics: what the indexes show beside each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from studyapp.accounts.models import User
from studyapp.notes.editions import by_stamp
from studyapp.notes.models import Topic

SLOTS = 96  # of a topic's stowage plan at most; one for each card up to there
_CELL, _STEP, _ROW = 10, 13, 16  # pixels of a slot, from slot to slot; slots in a row
_STATES = ("review", "learning", "due", "new")  # from the bottom of the hold up


@dataclass(frozen=True, slots=True)
class Standing:
    """A topic's cards by the state of the learner's memory."""

    cards: int
    met: int = 0
    learning: int = 0
    review: int = 0  # due ones included
    due: int = 0

    @property
    def learned(self) -> int:
        """Cards that have come through their learning steps."""
        return self.review

    def paths(self) -> list[tuple[str, str]]:
        """Give the stowage plan: for each state, an SVG path of its slots, as (class, d); y is 0 at the bottom."""
        counts = {
            "review": self.review - self.due,
            "learning": self.learning,
            "due": self.due,
            "new": max(0, self.cards - self.review - self.learning),
        }
        paths, slot = [], 0
        for state, slots in zip(_STATES, _share([counts[state] for state in _STATES], SLOTS), strict=True):
            if slots:
                paths.append((f"slot-{state}", _path(slot, slots)))
            slot += slots
        return paths

    def height(self) -> int:
        """Give the height of the stowage plan in pixels."""
        return -(-min(self.cards, SLOTS) // _ROW) * _STEP

    def plan(self) -> SafeString:
        """Draw the stowage plan."""
        return _plan(self)


_SQUARE = f"h{_CELL}v-{_CELL}h-{_CELL}z"
# Each slot drawn from the one before it: the same few letters again and again, which compress to nothing.
_NEXT = [f"{f'm{_STEP} 0' if i % _ROW else f'm-{(_ROW - 1) * _STEP}-{_STEP}'}{_SQUARE}" for i in range(SLOTS)]


def _path(first: int, slots: int) -> str:
    start = f"M{first % _ROW * _STEP + 1} {-1 - first // _ROW * _STEP}{_SQUARE}"
    return start + "".join(_NEXT[first + 1 : first + slots])


@lru_cache(maxsize=512)
def _plan(standing: Standing) -> SafeString:
    return render_to_string("components/stowage.html", {"standing": standing})


def _share(counts: list[int], slots: int) -> list[int]:
    """Give each its count where there is room for all; else share the slots in proportion.

    What is there at all gets one; the largest give way.
    """
    total = sum(counts)
    if total <= slots:
        return counts
    shares = [max(1, round(count * slots / total)) if count else 0 for count in counts]
    while sum(shares) != slots:
        largest = shares.index(max(shares))
        shares[largest] += 1 if sum(shares) < slots else -1
    return shares


def standings(user: User | None, today: date) -> Mapping[int, tuple[int, int, int, int]]:
    """Give, for each topic that the learner has met, (met, learning, review, due). One query."""
    return user.schedules.by_topic(today) if user else {}


def topic_rows(user: User | None, today: date) -> list[SafeString]:
    """Draw every topic in course order with the learner's standing. Two queries, three when the content is new."""
    met = standings(user, today)
    nothing = (0, 0, 0, 0)
    return [_row(*topic, *met.get(pk, nothing)) for pk, *topic in by_stamp("topics", _topics)]


def _topics() -> list[tuple[int, str, str, str, int, int, int]]:
    names = ("id", "key", "title", "summary", "depth", "fact_count", "card_count")
    return list(Topic.objects.taught().values_list(*names))


# An answer changes the row of one topic: the others are drawn already.
@lru_cache(maxsize=2048)
def _row(key: str, title: str, summary: str, depth: int, facts: int, cards: int, *met: int) -> SafeString:
    topic = {"key": key, "title": title, "summary": summary, "depth": depth, "facts": facts}
    return render_to_string("notes/topic_row.html", {"topic": topic, "standing": Standing(cards, *met)})
