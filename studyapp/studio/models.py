"""What instructors need beside the notes themselves: items with every version of them, drafts, conflicts."""

from django.conf import settings
from django.db import models
from simple_history.models import HistoricalRecords

from studyapp.notes.fields import OrderedJSONField


class Conflict(models.Model):
    """A record that changed both in the files and in the app: the row keeps the app's, this keeps the file's."""

    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=64)
    file_record = OrderedJSONField()
    file_fingerprint = models.CharField(max_length=64)
    found_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="one_conflict_per_record")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Document(models.Model):
    """An item of the content of any kind as it is taught, in the form in which it is edited, found and kept.

    It follows the rows (see `documents.follow`); each state that was ever taught is in its history.
    """

    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=64)
    number = models.PositiveIntegerField(default=1)  # of this version, from 1
    record = OrderedJSONField()
    mark = models.CharField(max_length=64)  # fingerprint of the record
    retired = models.BooleanField(default=False)
    withdrawn = models.BooleanField(default=False)  # retired in the app, so that no load brings it back
    by = models.CharField(max_length=150, blank=True)  # who made this version; empty: the files
    # To be found by:
    title = models.CharField(max_length=200)
    topic = models.CharField(max_length=64, blank=True)  # key
    variety = models.CharField(max_length=20, blank=True)  # the verdict of a fact, the kind of a card or question
    checked = models.DateField(null=True)  # of a fact
    text = models.TextField()  # everything that it says, in small letters
    tags = models.JSONField(default=list)  # the studio's own; the files do not have them
    changed_at = models.DateTimeField()
    history = HistoricalRecords(excluded_fields=["title", "topic", "variety", "checked", "text", "tags"])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="one_document_per_record")]
        indexes = [models.Index(fields=["kind", "topic"]), models.Index(fields=["key"])]
        permissions = [("teach", "May open the studio: edit, publish, and see what learners answer")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Draft(models.Model):
    """What an instructor has written and not yet published: the fields of the form as they were sent, right or not."""

    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=64)
    editor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="drafts")
    name = models.CharField(max_length=150)  # the editor's, which stays when the editor goes
    fields = OrderedJSONField()
    base = models.PositiveIntegerField()  # number of the version that it was begun from; 0: there was none
    saves = models.PositiveIntegerField(default=1)  # how often it was saved
    tab = models.CharField(max_length=16, blank=True)  # the window that saved it last
    begun_at = models.DateTimeField(auto_now_add=True)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key", "editor"], name="one_draft_per_editor")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} by {self.name}"
