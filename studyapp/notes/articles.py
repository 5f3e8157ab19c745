"""Derived HTML of the notes: rendered when something is saved, never when it is shown."""

import re
from collections.abc import Iterable, Mapping

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from studyapp.content import markup
from studyapp.content.checks import PLACEMENT
from studyapp.content.markup import Glossary
from studyapp.notes.models import Fact, Term, Topic

_HEADING = re.compile(r"<h([23])>(.*?)</h\1>", re.DOTALL)


def current_glossary() -> Glossary:
    """Give the glossary as the rows have it."""
    terms = Term.objects.filter(retired=False).order_by("key").values_list("key", "term", "aliases", "definition")
    return markup.glossary_of(terms)


def render_fact(fact: Fact, glossary: Glossary) -> None:
    """Fill a fact's derived HTML; saves nothing."""
    fact.statement_html = markup.render(fact.statement, glossary)
    fact.notes_say_html = markup.render_inline(fact.notes_say)
    fact.today_html = markup.render_inline(fact.today)
    fact.why_html = markup.render(fact.why, glossary)
    fact.recall_html = markup.render_inline(fact.recall)


def render_term(term: Term, glossary: Glossary) -> None:
    """Fill a term's derived HTML; saves nothing."""
    term.definition_html = markup.render(term.definition, glossary, without=term.key)


def render_article(topic: Topic, facts: Mapping[str, Fact], glossary: Glossary) -> None:
    """Fill a topic's article: its prose with the fact blocks in place. Saves nothing.

    The prose is cleaned; the blocks are put in afterwards, by a template of ours, so that only they may
    carry ids and classes.
    """
    parts: list[str] = []
    prose: list[str] = []

    def flush() -> None:
        text = "\n".join(prose).strip()
        prose.clear()
        if text:
            parts.append(markup.render(text, glossary))

    fenced = False
    for line in topic.body.split("\n"):
        fenced ^= line.startswith(("```", "~~~"))
        placed = PLACEMENT.match(line.strip())
        fact = facts.get(placed[1]) if placed and not fenced else None
        if fact is None:
            prose.append(line)
            continue
        flush()
        parts.append(render_to_string("notes/fact_block.html", {"fact": fact}))
    flush()
    topic.article_html = mark_safe(_with_heading_ids("\n".join(parts)))


def _with_heading_ids(html: str) -> str:
    """Give every heading an id that a table of contents can point to; they begin with `h-`, unlike facts'."""
    seen: dict[str, int] = {}

    def number(found: re.Match[str]) -> str:
        words = re.sub(r"<[^>]+>|&[a-z]+;", "", found[2]).casefold()
        slug = "h-" + (re.sub(r"[^a-z0-9]+", "-", words).strip("-") or "section")
        seen[slug] = seen.get(slug, 0) + 1
        if seen[slug] > 1:
            slug = f"{slug}-{seen[slug]}"
        return f'<h{found[1]} id="{slug}">{found[2]}</h{found[1]}>'

    return _HEADING.sub(number, html)


def headings(article_html: str) -> Iterable[tuple[str, str]]:
    """Give the second-level headings of an article: (id, text without marks)."""
    for found in re.finditer(r'<h2 id="([^"]+)">(.*?)</h2>', article_html, re.DOTALL):
        yield found[1], re.sub(r"<[^>]+>", "", found[2])
