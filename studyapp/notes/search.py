"""Search over topics, facts, cards and terms: ranked, by prefix, forgiving small typos.

The index is SQLite's FTS5 in memory, one for each process, whichever database holds the rows: a course is
small enough to be indexed within a second, and so the search is the same everywhere. It is built anew when
the content's stamp changes. What a person types never becomes FTS syntax: it is split into words first.
"""

import html as entities
import re
import sqlite3  # pysqlite3 where there is a wheel: see studyapp/__init__.py
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.apps import apps
from django.utils.html import escape, strip_tags
from django.utils.safestring import SafeString, mark_safe
from rapidfuzz import process
from rapidfuzz.distance import OSA

from studyapp.notes.models import Edition, Fact, Term, Topic

LONGEST = 200  # characters of a query that are looked at
MOST_WORDS = 12
PER_PAGE = 20
MOST = 200  # results
WEIGHTS = (12.0, 8.0, 4.0, 1.0)  # key, title, text, more
# Private-use characters around what was found: they survive escaping, and no text of ours holds them.
_OPEN, _CLOSE = "\ue010", "\ue011"
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Result:
    """One thing that was found."""

    kind: str  # topic, fact, card or term
    key: str
    title: SafeString
    snippet: SafeString
    url: str


@dataclass(frozen=True, slots=True)
class Results:
    """What a query found, the best first."""

    query: str
    results: Sequence[Result]
    corrected: str = ""  # the words that were searched instead of those typed, if any


class _Index:
    def __init__(self, stamp: str) -> None:
        self.stamp = stamp
        self.lock = threading.Lock()
        self.database = sqlite3.connect(":memory:", check_same_thread=False)
        self.database.executescript(
            """
            CREATE VIRTUAL TABLE docs USING fts5(
                key, title, text, more, kind UNINDEXED, label UNINDEXED, url UNINDEXED,
                tokenize = "porter unicode61 remove_diacritics 2", prefix = '2 3'
            );
            CREATE VIRTUAL TABLE words_of USING fts5(text, tokenize = "unicode61 remove_diacritics 2");
            CREATE VIRTUAL TABLE words USING fts5vocab(words_of, 'row');
            """
        )
        rows = list(_documents())
        with self.database:
            self.database.executemany(
                "INSERT INTO docs (kind, key, label, title, text, more, url) VALUES (?, ?, ?, ?, ?, ?, ?)", rows
            )
            self.database.executemany(
                "INSERT INTO words_of (text) VALUES (?)", ((" ".join((row[1], *row[3:6])),) for row in rows)
            )
        self.vocabulary = [word for (word,) in self.database.execute("SELECT term FROM words") if len(word) > 2]
        self.known = set(self.vocabulary)

    def correct(self, word: str, *, last: bool) -> str:
        """Give the word of the course that a mistyped one comes nearest to; the word itself where none is near."""
        if len(word) < 4 or word in self.known or (last and any(known.startswith(word) for known in self.vocabulary)):
            return word
        most = 1 if len(word) < 7 else 2
        near = process.extractOne(word, self.vocabulary, scorer=OSA.distance, score_cutoff=most)
        return near[0] if near else word

    def search(self, words: Sequence[str], query: str) -> list[tuple[str, ...]]:
        """Find documents that hold every word, the last one as a prefix; else any of them."""
        terms = [f'"{word}"' for word in words]
        terms[-1] += " *"
        sql = (
            "SELECT kind, key, label, highlight(docs, 1, ?1, ?2), highlight(docs, 2, ?1, ?2), "
            "snippet(docs, 3, ?1, ?2, '…', 28), url FROM docs "
            "WHERE docs MATCH ?3 ORDER BY key = ?4 COLLATE NOCASE DESC, "
            f"bm25(docs, {', '.join(map(str, WEIGHTS))}) LIMIT {MOST}"
        )
        with self.lock:
            for joint in (" AND ", " OR "):
                found = self.database.execute(sql, (_OPEN, _CLOSE, joint.join(terms), query)).fetchall()
                if found or len(terms) == 1:
                    return found
        return []


def _documents() -> Iterator[tuple[str, str, str, str, str, str, str]]:
    """Give everything that can be found: (kind, key, label, title, text, more, url).

    A fact and a card are labelled with their topic, but not found by its title: that is the topic's.
    """
    for key, title, summary, body in Topic.objects.taught().values_list("key", "title", "summary", "body"):
        prose = re.sub(r"^\{\w+\}$", "", body, flags=re.MULTILINE)
        yield "topic", key, title, title, summary, _plain(prose), f"/topics/{key}/"
    facts = Fact.objects.taught().values_list(
        "key", "topic__key", "topic__title", "statement_html", "why_html", "notes_say_html", "today_html", "recall_html"
    )
    for key, topic, title, statement, *more in facts:
        yield "fact", key, title, "", _text(statement), _text(" ".join(more)), f"/topics/{topic}/#{key}"
    cards = apps.get_model("review", "Card").objects.filter(item__retired=False).order_by("item__position")
    for key, fact, title, front, back, reason in cards.values_list(
        "item__key", "fact__key", "item__topic__title", "front_html", "back_html", "reason_html"
    ):
        yield "card", key, title, "", _text(front), _text(f"{back} {reason}"), f"/facts/{fact}/#{key}"
    for key, term, definition in Term.objects.filter(retired=False).values_list("key", "term", "definition_html"):
        yield "term", key, term, term, _text(definition), "", f"/glossary/#{key}"


def _text(markup: str) -> str:
    return " ".join(entities.unescape(strip_tags(markup.replace("</p>", " </p>"))).split())


def _plain(markdown: str) -> str:
    """Give Markdown without its marks, near enough for a snippet."""
    text = re.sub(r"\]\([^)]*\)", "", markdown)
    return " ".join(re.sub(r"[`*_#|\[\]]+|^[-:| ]+$", " ", text, flags=re.MULTILINE).split())


def _marked(text: str) -> SafeString:
    return mark_safe(escape(text).replace(_OPEN, "<mark>").replace(_CLOSE, "</mark>"))


_current: list[_Index] = []
_building = threading.Lock()


def _index() -> _Index:
    stamp = Edition.current_stamp()
    if not _current or _current[0].stamp != stamp:
        with _building:
            if not _current or _current[0].stamp != stamp:
                _current[:] = [_Index(stamp)]
    return _current[0]


def words_of(query: str) -> list[str]:
    """Split what a person typed into the words that are searched."""
    return [word.casefold() for word in _WORD.findall(query[:LONGEST])][:MOST_WORDS]


def search(query: str) -> Results:
    """Find what a query asks for. One query to the database, more only when the content has changed."""
    query = " ".join(query[:LONGEST].replace("\0", " ").split())
    words = words_of(query)
    if not words:
        return Results(query, [])
    index = _index()
    fixed = [index.correct(word, last=number == len(words)) for number, word in enumerate(words, start=1)]
    results = list(_results(index.search(fixed, query)))
    return Results(query, results, " ".join(fixed) if fixed != words else "")


def _results(found: Iterable[tuple[str, ...]]) -> Iterator[Result]:
    for kind, key, label, title, text, more, url in found:
        snippet = more if _OPEN not in text and _OPEN in more else text
        yield Result(kind, key, _marked(title or label), _marked(snippet), url)
