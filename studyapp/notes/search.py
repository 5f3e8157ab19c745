"""Search over topics, facts, cards and terms: ranked, by prefix, forgiving small typos.

The index is SQLite's FTS5 in memory, one for each process, whichever database holds the rows: a course is
small enough to be indexed within a second, and so the search is the same everywhere. It is built anew when
the content's stamp changes. What a person types never becomes FTS syntax: it is split into words first.
"""

import html as entities
import re
import sqlite3  # pysqlite3 where there is a wheel: see studyapp/__init__.py
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

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

    @property
    def code(self) -> str:
        """The key, where people go by it."""
        return self.key if self.kind in ("fact", "card") else ""


class Found(Sequence[Result]):
    """What was found, the best first: all of it is known by number, and only what is looked at is drawn."""

    def __init__(self, index: "_Index", match: str, rows: Sequence[int]) -> None:
        self._index, self._match, self._rows = index, match, rows

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, place: int) -> Result: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Result]: ...
    def __getitem__(self, place: int | slice) -> Result | Sequence[Result]:
        if isinstance(place, slice):
            return self._index.draw(self._match, self._rows[place])
        return self._index.draw(self._match, [self._rows[place]])[0]

    def __iter__(self) -> Iterator[Result]:
        return iter(self[:])


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
            self.database.execute("INSERT INTO docs (docs, rank) VALUES ('rank', ?)", [f"bm25{WEIGHTS}"])
        self.topics = sum(row[0] == "topic" for row in rows)  # which come first
        self.keys = {row[1].casefold(): number for number, row in enumerate(rows, start=1)}
        # By length, the most used first: of words that come equally near, that one is meant.
        self.vocabulary: dict[int, list[str]] = {}
        for (word,) in self.database.execute("SELECT term FROM words WHERE length(term) > 2 ORDER BY doc DESC, term"):
            self.vocabulary.setdefault(len(word), []).append(word)

    def _rows(self, match: str) -> list[int]:
        sql = f"SELECT rowid FROM docs WHERE docs MATCH ? ORDER BY rank LIMIT {MOST}"
        with self.lock:
            return [row for (row,) in self.database.execute(sql, [match])]

    def correct(self, word: str, *, last: bool) -> str:
        """Give the word of the course that a mistyped one comes nearest to.

        The word itself where it finds something, as another form of a word does, or where none is near.
        """
        if len(word) < 4:
            return word
        with self.lock:
            known = self.database.execute("SELECT 1 FROM docs WHERE docs MATCH ? LIMIT 1", [_term(word, begun=last)])
            if known.fetchone():
                return word
        most = 1 if len(word) < 7 else 2
        lengths = sorted(range(len(word) - most, len(word) + most + 1), key=lambda length: abs(length - len(word)))
        near = [
            found
            for length in lengths
            if (
                found := process.extractOne(
                    word, self.vocabulary.get(length, ()), scorer=OSA.distance, score_cutoff=most
                )
            )
        ]
        return min(near, key=lambda found: found[1])[0] if near else word

    def search(self, words: Sequence[str], query: str) -> Found:
        """Find documents that hold every word, the last one as a prefix; else any of them.

        What has the query for its key comes first, then what has its words in the title: a long page would
        else come after the many short texts that use a word as often for their length.
        """
        terms = [_term(word, begun=number == len(words)) for number, word in enumerate(words, start=1)]
        match, rows = "", []
        for joint in (" AND ", " OR ")[: len(terms)]:
            match = joint.join(terms)
            if rows := self._rows(match):
                break
        titled = sorted(self._rows(f"title : ({match})"), key=lambda row: row > self.topics) if rows else []
        rows = list(dict.fromkeys([*titled, *rows]))
        exact = self.keys.get(query.casefold())
        if exact is not None and rows:
            rows = [exact, *(row for row in rows if row != exact)]
        return Found(self, match, rows)

    def draw(self, match: str, rows: Sequence[int]) -> list[Result]:
        """Give these documents as results, with what the match found in them marked."""
        with self.lock:
            return [self._draw(match, row) for row in rows]

    def _draw(self, match: str, row: int) -> Result:
        values = (_OPEN, _CLOSE, match, row)
        kind, key, label, title, text, url = self.database.execute(_MARKED, values).fetchone()
        if _OPEN not in text:  # a passage of a long text is dear, and wanted only where nothing else tells why
            passage = self.database.execute(_PASSAGE, values).fetchone()[0]
            text = passage if _OPEN in passage else text
        return Result(kind, key, _marked(title or label), _marked(text), url)


_MARKED = (
    "SELECT kind, key, label, highlight(docs, 1, ?1, ?2), highlight(docs, 2, ?1, ?2), url "
    "FROM docs WHERE docs MATCH ?3 AND rowid = ?4"
)
_PASSAGE = "SELECT snippet(docs, 3, ?1, ?2, '…', 28) FROM docs WHERE docs MATCH ?3 AND rowid = ?4"


def _term(word: str, *, begun: bool) -> str:
    """Give a word as FTS5 wants it; the beginning of one, if it may not be finished."""
    return f'"{word}" *' if begun else f'"{word}"'


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


def normalized(query: str) -> str:
    """Give a query without what does not count."""
    return " ".join(query[:LONGEST].replace("\0", " ").split())


def search(query: str) -> Results:
    """Find what a query asks for. One query to the database, more only when the content has changed."""
    query = normalized(query)
    words = words_of(query)
    if not words:
        return Results(query, [])
    index = _index()
    fixed = [index.correct(word, last=number == len(words)) for number, word in enumerate(words, start=1)]
    return Results(query, index.search(fixed, query), " ".join(fixed) if fixed != words else "")
