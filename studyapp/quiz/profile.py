"""What a learner's answers tell of wrong ideas."""

from collections.abc import Sequence
from dataclasses import dataclass

from studyapp.accounts.models import User
from studyapp.assessment.diagnosis import Answer, Finding, diagnose
from studyapp.notes.editions import by_stamp
from studyapp.notes.models import Misconception

MOST_ANSWERS = 1_000  # the latest, which tell how it stands now


@dataclass(frozen=True, slots=True)
class Refuted:
    """A misconception as learners read it."""

    key: str
    belief: str
    refutation_html: str
    fact_key: str
    topic_key: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the profile."""

    finding: Finding
    refuted: Refuted


def _refuted() -> dict[str, Refuted]:
    columns = ("key", "belief", "refutation_html", "fact__key", "fact__topic__key")
    return {row[0]: Refuted(*row) for row in Misconception.objects.filter(retired=False).values_list(*columns)}


def refutations() -> dict[str, Refuted]:
    """Give every misconception by its key. One query at most while the content stays."""
    return by_stamp("quiz.refutations", _refuted)


def findings(user: User) -> list[Finding]:
    """Diagnose the learner's latest answers. One query."""
    told = user.attempts.filter(answers__isnull=False).exclude(offered=[], held=[]).order_by("-answered_at", "-pk")
    rows = told.values_list("offered", "held")[:MOST_ANSWERS]
    return diagnose(Answer(offered, held) for offered, held in reversed(rows))


def profile(user: User | None) -> Sequence[Entry]:
    """Give the misconceptions that showed in the learner's answers, open ones first."""
    known = refutations()
    return [Entry(each, known[each.name]) for each in findings(user) if each.name in known] if user else []
