"""Many items at once: retiring, bringing back, moving and tagging those that an instructor has chosen."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from studyapp.accounts.models import User
from studyapp.studio import editing
from studyapp.studio.editing import Refused
from studyapp.studio.finding import TAG
from studyapp.studio.models import Document
from studyapp.studio.rows import Name

MOST = 500  # items at once
MOST_TAGS = 10  # of one item
MOVABLE = ("fact", "question", "term", "table")


@dataclass(frozen=True, slots=True)
class Act:
    """Something that is done to many items at once."""

    label: str  # of its button
    done: str  # "3 items ...", afterwards
    touches: Callable[[Document], bool]  # whether it would do anything to an item
    wants: str = ""  # what else it needs: "topic" or "tag"


ACTS: Mapping[str, Act] = {
    "retire": Act("Retire", "retired", lambda each: not each.retired),
    "bring-back": Act("Bring back", "brought back", lambda each: each.retired),
    "move": Act("Move", "moved", lambda each: each.kind in MOVABLE and not each.retired, "topic"),
    "tag": Act("Tag", "tagged", lambda each: True, "tag"),
    "untag": Act("Remove a tag", "freed of the tag", lambda each: bool(each.tags), "tag"),
}


def chosen(names: Collection[Name]) -> list[Document]:
    """Give the documents with these names, by kind and key; what is not there any more is left out. One query."""
    wanted = set(names)
    found = Document.objects.filter(kind__in={kind for kind, _ in wanted}, key__in={key for _, key in wanted})
    return [each for each in found.defer("record", "text").order_by("kind", "key") if (each.kind, each.key) in wanted]


def read_names(lines: Collection[str]) -> set[Name]:
    """Read names of items as forms send them: `kind key`; what is none is left out."""
    found = (line.replace("\0", "").strip().partition(" ") for line in lines)
    return {(kind, key) for kind, space, key in found if space and len(kind) <= 20 and len(key) <= 64}


def touched(act: Act, documents: Sequence[Document]) -> tuple[list[Document], list[Document]]:
    """Part documents into those to which an act would do something, and those that it leaves as they are."""
    return [each for each in documents if act.touches(each)], [each for each in documents if not act.touches(each)]


def do(name: str, documents: Sequence[Document], value: str, by: User) -> int:
    """Do an act to documents, all or none, and give to how many; those that are so already are left alone.

    `value` is the topic's key or the tag. Raises Refused.
    """
    act = ACTS[name]
    value = value.replace("\0", "").strip()
    if act.wants == "tag":
        return _tag(name, documents, value)
    found, _ = touched(act, documents)
    if act.wants == "topic":
        if not value:
            raise Refused("Topic: choose where they go.")
        found = [each for each in found if each.topic != value]
    names = [(each.kind, each.key) for each in found]
    if names and name == "retire":
        editing.retire(names, by)
    elif names and name == "bring-back":
        editing.bring_back(names, by)
    elif names:
        editing.move(names, value, by)
    return len(names)


def _tag(name: str, documents: Sequence[Document], tag: str) -> int:
    tag = tag.lower()
    if not TAG.fullmatch(tag):
        raise Refused("Tag: must be 1 to 30 letters from a to z, digits or hyphens, like exam-2027.")
    changed = []
    with transaction.atomic():
        rows = Document.objects.select_for_update().filter(pk__in=[each.pk for each in documents])
        for row in rows.only("kind", "key", "tags").order_by("pk"):
            tags = {*row.tags, tag} if name == "tag" else {*row.tags} - {tag}
            if len(tags) > max(MOST_TAGS, len(row.tags)):
                raise Refused(f"{row} has {len(row.tags)} tags already, at most {MOST_TAGS}: remove one of it first.")
            if tags != {*row.tags}:
                row.tags = sorted(tags)
                changed.append(row)
        Document.objects.bulk_update(changed, ["tags"], batch_size=MOST)
    return len(changed)


def tags_of(documents: Sequence[Document]) -> list[str]:
    """Give the tags that documents have, the most frequent first."""
    return [tag for tag, _ in Counter(tag for each in documents for tag in each.tags).most_common()]
