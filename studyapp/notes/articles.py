"""Derived HTML of the notes: rendered when something is saved, never when it is shown.

With a `timeout`, in seconds for each text, the text may be what a person has sent: see `content.markup`.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping

from django.template.loader import render_to_string

from studyapp.content import diagrams, markup
from studyapp.content.diagrams import FIGURE
from studyapp.content.markup import MARK_CLOSE, MARK_OPEN, Glossary
from studyapp.notes.models import ComparisonTable, Diagram, Fact, Misconception, Pair, Term, Topic

_HEADING = re.compile(r"<h([23])>(.*?)</h\1>", re.DOTALL)
_TERM = re.compile(r'<a href="/glossary/#([^"]*)"[^>]*>([^<]*)</a>')
_FIGURE = "figure:"  # no fact's key begins so
_PLACED = re.compile(f"(?:<p>)?{MARK_OPEN}([^{MARK_CLOSE}]*){MARK_CLOSE}(?:</p>)?")


def current_glossary() -> Glossary:
    """Give the glossary as the rows have it."""
    terms = Term.objects.filter(retired=False).order_by("key").values_list("key", "term", "aliases")
    return markup.glossary_of(terms)


def render_fact(fact: Fact, glossary: Glossary, timeout: float | None = None) -> None:
    """Fill a fact's derived HTML; saves nothing. Raises markup.Unrenderable."""
    fact.statement_html = markup.render(fact.statement, glossary, timeout=timeout)
    fact.notes_say_html = markup.render_inline(fact.notes_say, timeout=timeout)
    fact.today_html = markup.render_inline(fact.today, timeout=timeout)
    fact.why_html = markup.render(fact.why, glossary, timeout=timeout)
    fact.recall_html = markup.render_inline(fact.recall, timeout=timeout)


def render_term(term: Term, glossary: Glossary, timeout: float | None = None) -> None:
    """Fill a term's derived HTML; saves nothing. Raises markup.Unrenderable."""
    term.definition_html = markup.render(term.definition, glossary, without=term.key, timeout=timeout)


def render_table(row: ComparisonTable, timeout: float | None = None) -> None:
    """Fill a table's derived HTML; saves nothing. Raises markup.Unrenderable."""
    row.cells_html = [
        [markup.render_inline(cell["text"], timeout=timeout) for cell in line["cells"]] for line in row.rows
    ]


def render_misconception(row: Misconception, timeout: float | None = None) -> None:
    """Fill a misconception's derived HTML; saves nothing. Raises markup.Unrenderable."""
    row.refutation_html = markup.render_inline(row.refutation, timeout=timeout)


def render_pair(pair: Pair, timeout: float | None = None) -> None:
    """Fill a pair's derived HTML; saves nothing. Raises markup.Unrenderable."""
    pair.difference_html = markup.render_inline(pair.difference, timeout=timeout)
    pair.cases_html = [markup.render_inline(case, timeout=timeout) for case in [*pair.left_cases, *pair.right_cases]]


def render_diagram(diagram: Diagram) -> None:
    """Fill what is served of a diagram; saves nothing."""
    flawed = next(diagrams.flaws(diagram.svg), None) is not None
    diagram.drawing = "" if flawed else diagrams.drawing(diagram.svg)
    diagram.mark = hashlib.sha256(diagram.drawing.encode()).hexdigest()[:12]


def render_article(
    topic: Topic, facts: Mapping[str, Fact], drawn: Mapping[str, Diagram], glossary: Glossary,
    timeout: float | None = None,
) -> None:  # fmt: skip
    """Fill a topic's article: its prose with the blocks of the given facts and diagrams in place. Saves nothing.

    The prose is cleaned first; the blocks are put in afterwards, by a template of ours, so that only they
    may carry ids and classes. A fact that the prose does not place comes last.

    Raises markup.Unrenderable.
    """
    body = topic.body
    parts, done = [], 0
    missing = dict(facts)
    figures = {figure.start(): figure for figure in FIGURE.finditer(markup.blank_code(body))}
    places = [(start, end, key) for start, end, key in markup.placements(body)]
    places += [(figure.start(), figure.end(), f"{_FIGURE}{start}") for start, figure in figures.items()]
    for start, end, key in sorted(places):
        parts.append(markup.without_marks(body[done:start]))
        if missing.pop(key, None) or key.startswith(_FIGURE):
            parts.append(f"\n{MARK_OPEN}{key}{MARK_CLOSE}\n")
        done = end
    parts.append(markup.without_marks(body[done:]))
    html = _with_heading_ids(markup.render("".join(parts), glossary, timeout=timeout))
    html = html.replace("<table>", '<table tabindex="0">')  # wide ones scroll, which the keyboard must be able to

    def placed(found: re.Match[str]) -> str:
        if not found[1].startswith(_FIGURE):
            return _block(facts[found[1]])
        figure = figures[int(found[1].removeprefix(_FIGURE))]
        return _figure(figure, drawn.get(figure[2]))

    html = _PLACED.sub(placed, html)
    topic.article_html = _link_once("\n".join([html, *map(_block, missing.values())]))


def _link_once(html: str) -> str:
    """Keep the first link to each term: prose and blocks were linked apart, each for itself."""
    linked: set[str] = set()

    def keep(found: re.Match[str]) -> str:
        if found[1] in linked:
            return found[2]
        linked.add(found[1])
        return found[0]

    return _TERM.sub(keep, html)


def _figure(figure: re.Match[str], diagram: Diagram | None) -> str:
    """Show a diagram with its caption and its text alternative; of one that cannot be shown, the words remain."""
    context = {"diagram": diagram, "words": figure[1].strip(), "caption": (figure[3] or "").strip()}
    if diagram and diagram.drawing:
        context["height"] = diagrams.height(diagram.svg)
    return render_to_string("notes/figure.html", context)


def _block(fact: Fact) -> str:
    return render_to_string("notes/fact_block.html", {"fact": fact})


def _with_heading_ids(html: str) -> str:
    """Give every heading an id that a table of contents can point to; they begin with `h-`, unlike facts'."""
    taken: set[str] = set()

    def number(found: re.Match[str]) -> str:
        words = re.sub(r"<[^>]+>|&[a-z]+;", "", found[2]).casefold()
        base = slug = "h-" + (re.sub(r"[^a-z0-9]+", "-", words).strip("-") or "section")
        again = 1
        while slug in taken:
            again += 1
            slug = f"{base}-{again}"
        taken.add(slug)
        return f'<h{found[1]} id="{slug}">{found[2]}</h{found[1]}>'

    return _HEADING.sub(number, html)


def headings(article_html: str) -> Iterable[tuple[str, str]]:
    """Give the second-level headings of an article: (id, text without marks)."""
    for found in re.finditer(r'<h2 id="([^"]+)">(.*?)</h2>', article_html, re.DOTALL):
        yield found[1], re.sub(r"<[^>]+>", "", found[2])
