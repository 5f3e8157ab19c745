"""What comes next: which of the day's four streams gives the next item."""

from dataclasses import dataclass
from enum import StrEnum


class Stream(StrEnum):
    """Where the next item is taken from."""

    LEARNING = "learning"  # a learning step that has run out
    REVIEW = "review"  # due today
    NEW = "new"
    AHEAD = "ahead"  # a learning step that runs out soon, when nothing else waits


@dataclass(frozen=True, slots=True)
class Standing:
    """How the day stands: items that wait, and items done."""

    new: int = 0
    learning: int = 0  # steps that run out today, now or later
    due: int = 0
    learning_now: bool = False  # a step has run out
    learning_soon: bool = False  # a step runs out within the learner's learn-ahead time
    new_done: int = 0
    due_done: int = 0

    @property
    def left(self) -> int:
        """How many items wait in all."""
        return self.new + self.learning + self.due


def next_stream(standing: Standing) -> Stream | None:
    """Choose the stream of the next item, or None at the end of the session.

    A learning step that has run out goes first, for its minutes are counted. Then reviews with new
    items spread evenly between them, in the proportion of the whole day's. Learning steps that run
    out soon come early only when nothing else is left.
    """
    if standing.learning_now:
        return Stream.LEARNING
    if standing.new and standing.due:
        all_new, all_due = standing.new + standing.new_done, standing.due + standing.due_done
        new_lags = (standing.new_done + 1) * (all_due + 1) <= (standing.due_done + 1) * (all_new + 1)
        return Stream.NEW if new_lags else Stream.REVIEW
    if standing.due:
        return Stream.REVIEW
    if standing.new:
        return Stream.NEW
    return Stream.AHEAD if standing.learning_soon else None
