"""A family: one kind of question that a simulator answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


class Answer(Protocol):
    """From an input to its answer, both plain JSON objects.

    `misconception` names a wrong rule to answer by, None for the true ones. `trace` asks for the steps as well.
    Raises InputError when the input has no answer.
    """

    def __call__(self, input: dict[str, Any], *, misconception: str | None, trace: bool) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of question: its name at the door, what it is in a sentence, and the function that answers.

    `misconceptions` holds the wrong rules that `answer` can also follow: name to sentence.
    """

    name: str
    summary: str
    answer: Answer
    misconceptions: Mapping[str, str] = field(default_factory=dict)
