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
    rows = rows.prefetch_related("remarks")
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
            "marked_anew": [
                {"at": remark.at.isoformat(), "before": remark.score_before, "after": remark.score_after}
                for remark in row.remarks.all()
            ],
        }


def _reports(user: User) -> Iterator[dict[str, Any]]:
    for row in user.reports.select_related("attempt__question__item").defer("steps", "attempt__variant"):
        yield {
            "question": row.attempt.question.item.key,
            "text": row.text,
            "at": row.at.isoformat(),
            "reply": row.reply,
            "replied_at": row.replied_at.isoformat() if row.replied_at else None,
            "closed_at": row.closed_at.isoformat() if row.closed_at else None,
        }


def on_learner_exported(sender: object, user: User, **_: Any) -> list[tuple[str, Iterable[dict[str, Any]]]]:
    """Receive `learner_exported`: the learner's answers to questions and reports on them, as plain JSON."""
    return [("attempts", _attempts(user)), ("reports", _reports(user))]
