"""The files and the studio, two views of one source: trees made of the rows, and what the rows have ahead of the files.

A tree is the same, byte for byte, as long as the rows are: only what changed differs from the tree that was loaded.
"""

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from studyapp.content.reader import read_course
from studyapp.content.records import Course, course_order, fingerprint, plain, restored
from studyapp.content.writer import render_course, write_course
from studyapp.studio.differing import Difference, differences
from studyapp.studio.documents import title_of
from studyapp.studio.fields import FORMS
from studyapp.studio.models import Document
from studyapp.studio.rows import KINDS, Keys, course_from_rows
from studyapp.studio.sync import NUMBERED, Folder, Step, forms_of, places_of, plan_load

ROOT = "content"  # the folder within a zip
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # of every file in a zip, so that the same files make the same zip
MOST_COMPARED = 300_000  # characters of all texts of one page whose differences are worked out


# Trees out of the rows ----------------------------------------------------------------------------------------


def files_of(course: Course) -> dict[str, bytes]:
    """Give the files of a course by their names; reading them gives the course again. Raises writer.Unwritable."""
    with tempfile.TemporaryDirectory(prefix="stowage-") as beside:
        root = Path(beside, ROOT)
        write_course(course, root)
        return _files_below(root)


def _files_below(root: Path) -> dict[str, bytes]:
    found = {path.relative_to(root).as_posix(): path for path in root.rglob("*") if path.is_file()}
    return {name: found[name].read_bytes() for name in sorted(found)}


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Give files as a zip that holds one folder, `content`. The same files give the same bytes."""
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        for name, raw in files.items():
            entry = ZipInfo(f"{ROOT}/{name}", LONG_AGO)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16  # a plain file of Unix, wherever this runs
            archive.writestr(entry, raw, ZIP_DEFLATED, 9)
    return stream.getvalue()


class NotLoaded(Exception):
    """A tree says what was never loaded, and would be overwritten; `what` names it."""

    def __init__(self, what: Sequence[str]) -> None:
        super().__init__("the tree holds what was not loaded")
        self.what = what


def update_tree(root: Path, *, overwrite: bool = False) -> tuple[list[str], list[str]]:
    """Bring a tree up to date with the rows: give the files that were written, and those that were removed.

    Nothing but files of ours is removed. Unless told to `overwrite`, raises NotLoaded, before anything is touched,
    for a tree with changes that the app has not taken. Raises writer.Unwritable.
    """
    reading = read_course(root)
    if not overwrite:
        faults = [str(problem) for problem in reading.problems]
        steps = plan_load(reading.course, Folder()).steps
        untaken = [f"{step.what}: {step.kind} {step.key}" for step in steps if step.what != "kept"]
        if faults or untaken:
            raise NotLoaded([*faults, *untaken])
    files = files_of(course_from_rows())
    over = sorted({*render_course(reading.course)} - files.keys())
    written = []
    for name, raw in files.items():
        path = root / name
        if path.is_file() and path.read_bytes() == raw:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.part")
        beside.write_bytes(raw)
        beside.replace(path)
        written.append(name)
    for name in over:
        path = root / name
        path.unlink(missing_ok=True)
        while path.parent != root and not any(path.parent.iterdir()):
            path = path.parent
            path.rmdir()
    return written, over


# What the app has ahead of the files --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ahead:
    """What changed in the app and not in the files that were loaded last."""

    steps: list[Step]  # new, changed or retired in the app; `file` is what the files say, None where that is not known
    files: list[tuple[str, str]]  # names, and whether an export changes, adds or removes them


def ahead() -> Ahead:
    """Give what an export would change in the files that were loaded last. A constant number of queries."""
    keys, course = Keys(), course_from_rows()
    places = places_of(course)
    withdrawn = set(Document.objects.filter(withdrawn=True).values_list("kind", "key"))
    found: list[tuple[str, str, Any, str]] = []  # what, kind, own record, fingerprint in the files
    base: dict[str, list[Any]] = {name: [] for name in KINDS}
    for kind in KINDS.values():
        for row in kind.rows():
            holder, mine = kind.holder(row), kind.own(row, keys)
            if holder.retired:
                if holder.fingerprint and (kind.name, holder.key) in withdrawn:
                    found.append(("retired", kind.name, mine, holder.fingerprint))
            elif not holder.fingerprint:
                found.append(("new", kind.name, mine, ""))
            elif holder.fingerprint in forms_of(mine, places.get(kind.name, {}).get(holder.key)):
                base[kind.name].append(mine)
            else:
                found.append(("changed", kind.name, mine, holder.fingerprint))
    known = _taken_from_files({mark for *_, mine, mark in found if mark != fingerprint(mine)})
    steps = []
    for what, name, mine, mark in found:
        said = mine if mark == fingerprint(mine) else known.get(mark)
        steps.append(Step(what, name, mine.key, mine, said))
        if what != "new":
            base[name].append(said or _unlike(mine))
    return Ahead(steps, _differing_files(_course_of(base, course), course, steps))


def _taken_from_files(marks: Iterable[str]) -> dict[str, Any]:
    """Give records by their fingerprints, of those that were ever taught."""
    found = Document.history.filter(mark__in=list(marks)).values_list("mark", "kind", "record")
    return {mark: restored(KINDS[kind].record, record) for mark, kind, record in found}


def _unlike(record: Any) -> Any:
    """Give a record that differs, for one whose text in the files is not known any more."""
    texts = ("title", "statement", "front", "stem", "belief", "term", "left", "svg")
    return replace(record, **{next(each for each in texts if hasattr(record, each)): ""})


def _course_of(records: Mapping[str, Sequence[Any]], course: Course) -> Course:
    """Give records as a course, those of each topic in their order."""
    lists = {KINDS[kind].many: tuple(sorted(each, key=lambda one: one.key)) for kind, each in records.items()}
    for kind in NUMBERED:
        many = KINDS[kind].many
        lists[many] = tuple(sorted(lists[many], key=lambda one: (one.topic, one.order, one.key)))
    lists["topics"] = tuple(course_order(lists["topics"]))
    return replace(course, **lists)


def _differing_files(before: Course, after: Course, steps: Sequence[Step]) -> list[tuple[str, str]]:
    """Give the files that differ between two courses, of which only the items of these steps do."""
    if not steps:
        return []
    kinds = {step.kind for step in steps}
    both = [each for step in steps for each in (step.mine, step.file) if each is not None]
    if any(step.kind == "topic" and getattr(step.file, "parent", None) != step.mine.parent for step in steps):
        old, new = render_course(before), render_course(after)  # whole folders move
    else:
        topics = {getattr(each, "topic", "") for each in both}
        old, new = (render_course(_part(course, kinds, topics)) for course in (before, after))
    return [
        (name, "removed" if name not in new else "changed" if name in old else "added")
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    ]


def _part(course: Course, kinds: set[str], topics: set[str]) -> Course:
    """Give what of a course lies in files in which items of these kinds and topics lie."""
    lists = {}
    for name, kind in KINDS.items():
        records: Sequence[Any] = getattr(course, kind.many)
        if name in (*NUMBERED, "diagram"):
            lists[kind.many] = tuple(each for each in records if each.topic in topics)
        elif name != "topic":
            lists[kind.many] = tuple(records) if name in kinds else ()
    return replace(course, **lists)


# Steps as pages show them -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """An item that a load or an export touches, and what differs in it."""

    kind: str
    key: str
    title: str
    differences: Sequence[Difference] | None  # None: too much to be compared here


def lines(steps: Sequence[Step], *, swap: bool = False) -> list[Line]:
    """Give the lines of steps; differences go from the app's text to the files', or the other way with `swap`."""
    found, room = [], MOST_COMPARED
    for step in steps:
        said = plain(step.mine or step.file)
        told: Sequence[Difference] | None = ()
        if step.mine and step.file:
            pair = [plain(each) for each in ((step.file, step.mine) if swap else (step.mine, step.file))]
            room -= sum(len(str(each)) for each in pair)
            told = None if room < 0 else differences(*pair)
        labelled = told and [replace(each, field=label_of(step.kind, each.field)) for each in told]
        found.append(Line(step.kind, step.key, title_of(said), labelled))
    return found


def label_of(kind: str, field: str) -> str:
    """Give what the editor calls a field of a record."""
    label = next((part.label for part in FORMS[kind] if part.name == field), field.replace("_", " ").capitalize())
    return label.partition(":")[0]
