"""Rows to test with: plain functions with sensible defaults. What is derived is derived by `studio.sync.refresh`."""

from datetime import date, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from studyapp.accounts.models import User
from studyapp.notes.models import Fact, Topic
from studyapp.quiz.models import Question
from studyapp.review.models import Card
from studyapp.schedules.models import Item, Schedule, State

_numbers = count(1)


def make_topic(key: str = "", **fields: Any) -> Topic:
    """Make a topic; `parent` and `order` place it in the tree."""
    number = next(_numbers)
    key = key or f"topic-{number}"
    return Topic.objects.create(
        key=key, **{"title": key.replace("-", " ").capitalize(), "summary": "Words.", "order": number, **fields}
    )


def make_fact(topic: Topic | None = None, key: str = "", **fields: Any) -> Fact:
    """Make a fact, which holds unless told otherwise; an erratum needs `notes_say` and `today`."""
    number = next(_numbers)
    defaults = {
        "statement": "A statement.",
        "verdict": "holds",
        "source": "https://docs.aws.amazon.com/",
        "checked": date(2026, 11, 1),
        "order": number,
    }
    return Fact.objects.create(key=key or f"A{number:03}", topic=topic or make_topic(), **(defaults | fields))


def make_card(fact: Fact | None = None, **fields: Any) -> Card:
    """Make a card and its item, keyed after the fact: `N030-a`, `N030-b`."""
    fact = fact or make_fact()
    key = f"{fact.key}-{'abcdefgh'[fact.cards.count()]}"
    item = Item.objects.create(key=key, topic=fact.topic, fact=fact, position=next(_numbers))
    return Card.objects.create(
        item=item, fact=fact, **{"kind": "basic", "front": "Front?", "back": "Back", "reason": "Because.", **fields}
    )


def make_user(name: str = "ada", **fields: Any) -> User:
    """Make a person."""
    return User.objects.create_user(name, password=None, **fields)


def make_guest() -> User:
    """Make a learner without a name."""
    return make_user(f"guest-{next(_numbers)}", is_guest=True)


def make_schedule(user: User, card: Card, days: int = 0, state: State = State.REVIEW, **fields: Any) -> Schedule:
    """Make what a learner knows of a card; it is due in so many days."""
    due = user.today(timezone.now()) + timedelta(days=days)
    return Schedule.objects.create(
        user=user, item=card.item, topic=card.item.topic, fact=card.fact, state=state, reps=1,
        **({"due_day": due} if state == State.REVIEW else {"due_at": timezone.now()}) | fields,
    )  # fmt: skip


CHOICE = {
    "options": [
        {"text": "The right one.", "right": True, "reason": "It is."},
        {"text": "A wrong one.", "reason": "It is not.", "misconception": "binpack_picks_most_free"},
        {"text": "Another one.", "reason": "Nor is it."},
        {"text": "A last one.", "reason": "Neither."},
    ]
}


def make_question(fact: Fact | None = None, key: str = "", **fields: Any) -> Question:
    """Make a question and its item: a single choice unless told otherwise, of whose options the first is right."""
    fact = fact or make_fact()
    number = next(_numbers)
    item = Item.objects.create(key=key or f"q-{number}", topic=fact.topic, fact=fact, position=100_000 + number)
    defaults = {
        "kind": "choice",
        "spec": CHOICE,
        "stem": f"Situation {number}: which?",
        "face_html": "Situation",
        "explanation": "So it is.",
    }
    made = {"facts": [fact.key], "domain": "operate", "difficulty": 1, "version": "v", **defaults, **fields}
    return Question.objects.create(item=item, fact=fact, **made)
