"""How one learner wants to be asked: the options of the daily session."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Preferences:
    """The learner's options, with the defaults that a newcomer gets."""

    desired_retention: float = 0.90  # share of reviews that should be remembered, 0.70 to 0.97
    new_per_day: int = 20  # cards
    reviews_per_day: int = 200  # cards
    learning_steps: tuple[int, ...] = (1, 10)  # minutes
    relearning_steps: tuple[int, ...] = (10,)  # minutes
    learn_ahead: int = 20  # minutes a learning card may come early when nothing else waits
    day_starts_at: int = 4  # hour of the local clock, 0 to 23
    bury_siblings: bool = True  # at most one card of a fact a day
    leech_threshold: int = 8  # lapses
    suspend_leeches: bool = False
    maximum_interval: int = 36500  # days
    fuzz: bool = True  # spread due days a little, the same for a card and a day

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Preferences":
        """Read what `to_json` wrote; names that no longer exist are ignored, missing ones get their default."""
        known = {field.name for field in fields(cls)}
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in stored.items() if name in known
        }
        return cls(**values)

    def to_json(self) -> dict[str, Any]:
        """Give the options that differ from the defaults, as plain JSON."""
        default = asdict(Preferences())
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
            if value != default[name]
        }
