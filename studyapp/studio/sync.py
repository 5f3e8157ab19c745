"""Loading the files into the database.

A load is a three-way merge. Each row carries the fingerprint of the record that was last taken from the
files; its own record tells whether an instructor has changed it since, the file's record whether the file
has. Where both have, the row stays, the file's record is kept beside it, and the conflict is reported. A row
without a fingerprint was made in the app; no load retires it. One that was retired in the app stays so.

All of a load is decided before anything is written, so that a plan is just that part of it. Trees come from the site's
own folder and from instructors' uploads, and the folder may lag behind: see `Folder`.
"""

import contextlib
import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.template.loader import get_template

from studyapp.accounts.models import User
from studyapp.content import diagrams, markup
from studyapp.content.records import Course, fingerprint, plain
from studyapp.notes import articles
from studyapp.notes.models import Edition, Statement, Topic
from studyapp.schedules.models import Item
from studyapp.studio import deriving, documents, rows
from studyapp.studio.deriving import BATCH, derive_all, refresh
from studyapp.studio.models import Conflict, Document
from studyapp.studio.rows import KINDS, Keys, Kind, course_from_rows, tell_schedules, tie_topics

__all__ = ["Plan", "course_from_rows", "is_loaded", "load_course", "plan_load", "refresh", "tree_fingerprint"]

# What rows are derived with: when one of these changes, the next load derives them anew.
DERIVED_WITH = tuple(Path(str(module.__file__)) for module in (markup, diagrams, articles, deriving, rows, documents))
TEMPLATES = ("notes/fact_block.html", "notes/figure.html")
NUMBERED = ("fact", "card", "question")  # kinds whose order is their place in a file


@dataclass(frozen=True, slots=True)
class Step:
    """What a load does with an item, or finds: `mine` is the app's record before it, `file` that of the files."""

    what: str  # new, changed, returned, retired, kept (changed in the app, unchanged in the files) or conflict
    kind: str
    key: str
    mine: Any = None
    file: Any = None


@dataclass
class Plan:
    """What a load will do, or did."""

    steps: list[Step] = field(default_factory=list)
    statements: list[str] = field(default_factory=list)  # of the notes: those that are added, moved or taken out
    unchanged: int = 0

    def keys(self, what: str) -> list[str]:
        """Give the keys of the items with which the load does this."""
        return [step.key for step in self.steps if step.what == what]

    @property
    def new(self) -> list[str]:
        """Items that the app does not have yet."""
        return self.keys("new")

    @property
    def changed(self) -> list[str]:
        """Items that changed in the files alone."""
        return self.keys("changed")

    @property
    def kept(self) -> list[str]:
        """Items that changed in the app alone."""
        return self.keys("kept")

    @property
    def conflicts(self) -> list[str]:
        """Kind and key of the items that changed on both sides."""
        return [f"{step.kind} {step.key}" for step in self.steps if step.what == "conflict"]

    @property
    def retired(self) -> list[str]:
        """Items that the files no longer have."""
        return self.keys("retired")

    @property
    def returned(self) -> list[str]:
        """Retired items that the files have again."""
        return self.keys("returned")

    def summary(self) -> str:
        """Give the counts in one line."""
        counts = {
            "new": self.new, "changed": self.changed, "returned": self.returned, "retired": self.retired,
            "kept as changed in the app": self.kept, "in conflict": self.conflicts,
        }  # fmt: skip
        words = [f"{len(keys)} {name}" for name, keys in counts.items() if keys]
        return ", ".join([*words, f"{self.unchanged} unchanged"])

    def mark(self) -> str:
        """Give a hash that two plans share only if they do the same with the same texts."""
        told = [
            [step.what, step.kind, step.key, *(each and fingerprint(each) for each in (step.mine, step.file))]
            for step in self.steps
        ]
        return hashlib.sha256(json.dumps([told, self.statements, self.unchanged]).encode()).hexdigest()


class PlanChanged(Exception):
    """A load would no longer do what was agreed to; `plan` is what it would do now."""

    def __init__(self, plan: Plan) -> None:
        super().__init__("the content changed meanwhile")
        self.plan = plan


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


class Folder:
    """What the site's own folder of files said when it was last loaded, kept in a file beside the database.

    An upload can bring items further than that folder. When the folder is loaded again, what still says in it what it
    said then has not changed there, and does not take items back.
    """

    def __init__(self) -> None:
        self.file = settings.VAR_DIR / "folder.json"
        self.said: Mapping[str, str] | None = None
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            found = json.loads(self.file.read_text())
            if is_loaded(found["tree"]):  # else it tells of another database, or of another tree
                self.said = found["said"]

    def still_says(self, kind: str, record: Any) -> bool:
        """Tell whether a record of the folder is the one of the last load, wherever it stands among its siblings."""
        return self.said is not None and self.said.get(f"{kind} {record.key}") == _without_order(record)

    def still_lacks(self, kind: str, key: str) -> bool:
        """Tell whether the folder lacked an item at the last load, too."""
        return self.said is not None and f"{kind} {key}" not in self.said

    def remember(self, course: Course, tree: str) -> None:
        """Keep what the folder says, now that it is loaded."""
        said = {
            f"{kind.name} {each.key}": _without_order(each)
            for kind in KINDS.values()
            for each in getattr(course, kind.many)
        }
        beside = self.file.with_name(f".{self.file.name}-{secrets.token_hex(4)}")
        with contextlib.suppress(OSError):  # then the next load trusts the fingerprints alone
            beside.write_text(json.dumps({"tree": tree, "said": said}))
            beside.replace(self.file)


def _without_order(record: Any) -> str:
    return fingerprint(replace(record, order=0) if hasattr(record, "order") else record)


class _Merge:
    """The three-way merge of one kind: `decide` fills the plan and writes nothing, `save` does what it says."""

    def __init__(self, kind: Kind, records: Sequence[Any], folder: Folder | None) -> None:
        self.kind, self.records, self.folder = kind, records, folder
        self.rows: dict[str, Any] = {kind.holder(row).key: row for row in kind.rows()}
        withdrawn = Document.objects.filter(kind=kind.name, retired=True, withdrawn=True)
        self.withdrawn = set(withdrawn.values_list("key", flat=True))
        self.known = dict(Conflict.objects.filter(kind=kind.name).values_list("key", "file_fingerprint"))
        self.conflicts: list[Conflict] = []
        self.not_asked: set[str] = set()  # keys of conflicts with an upload, of which the folder knows nothing
        self.made: list[Any] = []
        self.changed: list[Any] = []
        self.taken: list[tuple[Any, Any]] = []  # rows, and the records to be written into them
        self.reordered: list[Any] = []  # records whose mappings say the same in another order

    def decide(self, plan: Plan, keys: Keys, places: Mapping[str, int]) -> None:
        """Decide what is to be done; `places` are the orders that an export gives."""
        for record in self.records:
            row = self.rows.get(record.key)
            if row is None:
                row = self.kind.make(record.key)
                self.kind.holder(row).fingerprint = fingerprint(record)
                self.made.append(row)
                self.taken.append((row, record))
                plan.steps.append(Step("new", self.kind.name, record.key, None, record))
            else:
                self._decide_one(plan, row, record, self.kind.own(row, keys), places.get(record.key))
        present = {record.key for record in self.records}
        for key, row in sorted(self.rows.items()):
            holder = self.kind.holder(row)
            if key in present or not holder.fingerprint:
                continue
            if self.folder is not None and self.folder.still_lacks(self.kind.name, key):
                self.not_asked.add(key)
                continue
            if not holder.retired:
                holder.retired = True
                self.changed.append(row)
                plan.steps.append(Step("retired", self.kind.name, key, self.kind.own(row, keys), None))
            elif key in self.withdrawn:  # both sides agree; if the app brings it back, it is the app's own
                holder.fingerprint = ""
                self.changed.append(row)

    def _decide_one(self, plan: Plan, row: Any, record: Any, mine: Any, place: int | None) -> None:
        kind, holder, mark = self.kind, self.kind.holder(row), fingerprint(record)
        still = self.folder is not None and self.folder.still_says(kind.name, record)
        befores = forms_of(mine, place)
        back = holder.retired and record.key not in self.withdrawn and not still  # then an upload has retired it

        def step(what: str) -> None:
            plan.steps.append(Step(what, kind.name, record.key, mine, record))

        if still and self.known.get(record.key) != mark:
            self.not_asked.add(record.key)
        if back:
            step("returned")
        if mark in befores:  # the same on both sides, at the place among its siblings that the row has
            mark = fingerprint(mine)
            if holder.retired and record.key in self.withdrawn:
                step("kept")
            else:
                plan.unchanged += not back
            self._take_order(row, mine, record)
        elif holder.fingerprint == mark:  # only the app's changed
            step("kept")
        elif still and _without_order(mine) != _without_order(record) and self.known.get(record.key) != mark:
            mark = holder.fingerprint  # the files' changed as well, but not in this folder
            step("kept")
        elif holder.fingerprint in befores:  # only the file's changed
            self.taken.append((row, record))
            step("changed")
        elif _moved_only(record, (getattr(mine, "order", None), place), holder.fingerprint):  # in the file, that is
            row.order = record.order
            step("kept")
        else:
            step("conflict")
            self.conflicts.append(
                Conflict(kind=kind.name, key=record.key, file_record=plain(record), file_fingerprint=mark)
            )
            mark = holder.fingerprint
        if back or holder.fingerprint != mark:
            holder.fingerprint, holder.retired = mark, holder.retired and not back
            self.changed.append(row)

    def _take_order(self, row: Any, mine: Any, record: Any) -> None:
        """Take the order of keys within a spec or a table from the files, so that an export gives it back."""
        for name in ("spec", "rows"):
            theirs = getattr(record, name, None)
            if json.dumps(theirs) != json.dumps(getattr(mine, name, None)):
                setattr(row, name, theirs)
                self.changed.append(row)
                self.reordered.append(replace(mine, **{name: theirs}))

    def save(self) -> None:
        """Write what was decided. The kinds that this one needs must have been saved."""
        kind, keys = self.kind, Keys()
        for row, record in self.taken:
            kind.fill(row, record, keys)
        if kind.is_item:
            _save(Item, [row.item for row in self.made], [row.item for row in self.changed])
            for row in self.made:
                row.item = row.item  # now that it has an id
        _save(kind.model, self.made, self.changed)
        if kind.is_item:
            tell_schedules(row.item_id for row in self.changed)
        if kind.name == "topic":
            moved = tie_topics([record for _, record in self.taken], Keys().topics)
            Topic.objects.bulk_update(moved, ["parent"], batch_size=BATCH)
        if self.reordered:
            records = {record.key: plain(record) for record in self.reordered}
            found = list(Document.objects.filter(kind=kind.name, key__in=records))
            for document in found:
                document.record = records[document.key]
            Document.objects.bulk_update(found, ["record"], batch_size=BATCH)
        self._remember()

    def _remember(self) -> None:
        """Keep the conflicts that are, and forget those that were."""
        new = [found for found in self.conflicts if self.known.get(found.key) != found.file_fingerprint]
        over = self.known.keys() - {found.key for found in self.conflicts} - self.not_asked
        if over or new:
            Conflict.objects.filter(kind=self.kind.name, key__in=[*over, *(found.key for found in new)]).delete()
            Conflict.objects.bulk_create(new)


def forms_of(mine: Any, place: int | None) -> set[str]:
    """Give the fingerprints of a row's record, with the order that it has and with the one that an export gives it."""
    exported = mine if place is None else replace(mine, order=place)
    return {fingerprint(mine), fingerprint(exported)}


def _moved_only(record: Any, orders: Sequence[int | None], before: str) -> bool:
    """Tell whether a record is the one before, which had one of the orders, at another place among its siblings."""
    return any(order is not None and fingerprint(replace(record, order=order)) == before for order in orders)


def _fields(model: type[models.Model], *without: str) -> list[str]:
    skipped = {"id", *without}
    return [each.name for each in model._meta.concrete_fields if each.name not in skipped and not each.primary_key]


def _save(model: Any, made: Sequence[Any], changed: Sequence[Any]) -> None:
    model.objects.bulk_create(made, batch_size=BATCH)
    if changed:
        model.objects.bulk_update(changed, _fields(model), batch_size=BATCH)


def _decide(course: Course, folder: Folder | None = None) -> tuple[Plan, list[_Merge]]:
    plan, keys = Plan(statements=_changed_statements(course)), Keys()
    places = places_of(course_from_rows())
    merges = [_Merge(kind, getattr(course, kind.many), folder) for kind in KINDS.values()]
    for merge in merges:
        merge.decide(plan, keys, places.get(merge.kind.name, {}))
    return plan, merges


def places_of(course: Course) -> dict[str, dict[str, int]]:
    """Give the orders of facts, cards and questions in the files of a course, which number them anew."""
    return {kind: {each.key: each.order for each in getattr(course, KINDS[kind].many)} for kind in NUMBERED}


def plan_load(course: Course, folder: Folder | None = None) -> Plan:
    """Give what loading a course would do. Nothing is written."""
    return _decide(course, folder)[0]


def load_course(
    course: Course, tree: str | None = "", *, folder: Folder | None = None, by: User | None = None,
    reason: str = "loaded from the files", agreed: str | None = None,
) -> Plan:  # fmt: skip
    """Load a course into the database, in one transaction, and derive what follows from it.

    `tree` is the fingerprint of the site's own files, remembered so that `is_loaded` can tell an unchanged tree; None
    for an upload, which leaves that as it is; `by` is who sent it. `agreed` is the mark of the plan that was agreed to.
    Raises PlanChanged, or markup.Unrenderable for a text of an upload.
    """
    with transaction.atomic():
        Edition.objects.select_for_update().first()  # nobody publishes between what is decided and what is written
        plan, merges = _decide(course, folder)
        if agreed is not None and plan.mark() != agreed:
            raise PlanChanged(plan)
        touched = _load_statements(course)
        for merge in merges:
            merge.save()
        taken = {step.key for step in plan.steps if step.what in ("new", "changed", "returned", "retired")}
        touched |= derive_all(taken if by else None) | bool(taken)  # what a person sends is rendered in bounded time
        documents.follow(by=by, reason=reason)
        values = {} if tree is None else {"tree_fingerprint": tree}
        Edition.objects.update_or_create(pk=1, defaults=values | ({"stamp": secrets.token_hex(8)} if touched else {}))
    return plan


def is_loaded(tree: str) -> bool:
    """Tell whether the tree with this fingerprint was the last to be loaded: then a load would change nothing."""
    return Edition.objects.filter(pk=1, tree_fingerprint=tree).exclude(tree_fingerprint="").exists()


def _wanted_statements(course: Course) -> dict[str, tuple[str, int]]:
    return {
        key: (section.section, number) for number, section in enumerate(course.sections) for key in section.statements
    }


def _had_statements() -> dict[str, tuple[str, int]]:
    return {row.key: (row.section, row.section_order) for row in Statement.objects.all()}


def _changed_statements(course: Course) -> list[str]:
    return sorted({key for key, _ in _wanted_statements(course).items() ^ _had_statements().items()})


def _load_statements(course: Course) -> bool:
    wanted = _wanted_statements(course)
    if _had_statements() == wanted:
        return False
    Statement.objects.exclude(key__in=wanted).delete()
    Statement.objects.bulk_create(
        [Statement(key=key, section=name, section_order=number) for key, (name, number) in wanted.items()],
        update_conflicts=True, unique_fields=["key"], update_fields=["section", "section_order"],
    )  # fmt: skip
    return True
