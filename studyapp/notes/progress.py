"""How a learner stands with the topics: what the indexes show beside each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from studyapp.accounts.models import User
from studyapp.notes.editions import by_stamp
from studyapp.notes.models import Topic

SLOTS = 24  # of a topic's stowage plan
_CELL, _STEP, _ROW = 10, 13, 12  # pixels of a slot, from slot to slot, slots in a row
_STATES = ("due", "review", "learning", "new")


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
        """Give the stowage plan: for each state, an SVG path of its slots, as (class, d)."""
        counts = {
            "due": self.due,
            "review": self.review - self.due,
            "learning": self.learning,
            "new": max(0, self.cards - self.review - self.learning),
        }
        paths, slot = [], 0
        for state, slots in zip(_STATES, _share([counts[state] for state in _STATES], SLOTS), strict=True):
            if slots:
                paths.append((f"slot-{state}", "".join(_SQUARES[slot : slot + slots])))
            slot += slots
        return paths


_SQUARES = [f"M{i % _ROW * _STEP} {i // _ROW * _STEP}h{_CELL}v{_CELL}h-{_CELL}z" for i in range(SLOTS)]


def _share(counts: list[int], slots: int) -> list[int]:
    """Share slots in proportion to counts; what is there at all gets one, the largest give way."""
    total = sum(counts)
    if not total:
        return [0] * (len(counts) - 1) + [slots]
    shares = [max(1, round(count * slots / total)) if count else 0 for count in counts]
    while sum(shares) != slots:
        largest = shares.index(max(shares))
        shares[largest] += 1 if sum(shares) < slots else -1
    return shares


def standings(user: User | None, today: date) -> Mapping[int, tuple[int, int, int, int]]:
    """Give, for each topic that the learner has met, (met, learning, review, due). One query."""
    return user.schedules.by_topic(today) if user else {}


@dataclass(frozen=True, slots=True)
class TopicRow:
    """A topic as the indexes show it."""

    key: str
    title: str
    summary: str
    depth: int
    facts: int
    standing: Standing


def topic_rows(user: User | None, today: date) -> list[TopicRow]:
    """Give every topic in course order with the learner's standing. Two queries, three when the content is new."""
    met = standings(user, today)
    nothing = (0, 0, 0, 0)
    return [
        TopicRow(key, title, summary, depth, facts, Standing(cards, *met.get(pk, nothing)))
        for pk, key, title, summary, depth, facts, cards in by_stamp("topics", _topics)
    ]


def _topics() -> list[tuple[int, str, str, str, int, int, int]]:
    names = ("id", "key", "title", "summary", "depth", "fact_count", "card_count")
    return list(Topic.objects.taught().values_list(*names))
