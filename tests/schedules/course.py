"""A small course to schedule: topics of facts of cards, and learners."""

from datetime import UTC, date, datetime
from uuid import uuid4

from studyapp.accounts.models import User
from studyapp.notes.models import Edition, Fact, Topic
from studyapp.review.models import Card
from studyapp.schedules import day
from studyapp.schedules.day import Content, Desk
from studyapp.schedules.models import Item

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
KEY = Content("", ("i.key",))


def make_course(topics: int = 2, facts: int = 3, cards: int = 2) -> list[Item]:
    """Make topics of facts of cards: keys `T0`, `T0F0`, `T0F0-a`; items come back in course order."""
    Edition.objects.update_or_create(pk=1, defaults={"stamp": uuid4().hex})
    items = []
    for t in range(topics):
        topic = Topic.objects.create(key=f"T{t}", title=f"Topic {t}", position=t, card_count=facts * cards)
        for f in range(facts):
            fact = Fact.objects.create(
                key=f"T{t}F{f}", topic=topic, order=f, statement="A fact.", statement_html="<p>A fact.</p>",
                verdict="holds", source="https://docs.aws.amazon.com/", checked=date(2026, 11, 1),
            )  # fmt: skip
            for c in range(cards):
                item = Item.objects.create(
                    key=f"{fact.key}-{'abc'[c]}", topic=topic, fact=fact, position=len(items) + 1
                )
                Card.objects.create(
                    item=item,
                    fact=fact,
                    kind="basic",
                    front="Front?",
                    front_html="Front?",
                    back="Back",
                    back_html="Back",
                )
                items.append(item)
    return items


def make_learner(name: str = "ada", zone: str = "UTC", **preferences: object) -> User:
    """Make a person with these options; fuzz is off unless asked for."""
    stored = {"fuzz": False, **preferences}
    return User.objects.create_user(name, password=None, time_zone=zone, preferences_json=stored)


def next_key(user: User | None, now: datetime, topic_id: int = 0) -> str | None:
    """Give the key of the item that comes next."""
    shown = show(user, now, topic_id)
    return shown.content[0] if shown else None


def show(user: User | None, now: datetime, topic_id: int = 0) -> day.Shown | None:
    """Give the item that comes next, as shown."""
    desk = Desk.of(user, now, topic_id)
    return day.next_item(desk, day.read(desk), KEY)
