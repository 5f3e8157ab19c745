"""From an answer to a question to one of FSRS's ratings. The rule is shown to learners, who may overrule it."""

from enum import IntEnum

AGAIN, HARD, GOOD = 1, 2, 3
QUICK = {1: 60, 2: 100, 3: 150}  # seconds by difficulty; who needs longer has worked it out rather than known it

RULE = (
    "Wrong or partly right: Again. Right but a guess, or slower than "
    f"{QUICK[1]}, {QUICK[2]} or {QUICK[3]} seconds (by difficulty): Hard. Otherwise: Good. "
    "Easy is never given by rule; you may choose it yourself."
)


class Certainty(IntEnum):
    """How sure the learner was."""

    GUESS = 1
    THINK_SO = 2
    SURE = 3


def rating_of(right: bool, certainty: int | None, seconds: float, difficulty: int) -> int:
    """Give the rating, 1 to 3, of an answer to a question of a difficulty (1 to 3)."""
    if not right:
        return AGAIN
    if certainty == Certainty.GUESS or seconds > QUICK[difficulty]:
        return HARD
    return GOOD
