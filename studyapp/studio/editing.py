"""Changing what is taught: publishing, retiring, bringing back and moving items. All of a change or nothing of it.

A change is checked against the whole course as it would be, by the laws that the files are checked by. What has to go
along does: a fact that moves takes its cards and questions and its place in the article with it, a topic that retires
takes what it holds.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from studyapp.accounts.models import User
from studyapp.content.checks import check_course, check_record, errors
from studyapp.content.markup import Unrenderable, placements
from studyapp.content.reader import Reading, Source
from studyapp.content.records import Course, Problem, Record, Topic, version
from studyapp.notes.editions import by_stamp
from studyapp.notes.models import Edition
from studyapp.schedules.models import Schedule
from studyapp.studio import documents
from studyapp.studio.deriving import refresh
from studyapp.studio.drawing import faults
from studyapp.studio.models import Document, Draft
from studyapp.studio.rows import KINDS, Keys, Name, course_from_rows

HELD = ("fact", "card", "question", "table", "diagram")  # kinds that a topic holds
TRIES = 3  # while others publish
SEEDS = 25  # that a question is drawn for before it is published


class Refused(Exception):
    """A change that cannot be made; `problems` are what would be wrong with the course after it."""

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.message, self.problems = message, problems


class Stale(Exception):
    """Somebody has published another version since this one was begun; `head` is that version."""

    def __init__(self, head: Document) -> None:
        super().__init__(f"{head} was published by {head.by or 'the files'} meanwhile")
        self.head = head


@dataclass(frozen=True, slots=True)
class Affected:
    """What retiring items would touch."""

    learners: int  # who have met one of them
    cards: int
    questions: int
    named_in: list[Document]  # items that name one of them
    uncovered: list[str]  # statements of the notes that no fact would cover


# The course as it would be ------------------------------------------------------------------------------------


def current_course() -> Course:
    """Give what is taught, read once for each state of the content."""
    return by_stamp("studio course", course_from_rows)


def reading_of(course: Course) -> Reading:
    """Give a course as the checks take it; a problem's file is then the kind and key of its item."""
    files = {(kind, each.key): f"{kind} {each.key}" for kind in KINDS for each in of(course, kind)}
    return Reading(course, Source(files), [])


def of(course: Course, kind: str) -> Sequence[Any]:
    """Give the records of a kind."""
    found: Sequence[Any] = getattr(course, KINDS[kind].many)
    return found


def changed_course(course: Course, changes: Mapping[Name, Record | None]) -> Course:
    """Give a course with some records changed, added or, for None, taken out."""
    lists = {}
    for kind in {name for name, _ in changes}:
        mine = {key: record for (name, key), record in changes.items() if name == kind}
        kept = [mine.pop(each.key, each) for each in of(course, kind)]
        lists[KINDS[kind].many] = tuple(each for each in (*kept, *mine.values()) if each is not None)
    return replace(course, **lists)


def problems_of(kind: str, record: Record) -> list[Problem]:
    """Give what would be wrong with an item if it were published as this record."""
    changes = with_what_follows(current_course(), {(kind, record.key): record})
    course = changed_course(current_course(), changes)
    return check_record(reading_of(course), kind, record.key, timezone.localdate())


def course_errors() -> set[Problem]:
    """Give every error of the course as it is taught."""
    return by_stamp("studio errors", lambda: _errors(current_course()))


def _errors(course: Course) -> set[Problem]:
    return set(errors(check_course(reading_of(course), timezone.localdate())))


def _placed(body: str, key: str) -> bool:
    return any(found == key for _, _, found in placements(body))


def _without_place(body: str, key: str) -> str:
    """Give a body without the line that places a fact."""
    for start, end, found in reversed(list(placements(body))):
        if found == key:
            body = f"{body[:start].rstrip()}\n\n{body[end:].lstrip()}".strip("\n")
    return body


def with_what_follows(course: Course, changes: Mapping[Name, Record | None]) -> dict[Name, Record | None]:
    """Give changes with those that have to go along."""
    every: dict[Name, Record | None] = dict(changes)
    topics = {each.key: each for each in course.topics}
    facts = {each.key: each for each in course.facts}

    def topic(key: str) -> Topic | None:
        found = every.get(("topic", key), topics.get(key))
        return found if isinstance(found, Topic) else None

    def place(key: str, body: str) -> None:
        if found := topic(key):
            every["topic", key] = replace(found, body=body)

    gone = {key for (kind, key), record in changes.items() if kind == "topic" and record is None}
    for other in HELD:
        every |= {(other, each.key): None for each in of(course, other) if each.topic in gone}
    for key, record in [(key, record) for (kind, key), record in every.items() if kind == "fact"]:
        before = facts.get(key)
        home = getattr(record, "topic", "")
        if before and before.topic != home and (old := topic(before.topic)) and _placed(old.body, key):
            place(old.key, _without_place(old.body, key))
        if home and (new := topic(home)) and not _placed(new.body, key):
            place(home, f"{new.body}\n\n{{{key}}}".strip("\n"))
        for card in course.cards:
            if card.fact == key and (record is None or card.topic != home):
                every.setdefault(("card", card.key), None if record is None else replace(card, topic=home))
        if record is not None:
            for question in course.questions:
                if question.facts[0] == key and question.topic != home:
                    every.setdefault(("question", question.key), replace(question, topic=home))
    return every


# Making changes -----------------------------------------------------------------------------------------------


def publish(
    changes: Mapping[Name, Record], by: User, *, bases: Mapping[Name, int] | None = None, reason: str = "",
    along: Callable[[], None] | None = None,
) -> None:  # fmt: skip
    """Publish records, and drop the editor's drafts of them.

    `bases` gives the number of the version that each was begun from, 0 for a new item. `along` is done in the same
    transaction; drafts then stay, since it is not they that are published. Raises Stale, or Refused with the problems.
    """
    _make(changes, by, reason or "published", bases=bases or {}, along=along)


def check(changes: Mapping[Name, Record]) -> None:
    """Raise Refused with the problems if records could not be published."""
    course = current_course()
    _check(course, with_what_follows(course, changes), changes)


def retire(items: Collection[Name], by: User) -> None:
    """Retire items: no longer taught, history kept, and no load brings them back. Raises Refused."""
    _make(dict.fromkeys(items), by, "retired", withdrawn=True)


def bring_back(items: Collection[Name], by: User) -> None:
    """Teach retired items again, with the cards of facts and what topics held. Raises Refused."""
    keys = Keys()
    wanted = {*items}
    for kind, key in items:
        row = KINDS[kind].row(key)
        if row is None:
            raise Refused(f"There is no {kind} {key}.")
        if kind in ("topic", "fact"):
            wanted |= _went_along(kind, row.pk)
    found = {(kind, key): KINDS[kind].own(KINDS[kind].row(key), keys) for kind, key in wanted}
    _make(found, by, "brought back", withdrawn=False)


def _went_along(kind: str, pk: int) -> set[Name]:
    """Give the items that retired with a topic or fact."""
    found: set[Name] = set()
    for name in HELD:
        other = KINDS[name]
        if kind == "fact" and name != "card":
            continue
        field = kind if kind == "fact" or not other.is_item else "item__topic"
        retired = {"item__retired": True} if other.is_item else {"retired": True}
        found |= {(name, other.holder(row).key) for row in other.rows().filter(**{field: pk}, **retired)}
    withdrawn = set(Document.objects.filter(withdrawn=True).values_list("kind", "key"))
    return found & withdrawn


def move(items: Collection[Name], topic: str, by: User) -> None:
    """Move facts with their cards, questions, terms and tables to another topic. Raises Refused."""
    course = current_course()
    if topic not in {each.key for each in course.topics}:
        raise Refused(f"There is no topic {topic[:64]}.")
    changes: dict[Name, Record | None] = {}
    for kind, key in items:
        found = next((each for each in of(course, kind) if each.key == key), None)
        if found is None:
            raise Refused(f"{kind} {key} is not taught: bring it back first.")
        if kind in ("card", "pair", "misconception", "topic", "diagram"):
            raise Refused(f"A {kind} cannot be moved by itself ({key}).")
        if found.topic != topic:
            moved = replace(found, topic=topic)
            if kind in ("fact", "question"):
                last = max((each.order for each in of(course, kind) if each.topic == topic), default=-1)
                moved = replace(moved, order=last + 1)
            changes[kind, key] = moved
    _make(changes, by, f"moved to {topic}")


def _make(
    changes: Mapping[Name, Record | None], by: User, reason: str, *, bases: Mapping[Name, int] | None = None,
    withdrawn: bool | None = None, along: Callable[[], None] | None = None,
) -> None:  # fmt: skip
    """Check changes against the course and make them in one transaction, again if the course changed meanwhile."""
    if not changes:
        return
    for _ in range(TRIES):
        stamp = Edition.current_stamp()
        course = current_course()
        every = with_what_follows(course, changes)
        _check(course, every, changes)
        try:
            with transaction.atomic():
                now = Edition.objects.select_for_update().values_list("stamp", flat=True).first()  # one at a time
                heads = {(each.kind, each.key): each for each in _heads(every)}
                for name, base in (bases or {}).items():
                    head = heads.get(name)
                    if head is not None and head.number != base:
                        raise Stale(head)
                if (now or "") != stamp:
                    continue
                _write(every, {name for name, head in heads.items() if head.retired and not head.withdrawn})
                refresh({key for _, key in every})
                documents.follow(by=by, reason=reason, only=every.keys(), withdrawn=withdrawn)
                if along:
                    along()
                for kind, key in changes if bases is not None and along is None else ():
                    Draft.objects.filter(kind=kind, key=key, editor=by).delete()
        except Unrenderable as problem:
            raise Refused(f"The text {problem}.") from None
        except IntegrityError:
            continue  # somebody made an item of that key in the same moment
        return
    raise Refused("Others are publishing at this moment. Nothing was changed; try again.")


def _heads(names: Iterable[Name]) -> Iterable[Document]:
    """Give the documents, locked so that nobody publishes them meanwhile."""
    wanted = set(names)
    found = Document.objects.select_for_update().filter(key__in={key for _, key in wanted})
    return [each for each in found if (each.kind, each.key) in wanted]


def _check(course: Course, every: Mapping[Name, Record | None], asked: Mapping[Name, Record | None]) -> None:
    """Refuse changes after which an item asked for has an error, or another has one that it did not have."""
    after = _errors(changed_course(course, every))
    mine = {f"{kind} {key}" for kind, key in asked}
    after |= {each for name, record in asked.items() if name[0] == "question" for each in _faults(course, record)}
    found = sorted(each for each in after if each.file in mine or each not in course_errors())
    if found:
        raise Refused("Not published: see what is wrong.", found)


def _faults(course: Course, record: Any) -> Iterable[Problem]:
    """Give the laws that variants of a question break, if it is drawn in another way than it was."""
    before = next((each for each in course.questions if record and each.key == record.key), None)
    if record is None or (before and version(before) == version(record)):
        return []
    file = f"question {record.key}"
    return [Problem(file, 1, 1, flaw.field, flaw.message) for flaw in faults(record, range(1, SEEDS + 1))]


def _write(every: Mapping[Name, Record | None], left: Collection[Name]) -> None:
    """Write records into their rows; those that had `left` the files are then the app's own, which no load retires."""
    keys = Keys()
    order = list(KINDS)
    for (name, key), record in sorted(every.items(), key=lambda each: order.index(each[0][0])):
        kind = KINDS[name]
        row = kind.row(key)
        if row is None and record is None:
            raise Refused(f"There is no {name} {key}.")
        new = row is None
        row = kind.make(key) if row is None else row
        if record is not None:
            kind.fill(row, record, keys)
        kind.holder(row).retired = record is None
        if (name, key) in left and record is not None:
            kind.holder(row).fingerprint = ""
        kind.save(row)
        if new and name in ("topic", "fact"):
            keys = Keys()


# What would be touched ----------------------------------------------------------------------------------------


def affected(items: Collection[Name]) -> Affected:
    """Give what retiring items would touch. A constant number of queries."""
    course = current_course()
    every = {name for name, record in with_what_follows(course, dict.fromkeys(items)).items() if record is None}
    keys = {key for _, key in every}
    met = Schedule.objects.filter(
        item__key__in=[key for kind, key in every if kind in ("card", "question")], reps__gt=0
    )
    named = set()
    for kind in KINDS:
        for each in of(course, kind):
            said = " ".join(documents.texts_of([getattr(each, name) for name in each.__slots__ if name != "key"]))
            if (kind, each.key) not in every and not keys.isdisjoint(re.findall(r"[\w-]+", said)):
                named.add((kind, each.key))
    left = {each for fact in course.facts if ("fact", fact.key) not in every for each in fact.covers}
    lost = {each for fact in course.facts if ("fact", fact.key) in every for each in fact.covers} - left
    found = Document.objects.filter(key__in={key for _, key in named}).order_by("kind", "key")
    return Affected(
        met.values("user").distinct().count(),
        sum(kind == "card" for kind, _ in every),
        sum(kind == "question" for kind, _ in every),
        [each for each in found if (each.kind, each.key) in named],
        sorted(lost),
    )
