"""Records and rows: loading the files into the database, and giving them back.

A load is a three-way merge. Each row carries the fingerprint of the record that was last taken from the
files; its own record tells whether an instructor has changed it since, the file's record whether the file
has. Where both have, the row stays, the file's record is kept beside it, and the conflict is reported.
"""

import hashlib
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import models, transaction

from studyapp.content import markup
from studyapp.content import records as rec
from studyapp.content.records import Course, Record, course_order, fingerprint, plain
from studyapp.notes import articles
from studyapp.notes.models import Edition, Fact, Statement, Term, Topic
from studyapp.review.models import Card, Kind
from studyapp.schedules.models import Item, Place, Schedule
from studyapp.studio.models import Conflict

BATCH = 500
LAYOUT = "1"  # grows when rows are derived otherwise, so that the next load makes them anew


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
    digest = hashlib.sha256(f"{LAYOUT}.{markup.RENDERER}".encode())
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        digest.update(f"\0{path.relative_to(root).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


# Rows as records -----------------------------------------------------------------------------------------


def topic_record(row: Topic, keys: Mapping[int, str]) -> rec.Topic:
    """Give the record of a topic's row; `keys` are the topics' by id."""
    return rec.Topic(
        row.key, keys[row.parent_id] if row.parent_id else "", row.title, row.order, row.summary,
        tuple(row.neighbours), row.body,
    )  # fmt: skip


def fact_record(row: Fact, topics: Mapping[int, str]) -> rec.Fact:
    """Give the record of a fact's row."""
    return rec.Fact(
        row.key, topics[row.topic_id], row.order, row.statement, row.verdict, row.source, row.checked,
        tuple(row.covers), row.notes_say, row.today, row.why, row.recall, tuple(row.confused_with),
    )  # fmt: skip


def card_record(row: Card, topics: Mapping[int, str]) -> rec.Card:
    """Give the record of a card's row, which must come with its item and fact."""
    return rec.Card(
        row.item.key, row.fact.key, topics[row.item.topic_id], row.order, row.kind, row.front, row.back,
        tuple(row.accept), row.reason,
    )  # fmt: skip


def term_record(row: Term, topics: Mapping[int, str]) -> rec.Term:
    """Give the record of a term's row."""
    topic = topics[row.topic_id] if row.topic_id else ""
    return rec.Term(row.key, row.term, row.definition, tuple(row.aliases), topic)


def course_from_rows() -> Course:
    """Give what is taught as a course: right after a load, the very one that was loaded."""
    topics = {topic.pk: topic for topic in Topic.objects.all()}
    keys = {pk: topic.key for pk, topic in topics.items()}
    ordered = course_order([topic_record(topic, keys) for topic in topics.values() if not topic.retired])
    place = {topic.key: number for number, topic in enumerate(ordered)}
    facts = [fact_record(row, keys) for row in Fact.objects.filter(retired=False)]
    card_rows = Card.objects.filter(item__retired=False).select_related("item", "fact")
    cards = [card_record(row, keys) for row in card_rows]
    sections: dict[str, list[str]] = {}
    for statement in Statement.objects.order_by("section_order", "key"):
        sections.setdefault(statement.section, []).append(statement.key)
    terms = [term_record(row, keys) for row in Term.objects.filter(retired=False)]
    return Course(
        sections=tuple(rec.Section(name, tuple(statements)) for name, statements in sections.items()),
        topics=tuple(ordered),
        facts=tuple(sorted(facts, key=lambda fact: (place[fact.topic], fact.order, fact.key))),
        cards=tuple(sorted(cards, key=lambda card: (place[card.topic], card.order, card.key))),
        terms=tuple(sorted(terms, key=lambda term: term.key)),
    )


# Loading -------------------------------------------------------------------------------------------------


class _Merge[Row: models.Model, R: Record]:
    """The three-way merge of one kind."""

    def __init__(self, kind: str, plan: Plan) -> None:
        self.kind, self.plan = kind, plan
        self.conflicts = {conflict.key: conflict for conflict in Conflict.objects.filter(kind=kind)}

    def run(
        self,
        records: Sequence[R],
        rows: Mapping[str, Any],
        own: Callable[[Any], R],
        fill: Callable[[Any, R], None],
        make: Callable[[R], Any],
        base: Callable[[Any], Any] = lambda row: row,
    ) -> tuple[list[Any], list[Any]]:
        """Merge records into rows; give the rows that are new and those that changed.

        `own` gives the record of a row, `fill` writes one into it, `make` makes a row, and `base` gives the
        object that holds the key, the fingerprint and the retirement.
        """
        made, changed = [], []
        for record in records:
            mark = fingerprint(record)
            row = rows.get(record.key)
            if row is None:
                row = make(record)
                fill(row, record)
                base(row).fingerprint = mark
                made.append(row)
                self.plan.new.append(record.key)
                continue
            holder = base(row)
            before = fingerprint(own(row))
            back = holder.retired
            if before == mark:  # the same on both sides
                touched = holder.fingerprint != mark or back
                self._settle(record.key)
            elif holder.fingerprint == mark:  # only the app's changed
                touched = back
                self.plan.kept.append(record.key)
                self._settle(record.key)
            elif before == holder.fingerprint:  # only the file's changed
                fill(row, record)
                touched = True
                self.plan.changed.append(record.key)
                self._settle(record.key)
            else:
                self._conflict(record, mark)
                if back:
                    holder.retired = False
                    changed.append(row)
                continue
            if touched:
                holder.fingerprint, holder.retired = mark, False
                changed.append(row)
                if back:
                    self.plan.returned.append(record.key)
            if before == mark and not back:
                self.plan.unchanged += 1
        present = {record.key for record in records}
        for key, row in rows.items():
            if key not in present and not base(row).retired:
                base(row).retired = True
                changed.append(row)
                self.plan.retired.append(key)
        return made, changed

    def _settle(self, key: str) -> None:
        if conflict := self.conflicts.pop(key, None):
            conflict.delete()

    def _conflict(self, record: Record, mark: str) -> None:
        self.plan.conflicts.append(f"{self.kind} {record.key}")
        Conflict.objects.update_or_create(
            kind=self.kind, key=record.key, defaults={"file_record": plain(record), "file_fingerprint": mark}
        )


def _fields(model: type[models.Model], *without: str) -> list[str]:
    skipped = {"id", *without}
    return [each.name for each in model._meta.concrete_fields if each.name not in skipped and not each.primary_key]


def _save(model: Any, made: Sequence[Any], changed: Sequence[Any]) -> None:
    model.objects.bulk_create(made, batch_size=BATCH)
    if changed:
        model.objects.bulk_update(changed, _fields(model), batch_size=BATCH)


def load_course(course: Course, tree: str = "") -> Plan:
    """Load a course into the database, in one transaction, and derive what follows from it.

    `tree` is the fingerprint of the files, remembered so that the next start can skip an unchanged tree.
    """
    plan = Plan()
    with transaction.atomic():
        _load_statements(course)
        topics = _load_topics(course, plan)
        facts = _load_facts(course, plan, topics)
        _load_cards(course, plan, topics, facts)
        _load_terms(course, plan, topics)
        _refresh()
        Edition.objects.update_or_create(pk=1, defaults={"tree_fingerprint": tree})
    return plan


def refresh() -> None:
    """Derive anew all that follows from the rows: for changes made in the app."""
    with transaction.atomic():
        _refresh()


def _load_statements(course: Course) -> None:
    wanted = {
        key: (section.section, number) for number, section in enumerate(course.sections) for key in section.statements
    }
    have = {row.key: (row.section, row.section_order) for row in Statement.objects.all()}
    if have == wanted:
        return
    Statement.objects.exclude(key__in=wanted).delete()
    Statement.objects.bulk_create(
        [Statement(key=key, section=name, section_order=number) for key, (name, number) in wanted.items()],
        update_conflicts=True, unique_fields=["key"], update_fields=["section", "section_order"],
    )  # fmt: skip


def _load_topics(course: Course, plan: Plan) -> dict[str, Topic]:
    rows = {row.key: row for row in Topic.objects.all()}
    keys = {row.pk: row.key for row in rows.values()}
    parents: dict[str, str] = {}

    def fill(row: Topic, record: rec.Topic) -> None:
        row.title, row.order, row.summary = record.title, record.order, record.summary
        row.neighbours, row.body = list(record.neighbours), record.body
        parents[record.key] = record.parent

    merge = _Merge[Topic, rec.Topic]("topic", plan)
    made, changed = merge.run(
        course.topics, rows, lambda row: topic_record(row, keys), fill, lambda record: Topic(key=record.key)
    )
    _save(Topic, made, changed)
    rows |= {row.key: row for row in made}
    moved = []
    for key, parent in parents.items():
        above = rows[parent].pk if parent else None
        if rows[key].parent_id != above:
            rows[key].parent_id = above
            moved.append(rows[key])
    Topic.objects.bulk_update(moved, ["parent"], batch_size=BATCH)
    return rows


def _load_facts(course: Course, plan: Plan, topics: Mapping[str, Topic]) -> dict[str, Fact]:
    rows = {row.key: row for row in Fact.objects.all()}
    keys = {row.pk: row.key for row in topics.values()}

    def fill(row: Fact, record: rec.Fact) -> None:
        row.topic, row.order = topics[record.topic], record.order
        for name in ("statement", "verdict", "source", "checked", "notes_say", "today", "why", "recall"):
            setattr(row, name, getattr(record, name))
        row.covers, row.confused_with = list(record.covers), list(record.confused_with)

    merge = _Merge[Fact, rec.Fact]("fact", plan)
    made, changed = merge.run(
        course.facts, rows, lambda row: fact_record(row, keys), fill, lambda record: Fact(key=record.key)
    )
    _save(Fact, made, changed)
    return rows | {row.key: row for row in made}


def _load_cards(course: Course, plan: Plan, topics: Mapping[str, Topic], facts: Mapping[str, Fact]) -> None:
    cards = Card.objects.select_related("item", "fact").all()
    rows = {row.item.key: row for row in cards}
    keys = {row.pk: row.key for row in topics.values()}

    def fill(row: Card, record: rec.Card) -> None:
        fact = facts[record.fact]
        row.fact, row.item.fact, row.item.topic = fact, fact, topics[record.topic]
        row.kind, row.front, row.back, row.reason = record.kind, record.front, record.back, record.reason
        row.accept, row.order = list(record.accept), record.order

    merge = _Merge[Card, rec.Card]("card", plan)
    made, changed = merge.run(
        course.cards,
        rows,
        lambda row: card_record(row, keys),
        fill,
        lambda record: Card(item=Item(key=record.key)),
        base=lambda row: row.item,
    )
    _save(Item, [row.item for row in made], [row.item for row in changed])
    for row in made:
        row.item = row.item  # now that it has an id
    _save(Card, made, changed)
    for row in changed:  # what schedules know of their item
        Schedule.objects.filter(item=row.item).exclude(
            retired=row.item.retired, topic=row.item.topic_id, fact=row.item.fact_id
        ).update(retired=row.item.retired, topic=row.item.topic_id, fact=row.item.fact_id)


def _load_terms(course: Course, plan: Plan, topics: Mapping[str, Topic]) -> None:
    rows = {row.key: row for row in Term.objects.all()}
    keys = {row.pk: row.key for row in topics.values()}

    def fill(row: Term, record: rec.Term) -> None:
        row.term, row.definition, row.aliases = record.term, record.definition, list(record.aliases)
        row.topic = topics[record.topic] if record.topic else None

    merge = _Merge[Term, rec.Term]("term", plan)
    made, changed = merge.run(
        course.terms, rows, lambda row: term_record(row, keys), fill, lambda record: Term(key=record.key)
    )
    _save(Term, made, changed)


# What follows from the rows ------------------------------------------------------------------------------


def _changed(rows: Iterable[Any], names: Sequence[str], derive: Callable[[Any], None]) -> list[Any]:
    """Derive each row's fields, and give the rows whose fields are others than before."""
    found = []
    for row in rows:
        before = [getattr(row, name) for name in names]
        derive(row)
        if [getattr(row, name) for name in names] != before:
            found.append(row)
    return found


def _refresh() -> None:
    glossary = articles.current_glossary()
    topics = {topic.pk: topic for topic in Topic.objects.all()}
    facts = list(Fact.objects.all())
    cards = list(Card.objects.select_related("item", "fact").all())
    keys = {pk: topic.key for pk, topic in topics.items()}
    walk = course_order([topic_record(topic, keys) for topic in topics.values() if not topic.retired])
    place = {topic.key: number for number, topic in enumerate(walk, start=1)}

    terms = _changed(Term.objects.all(), ["definition_html"], lambda row: articles.render_term(row, glossary))
    Term.objects.bulk_update(terms, ["definition_html"], batch_size=BATCH)

    of_fact = Counter(card.fact_id for card in cards if not card.item.retired)

    def derive_fact(row: Fact) -> None:
        articles.render_fact(row, glossary)
        row.card_count = of_fact[row.pk]

    names = ["statement_html", "notes_say_html", "today_html", "why_html", "recall_html", "card_count"]
    Fact.objects.bulk_update(_changed(facts, names, derive_fact), names, batch_size=BATCH)

    names = ["front_html", "back_html", "reason_html"]
    Card.objects.bulk_update(_changed(cards, names, _render_card), names, batch_size=BATCH)

    taught: dict[int, list[Fact]] = {}
    for fact in facts:
        if not fact.retired:
            taught.setdefault(fact.topic_id, []).append(fact)
    of_topic = Counter(card.item.topic_id for card in cards if not card.item.retired)

    def derive_topic(row: Topic) -> None:
        row.position = place.get(row.key, 0)
        row.depth = 0
        above = row
        while above.parent_id and row.depth < len(topics):
            above = topics[above.parent_id]
            row.depth += 1
        row.fact_count, row.card_count = len(taught.get(row.pk, [])), of_topic[row.pk]
        articles.render_article(row, {fact.key: fact for fact in taught.get(row.pk, [])}, glossary)

    names = ["position", "depth", "fact_count", "card_count", "article_html"]
    Topic.objects.bulk_update(_changed(topics.values(), names, derive_topic), names, batch_size=BATCH)

    _number_items(cards, topics, {fact.pk: fact for fact in facts})
    Edition.objects.update_or_create(pk=1, defaults={"stamp": secrets.token_hex(8)})


def _render_card(row: Card) -> None:
    if row.kind == Kind.CLOZE:
        row.front_html = markup.render_cloze(row.front, filled=False)
        row.back_html = markup.render_cloze(row.front, filled=True)
    else:
        row.front_html, row.back_html = markup.render_inline(row.front), markup.render_inline(row.back)
    row.reason_html = markup.render_inline(row.reason)


def _number_items(cards: Sequence[Card], topics: Mapping[int, Topic], facts: Mapping[int, Fact]) -> None:
    """Number the items through the course: by topic, then by fact, then by card.

    Where the numbers shift, learners look for new items from the first shifted one on again.
    """
    taught = [card for card in cards if not card.item.retired]
    taught.sort(key=lambda card: (topics[card.item.topic_id].position, facts[card.fact_id].order, card.order, card.pk))
    shifted = []
    for number, card in enumerate(taught, start=1):
        if card.item.position != number:
            card.item.position = number
            shifted.append(card.item)
    if shifted:
        Item.objects.bulk_update(shifted, ["position"], batch_size=BATCH)
        first = min(item.position for item in shifted)
        Place.objects.filter(new_from__gt=first).update(new_from=first)
