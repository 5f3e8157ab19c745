"""Confused pairs: which of the two does a situation want? A drill outside the schedule, its state in its address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random, SystemRandom

from django.urls import reverse
from django.utils.http import urlencode

from studyapp.notes.editions import by_stamp
from studyapp.notes.models import Fact, Pair

ROUND = 20  # situations of a round over all pairs
SIDES = ("left", "right")


@dataclass(frozen=True, slots=True)
class Case:
    """A situation, and the side of its pair that it wants."""

    pair: Pair
    html: str
    side: str

    @property
    def wanted(self) -> str:
        """The name of the right answer."""
        return str(getattr(self.pair, self.side))


@dataclass(frozen=True, slots=True)
class Drill:
    """The state of a drill, as it stands in the address."""

    pair: str  # key, or empty for all
    seed: int
    place: int = 0  # situations done
    missed: int = 0  # a bit for each situation that was missed

    def fields(self, **more: str) -> dict[str, str]:
        """Give the parts of the query string of this state."""
        query = {"pair": self.pair, "seed": str(self.seed), "at": str(self.place or ""), "missed": f"{self.missed:x}"}
        return {name: value for name, value in (query | more).items() if value not in ("", "0") or name == "seed"}

    def url(self, **more: str) -> str:
        """Give the address of this state."""
        return f"{reverse('review:drill')}?{urlencode(self.fields(**more))}"

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Drill | None":
        """Read a state from a query string; None where it was not made by `url`."""
        try:
            missed = query.get("missed", "0")
            state = cls(
                query.get("pair", "")[:64], int(query["seed"][:12]), int(query.get("at", "0")[:6]), int(missed[:64], 16)
            )
        except (KeyError, ValueError):
            return None
        return state if 0 <= state.seed < 2**32 and state.place >= 0 and state.missed >= 0 else None


@dataclass(frozen=True, slots=True)
class DrillPage:
    """What the page shows: a situation, the answer to it, or the end of the round."""

    state: Drill
    pair: Pair | None
    case: Case | None = None
    number: int = 0
    total: int = 0
    missed: int = 0
    answer: str = ""  # the side that was chosen
    facts: Sequence[Fact] = ()
    next_url: str = ""
    again_url: str = ""
    weak: Sequence[Pair] = ()  # of the situations missed, at the end


def taught_pairs() -> list[Pair]:
    """Give the pairs, in the order of their names. One query, two when the content is new."""
    return by_stamp("review.pairs", lambda: list(Pair.objects.filter(retired=False).order_by("left", "key")))


def begin(pair: str) -> str:
    """Give the address at which a drill begins, shuffled anew."""
    return Drill(pair, SystemRandom().randrange(2**32)).url()


def _cases(pairs: Sequence[Pair]) -> list[Case]:
    return [
        Case(pair, html, SIDES[number >= len(pair.left_cases)])
        for pair in pairs
        for number, html in enumerate(pair.cases_html)
    ]


def page(query: Mapping[str, str]) -> DrillPage | None:
    """Give the page for a query string; None for a state that cannot be read or a pair that is not taught."""
    state = Drill.read(query)
    pairs = taught_pairs()
    pair = next((pair for pair in pairs if state and pair.key == state.pair), None)
    if state is None or (state.pair and pair is None):
        return None
    cases = _cases([pair] if pair else pairs)
    Random(state.seed).shuffle(cases)
    cases = cases[:ROUND]
    missed = state.missed.bit_count()
    if state.place >= len(cases):
        weak = [case.pair for number, case in enumerate(cases) if state.missed >> number & 1]
        fresh = Drill(state.pair, (state.seed * 1_103_515_245 + 12_345) % 2**32)
        return DrillPage(
            state, pair, total=len(cases), missed=missed, again_url=fresh.url(), weak=list(dict.fromkeys(weak))
        )
    case = cases[state.place]
    answer = query.get("answer", "")
    shown = DrillPage(state, pair, case=case, number=state.place + 1, total=len(cases), missed=missed)
    if answer not in SIDES:
        return shown
    wrong = answer != case.side
    after = replace(state, place=state.place + 1, missed=state.missed | wrong << state.place)
    facts = Fact.objects.taught().filter(key__in=case.pair.facts)
    return replace(shown, answer=answer, facts=list(facts), next_url=after.url(), missed=after.missed.bit_count())
