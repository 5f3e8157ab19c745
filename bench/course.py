"""A course and a learner of any size, for the measurements."""

import random
from datetime import UTC, date, datetime, timedelta

from studyapp.accounts.models import User
from studyapp.notes.models import Edition, Fact, Topic
from studyapp.review.models import Card
from studyapp.schedules.models import Item, Place, Review, Schedule, State

TOPICS = 20


def make_course(cards: int) -> list[Item]:
    """Make a course of so many cards, two to a fact, in twenty topics."""
    Edition.objects.get_or_create(pk=1, defaults={"stamp": "bench"})
    topics = [
        Topic.objects.create(key=f"t{n}", title=f"Topic {n}", summary="Words.", position=n) for n in range(TOPICS)
    ]
    facts = Fact.objects.bulk_create(
        Fact(
            key=f"F{n}", topic=topics[n * TOPICS * 2 // cards % TOPICS], order=n, statement="A statement of the notes.",
            statement_html="<p>A statement of the notes.</p>", verdict="holds", source="https://docs.aws.amazon.com/",
            checked=date(2026, 11, 1),
        )
        for n in range(cards // 2)
    )  # fmt: skip
    items = Item.objects.bulk_create(
        Item(key=f"F{n // 2}-{'ab'[n % 2]}", topic=facts[n // 2].topic, fact=facts[n // 2], position=n + 1)
        for n in range(len(facts) * 2)
    )
    Card.objects.bulk_create(
        Card(
            item=item, fact=item.fact, kind="basic", front="Which strategy leaves the fewest instances in use?",
            front_html="Which strategy leaves the fewest instances in use?", back="binpack", back_html="binpack",
            reason="It fills.", reason_html="It fills.",
        )
        for item in items
    )  # fmt: skip
    return items


def make_history(user: User, items: list[Item], reviews: int, now: datetime | None = None) -> None:
    """Give a learner a schedule for every item, half of them due, and so many reviews in the log."""
    now = now or datetime.now(UTC)
    today, draw = now.date(), random.Random(1)
    Schedule.objects.bulk_create(
        (
            Schedule(
                user=user, item=item, topic_id=item.topic_id, fact_id=item.fact_id,
                state=State.REVIEW, version=3, reps=3,
                stability=draw.uniform(1, 60), difficulty=draw.uniform(3, 9),
                due_day=today + timedelta(draw.randint(-60, 60)),
                last_day=today - timedelta(days=61), last_at=now - timedelta(days=61),
            )
            for item in items
        ),
        batch_size=2000,
    )  # fmt: skip
    Review.objects.bulk_create(
        (
            Review(
                user=user, item=items[n % len(items)], key=f"{user.pk}/{n}", rating=3, at=now - timedelta(days=100),
                day=today - timedelta(days=1 + n % 300), was_review=True,
            )
            for n in range(reviews)
        ),
        batch_size=2000,
    )  # fmt: skip
    Place.objects.create(user=user, new_from=len(items) + 1)
