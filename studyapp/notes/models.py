"""The notes: statements, topics, facts and the glossary, as loaded from `content/` or mended by an instructor.

`key` ties a row to its file and to its history and never changes. `fingerprint` is that of the record
last taken from the files: a row whose own record has another was changed in the app.
"""

from django.db import connection, models
from django.urls import reverse

from studyapp.notes.fields import OrderedJSONField


class ContentModel(models.Model):
    """What every loaded row carries."""

    key = models.CharField(max_length=64, unique=True)
    fingerprint = models.CharField(max_length=64, default="", editable=False)
    retired = models.BooleanField(default=False, help_text="No longer taught; the history of learners stays.")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.key


class Statement(models.Model):
    """One statement of the notes, N001 to N150: the coverage contract."""

    key = models.CharField(max_length=4, primary_key=True)
    section = models.CharField(max_length=80)
    section_order = models.IntegerField(default=0)

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key


class TopicQuerySet(models.QuerySet["Topic"]):
    def taught(self) -> "TopicQuerySet":
        """Topics that are not retired, in course order."""
        return self.filter(retired=False).order_by("position")


class Topic(ContentModel):
    """A chapter of the course; topics form a tree with order."""

    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    order = models.IntegerField(default=0)
    title = models.CharField(max_length=120)
    summary = models.CharField(max_length=200)
    neighbours = models.JSONField(default=list, blank=True)
    body = models.TextField(blank=True)
    # Derived on save, by `studyapp.notes.articles`:
    article_html = models.TextField(blank=True, editable=False)
    position = models.IntegerField(default=0, editable=False, db_index=True)  # in a walk of the whole tree
    depth = models.SmallIntegerField(default=0, editable=False)
    fact_count = models.IntegerField(default=0, editable=False)
    card_count = models.IntegerField(default=0, editable=False)

    objects = TopicQuerySet.as_manager()

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("notes:topic", args=[self.key])


class Verdict(models.TextChoices):
    """How a statement of the notes stands against AWS today."""

    HOLDS = "holds", "holds"
    SIMPLIFIED = "simplified", "simplified"
    OUTDATED = "outdated", "outdated"
    WRONG = "wrong", "wrong"


class FactQuerySet(models.QuerySet["Fact"]):
    def taught(self) -> "FactQuerySet":
        """Facts that are not retired, in course order."""
        return self.filter(retired=False, topic__retired=False).order_by("topic__position", "order")

    def errata(self) -> "FactQuerySet":
        """Facts where the notes and AWS today differ."""
        return self.exclude(verdict=Verdict.HOLDS)


class Fact(ContentModel):
    """One atomic statement, judged: what to remember, and where the notes differ from today."""

    topic = models.ForeignKey(Topic, models.PROTECT, related_name="facts")
    order = models.IntegerField(default=0)
    covers = models.JSONField(default=list, blank=True)
    statement = models.TextField()
    verdict = models.CharField(max_length=10, choices=Verdict)
    notes_say = models.TextField(blank=True)
    today = models.TextField(blank=True)
    source = models.URLField(max_length=300)
    checked = models.DateField()
    why = models.TextField(blank=True)
    recall = models.TextField(blank=True)
    confused_with = models.JSONField(default=list, blank=True)
    # Derived on save:
    statement_html = models.TextField(blank=True, editable=False)
    notes_say_html = models.TextField(blank=True, editable=False)
    today_html = models.TextField(blank=True, editable=False)
    why_html = models.TextField(blank=True, editable=False)
    recall_html = models.TextField(blank=True, editable=False)
    card_count = models.IntegerField(default=0, editable=False)

    objects = FactQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["topic", "order"])]

    def get_absolute_url(self) -> str:
        return reverse("notes:fact", args=[self.key])

    @property
    def is_addition(self) -> bool:
        """Whether learners need this fact although the notes omit it."""
        return not self.covers


class Term(ContentModel):
    """A glossary term, linked wherever it occurs."""

    term = models.CharField(max_length=80)
    aliases = models.JSONField(default=list, blank=True)
    definition = models.TextField()
    topic = models.ForeignKey(Topic, models.PROTECT, null=True, blank=True, related_name="terms")
    definition_html = models.TextField(blank=True, editable=False)

    def get_absolute_url(self) -> str:
        return f"{reverse('notes:glossary')}#{self.key}"


class Pair(ContentModel):
    """Two things that learners take for one another."""

    left = models.CharField(max_length=60)
    right = models.CharField(max_length=60)
    difference = models.TextField()
    facts = models.JSONField(default=list)
    left_cases = models.JSONField(default=list)
    right_cases = models.JSONField(default=list)
    # Derived on save:
    difference_html = models.TextField(blank=True, editable=False)
    cases_html = models.JSONField(default=list, editable=False)  # the left ones, then the right ones


class Misconception(ContentModel):
    """A wrong rule that learners follow."""

    belief = models.TextField()
    fact = models.ForeignKey(Fact, models.PROTECT, related_name="misconceptions")
    refutation = models.TextField()
    # Derived on save:
    refutation_html = models.TextField(blank=True, editable=False)


class ComparisonTable(ContentModel):
    """Things side by side, a fact behind every cell."""

    title = models.CharField(max_length=80)
    order = models.IntegerField(default=0)
    summary = models.CharField(max_length=200)
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="tables")
    columns = models.JSONField(default=list)
    rows = OrderedJSONField(default=list)
    # Derived on save:
    cells_html = models.JSONField(default=list, editable=False)  # a list for each row

    def get_absolute_url(self) -> str:
        return reverse("review:table", args=[self.key])


class Diagram(ContentModel):
    """A drawing in a topic; its words stand in the topic's body."""

    topic = models.ForeignKey(Topic, models.PROTECT, related_name="diagrams")
    svg = models.TextField()
    # Derived on save:
    drawing = models.TextField(blank=True, editable=False)  # as it is served
    mark = models.CharField(max_length=12, blank=True, editable=False)  # of the drawing, for its address

    def get_absolute_url(self) -> str:
        return f"{reverse('notes:diagram', args=[self.key])}?{self.mark}"


class Edition(models.Model):
    """The state of the content as a whole: its stamp changes with every change, so caches can hang on it."""

    stamp = models.CharField(max_length=64, blank=True)
    tree_fingerprint = models.CharField(max_length=64, blank=True)  # of content/ when it was last loaded
    changed_at = models.DateTimeField(auto_now=True)

    @classmethod
    def current_stamp(cls) -> str:
        """Give the stamp of the content as it stands. Asked for on almost every page, so past the ORM."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT stamp FROM notes_edition ORDER BY id LIMIT 1")
            row = cursor.fetchone()
        return row[0] if row else ""
