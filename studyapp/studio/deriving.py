"""What follows from the rows: rendered text, counts, the walk of the course. Nothing of it is ever typed."""

import re
import secrets
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from django.db import transaction

from studyapp.content import markup, records
from studyapp.content.cells import PREFIX, cell_cards
from studyapp.content.records import course_order
from studyapp.notes import articles
from studyapp.notes.models import ComparisonTable, Diagram, Edition, Fact, Misconception, Pair, Term, Topic
from studyapp.quiz.models import Question
from studyapp.review.models import Card, Kind
from studyapp.schedules.models import Item, Place
from studyapp.studio import rows as held

BATCH = 500


def refresh(keys: Collection[str] | None = None) -> None:
    """Derive anew what follows from the rows, for changes made in the app.

    `keys` are those of the rows that were changed, whose text is a stranger's until it has been rendered;
    without them everything is derived. Call it in the transaction that saves the rows.

    Raises markup.Unrenderable; then nothing is derived.
    """
    with transaction.atomic():
        derive_all(keys)
        Edition.objects.update_or_create(pk=1, defaults={"stamp": secrets.token_hex(8)})


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


def derive_all(keys: Collection[str] | None) -> bool:
    """Derive what follows from all rows, or from those with the keys and what hangs on them. Tell whether it changed.

    Every field is set, and only what is other than before is saved: so nothing can be forgotten.
    """
    touched = _make_cells()
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
            render_card(row, limit(row.item.key))

    taught: dict[int, dict[str, Fact]] = {pk: {} for pk in topics}
    for fact in sorted(facts, key=lambda fact: (fact.order, fact.key)):
        if not fact.retired:
            taught[fact.topic_id][fact.key] = fact
    every_item = chain((card.item for card in cards), (each.item for each in questions))
    of_topic = Counter(item.topic_id for item in every_item if not item.retired)
    keys_of = held.Keys()
    pairs, drawings = list(Pair.objects.all()), list(Diagram.objects.all())
    drawn: dict[int, dict[str, Diagram]] = {pk: {} for pk in topics}

    def derive_pair(row: Pair) -> None:
        if asked(row.key):
            articles.render_pair(row, limit(row.key))

    def derive_misconception(row: Misconception) -> None:
        if asked(row.key):
            articles.render_misconception(row, limit(row.key))

    def derive_question(row: Question) -> None:
        row.version = records.version(held.question_record(row, keys_of))
        row.misconceptions = sorted(_misconceptions(row.spec))
        if asked(row.item.key):
            row.face_html = markup.render(_NUMBER.sub("…", row.stem), timeout=limit(row.item.key))

    def derive_table(row: ComparisonTable) -> None:
        if asked(row.key):
            articles.render_table(row, limit(row.key))

    touched |= _derive(ComparisonTable, ComparisonTable.objects.all(), ["cells_html"], derive_table)
    touched |= _derive(Misconception, wrong, ["refutation_html"], derive_misconception)
    touched |= _derive(Question, questions, ["version", "misconceptions", "face_html"], derive_question)
    touched |= _derive(Pair, pairs, ["difference_html", "cases_html"], derive_pair)
    touched |= _derive(Diagram, drawings, ["drawing", "mark"], articles.render_diagram)
    for diagram in drawings:
        if not diagram.retired:
            drawn[diagram.topic_id][diagram.key] = diagram
    walk = course_order([held.topic_record(topic, keys_of) for topic in topics.values() if not topic.retired])
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


def _make_cells() -> bool:
    """Bring the cards of cells into line with the comparison tables that are taught. Tell whether one changed."""
    keys = held.Keys()
    tables = ComparisonTable.objects.filter(retired=False, topic__retired=False)
    taught = {row.key: row for row in keys.facts.values() if not row.retired}
    course = records.Course(
        facts=tuple(held.fact_record(row, keys) for row in keys.facts.values()),
        tables=tuple(held.table_record(row, keys) for row in tables),
    )
    wanted = {record.key: record for record in cell_cards(course) if record.fact in taught}
    have = {
        row.item.key: row for row in Card.objects.select_related("item", "fact").filter(item__key__startswith=PREFIX)
    }
    kind = held.KINDS["card"]
    made, changed = [], []
    for key, record in wanted.items():
        row = have.get(key)
        if row is None:
            row = kind.make(key)
            made.append(row)
        elif row.item.retired or held.card_record(row, keys) != record:
            changed.append(row)
        else:
            continue
        kind.fill(row, record, keys)
        row.item.retired = False
    for key, row in have.items():
        if key not in wanted and not row.item.retired:
            row.item.retired = True
            changed.append(row)
    Item.objects.bulk_create([row.item for row in made], batch_size=BATCH)
    for row in made:
        row.item = row.item  # now that it has an id
    Card.objects.bulk_create(made, batch_size=BATCH)
    Item.objects.bulk_update([row.item for row in changed], ["fact", "topic", "retired"], batch_size=BATCH)
    Card.objects.bulk_update(changed, ["fact", "kind", "front", "back", "order"], batch_size=BATCH)
    held.tell_schedules([row.item_id for row in changed])
    return bool(made or changed)


def _misconceptions(spec: Mapping[str, Any]) -> set[str]:
    """Give the misconceptions that a question's answer can show."""
    options = [option for name in ("options", "wrong") for option in _options(spec.get(name))]
    return {*spec.get("misconceptions", ()), *(each["misconception"] for each in options if "misconception" in each)}


_NUMBER = re.compile(r"\{[a-z_0-9]+\}")  # that is drawn


def _options(value: Any) -> list[Any]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def render_card(row: Card, timeout: float | None) -> None:
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
