"""What is asked, and when: items, each learner's schedules, and the log of reviews.

An `Item` is anything that FSRS schedules: a card today, a question as well later. The day's queue needs
no more of it than its place in the course and its siblings.
"""

from datetime import date

from django.conf import settings
from django.db import connection, models
from django.db.models import Q

from studyapp.notes.models import ContentModel, Fact, Topic
from studyapp.schedules.fields import DayField, InstantField


class Item(ContentModel):
    """Something that can be asked; items that test the same fact are siblings."""

    topic = models.ForeignKey(Topic, models.PROTECT, related_name="items")
    fact = models.ForeignKey(Fact, models.PROTECT, related_name="items")
    position = models.IntegerField(default=0, help_text="Place in the course, from 1; new items come in this order.")

    class Meta:
        indexes = [models.Index(fields=["retired", "position"]), models.Index(fields=["topic", "position"])]


class State(models.IntegerChoices):
    """Where an item stands in a learner's memory; FSRS's states, and 0 before the first answer."""

    NEW = 0
    LEARNING = 1
    REVIEW = 2
    RELEARNING = 3


class Rating(models.IntegerChoices):
    """FSRS's four ratings."""

    AGAIN = 1
    HARD = 2
    GOOD = 3
    EASY = 4


class ScheduleManager(models.Manager["Schedule"]):
    """Reads of a learner's schedules: `user.schedules.by_topic(today)`."""

    instance: models.Model  # the learner, where the manager is that of a learner

    def by_topic(self, today: date) -> dict[int, tuple[int, int, int, int]]:
        """Give, for each topic that the learner has met, how many items: (met, learning, in review, due)."""
        with connection.cursor() as cursor:
            cursor.execute(_BY_TOPIC, [today.toordinal(), self.instance.pk])
            return {topic: (met, learning, review, due) for topic, met, learning, review, due in cursor.fetchall()}


_BY_TOPIC = """
    SELECT s.topic_id,
        SUM(CASE WHEN s.state > 0 THEN 1 ELSE 0 END),
        SUM(CASE WHEN s.state IN (1, 3) THEN 1 ELSE 0 END),
        SUM(CASE WHEN s.state = 2 THEN 1 ELSE 0 END),
        SUM(CASE WHEN s.state = 2 AND s.due_day <= %s AND NOT s.suspended THEN 1 ELSE 0 END)
    FROM schedules_schedule s WHERE s.user_id = %s AND NOT s.retired GROUP BY s.topic_id
"""


class Schedule(models.Model):
    """What FSRS knows of one learner and one item. No row: the learner has not met the item."""

    # Every index is paid for with each answer, so only those that a query walks are kept.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="schedules", db_index=False)
    item = models.ForeignKey(Item, models.PROTECT, related_name="schedules")
    # The item's, so that due items need no join:
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="+", db_index=False)
    fact = models.ForeignKey(Fact, models.PROTECT, related_name="+", db_index=False)
    state = models.SmallIntegerField(choices=State, default=State.NEW)
    step = models.SmallIntegerField(null=True)  # of the learning or relearning steps, from 0
    stability = models.FloatField(null=True)  # days until retrievability has fallen to 0.9
    difficulty = models.FloatField(null=True)  # 1 to 10
    due_at = InstantField(null=True)  # learning and relearning: the instant
    due_day = DayField(null=True)  # review: the study day
    last_at = InstantField(null=True)
    last_day = DayField(null=True)
    reps = models.IntegerField(default=0)
    lapses = models.IntegerField(default=0)
    leech = models.BooleanField(default=False)
    suspended = models.BooleanField(default=False)
    retired = models.BooleanField(default=False)  # the item's, so that due items need no join
    buried_day = DayField(null=True)  # hidden on this study day because the learner said so
    sibling_day = DayField(null=True)  # hidden on this study day because a sibling was asked
    version = models.IntegerField(default=0)  # grows with every change, undo included
    scheduler = models.CharField(max_length=32, default="")  # who computed stability and difficulty

    objects = ScheduleManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "item"], name="one_schedule_per_learner_and_item")]
        indexes = [
            models.Index(
                fields=["user", "due_day"],
                name="schedule_due_day",
                condition=Q(due_day__isnull=False, suspended=False, retired=False),
            ),
            models.Index(
                fields=["user", "due_at"],
                name="schedule_due_at",
                condition=Q(due_at__isnull=False, suspended=False, retired=False),
            ),
            models.Index(fields=["user", "fact"], name="schedule_siblings"),
        ]


class Action(models.IntegerChoices):
    """What an entry of the log did."""

    ANSWER = 1
    SUSPEND = 2
    UNSUSPEND = 3
    BURY = 4
    UNBURY = 5


class Review(models.Model):
    """The log: every answer, and every other act on a schedule that can be undone."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="reviews", db_index=False)
    item = models.ForeignKey(Item, models.PROTECT, related_name="reviews", db_index=False)
    key = models.CharField(max_length=32, unique=True)  # of the showing that was answered: one showing, one review
    action = models.SmallIntegerField(choices=Action, default=Action.ANSWER)
    rating = models.SmallIntegerField(choices=Rating, null=True)
    at = InstantField()
    day = DayField()  # the learner's study day then, kept so that travel never changes the past
    was_new = models.BooleanField(default=False)  # the learner's first answer to the item
    was_review = models.BooleanField(default=False)  # the item was in review, not in learning
    duration_ms = models.IntegerField(default=0)
    stability = models.FloatField(null=True)  # after the answer
    difficulty = models.FloatField(null=True)
    before = models.JSONField(default=dict)  # the schedule as it was, for undo
    undone = models.BooleanField(default=False)
    scheduler = models.CharField(max_length=32, default="")

    class Meta:
        indexes = [
            models.Index(fields=["user", "day"], name="review_by_day", condition=Q(action=1, undone=False)),
            models.Index(fields=["user", "-id"], name="review_latest"),
        ]


class Place(models.Model):
    """How far into the course the learner has met everything: new items are looked for from here."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="place")
    new_from = models.IntegerField(default=0)
