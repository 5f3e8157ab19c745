"""Questions, quizzes and attempts.

An `Attempt` keeps the variant as it was asked, so later edits of the question leave history as it was seen.
"""

import secrets
from functools import cached_property
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.http import urlencode

from studyapp.assessment.kind import Spec, Variant
from studyapp.assessment.questions import vary
from studyapp.notes.fields import OrderedJSONField
from studyapp.notes.models import Fact
from studyapp.schedules.models import Item


class Question(models.Model):
    """A situation to be judged. The item holds its key, place and schedule."""

    item = models.OneToOneField(Item, models.CASCADE, primary_key=True, related_name="question")
    fact = models.ForeignKey(Fact, models.PROTECT, related_name="questions")  # the main one
    order = models.IntegerField(default=0)
    kind = models.CharField(max_length=20)
    facts = models.JSONField(default=list)
    domain = models.CharField(max_length=20)
    difficulty = models.SmallIntegerField(default=1)
    stem = models.TextField()
    spec = OrderedJSONField(default=dict)
    explanation = models.TextField(blank=True)
    # Derived on save:
    version = models.CharField(max_length=12, blank=True, editable=False)  # another one makes other variants
    misconceptions = models.JSONField(default=list, editable=False)  # that it can show
    face_html = models.TextField(blank=True, editable=False)  # the stem for lists, without its numbers

    def __str__(self) -> str:
        return self.item.key

    def vary(self, seed: int) -> Variant:
        """Give the variant for a seed. Raises Undrawable. The item must have been fetched along."""
        spec: Spec = self.spec
        return vary(
            self.item.key, self.version, self.kind, spec, seed, stem=self.stem, explanation=self.explanation
        )  # fmt: skip


def _code() -> str:
    return secrets.token_urlsafe(9)


class Mode(models.TextChoices):
    """When a quiz tells how an answer was."""

    PRACTICE = "practice", "Practice: feedback after each answer"
    TEST = "test", "Test: feedback at the end"


class Quiz(models.Model):
    """Some questions, chosen and drawn when it was begun, so that it survives whatever happens to the browser."""

    code = models.CharField(max_length=16, primary_key=True, default=_code)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="quizzes")
    title = models.CharField(max_length=120)
    mode = models.CharField(max_length=10, choices=Mode, default=Mode.PRACTICE)
    asks_certainty = models.BooleanField(default=False)
    choices = models.JSONField(default=dict)  # as they were made, for another one like it
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "quizzes"
        indexes = [models.Index(fields=["user", "-started_at"])]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("quiz:quiz", args=[self.code])

    @property
    def is_test(self) -> bool:
        return self.mode == Mode.TEST


def worth(score: float | None) -> str:
    """Give a score in words."""
    if score is None:
        return "not answered"
    if score in (0, 1):
        return "right" if score else "wrong"
    return f"partly right ({round(score * 100)} %)"


class AttemptQuerySet(models.QuerySet["Attempt"]):
    """Attempts, and what is asked of them."""

    def settled(self) -> Self:
        """Keep those that were answered for good: the answers of an open test may still change."""
        return self.filter(answers__isnull=False, score__isnull=False).exclude(
            quiz__mode=Mode.TEST, quiz__finished_at__isnull=True
        )

    def with_notes(self) -> Self:
        """Tell of each whether it was reported or marked anew. No further query."""
        reports, remarks = (model.objects.filter(attempt=OuterRef("pk")) for model in (Report, Remark))
        return self.annotate(noted=Q(Exists(reports)) | Q(Exists(remarks)))


class Attempt(models.Model):
    """One variant of a question put to a learner, and what became of it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="attempts", db_index=False)
    question = models.ForeignKey(Question, models.PROTECT, related_name="attempts")
    quiz = models.ForeignKey(Quiz, models.CASCADE, null=True, related_name="attempts")  # null: in the day's session
    number = models.IntegerField(default=0)  # its name within the quiz
    place = models.IntegerField(default=0)  # its place there; a question that is put in later stands between
    # Of the showing in the day's session that it answers, so that a repeat is found:
    showing = models.CharField(max_length=32, null=True, unique=True)
    seed = models.BigIntegerField()
    variant = models.JSONField()
    problem = models.CharField(max_length=16, blank=True)
    answers = models.JSONField(null=True)
    certainty = models.SmallIntegerField(null=True)
    score = models.FloatField(null=True)  # 0 to 1
    offered = models.JSONField(default=list)  # misconceptions that it would have shown
    held = models.JSONField(default=list)  # misconceptions that it did show
    answered_at = models.DateTimeField(null=True)
    seconds = models.FloatField(default=0)
    review_key = models.CharField(max_length=32, blank=True)  # of the entry in the log that it became
    noted = False  # whether it was reported or marked anew, as `with_notes` tells

    objects = AttemptQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["quiz", "number"], name="one_attempt_per_place_in_a_quiz")]
        indexes = [models.Index(fields=["user", "-answered_at"]), models.Index(fields=["user", "question"])]

    def __str__(self) -> str:
        return f"{self.question_id} ({self.seed})"

    def get_absolute_url(self) -> str:
        if self.quiz_id:
            return reverse("quiz:attempt", args=[self.quiz_id, self.number])
        return f"{reverse('daily:session')}?{urlencode({'attempt': self.pk})}"

    @cached_property
    def asked(self) -> Variant:
        """The variant as it was asked."""
        return Variant.from_json(self.variant)

    @property
    def marked(self) -> Variant:
        """The variant as the answer was last marked: as it was asked, but with the key of that day."""
        remarks = list(self.remarks.all()) if self.noted else []
        return Variant.from_json(remarks[-1].variant) if remarks else self.asked

    @property
    def is_right(self) -> bool:
        return self.score == 1


class Report(models.Model):
    """A learner says that something is wrong with a question. The attempt holds seed, state and answer."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="reports")
    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="reports")
    text = models.TextField()
    steps = models.JSONField(default=list)  # the trace as the learner saw it
    at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    reply = models.TextField(blank=True)
    replied_at = models.DateTimeField(null=True)
    # The instructor who answered, closed or reopened it last, and the name, which stays when the instructor goes:
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    name = models.CharField(max_length=150, blank=True)
    changes = models.PositiveIntegerField(default=0)  # how often that was: tells two tabs apart

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text[:60]


class Remark(models.Model):
    """An answer was marked anew, by a key that came later. Never changed, never deleted; an attempt's are in order."""

    question = models.ForeignKey(Question, models.PROTECT, related_name="remarks")
    attempt = models.ForeignKey(Attempt, models.SET_NULL, null=True, related_name="remarks")  # null: deleted
    score_before = models.FloatField()
    score_after = models.FloatField()
    held_before = models.JSONField(default=list)
    held_after = models.JSONField(default=list)
    version_before = models.CharField(max_length=12)  # of the question
    version_after = models.CharField(max_length=12)
    variant = models.JSONField()  # as it was asked, with the key, the reasons and the predictions of version_after
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    name = models.CharField(max_length=150)  # the instructor's, which stays when the instructor goes
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"still {self.after}" if self.score_before == self.score_after else f"{self.before} → {self.after}"

    @property
    def before(self) -> str:
        """What the answer was worth."""
        return worth(self.score_before)

    @property
    def after(self) -> str:
        """What it is worth since."""
        return worth(self.score_after)
