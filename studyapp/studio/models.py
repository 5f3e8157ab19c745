"""What instructors need beside the notes themselves."""

from django.db import models


class Conflict(models.Model):
    """A record that changed both in the files and in the app: the row keeps the app's, this keeps the file's."""

    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=64)
    file_record = models.JSONField()
    file_fingerprint = models.CharField(max_length=64)
    found_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="one_conflict_per_record")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
