"""How the facts cover the notes, statement by statement, and what tests them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils import timezone

from studyapp.content.checks import CHECK_EVERY, MIN_CARDS
from studyapp.content.records import Fact
from studyapp.studio.editing import current_course
from studyapp.studio.finding import survey
from studyapp.studio.models import Document

ADDITIONS = "Not in the notes"


@dataclass(frozen=True, slots=True)
class Berth:
    """A place on the board: a fact that covers a statement or adds to the notes, or a statement without a fact."""

    statement: str  # of the notes; "" for an addition
    fact: str = ""  # key; "" where there is none
    title: str = ""
    verdict: str = ""
    cards: int = 0
    questions: int = 0
    age: int = 0  # days since it was checked

    @property
    def lacks(self) -> list[str]:
        """What is missing, in words."""
        if not self.fact:
            return ["no fact"]
        cards = [f"{self.cards or 'no'} card{'s' * (self.cards != 1)}"] if self.cards < MIN_CARDS else []
        return cards + (["no question"] if not self.questions else [])

    @property
    def is_old(self) -> bool:
        """Whether it was checked too long ago."""
        return self.age > CHECK_EVERY.days


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the notes, or the additions."""

    name: str
    berths: Sequence[Berth]


@dataclass(frozen=True, slots=True)
class Board:
    """What covers the notes: their sections in order, then the additions."""

    parts: Sequence[Part]

    @property
    def berths(self) -> list[Berth]:
        """Every place; a fact that covers two statements has two."""
        return [berth for part in self.parts for berth in part.berths]

    @property
    def statements(self) -> set[str]:
        """The statements that the notes make."""
        return {berth.statement for berth in self.berths if berth.statement}

    @property
    def covered(self) -> set[str]:
        """The statements that some fact covers."""
        return {berth.statement for berth in self.berths if berth.statement and berth.fact}

    @property
    def facts(self) -> list[Berth]:
        """Every fact, once."""
        return list({berth.fact: berth for berth in self.berths if berth.fact}.values())

    @property
    def additions(self) -> list[Berth]:
        """The facts that cover no statement."""
        return [berth for berth in self.facts if not berth.statement]

    @property
    def untested(self) -> list[Berth]:
        """The facts that no question tests."""
        return [berth for berth in self.facts if not berth.questions]

    @property
    def gaps(self) -> list[Berth]:
        """The places that lack something."""
        return [berth for berth in self.berths if berth.lacks]

    @property
    def old(self) -> list[Berth]:
        """The facts that were checked too long ago."""
        return [berth for berth in self.facts if berth.is_old]

    def only(self, wanted: Callable[[Berth], object]) -> list[Part]:
        """Give the parts with the places that are wanted, without those that have none."""
        parts = [Part(part.name, [berth for berth in part.berths if wanted(berth)]) for part in self.parts]
        return [part for part in parts if part.berths]


def board() -> Board:
    """Give the board of the course as it is taught. One query, and those of the survey."""
    course, known, today = current_course(), survey(), timezone.localdate()
    titles = dict(Document.objects.filter(kind="fact").values_list("key", "title"))
    covering: dict[str, list[Fact]] = {}
    for fact in course.facts:
        for statement in fact.covers or [""]:
            covering.setdefault(statement, []).append(fact)

    def berths(statement: str) -> list[Berth]:
        found = [
            Berth(
                statement, fact.key, titles.get(fact.key, fact.statement), fact.verdict, known.cards[fact.key],
                known.questions[fact.key], max(0, (today - fact.checked).days),
            )
            for fact in covering.get(statement, ())
        ]  # fmt: skip
        return found or ([Berth(statement)] if statement else [])

    parts = [
        Part(each.section, [berth for key in each.statements for berth in berths(key)]) for each in course.sections
    ]
    return Board([*parts, Part(ADDITIONS, berths(""))])
