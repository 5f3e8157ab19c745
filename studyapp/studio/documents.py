"""Documents: every item of the content as instructors find and edit it, and every version that was ever taught."""

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from django.utils import timezone
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from studyapp.accounts.models import User
from studyapp.content.records import fingerprint, plain
from studyapp.studio.models import Document
from studyapp.studio.rows import KINDS, Keys, Kind, Name

BATCH = 500
TITLE = 160  # characters


def follow(
    *, by: User | None = None, reason: str = "", only: Collection[Name] | None = None,
    withdrawn: bool | None = None,
) -> list[Document]:  # fmt: skip
    """Bring documents into line with the rows; each that changed gets another version. Gives those.

    `only` names the rows that may have changed, by kind and key, else all are looked at; `withdrawn` says of those
    whether the app retired them. Call it in the transaction that changed the rows.
    """
    keys, now = Keys(), timezone.now()
    found = Document.objects.all()
    if only is not None:
        found = found.filter(kind__in={kind for kind, _ in only}, key__in={key for _, key in only})
    have = {(each.kind, each.key): each for each in found}
    made: list[Document] = []
    changed: list[Document] = []
    for kind in KINDS.values():
        wanted = None if only is None else {key for name, key in only if name == kind.name}
        if wanted is not None and not wanted:
            continue
        for key, record, retired in _records(kind, keys, wanted):
            mark = fingerprint(record)
            document = have.get((kind.name, key))
            if document is None:
                document = Document(kind=kind.name, key=key, number=0)
                made.append(document)
            elif (
                (document.mark, document.retired) == (mark, retired)
                and _same_order(document.record, record)
                and (withdrawn is None or document.withdrawn == (retired and withdrawn))
            ):
                continue
            else:
                changed.append(document)
            document.number += 1
            document.mark, document.record, document.retired = mark, plain(record), retired
            document.withdrawn = retired and (document.withdrawn if withdrawn is None else withdrawn)
            document.by, document.changed_at = by.username if by else "", now
            _describe(document)
    if made:
        bulk_create_with_history(
            made, Document, batch_size=BATCH, default_user=by, default_change_reason=reason, default_date=now
        )
    if changed:
        names = [each.name for each in Document._meta.concrete_fields if each.name not in ("id", "kind", "key", "tags")]
        bulk_update_with_history(
            changed, Document, names, batch_size=BATCH, default_user=by, default_change_reason=reason, default_date=now
        )
    return [*made, *changed]


def _records(kind: Kind, keys: Keys, wanted: Collection[str] | None) -> Iterator[tuple[str, Any, bool]]:
    """Give the key, the record and the retirement of the rows of a kind."""
    rows = kind.rows()
    if wanted is not None:
        rows = rows.filter(**{"item__key__in" if kind.is_item else "key__in": wanted})
    for row in rows:
        holder = kind.holder(row)
        yield holder.key, kind.own(row, keys), holder.retired


def _same_order(before: Mapping[str, Any], record: Any) -> bool:
    """Tell whether the keys within a spec or a table stand in the order that they had, in which they are drawn."""
    names = [name for name in ("spec", "rows") if hasattr(record, name)]
    return all(json.dumps(before.get(name)) == json.dumps(getattr(record, name)) for name in names)


def _describe(document: Document) -> None:
    """Fill what a document is found by."""
    record = document.record
    document.title = title_of(record)
    document.topic = document.key if document.kind == "topic" else record.get("topic", "")
    document.variety = record.get("verdict") or record.get("kind") or ""
    document.checked = record.get("checked")
    without = "svg" if document.kind == "diagram" else ""
    said_all = " ".join(texts_of({name: value for name, value in record.items() if name != without}))
    document.text = f"{document.key} {said_all}".lower()


def title_of(record: Mapping[str, Any]) -> str:
    """Give what a record, as plain JSON, is called in lists."""
    names = ("title", "statement", "front", "stem", "belief", "term")
    said = next((record[name] for name in names if name in record), "")
    if "left" in record:
        said = f"{record['left']} or {record['right']}"
    words = " ".join(re.sub(r"[`*_{}]", "", said or record["key"]).split())
    return words if len(words) <= TITLE else f"{words[: TITLE - 1].rstrip()}…"


def texts_of(value: Any) -> Iterator[str]:
    """Give every text within a record."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from texts_of(each)
    elif isinstance(value, Sequence):
        for each in value:
            yield from texts_of(each)
