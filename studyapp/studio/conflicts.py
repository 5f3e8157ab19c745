"""Conflicts: items that changed in the app and in the files, side by side, and settled field by field."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from studyapp.accounts.models import User
from studyapp.content.records import Record, plain, restored
from studyapp.notes.models import Edition
from studyapp.studio import editing
from studyapp.studio.differing import Pieces, differences
from studyapp.studio.exchange import label_of
from studyapp.studio.models import Conflict, Document
from studyapp.studio.rows import KINDS, Name

_CLAIM = re.compile(r"([a-z]{1,20}) ([A-Za-z0-9_-]{1,64}) ([0-9a-f]{16}) ([0-9]{1,9})")


class Gone(Exception):
    """A conflict is no longer what it was when somebody decided about it; the message says why."""


@dataclass(frozen=True, slots=True)
class Side:
    """A field that the app and the files say otherwise."""

    name: str
    label: str
    app: Pieces  # ("same" or "del", text)
    file: Pieces  # ("same" or "ins", text)
    changed: str  # since both said the same: "app", "file" or "both"; empty where that is not known


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody decides about: a conflict as it was shown."""

    kind: str
    key: str
    file_mark: str  # how the fingerprint of the file's record begins
    number: int  # of the app's version

    @property
    def name(self) -> Name:
        """Give the kind and key."""
        return self.kind, self.key


@dataclass(frozen=True, slots=True)
class Open:
    """A conflict as it is, and the item as it is taught."""

    conflict: Conflict
    document: Document

    def claim(self) -> str:
        """Give what a form sends back to say which conflict it shows."""
        conflict, document = self.conflict, self.document
        return f"{conflict.kind} {conflict.key} {conflict.file_fingerprint[:16]} {document.number}"

    def sides(self, base: Mapping[str, Any] | None = None) -> list[Side]:
        """Give the fields that differ; `base` is the record that both began from."""
        mine, theirs = self._both()

        def changed(name: str) -> str:
            if base is None or name not in base:
                return ""
            return "file" if mine.get(name) == base[name] else "app" if theirs.get(name) == base[name] else "both"

        return [
            Side(
                each.field,
                label_of(self.document.kind, each.field),
                [piece for piece in each.pieces if piece[0] != "ins"],
                [piece for piece in each.pieces if piece[0] != "del"],
                changed(each.field),
            )
            for each in differences(mine, theirs)
        ]

    def labels(self) -> list[str]:
        """Give what the fields that differ are called."""
        mine, theirs = self._both()
        return [label_of(self.document.kind, name) for name in mine | theirs if mine.get(name) != theirs.get(name)]

    def _both(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Give the records of both sides, their fields in the order of the record whatever the database makes of it."""
        kind = KINDS[self.document.kind].record
        return plain(restored(kind, self.document.record)), plain(restored(kind, self.conflict.file_record))

    def base(self) -> Mapping[str, Any] | None:
        """Give the record that the files and the app last had in common, as plain JSON; None if it is not known."""
        kind = KINDS[self.document.kind]
        row = kind.row(self.document.key)
        mark = kind.holder(row).fingerprint if row else ""
        versions = Document.history.filter(kind=kind.name, key=self.document.key, mark=mark)
        found: Mapping[str, Any] | None = versions.values_list("record", flat=True).first()
        return found

    def record(self, from_file: Collection[str] | None = None) -> Record:
        """Give the app's record with some fields, or for None all, as the files have them."""
        theirs: Mapping[str, Any] = self.conflict.file_record
        taken = theirs if from_file is None else {name: theirs[name] for name in from_file if name in theirs}
        found: Record = restored(KINDS[self.document.kind].record, self.document.record | taken)
        return found


def open_conflicts(names: Collection[Name] | None = None) -> list[Open]:
    """Give all conflicts, or those of some items, by kind and key. Two queries."""
    found = Conflict.objects.order_by("kind", "key")
    if names is not None:
        found = found.filter(key__in={key for _, key in names})
    wanted = [each for each in found if names is None or (each.kind, each.key) in names]
    documents = Document.objects.filter(key__in={each.key for each in wanted})
    by_name = {(each.kind, each.key): each for each in documents}
    return [Open(each, by_name[each.kind, each.key]) for each in wanted if (each.kind, each.key) in by_name]


def read_claims(texts: Iterable[str]) -> list[Claim]:
    """Read what forms sent back. Raises ValueError."""
    found = []
    for text in texts:
        parts = _CLAIM.fullmatch(text)
        if parts is None or parts[1] not in KINDS:
            raise ValueError(f'"{text[:100]}" names no conflict')
        found.append(Claim(parts[1], parts[2], parts[3], int(parts[4])))
    return found


def keep(claims: Collection[Claim]) -> None:
    """Let the app's text stay: the files are not heard again before they change. Raises Gone."""
    with transaction.atomic():
        Edition.objects.select_for_update().first()  # nobody publishes meanwhile
        _close(claims, {claim.name: claim.number for claim in claims})


def take(records: Mapping[Claim, Record], by: User) -> None:
    """Publish what conflicts were settled to, each as another version.

    Raises Gone, or editing.Refused with what would be wrong with the course.
    """
    numbers = {claim.name: claim.number for claim in records}
    try:
        editing.publish(
            {claim.name: record for claim, record in records.items()}, by, bases=numbers,
            reason="settled with the files", along=lambda: _close(records, {}),
        )  # fmt: skip
    except editing.Stale as stale:
        head = stale.head
        raise Gone(_changed(head)) from None


def _close(claims: Collection[Claim], numbers: Mapping[Name, int]) -> None:
    """Note that the files were heard, and forget the conflicts. `numbers` are the versions the app must have."""
    names = {claim.name for claim in claims}
    locked = Conflict.objects.select_for_update().filter(key__in={claim.key for claim in claims})
    found = {(each.kind, each.key): each for each in locked}
    heads = {(each.kind, each.key): each for each in Document.objects.filter(key__in={key for _, key in names})}
    for claim in claims:
        conflict, head = found.get(claim.name), heads.get(claim.name)
        if conflict is None or head is None:
            raise Gone(settled(claim.kind, claim.key))
        if not conflict.file_fingerprint.startswith(claim.file_mark):
            raise Gone(f"The files have changed {claim.kind} {claim.key} again since this page was opened.")
        if numbers.get(claim.name, head.number) != head.number:
            raise Gone(_changed(head))
        kind = KINDS[claim.kind]
        holders = kind.model._meta.get_field("item").related_model if kind.is_item else kind.model
        holders.objects.filter(key=claim.key).update(fingerprint=conflict.file_fingerprint)
        conflict.delete()


def settled(kind: str, key: str) -> str:
    """Say that there is no such conflict any more."""
    return f"There is no conflict about {kind} {key} any more: somebody has settled it, or the files changed back."


def _changed(head: Document) -> str:
    return f"{head.kind} {head.key} was changed by {head.by or 'the files'} since this page was opened."
