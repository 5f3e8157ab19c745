"""Spelling of the content: every word of prose stands in a dictionary, in the glossary or in `words.txt` beside this.

Code, links and words with capitals or digits inside are names, and left alone.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

from spellchecker import SpellChecker

from studyapp.content.checks import LISTS, MARKDOWN, Checked
from studyapp.content.diagrams import FIGURE
from studyapp.content.markup import blank_code
from studyapp.content.reader import Reading
from studyapp.content.records import Course, Problem, Question, Table

OWN = Path(__file__).with_name("words.txt")
_PLAIN = {"topic": ("title", "summary"), "term": ("term", "aliases"), "pair": ("left", "right"), "card": ("back",)}
_ADDRESS = re.compile(r"https?://\S+|\]\([^)]*\)")
_DRAWN = re.compile(r"\{[a-z_]+\}")  # a number of a scenario question
_WORD = re.compile(r"(?<![\w.@/-])[A-Za-z][A-Za-z'’]*(?![\w@/])")


@lru_cache(maxsize=1)
def _dictionary() -> SpellChecker:
    return SpellChecker(distance=1)


def words_of(text: str) -> Iterator[tuple[int, str]]:
    """Give the words of a Markdown text that a dictionary should know: offset and word, in lower case."""
    prose = FIGURE.sub(lambda found: f"{found[1]} {found[3] or ''}".ljust(len(found[0])), text)
    prose = _DRAWN.sub(lambda found: " " * len(found[0]), prose)
    prose = _ADDRESS.sub(lambda found: " " * len(found[0]), blank_code(prose))
    for found in _WORD.finditer(prose):
        word = found[0].replace("’", "'").strip("'")
        if len(word) > 1 and not re.search("[A-Z]", word[1:]):
            yield found.start(), word.lower()


def _stem(word: str) -> str:
    return word.removesuffix("'s").removesuffix("'")


def _texts(record: Checked) -> Iterator[tuple[str, int | None, str]]:
    kind = type(record).__name__.lower()
    names = {*MARKDOWN[kind], *_PLAIN.get(kind, ())}
    for each in fields(record):
        if each.name in names:
            value = getattr(record, each.name)
            listed = each.name in LISTS or isinstance(value, tuple)
            for number, text in enumerate(value if listed else [value]):
                yield each.name, number if listed else None, text
    if isinstance(record, Question):
        for path, text in _prose(record.spec, "spec"):
            yield path, None, text
    if isinstance(record, Table):
        for number, row in enumerate(record.rows):
            yield f"rows[{number}].name", None, str(row.get("name", ""))
        for path, text in _prose(list(record.rows), "rows"):
            yield path, None, text


# What in the spec of a question is prose.
_PROSE = ("text", "reason", "left", "right", "unit", "decoys", "option", "words")


def _prose(value: Any, path: str) -> Iterator[tuple[str, str]]:
    named = path.rpartition(".")[2].partition("[")[0]
    if isinstance(value, str):
        if named in _PROSE:
            yield path, value
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from _prose(each, f"{path}.{name}" if named != "words" else path)
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _prose(each, f"{path}[{number}]")


def _known(course: Course) -> set[str]:
    """Give the words that are ours: those of `words.txt`, and the names in the glossary."""
    own = set(OWN.read_text(encoding="utf-8").split())
    for term in course.terms:
        for name in (term.term, *term.aliases):
            own.update(word for _, word in words_of(name))
    return own


def misspelt(reading: Reading) -> Iterator[Problem]:
    """Give every word that nobody knows, once for each text, with its place and what may be meant."""
    course, dictionary = reading.course, _dictionary()
    known = _known(course)
    records: tuple[tuple[Checked, ...], ...] = (
        course.topics, course.facts, course.cards, course.questions, course.terms, course.pairs,
        course.misconceptions, course.tables,
    )  # fmt: skip
    for record in chain.from_iterable(records):
        kind, key = type(record).__name__.lower(), record.key  # type: ignore[union-attr]
        for name, item, text in _texts(record):
            found = {_stem(word): offset for offset, word in words_of(text)}
            for word in sorted(dictionary.unknown(found.keys() - known)):
                near = dictionary.correction(word)
                hint = f'; did you mean "{near}"?' if near and near != word else "."
                message = f'"{word}" is in no dictionary{hint} If it is right, add it to studyapp/content/words.txt'
                problem = reading.source.problem(kind, key, name, message, item=item)
                if name == "body":
                    before = text[: found[word]]
                    line = reading.source.body_lines.get(key, 1) + before.count("\n")
                    problem = Problem(problem.file, line, len(before) - before.rfind("\n"), name, message)
                yield problem
