"""What of a card is the same for everybody, kept until the content changes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.apps import apps

from studyapp.notes.editions import by_stamp
from studyapp.review.models import Card

MOST = 4096  # faces kept by a process


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """A card or a question and its fact, as they stand in lists."""

    key: str
    front_html: str
    topic: str
    fact_key: str
    statement_html: str
    confused_with: Sequence[str]


def _none() -> dict[int, Face]:
    return {}


def faces(items: Iterable[int]) -> Mapping[int, Face]:
    """Give the faces of items. One query; one or two more where some have not been asked for before."""
    wanted = list(items)
    kept = by_stamp("review.faces", _none)
    known = {item: face for item in wanted if (face := kept.get(item))}
    if missing := [item for item in wanted if item not in known]:
        columns = ("item__key", "front_html", "item__topic__title", "fact__key", "fact__statement_html")
        found = Card.objects.filter(item__in=missing).values_list("item_id", *columns, "fact__confused_with")
        new = {item: Face(*face) for item, *face in found}
        if rest := [item for item in missing if item not in new]:
            columns = ("item__key", "face_html", "item__topic__title", "fact__key", "fact__statement_html")
            asked = apps.get_model("quiz", "Question").objects.filter(item__in=rest)
            for item, key, front, topic, fact, statement in asked.values_list("item_id", *columns):
                new[item] = Face(key, front, topic, fact, statement, [])
        if len(kept) + len(new) > MOST:
            kept.clear()
        kept.update(new)
        known |= new
    return known
