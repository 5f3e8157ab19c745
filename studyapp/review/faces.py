"""What of a card is the same for everybody, kept until the content changes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from studyapp.notes.editions import by_stamp
from studyapp.review.models import Card

MOST = 4096  # faces kept by a process


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """A card and its fact, as they stand in lists."""

    key: str
    front_html: str
    topic: str
    fact_key: str
    statement_html: str
    confused_with: Sequence[str]


def _none() -> dict[int, Face]:
    return {}


def faces(items: Iterable[int]) -> Mapping[int, Face]:
    """Give the faces of items that are cards. One query, two where one has not been asked for before."""
    wanted = list(items)
    kept = by_stamp("review.faces", _none)
    known = {item: face for item in wanted if (face := kept.get(item))}
    if missing := [item for item in wanted if item not in known]:
        columns = ("item__key", "front_html", "item__topic__title", "fact__key", "fact__statement_html")
        found = Card.objects.filter(item__in=missing).values_list("item_id", *columns, "fact__confused_with")
        new = {item: Face(*face) for item, *face in found}
        if len(kept) + len(new) > MOST:
            kept.clear()
        kept.update(new)
        known |= new
    return known
