"""A reason for which AWS refuses a request."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """The rule that is broken, the field that breaks it, what is wrong in a sentence, and what to do about it."""

    name: str
    field: str
    message: str
    remedy: str
