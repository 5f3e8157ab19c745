"""Fault: what was shown has no key of its own, so every request that rates a card counts."""

import secrets
from dataclasses import replace
from typing import Any

from studyapp.wsgi import application  # isort: skip  # loads Django, which the rest needs
from studyapp.schedules import answers
from studyapp.schedules.models import Schedule

__all__ = ["application"]

_answer = answers.answer


def _answer_anything(desk: Any, showing: Any, rating: int) -> Any:
    """Answer the card as it stands now, whatever it was when it was shown."""
    now = (
        Schedule.objects.filter(user_id=desk.user_id, item_id=showing.item_id).values_list("version", flat=True).first()
    )
    return _answer(desk, replace(showing, version=now or 0), rating)


answers.answer = _answer_anything
answers.review_key = lambda *_: secrets.token_hex(12)
