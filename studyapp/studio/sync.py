"""Loading the files into the database.

A load is a three-way merge. Each row carries the fingerprint of the record that was last taken from the
files; its own record tells whether an instructor has changed it since, the file's record whether the file
has. Where both have, the row stays, the file's record is kept beside it, and the conflict is reported. A row
without a fingerprint was made in the app; no load retires it. One that was retired in the app stays so.
"""

import contextlib
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from django.db import models, transaction
from django.template.loader import get_template

from studyapp.content import diagrams, markup
from studyapp.content.records import Course, Record, fingerprint, plain
from studyapp.notes import articles
from studyapp.notes.models import Edition, Statement, Topic
from studyapp.schedules.models import Item
from studyapp.studio import deriving, documents, rows
from studyapp.studio.deriving import BATCH, derive_all, refresh
from studyapp.studio.models import Conflict, Document
from studyapp.studio.rows import KINDS, Keys, Kind, course_from_rows, tell_schedules, tie_topics

__all__ = ["Plan", "course_from_rows", "is_loaded", "load_course", "refresh", "tree_fingerprint"]

# What rows are derived with: when one of these changes, the next load derives them anew.
DERIVED_WITH = tuple(Path(str(module.__file__)) for module in (markup, diagrams, articles, deriving, rows, documents))
TEMPLATES = ("notes/fact_block.html", "notes/figure.html")


@dataclass
class Plan:
    """What a load did, or found nothing to do about."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)  # changed in the app, unchanged in the files
    conflicts: list[str] = field(default_factory=list)
    retired: list[str] = field(default_factory=list)
    returned: list[str] = field(default_factory=list)
    unchanged: int = 0

    def summary(self) -> str:
        """Give the counts in one line."""
        counts = {
            "new": self.new, "changed": self.changed, "returned": self.returned, "retired": self.retired,
            "kept as changed in the app": self.kept, "in conflict": self.conflicts,
        }  # fmt: skip
        words = [f"{len(keys)} {name}" for name, keys in counts.items() if keys]
        return ", ".join([*words, f"{self.unchanged} unchanged"])


def tree_fingerprint(root: Path) -> str:
    """Give a hash of all files of a tree, and of how rows are derived from them."""
    templates: list[Any] = [get_template(name) for name in TEMPLATES]
    digest = hashlib.sha256("\0".join(template.template.source for template in templates).encode())
    files = {path: path.relative_to(root).as_posix() for path in sorted(root.rglob("*")) if path.is_file()}
    for path, name in [*((path, path.name) for path in DERIVED_WITH), *files.items()]:
        digest.update(f"\0{name}\0".encode())
        with contextlib.suppress(OSError), path.open("rb") as stream:  # `checks` says what cannot be read
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


class _Merge:
    """The three-way merge of one kind."""

    def __init__(self, kind: Kind, plan: Plan, keys: Keys) -> None:
        self.kind, self.plan, self.keys = kind, plan, keys
        self.conflicts: list[Conflict] = []
        self.rows: dict[str, Any] = {kind.holder(row).key: row for row in kind.rows()}
        withdrawn = Document.objects.filter(kind=kind.name, retired=True, withdrawn=True)
        self.withdrawn = set(withdrawn.values_list("key", flat=True))

    def run(self, records: Sequence[Any]) -> tuple[list[Any], list[Any]]:
        """Merge records into rows; give the rows that are new and those that changed."""
        kind, keys = self.kind, self.keys
        made, changed = [], []
        for record in records:
            mark = fingerprint(record)
            row = self.rows.get(record.key)
            if row is None:
                row = kind.make(record.key)
                kind.fill(row, record, keys)
                kind.holder(row).fingerprint = mark
                made.append(row)
                self.plan.new.append(record.key)
                continue
            holder = kind.holder(row)
            mine = kind.own(row, keys)
            before, back = fingerprint(mine), holder.retired and record.key not in self.withdrawn
            if back:
                self.plan.returned.append(record.key)
            if before == mark:  # the same on both sides
                self.plan.unchanged += not back
            elif holder.fingerprint == mark:  # only the app's changed
                self.plan.kept.append(record.key)
            elif before == holder.fingerprint:  # only the file's changed
                kind.fill(row, record, keys)
                self.plan.changed.append(record.key)
            elif _moved_only(record, mine, holder.fingerprint):  # in the file, that is
                row.order = getattr(record, "order")  # noqa: B009  (terms have none)
                self.plan.kept.append(record.key)
            else:
                self._conflict(record, mark)
                mark = holder.fingerprint
            if back or holder.fingerprint != mark:
                holder.fingerprint, holder.retired = mark, holder.retired and not back
                changed.append(row)
        present = {record.key for record in records}
        for key, row in self.rows.items():
            holder = kind.holder(row)
            if key not in present and not holder.retired and holder.fingerprint:
                holder.retired = True
                changed.append(row)
                self.plan.retired.append(key)
        self._remember()
        return made, changed

    def _conflict(self, record: Record, mark: str) -> None:
        self.plan.conflicts.append(f"{self.kind.name} {record.key}")
        found = Conflict(kind=self.kind.name, key=record.key, file_record=plain(record), file_fingerprint=mark)
        self.conflicts.append(found)

    def _remember(self) -> None:
        """Keep the conflicts that are, and forget those that were."""
        known = dict(Conflict.objects.filter(kind=self.kind.name).values_list("key", "file_fingerprint"))
        new = [found for found in self.conflicts if known.get(found.key) != found.file_fingerprint]
        over = known.keys() - {found.key for found in self.conflicts}
        if over or new:
            Conflict.objects.filter(kind=self.kind.name, key__in=[*over, *(found.key for found in new)]).delete()
            Conflict.objects.bulk_create(new)


def _moved_only(record: Any, mine: Any, fingerprint_before: str) -> bool:
    """Tell whether a record is the one before at another place among its siblings."""
    return hasattr(record, "order") and fingerprint(replace(record, order=mine.order)) == fingerprint_before


def _fields(model: type[models.Model], *without: str) -> list[str]:
    skipped = {"id", *without}
    return [each.name for each in model._meta.concrete_fields if each.name not in skipped and not each.primary_key]


def _save(model: Any, made: Sequence[Any], changed: Sequence[Any]) -> None:
    model.objects.bulk_create(made, batch_size=BATCH)
    if changed:
        model.objects.bulk_update(changed, _fields(model), batch_size=BATCH)


def load_course(course: Course, tree: str = "") -> Plan:
    """Load a course into the database, in one transaction, and derive what follows from it.

    `tree` is the fingerprint of the files, remembered so that `is_loaded` can tell an unchanged tree.
    """
    plan = Plan()
    with transaction.atomic():
        touched = _load_statements(course)
        for kind in KINDS.values():
            _load(kind, getattr(course, kind.many), plan)
        touched |= derive_all(None)
        touched |= bool(plan.new or plan.changed or plan.returned or plan.retired)
        documents.follow(reason="loaded from the files")
        values = {"tree_fingerprint": tree} | ({"stamp": secrets.token_hex(8)} if touched else {})
        Edition.objects.update_or_create(pk=1, defaults=values)
    return plan


def is_loaded(tree: str) -> bool:
    """Tell whether the tree with this fingerprint was the last to be loaded: then a load would change nothing."""
    return Edition.objects.filter(pk=1, tree_fingerprint=tree).exclude(tree_fingerprint="").exists()


def _load(kind: Kind, records: Sequence[Any], plan: Plan) -> None:
    """Merge the records of one kind into its rows, and save those."""
    made, changed = _Merge(kind, plan, Keys()).run(records)
    if kind.is_item:
        _save(Item, [row.item for row in made], [row.item for row in changed])
        for row in made:
            row.item = row.item  # now that it has an id
    _save(kind.model, made, changed)
    if kind.is_item:
        tell_schedules(row.item_id for row in changed)
    if kind.name == "topic":
        taken = {*plan.new, *plan.changed}
        moved = tie_topics([record for record in records if record.key in taken], Keys().topics)
        Topic.objects.bulk_update(moved, ["parent"], batch_size=BATCH)


def _load_statements(course: Course) -> bool:
    wanted = {
        key: (section.section, number) for number, section in enumerate(course.sections) for key in section.statements
    }
    have = {row.key: (row.section, row.section_order) for row in Statement.objects.all()}
    if have == wanted:
        return False
    Statement.objects.exclude(key__in=wanted).delete()
    Statement.objects.bulk_create(
        [Statement(key=key, section=name, section_order=number) for key, (name, number) in wanted.items()],
        update_conflicts=True, unique_fields=["key"], update_fields=["section", "section_order"],
    )  # fmt: skip
    return True
