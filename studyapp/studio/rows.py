"""Rows and records: each kind of content, how its rows hold it, and how a record is written into a row."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from studyapp.content import records as rec
from studyapp.content.cells import PREFIX, is_cell
from studyapp.content.records import Course, course_order
from studyapp.notes.models import ComparisonTable, Diagram, Fact, Misconception, Pair, Statement, Term, Topic
from studyapp.quiz.models import Question
from studyapp.review.models import Card
from studyapp.schedules.models import Item, Schedule

Name = tuple[str, str]  # of an item: kind and key


class Keys:
    """Topics and facts by id and by key, read when they are first asked for."""

    @cached_property
    def topics(self) -> dict[str, Topic]:
        """Every topic by its key, retired ones too."""
        return {row.key: row for row in Topic.objects.all()}

    @cached_property
    def facts(self) -> dict[str, Fact]:
        """Every fact by its key, retired ones too."""
        return {row.key: row for row in Fact.objects.all()}

    def topic(self, pk: int | None) -> str:
        """Give the key of the topic with an id, nothing for None."""
        return "" if pk is None else self._topic_keys[pk]

    def fact(self, pk: int) -> str:
        """Give the key of the fact with an id."""
        return self._fact_keys[pk]

    @cached_property
    def _topic_keys(self) -> dict[int, str]:
        return {row.pk: row.key for row in self.topics.values()}

    @cached_property
    def _fact_keys(self) -> dict[int, str]:
        return {row.pk: row.key for row in self.facts.values()}


def _tidy(text: str) -> str:
    """Give text as files hold it: a browser's form sends CR LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _listed(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(map(_tidy, items))


# A row as its record ------------------------------------------------------------------------------------------


def topic_record(row: Topic, keys: Keys) -> rec.Topic:
    """Give the record of a topic's row."""
    return rec.Topic(
        row.key, keys.topic(row.parent_id), _tidy(row.title), row.order, _tidy(row.summary),
        _listed(row.neighbours), _tidy(row.body).strip("\n"),
    )  # fmt: skip


def fact_record(row: Fact, keys: Keys) -> rec.Fact:
    """Give the record of a fact's row."""
    return rec.Fact(
        row.key, keys.topic(row.topic_id), row.order, _tidy(row.statement), row.verdict, row.source, row.checked,
        _listed(row.covers), _tidy(row.notes_say), _tidy(row.today), _tidy(row.why), _tidy(row.recall),
        _listed(row.confused_with),
    )  # fmt: skip


def card_record(row: Card, keys: Keys) -> rec.Card:
    """Give the record of a card's row, which must come with its item and fact."""
    return rec.Card(
        row.item.key, row.fact.key, keys.topic(row.item.topic_id), row.order, row.kind, _tidy(row.front),
        _tidy(row.back), _listed(row.accept), _tidy(row.reason),
    )  # fmt: skip


def question_record(row: Question, keys: Keys) -> rec.Question:
    """Give the record of a question's row, which must come with its item."""
    return rec.Question(
        row.item.key, keys.topic(row.item.topic_id), row.order, row.kind, _listed(row.facts), row.domain,
        row.difficulty, _tidy(row.stem), row.spec, _tidy(row.explanation),
    )  # fmt: skip


def table_record(row: ComparisonTable, keys: Keys) -> rec.Table:
    """Give the record of a comparison table's row."""
    return rec.Table(
        row.key, _tidy(row.title), row.order, _tidy(row.summary), keys.topic(row.topic_id), _listed(row.columns),
        row.rows,
    )  # fmt: skip


def misconception_record(row: Misconception, keys: Keys) -> rec.Misconception:
    """Give the record of a misconception's row."""
    return rec.Misconception(row.key, _tidy(row.belief), keys.fact(row.fact_id), _tidy(row.refutation))


def term_record(row: Term, keys: Keys) -> rec.Term:
    """Give the record of a term's row."""
    return rec.Term(row.key, _tidy(row.term), _tidy(row.definition), _listed(row.aliases), keys.topic(row.topic_id))


def pair_record(row: Pair, keys: Keys) -> rec.Pair:
    """Give the record of a pair's row."""
    return rec.Pair(
        row.key, _tidy(row.left), _tidy(row.right), _tidy(row.difference), _listed(row.facts),
        _listed(row.left_cases), _listed(row.right_cases),
    )  # fmt: skip


def diagram_record(row: Diagram, keys: Keys) -> rec.Diagram:
    """Give the record of a diagram's row."""
    return rec.Diagram(row.key, keys.topic(row.topic_id), row.svg)


# A record into its row ----------------------------------------------------------------------------------------


def _fill_topic(row: Topic, record: rec.Topic, keys: Keys) -> None:
    row.title, row.order, row.summary = record.title, record.order, record.summary
    row.neighbours, row.body = list(record.neighbours), record.body
    above = keys.topics.get(record.parent)  # one that is new as well has no id yet: see `tie_topics`
    row.parent_id = above.pk if above else None


def _fill_fact(row: Fact, record: rec.Fact, keys: Keys) -> None:
    row.topic, row.order = keys.topics[record.topic], record.order
    for name in ("statement", "verdict", "source", "checked", "notes_say", "today", "why", "recall"):
        setattr(row, name, getattr(record, name))
    row.covers, row.confused_with = list(record.covers), list(record.confused_with)


def _fill_card(row: Card, record: rec.Card, keys: Keys) -> None:
    fact = keys.facts[record.fact]
    row.fact, row.item.fact, row.item.topic = fact, fact, keys.topics[record.topic]
    row.kind, row.front, row.back, row.reason = record.kind, record.front, record.back, record.reason
    row.accept, row.order = list(record.accept), record.order


def _fill_question(row: Question, record: rec.Question, keys: Keys) -> None:
    row.fact = row.item.fact = keys.facts[record.facts[0]]
    row.item.topic = keys.topics[record.topic]
    for name in ("order", "kind", "domain", "difficulty", "stem", "explanation"):
        setattr(row, name, getattr(record, name))
    row.facts, row.spec = list(record.facts), dict(record.spec)


def _fill_table(row: ComparisonTable, record: rec.Table, keys: Keys) -> None:
    row.title, row.order, row.summary = record.title, record.order, record.summary
    row.topic, row.columns, row.rows = keys.topics[record.topic], list(record.columns), list(record.rows)


def _fill_misconception(row: Misconception, record: rec.Misconception, keys: Keys) -> None:
    row.belief, row.fact, row.refutation = record.belief, keys.facts[record.fact], record.refutation


def _fill_term(row: Term, record: rec.Term, keys: Keys) -> None:
    row.term, row.definition, row.aliases = record.term, record.definition, list(record.aliases)
    row.topic = keys.topics[record.topic] if record.topic else None


def _fill_pair(row: Pair, record: rec.Pair, keys: Keys) -> None:
    row.left, row.right, row.difference = record.left, record.right, record.difference
    row.facts = list(record.facts)
    row.left_cases, row.right_cases = list(record.left_cases), list(record.right_cases)


def _fill_diagram(row: Diagram, record: rec.Diagram, keys: Keys) -> None:
    row.topic, row.svg = keys.topics[record.topic], record.svg


# The kinds ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of content: its records, its rows, and the way between them.

    The holder of a row is what has its key, fingerprint and retirement: the row itself, or its item.
    """

    name: str
    many: str  # the field of a course that holds its records
    record: type
    model: Any
    own: Callable[[Any, Keys], Any]  # row -> record
    fill: Callable[[Any, Any, Keys], None]  # writes a record into a row, unsaved
    is_item: bool = False  # whether FSRS schedules it

    def rows(self) -> QuerySet[Any]:
        """Give the rows, retired ones too; the cards of cells, which follow from tables, are not among them."""
        found: QuerySet[Any] = self.model.objects.all()
        if self.is_item:
            found = found.select_related("item", "fact")
        return found.exclude(item__key__startswith=PREFIX) if self.name == "card" else found

    def row(self, key: str) -> Any:
        """Give the row with a key, None if there is none."""
        return self.rows().filter(**{"item__key" if self.is_item else "key": key}).first()

    def make(self, key: str) -> Any:
        """Give a new row, unsaved."""
        return self.model(item=Item(key=key)) if self.is_item else self.model(key=key)

    def holder(self, row: Any) -> Any:
        """Give what holds the row's key, fingerprint and retirement."""
        return row.item if self.is_item else row

    def save(self, row: Any) -> None:
        """Save a row and its holder, and bring what schedules keep of it up to date."""
        if self.is_item:
            row.item.save()
            row.item = row.item  # now that it has an id
        row.save()
        if self.is_item:
            tell_schedules([row.item_id])


KINDS: Mapping[str, Kind] = {  # in the order in which they need one another
    kind.name: kind
    for kind in (
        Kind("topic", "topics", rec.Topic, Topic, topic_record, _fill_topic),
        Kind("fact", "facts", rec.Fact, Fact, fact_record, _fill_fact),
        Kind("card", "cards", rec.Card, Card, card_record, _fill_card, is_item=True),
        Kind("question", "questions", rec.Question, Question, question_record, _fill_question, is_item=True),
        Kind("term", "terms", rec.Term, Term, term_record, _fill_term),
        Kind("pair", "pairs", rec.Pair, Pair, pair_record, _fill_pair),
        Kind(
            "misconception", "misconceptions", rec.Misconception, Misconception, misconception_record,
            _fill_misconception,
        ),
        Kind("table", "tables", rec.Table, ComparisonTable, table_record, _fill_table),
        Kind("diagram", "diagrams", rec.Diagram, Diagram, diagram_record, _fill_diagram),
    )
}  # fmt: skip


def tell_schedules(items: Iterable[int]) -> None:
    """Bring what schedules keep of their items up to date."""
    item = Item.objects.filter(pk=OuterRef("item_id"))
    Schedule.objects.filter(item__in=list(items)).update(
        retired=Subquery(item.values("retired")),
        topic=Subquery(item.values("topic_id")),
        fact=Subquery(item.values("fact_id")),
    )


def course_from_rows() -> Course:
    """Give what is taught as a course: right after a load, the very one that was loaded."""
    keys = Keys()
    taught = [row for row in keys.topics.values() if not row.retired]
    ordered = course_order([topic_record(row, keys) for row in taught])
    place = {topic.key: number for number, topic in enumerate(ordered)}
    facts = [fact_record(row, keys) for row in Fact.objects.filter(retired=False, topic__retired=False)]
    card_rows = Card.objects.filter(item__retired=False, item__topic__retired=False, fact__retired=False)
    card_rows = card_rows.select_related("item", "fact")
    cards = [card_record(row, keys) for row in card_rows if not is_cell(row.item.key)]
    posed = Question.objects.filter(item__retired=False, item__topic__retired=False)
    questions = [question_record(row, keys) for row in posed.select_related("item")]
    wrong = [misconception_record(row, keys) for row in Misconception.objects.filter(retired=False)]
    compared = [table_record(row, keys) for row in ComparisonTable.objects.filter(retired=False, topic__retired=False)]
    sections: dict[str, list[str]] = {}
    for statement in Statement.objects.order_by("section_order", "key"):
        sections.setdefault(statement.section, []).append(statement.key)
    terms = [term_record(row, keys) for row in Term.objects.filter(retired=False)]
    pairs = [pair_record(row, keys) for row in Pair.objects.filter(retired=False)]
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


def tie_topics(records: Sequence[rec.Topic], rows: Mapping[str, Topic]) -> list[Topic]:
    """Set the parents of topics, now that all have an id; give the rows that this changed."""
    moved = []
    for record in records:
        above = rows[record.parent].pk if record.parent else None
        if rows[record.key].parent_id != above:
            rows[record.key].parent_id = above
            moved.append(rows[record.key])
    return moved
