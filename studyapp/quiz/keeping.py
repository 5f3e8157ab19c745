"""What happens to quizzes and attempts when a guest becomes a person, and when a learner takes everything home."""

from collections.abc import Iterable, Iterator
from typing import Any

from studyapp.accounts.models import User
from studyapp.quiz.models import Attempt, Quiz, Report


def on_guest_joined(sender: object, guest: User, person: User, **_: Any) -> None:
    """Give the guest's quizzes to the person."""
    for model in (Quiz, Attempt, Report):
        model._default_manager.filter(user=guest).update(user=person)


def _attempts(user: User) -> Iterator[dict[str, Any]]:
    rows = user.attempts.filter(answers__isnull=False).select_related("question__item").order_by("pk")
    for row in rows.iterator(chunk_size=500):
        yield {
            "question": row.question.item.key,
            "seed": row.seed,
            "stem": row.variant.get("stem", ""),
            "key": row.variant.get("key", []),
            "answers": row.answers,
            "score": row.score,
            "certainty": row.certainty,
            "misconceptions": row.held,
            "seconds": row.seconds,
            "answered_at": row.answered_at.isoformat() if row.answered_at else None,
            "quiz": row.quiz_id,
        }


def on_learner_exported(sender: object, user: User, **_: Any) -> list[tuple[str, Iterable[dict[str, Any]]]]:
    """Receive `learner_exported`: the learner's answers to questions as plain JSON."""
    return [("attempts", _attempts(user))]
