"""Records and rows: loading the files into the database, and giving them back.

A load is a three-way merge. Each row carries the fingerprint of the record that was last taken from the
files; its own record tells whether an instructor has changed it since, the file's record whether the file
has. Where both have, the row stays, the file's record is kept beside it, and the conflict is reported. A row
without a fingerprint was made in the app; no load retires it.
"""

import contextlib
import hashlib
import re
import secrets
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any

from django.db import models, transaction
from django.db.models import OuterRef, Subquery
from django.template.loader import get_template

from studyapp.content import diagrams, markup
from studyapp.content import records as rec
from studyapp.content.cells import cell_cards, is_cell
from studyapp.content.records import Course, Record, course_order, fingerprint, plain
from studyapp.notes import articles
from studyapp.notes.models import ComparisonTable, Diagram, Edition, Fact, Misconception, Pair, Statement, Term, Topic
from studyapp.quiz.models import Question
from studyapp.review.models import Card, Kind
from studyapp.schedules.models import Item, Place, Schedule
from studyapp.studio.models import Conflict

BATCH = 500
# What rows are derived with: when one of these changes, the next load derives them anew.
DERIVED_WITH = (Path(markup.__file__), Path(diagrams.__file__), Path(articles.__file__), Path(__file__))
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


# Rows as records -----------------------------------------------------------------------------------------


def _tidy(text: str) -> str:
    """Give text as files hold it: a browser's form sends CR LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _listed(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(map(_tidy, items))


def topic_record(row: Topic, keys: Mapping[int, str]) -> rec.Topic:
    """Give the record of a topic's row; `keys` are the topics' by id."""
    return rec.Topic(
        row.key, keys[row.parent_id] if row.parent_id else "", _tidy(row.title), row.order, _tidy(row.summary),
        _listed(row.neighbours), _tidy(row.body).strip("\n"),
    )  # fmt: skip


def fact_record(row: Fact, topics: Mapping[int, str]) -> rec.Fact:
    """Give the record of a fact's row."""
    return rec.Fact(
        row.key, topics[row.topic_id], row.order, _tidy(row.statement), row.verdict, row.source, row.checked,
        _listed(row.covers), _tidy(row.notes_say), _tidy(row.today), _tidy(row.why), _tidy(row.recall),
        _listed(row.confused_with),
    )  # fmt: skip


def card_record(row: Card, topics: Mapping[int, str]) -> rec.Card:
    """Give the record of a card's row, which must come with its item and fact."""
    return rec.Card(
        row.item.key, row.fact.key, topics[row.item.topic_id], row.order, row.kind, _tidy(row.front),
        _tidy(row.back), _listed(row.accept), _tidy(row.reason),
    )  # fmt: skip


def question_record(row: Question, topics: Mapping[int, str]) -> rec.Question:
    """Give the record of a question's row, which must come with its item."""
    return rec.Question(
        row.item.key, topics[row.item.topic_id], row.order, row.kind, _listed(row.facts), row.domain, row.difficulty,
        _tidy(row.stem), row.spec, _tidy(row.explanation),
    )  # fmt: skip


def table_record(row: ComparisonTable, topics: Mapping[int, str]) -> rec.Table:
    """Give the record of a comparison table's row."""
    return rec.Table(
        row.key, _tidy(row.title), row.order, _tidy(row.summary), topics[row.topic_id], _listed(row.columns), row.rows
    )


def misconception_record(row: Misconception, facts: Mapping[int, str]) -> rec.Misconception:
    """Give the record of a misconception's row; `facts` are the keys of facts by id."""
    return rec.Misconception(row.key, _tidy(row.belief), facts[row.fact_id], _tidy(row.refutation))


def term_record(row: Term, topics: Mapping[int, str]) -> rec.Term:
    """Give the record of a term's row."""
    topic = topics[row.topic_id] if row.topic_id else ""
    return rec.Term(row.key, _tidy(row.term), _tidy(row.definition), _listed(row.aliases), topic)


def pair_record(row: Pair) -> rec.Pair:
    """Give the record of a pair's row."""
    return rec.Pair(
        row.key, _tidy(row.left), _tidy(row.right), _tidy(row.difference), _listed(row.facts),
        _listed(row.left_cases), _listed(row.right_cases),
    )  # fmt: skip


def diagram_record(row: Diagram, topics: Mapping[int, str]) -> rec.Diagram:
    """Give the record of a diagram's row."""
    return rec.Diagram(row.key, topics[row.topic_id], row.svg)


def course_from_rows() -> Course:
    """Give what is taught as a course: right after a load, the very one that was loaded."""
    topics = {topic.pk: topic for topic in Topic.objects.filter(retired=False)}
    keys = {pk: topic.key for pk, topic in topics.items()}
    ordered = course_order([topic_record(topic, keys) for topic in topics.values()])
    place = {topic.key: number for number, topic in enumerate(ordered)}
    facts = [fact_record(row, keys) for row in Fact.objects.filter(retired=False, topic__retired=False)]
    card_rows = Card.objects.filter(item__retired=False, item__topic__retired=False, fact__retired=False)
    card_rows = card_rows.select_related("item", "fact")
    cards = [card_record(row, keys) for row in card_rows if not is_cell(row.item.key)]
    posed = Question.objects.filter(item__retired=False, item__topic__retired=False)
    questions = [question_record(row, keys) for row in posed.select_related("item")]
    fact_keys = dict(Fact.objects.values_list("pk", "key"))
    wrong = [misconception_record(row, fact_keys) for row in Misconception.objects.filter(retired=False)]
    compared = [table_record(row, keys) for row in ComparisonTable.objects.filter(retired=False, topic__retired=False)]
    sections: dict[str, list[str]] = {}
    for statement in Statement.objects.order_by("section_order", "key"):
        sections.setdefault(statement.section, []).append(statement.key)
    terms = [term_record(row, keys) for row in Term.objects.filter(retired=False)]
    pairs = [pair_record(row) for row in Pair.objects.filter(retired=False)]
    drawn = [diagram_record(row, keys) for row in Diagram.objects.filter(retired=False, topic__retired=False)]
    return Course(
        sections=tuple(rec.Section(name, tuple(statements)) for name, statements in sections.items()),
        topics=tuple(ordered),
        facts=_numbered(facts, place),
        cards=_numbered(cards, place),
        questions=_numbered(questions, place),
        terms=tuple(sorted(terms, key=lambda term: term.key)),
        pairs=tuple(sorted(pairs, key=lambda pair: pair.key)),
        misconceptions=tuple(sorted(wrong, key=lambda each: each.key)),
        tables=tuple(sorted(compared, key=lambda table: (table.order, table.key))),
        diagrams=tuple(sorted(drawn, key=lambda diagram: (place[diagram.topic], diagram.key))),
    )


def _numbered[R: (rec.Fact, rec.Card, rec.Question)](records: list[R], place: Mapping[str, int]) -> tuple[R, ...]:
    """Put records into the order of the course, and number those of each topic from 0, as a file does."""
    count: Counter[str] = Counter()
    numbered = []
    for record in sorted(records, key=lambda record: (place[record.topic], record.order, record.key)):
        numbered.append(replace(record, order=count[record.topic]))
        count[record.topic] += 1
    return tuple(numbered)


# Loading -------------------------------------------------------------------------------------------------


class _Merge[Row: models.Model, R: Record]:
    """The three-way merge of one kind."""

    def __init__(self, kind: str, plan: Plan) -> None:
        self.kind, self.plan = kind, plan
        self.conflicts: list[Conflict] = []

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
            mine = own(row)
            before, back = fingerprint(mine), holder.retired
            if back:
                self.plan.returned.append(record.key)
            if before == mark:  # the same on both sides
                self.plan.unchanged += not back
            elif holder.fingerprint == mark:  # only the app's changed
                self.plan.kept.append(record.key)
            elif before == holder.fingerprint:  # only the file's changed
                fill(row, record)
                self.plan.changed.append(record.key)
            elif _moved_only(record, mine, holder.fingerprint):  # in the file, that is
                row.order = getattr(record, "order")  # noqa: B009  (terms have none)
                self.plan.kept.append(record.key)
            else:
                self._conflict(record, mark)
                mark = holder.fingerprint
            if back or holder.fingerprint != mark:
                holder.fingerprint, holder.retired = mark, False
                changed.append(row)
        present = {record.key for record in records}
        for key, row in rows.items():
            holder = base(row)
            if key not in present and not holder.retired and holder.fingerprint:
                holder.retired = True
                changed.append(row)
                self.plan.retired.append(key)
        self._remember()
        return made, changed

    def _conflict(self, record: Record, mark: str) -> None:
        self.plan.conflicts.append(f"{self.kind} {record.key}")
        found = Conflict(kind=self.kind, key=record.key, file_record=plain(record), file_fingerprint=mark)
        self.conflicts.append(found)

    def _remember(self) -> None:
        """Keep the conflicts that are, and forget those that were."""
        known = dict(Conflict.objects.filter(kind=self.kind).values_list("key", "file_fingerprint"))
        new = [found for found in self.conflicts if known.get(found.key) != found.file_fingerprint]
        over = known.keys() - {found.key for found in self.conflicts}
        if over or new:
            Conflict.objects.filter(kind=self.kind, key__in=[*over, *(found.key for found in new)]).delete()
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
        topics = _load_topics(course, plan)
        facts = _load_facts(course, plan, topics)
        _load_cards(course, plan, topics, facts)
        _load_questions(course, plan, topics, facts)
        _load_terms(course, plan, topics)
        _load_pairs(course, plan)
        _load_misconceptions(course, plan, facts)
        _load_tables(course, plan, topics)
        _load_diagrams(course, plan, topics)
        touched |= _derive_all(None)
        touched |= bool(plan.new or plan.changed or plan.returned or plan.retired)
        values = {"tree_fingerprint": tree} | ({"stamp": secrets.token_hex(8)} if touched else {})
        Edition.objects.update_or_create(pk=1, defaults=values)
    return plan


def is_loaded(tree: str) -> bool:
    """Tell whether the tree with this fingerprint was the last to be loaded: then a load would change nothing."""
    return Edition.objects.filter(pk=1, tree_fingerprint=tree).exclude(tree_fingerprint="").exists()


def refresh(keys: Collection[str] | None = None) -> None:
    """Derive anew what follows from the rows, for changes made in the app.

    `keys` are those of the rows that were changed, whose text is a stranger's until it has been rendered;
    without them everything is derived. Call it in the transaction that saves the rows.

    Raises markup.Unrenderable; then nothing is derived.
    """
    with transaction.atomic():
        _derive_all(keys)
        Edition.objects.update_or_create(pk=1, defaults={"stamp": secrets.token_hex(8)})


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
        (*course.cards, *cell_cards(course)),
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
    _tell_schedules(row.item_id for row in changed)


def _load_questions(course: Course, plan: Plan, topics: Mapping[str, Topic], facts: Mapping[str, Fact]) -> None:
    rows = {row.item.key: row for row in Question.objects.select_related("item").all()}
    keys = {row.pk: row.key for row in topics.values()}

    def fill(row: Question, record: rec.Question) -> None:
        row.fact = row.item.fact = facts[record.facts[0]]
        row.item.topic = topics[record.topic]
        for name in ("order", "kind", "domain", "difficulty", "stem", "explanation"):
            setattr(row, name, getattr(record, name))
        row.facts, row.spec = list(record.facts), dict(record.spec)

    merge = _Merge[Question, rec.Question]("question", plan)
    made, changed = merge.run(
        course.questions,
        rows,
        lambda row: question_record(row, keys),
        fill,
        lambda record: Question(item=Item(key=record.key)),
        base=lambda row: row.item,
    )
    _save(Item, [row.item for row in made], [row.item for row in changed])
    for row in made:
        row.item = row.item  # now that it has an id
    _save(Question, made, changed)
    _tell_schedules(row.item_id for row in changed)


def _load_tables(course: Course, plan: Plan, topics: Mapping[str, Topic]) -> None:
    rows = {row.key: row for row in ComparisonTable.objects.all()}
    keys = {row.pk: row.key for row in topics.values()}

    def fill(row: ComparisonTable, record: rec.Table) -> None:
        row.title, row.order, row.summary = record.title, record.order, record.summary
        row.topic, row.columns, row.rows = topics[record.topic], list(record.columns), list(record.rows)

    merge = _Merge[ComparisonTable, rec.Table]("table", plan)
    made, changed = merge.run(
        course.tables, rows, lambda row: table_record(row, keys), fill, lambda record: ComparisonTable(key=record.key)
    )
    _save(ComparisonTable, made, changed)


def _load_misconceptions(course: Course, plan: Plan, facts: Mapping[str, Fact]) -> None:
    rows = {row.key: row for row in Misconception.objects.all()}
    keys = {row.pk: row.key for row in facts.values()}

    def fill(row: Misconception, record: rec.Misconception) -> None:
        row.belief, row.fact, row.refutation = record.belief, facts[record.fact], record.refutation

    merge = _Merge[Misconception, rec.Misconception]("misconception", plan)
    made, changed = merge.run(
        course.misconceptions, rows, lambda row: misconception_record(row, keys), fill,
        lambda record: Misconception(key=record.key),
    )  # fmt: skip
    _save(Misconception, made, changed)


def _tell_schedules(items: Iterable[int]) -> None:
    """Bring what schedules keep of their items up to date."""
    item = Item.objects.filter(pk=OuterRef("item_id"))
    Schedule.objects.filter(item__in=list(items)).update(
        retired=Subquery(item.values("retired")),
        topic=Subquery(item.values("topic_id")),
        fact=Subquery(item.values("fact_id")),
    )


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


def _load_pairs(course: Course, plan: Plan) -> None:
    rows = {row.key: row for row in Pair.objects.all()}

    def fill(row: Pair, record: rec.Pair) -> None:
        row.left, row.right, row.difference = record.left, record.right, record.difference
        row.facts = list(record.facts)
        row.left_cases, row.right_cases = list(record.left_cases), list(record.right_cases)

    merge = _Merge[Pair, rec.Pair]("pair", plan)
    made, changed = merge.run(course.pairs, rows, pair_record, fill, lambda record: Pair(key=record.key))
    _save(Pair, made, changed)


def _load_diagrams(course: Course, plan: Plan, topics: Mapping[str, Topic]) -> None:
    rows = {row.key: row for row in Diagram.objects.all()}
    keys = {row.pk: row.key for row in topics.values()}

    def fill(row: Diagram, record: rec.Diagram) -> None:
        row.topic, row.svg = topics[record.topic], record.svg

    merge = _Merge[Diagram, rec.Diagram]("diagram", plan)
    made, changed = merge.run(
        course.diagrams, rows, lambda row: diagram_record(row, keys), fill, lambda record: Diagram(key=record.key)
    )
    _save(Diagram, made, changed)


# What follows from the rows ------------------------------------------------------------------------------


def _derive(model: Any, rows: Iterable[Any], names: Sequence[str], derive: Callable[[Any], None]) -> bool:
    """Derive each row's fields, save the rows whose fields are others than before, and tell whether there were any."""
    found = []
    for row in rows:
        before = [getattr(row, name) for name in names]
        derive(row)
        if [getattr(row, name) for name in names] != before:
            found.append(row)
    model.objects.bulk_update(found, names, batch_size=BATCH)
    return bool(found)


def _derive_all(keys: Collection[str] | None) -> bool:
    """Derive what follows from all rows, or from those with the keys and what hangs on them. Tell whether it changed.

    Every field is set, and only what is other than before is saved: so nothing can be forgotten.
    """
    glossary = articles.current_glossary()
    topics = {topic.pk: topic for topic in Topic.objects.all()}
    facts = list(Fact.objects.all())
    cards = list(Card.objects.select_related("item", "fact").all())
    questions = list(Question.objects.select_related("item", "item__topic").all())
    wrong = list(Misconception.objects.all())
    terms = list(Term.objects.all())
    everything = keys is None or any(term.key in keys for term in terms)  # a term may stand in every text

    def limit(key: str) -> float | None:
        return markup.TIMEOUT if keys is not None and key in keys else None

    def asked(key: str) -> bool:
        return everything or (keys is not None and key in keys)

    def derive_term(row: Term) -> None:
        if everything:
            articles.render_term(row, glossary, limit(row.key))

    of_fact = Counter(card.fact_id for card in cards if not card.item.retired)

    def derive_fact(row: Fact) -> None:
        if asked(row.key):
            articles.render_fact(row, glossary, limit(row.key))
        row.card_count = of_fact[row.pk]

    def derive_card(row: Card) -> None:
        if asked(row.item.key):
            _render_card(row, limit(row.item.key))

    taught: dict[int, dict[str, Fact]] = {pk: {} for pk in topics}
    for fact in sorted(facts, key=lambda fact: (fact.order, fact.key)):
        if not fact.retired:
            taught[fact.topic_id][fact.key] = fact
    every_item = chain((card.item for card in cards), (each.item for each in questions))
    of_topic = Counter(item.topic_id for item in every_item if not item.retired)
    topic_keys = {pk: topic.key for pk, topic in topics.items()}
    pairs, drawings = list(Pair.objects.all()), list(Diagram.objects.all())
    drawn: dict[int, dict[str, Diagram]] = {pk: {} for pk in topics}

    def derive_pair(row: Pair) -> None:
        if asked(row.key):
            articles.render_pair(row, limit(row.key))

    def derive_misconception(row: Misconception) -> None:
        if asked(row.key):
            articles.render_misconception(row, limit(row.key))

    def derive_question(row: Question) -> None:
        row.version = rec.version(question_record(row, topic_keys))
        row.misconceptions = sorted(_misconceptions(row.spec))
        if asked(row.item.key):
            row.face_html = markup.render(_NUMBER.sub("…", row.stem), timeout=limit(row.item.key))

    def derive_table(row: ComparisonTable) -> None:
        if asked(row.key):
            articles.render_table(row, limit(row.key))

    touched = _derive(ComparisonTable, ComparisonTable.objects.all(), ["cells_html"], derive_table)
    touched |= _derive(Misconception, wrong, ["refutation_html"], derive_misconception)
    touched |= _derive(Question, questions, ["version", "misconceptions", "face_html"], derive_question)
    touched |= _derive(Pair, pairs, ["difference_html", "cases_html"], derive_pair)
    touched |= _derive(Diagram, drawings, ["drawing", "mark"], articles.render_diagram)
    for diagram in drawings:
        if not diagram.retired:
            drawn[diagram.topic_id][diagram.key] = diagram
    walk = course_order([topic_record(topic, topic_keys) for topic in topics.values() if not topic.retired])
    place = {topic.key: number for number, topic in enumerate(walk, start=1)}

    def derive_topic(row: Topic) -> None:
        row.position, row.depth = place.get(row.key, 0), 0
        above = row
        while above.parent_id and row.depth < len(topics):
            above = topics[above.parent_id]
            row.depth += 1
        row.fact_count, row.card_count = len(taught[row.pk]), of_topic[row.pk]
        articles.render_article(row, taught[row.pk], drawn[row.pk], glossary, limit(row.key))

    touched |= _derive(Term, terms, ["definition_html"], derive_term)
    names = ["statement_html", "notes_say_html", "today_html", "why_html", "recall_html", "card_count"]
    touched |= _derive(Fact, facts, names, derive_fact)
    touched |= _derive(Card, cards, ["front_html", "back_html", "reason_html"], derive_card)
    names = ["position", "depth", "fact_count", "card_count", "article_html"]
    touched |= _derive(Topic, topics.values(), names, derive_topic)
    touched |= _number_items(cards, questions, topics, {fact.pk: fact for fact in facts})
    return touched


def _misconceptions(spec: Mapping[str, Any]) -> set[str]:
    """Give the misconceptions that a question's answer can show."""
    options = [option for name in ("options", "wrong") for option in _options(spec.get(name))]
    return {*spec.get("misconceptions", ()), *(each["misconception"] for each in options if "misconception" in each)}


_NUMBER = re.compile(r"\{[a-z_0-9]+\}")  # that is drawn


def _options(value: Any) -> list[Any]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _render_card(row: Card, timeout: float | None) -> None:
    if row.kind == Kind.CLOZE:
        row.front_html = markup.render_cloze(row.front, filled=False, timeout=timeout)
        row.back_html = markup.render_cloze(row.front, filled=True, timeout=timeout)
    else:
        row.front_html = markup.render_inline(row.front, timeout=timeout)
        row.back_html = markup.render_inline(row.back, timeout=timeout)
    row.reason_html = markup.render_inline(row.reason, timeout=timeout)


def _number_items(
    cards: Sequence[Card], questions: Sequence[Question], topics: Mapping[int, Topic], facts: Mapping[int, Fact]
) -> bool:
    """Number the items through the course: by topic, by fact, cards before questions. Tell whether one changed.

    A question comes when the last of its facts has been met.

    Where the numbers shift, learners look for new items from the first shifted one on again. Retired items
    have 0, so that one that comes back always shifts.
    """
    every: list[Card | Question] = [*cards, *questions]
    taught = [each for each in every if not each.item.retired]

    order = {(fact.topic_id, fact.key): fact.order for fact in facts.values()}

    def place(each: Card | Question) -> tuple[int, int, bool, int, int]:
        topic, fact = topics[each.item.topic_id].position, facts[each.fact_id].order
        if isinstance(each, Question):
            fact = max(fact, *(order.get((each.item.topic_id, key), fact) for key in each.facts))
        return topic, fact, isinstance(each, Question), each.order, each.pk

    numbers = {each.pk: number for number, each in enumerate(sorted(taught, key=place), start=1)}
    shifted = []
    for card in every:
        number = numbers.get(card.pk, 0)
        if card.item.position != number:
            card.item.position = number
            shifted.append(card.item)
    Item.objects.bulk_update(shifted, ["position"], batch_size=BATCH)
    if found := [item.position for item in shifted if item.position]:
        Place.objects.filter(new_from__gt=min(found)).update(new_from=min(found))
    return bool(shifted)
