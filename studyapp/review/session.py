"""The day's session as its page shows it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from studyapp.memory import fsrs6
from studyapp.memory.queue import Standing
from studyapp.review.models import Kind
from studyapp.review.typing import Comparison, compare
from studyapp.review.wording import of_outcome
from studyapp.schedules.day import Content, Desk, Shown

FRONT = Content(
    "LEFT JOIN review_card c ON c.item_id = i.id JOIN notes_topic t ON t.id = i.topic_id",
    ("i.key", "c.kind", "c.front_html", "t.title"),
)
BACK = Content(
    "JOIN review_card c ON c.item_id = i.id JOIN notes_topic t ON t.id = i.topic_id"
    " JOIN notes_fact f ON f.id = i.fact_id",
    (
        *FRONT.columns,
        "c.back_html", "c.reason_html", "c.back", "c.accept", "t.key", "f.key", "f.statement_html", "f.verdict",
        "f.notes_say_html", "f.today_html", "f.source", "f.checked", "f.confused_with",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Front:
    """The question side of a card."""

    shown: Shown
    key: str
    kind: str | None
    front_html: str
    topic: str

    @classmethod
    def of(cls, shown: Shown) -> "Front":
        """Read the columns of `FRONT`."""
        return cls(shown, *shown.content[:4])

    @property
    def is_card(self) -> bool:
        """Whether the item is a card at all: whoever shows other kinds too asks this first."""
        return self.kind is not None

    @property
    def typed(self) -> bool:
        return self.kind == Kind.TYPED


@dataclass(frozen=True, slots=True)
class RatingButton:
    """One of the four ratings, with what it would do."""

    value: int
    name: str
    interval: str
    interval_in_words: str


RATING_NAMES = ("Again", "Hard", "Good", "Easy")


def rating_buttons(desk: Desk, shown: Shown) -> list[RatingButton]:
    """Give the four ratings and the interval that each would give."""
    outcomes = fsrs6.preview(shown.memory, desk.today, desk.preferences, str(shown.item_id))
    return [
        RatingButton(rating, name, *of_outcome(outcomes[rating], outcomes[rating].days(desk.today)))
        for rating, name in zip(fsrs6.RATINGS, RATING_NAMES, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Back:
    """Both sides of a card, with the fact behind it."""

    front: Front
    back_html: str
    reason_html: str
    comparison: Comparison | None
    topic_key: str
    fact_key: str
    statement_html: str
    verdict: str
    notes_say_html: str
    today_html: str
    source: str
    checked: str
    buttons: Sequence[RatingButton]

    @classmethod
    def of(cls, desk: Desk, shown: Shown, typed: str | None) -> "Back":
        """Read the columns of `BACK`, and hold the typed answer against the right one."""
        front = Front.of(shown)
        (
            back_html, reason_html, back, accept, topic_key, fact_key, statement_html, verdict,
            notes_say_html, today_html, source, checked, _,
        ) = shown.content[4:]  # fmt: skip
        comparison = compare(typed, back, _json(accept)) if front.typed and typed is not None else None
        return cls(
            front, back_html, reason_html, comparison, topic_key, fact_key, statement_html, verdict,
            notes_say_html, today_html, source, str(checked), rating_buttons(desk, shown),
        )  # fmt: skip


def _json(value: Any) -> Any:
    """Read a JSON column of a raw query: one database gives text, the other the value."""
    return json.loads(value) if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class Progress:
    """How far through the day's session the learner is."""

    done: int
    total: int

    @classmethod
    def of(cls, standing: Standing) -> "Progress":
        done = standing.new_done + standing.due_done
        return cls(done, done + standing.left)
