"""An item as learners will see it, drawn by the templates of the real pages from a record that is not saved."""

from dataclasses import dataclass, replace
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from studyapp.content import diagrams
from studyapp.content.markup import TIMEOUT, Unrenderable
from studyapp.content.records import Question, Record
from studyapp.notes import articles
from studyapp.notes.models import Diagram, Fact
from studyapp.quiz.posing import posed
from studyapp.review.comparing import Memory, verdicts, view
from studyapp.schedules.day import Desk
from studyapp.studio.bounded import draw
from studyapp.studio.deriving import render_card
from studyapp.studio.rows import KINDS, Keys

SEED = 1  # of the variant that stands for a question


@dataclass(frozen=True, slots=True)
class _Front:
    """A card's front as the session shows it."""

    key: str
    topic: str
    front_html: str
    shown: Any = None


def preview(kind: str, record: Record | None, desk: Desk) -> SafeString:
    """Render an item from its record, and say why where it cannot be shown."""
    if record is None:
        return _cannot("What is marked cannot be read yet.")
    try:
        context = _context(kind, record, desk)
    except Unrenderable as problem:
        return _cannot(f"The text {problem}.")
    except (KeyError, ValueError, TypeError, IndexError, AttributeError) as problem:
        # Whatever the list of problems says of it: an item that is wrong need not be showable.
        return _cannot(f"It cannot be shown as it is ({type(problem).__name__}).")
    return render_to_string("studio/preview.html", {"kind": kind, **context})


def _cannot(why: str) -> SafeString:
    return format_html('<p class="flash flash-warning">{}</p>', why)


def _context(kind: str, record: Any, desk: Desk) -> dict[str, Any]:
    """Fill an unsaved row from a record, and derive what a page shows of it."""
    keys = Keys()
    if kind == "question":
        return _question(record)
    row = KINDS[kind].make(record.key)
    if kind == "topic":
        return _topic(row, record, keys)
    if kind == "card":  # whose fact may be a draft itself
        row.kind, row.front, row.back, row.reason = record.kind, record.front, record.back, record.reason
        render_card(row, TIMEOUT)
        topic = keys.topics.get(record.topic)
        return {"back": row, "front": _Front(record.key, topic.title if topic else "", row.front_html)}
    KINDS[kind].fill(row, record, keys)
    if kind == "fact":
        articles.render_fact(row, articles.current_glossary(), TIMEOUT)
        row.card_count = row.cards.model.objects.filter(fact__key=record.key, item__retired=False).count()
    elif kind == "table":
        articles.render_table(row, TIMEOUT)
        return {"view": view(row, {}, verdicts([row]), Memory({}, frozenset()), desk)}
    elif kind == "term":
        articles.render_term(row, articles.current_glossary(), TIMEOUT)
        return {"terms": [row]}
    elif kind == "pair":
        articles.render_pair(row, TIMEOUT)
        return {
            "pair": row,
            "left": row.cases_html[: len(row.left_cases)],
            "right": row.cases_html[len(row.left_cases) :],
        }
    elif kind == "misconception":
        articles.render_misconception(row, TIMEOUT)
    elif kind == "diagram":
        if next(diagrams.flaws(record.svg), None) is not None:
            raise ValueError("flawed")
        return {"drawing": mark_safe(diagrams.drawing(record.svg))}  # every element and value of it is on a list
    return {"row": row, "fact": row}


def _question(record: Question) -> dict[str, Any]:
    drawn = draw(record, SEED, within=TIMEOUT)
    if drawn.variant is None:
        raise ValueError(next(iter([*drawn.broken, *(message for _, message in drawn.flaws)]), ""))
    return {"posed": posed(drawn.variant), "variant": drawn.variant}


def _topic(row: Any, record: Any, keys: Keys) -> dict[str, Any]:
    KINDS["topic"].fill(row, replace(record, parent=""), keys)
    facts = {
        each.key: each for each in Fact.objects.filter(topic__key=record.key, retired=False).order_by("order", "key")
    }
    drawn = {each.key: each for each in Diagram.objects.filter(topic__key=record.key, retired=False)}
    articles.render_article(row, facts, drawn, articles.current_glossary(), TIMEOUT)
    return {"topic": row, "headings": list(articles.headings(row.article_html))}
