"""Flashcards."""

from django.db import models

from studyapp.notes.models import Fact
from studyapp.schedules.models import Item


class Kind(models.TextChoices):
    """How a card asks."""

    BASIC = "basic", "question and answer"
    REVERSED = "reversed", "from the other side"
    CLOZE = "cloze", "fill the gap"
    TYPED = "typed", "type the answer"


class Card(models.Model):
    """One question about one fact, with one right answer. The item holds its key, place and schedule."""

    item = models.OneToOneField(Item, models.CASCADE, primary_key=True, related_name="card")
    fact = models.ForeignKey(Fact, models.PROTECT, related_name="cards")
    order = models.IntegerField(default=0)
    kind = models.CharField(max_length=10, choices=Kind)
    front = models.TextField()
    back = models.TextField(blank=True)
    accept = models.JSONField(default=list, blank=True)
    reason = models.TextField(blank=True)
    # Derived on save:
    front_html = models.TextField(blank=True, editable=False)
    back_html = models.TextField(blank=True, editable=False)
    reason_html = models.TextField(blank=True, editable=False)

    def __str__(self) -> str:
        return self.item.key
