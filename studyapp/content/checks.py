"""The laws of the content: what must hold between records, and what a good card looks like to a machine."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date, timedelta
from itertools import chain, islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from studyapp.assessment import drawing
from studyapp.assessment import questions as assessment
from studyapp.content.diagrams import FIGURE, flaws
from studyapp.content.markup import LONGEST, blank_code, placements
from studyapp.content.reader import Reading, read_course
from studyapp.content.records import (
    Card,
    Course,
    Diagram,
    Fact,
    Misconception,
    Pair,
    Problem,
    Question,
    Section,
    Table,
    Term,
    Topic,
)
from studyapp.content.writer import render_course
from studyapp.content.yamlformat import UNWANTED, suggestion, unwanted
from studyapp.simulators.door import families

VERDICTS = ("holds", "simplified", "outdated", "wrong")
KINDS = ("basic", "reversed", "cloze", "typed")
CHECK_EVERY = timedelta(days=180)
MIN_CARDS = 2  # of a fact
DIFFICULTIES = (1, 2, 3)
MISCONCEPTION_KEY = re.compile(r"[a-z0-9]+([_-][a-z0-9]+)*")
HOW_MANY = re.compile(r"\b(choose|select|pick) (two|three|four|[2-9])\b", re.IGNORECASE)

STATEMENT_KEY = re.compile(r"N[0-9]{3}")
FACT_KEY = re.compile(r"[NA][0-9]{3}")
CARD_KEY = re.compile(r"([NA][0-9]{3})-[a-z]")
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LAB = re.compile(r"[a-z-]+(/[a-z-]+)?")
BLANK = re.compile(r"\{\{(.{1,240}?)\}\}")
LINK = re.compile(r"(!?)\[[^\[\]]*\]\(\s*<?([^)\s>]*)")
RAW_HTML = re.compile(r"<(?!https?://)(?:/?[a-zA-Z][^<>\s]*|!--)[^<>\n]*>?")
TOP_HEADING = re.compile(r"^#(?!#)|^(?=\S).*\n=+ *$", re.MULTILINE)
LOW_HEADING = re.compile(r"^#{5,}", re.MULTILINE)
REFERENCE = re.compile(r"^ {0,3}\[[^\]\n]+\]:", re.MULTILINE)
STRAY = re.compile(r"\{[NA][0-9]{3}\}")

LENGTHS = {  # in characters
    "section": {"section": 80},
    "fact": {"statement": 360, "notes_say": 400, "today": 600, "why": 400, "recall": 200, "source": 300},
    "card": {"front": 240, "back": 160, "reason": 240, "accept": 160},
    "topic": {"key": 64, "title": 80, "summary": 160, "body": LONGEST},
    "term": {"key": 64, "term": 60, "aliases": 60, "definition": 240},
    "pair": {"key": 64, "left": 40, "right": 40, "difference": 240, "left_cases": 200, "right_cases": 200},
    "question": {"key": 64, "stem": 700, "explanation": 500},
    "misconception": {"key": 64, "belief": 200, "refutation": 300},
    "table": {"key": 64, "title": 60, "summary": 200, "columns": 40},
    "diagram": {"key": 64},
}
# The fields of each kind that are Markdown.
MARKDOWN = {
    "section": (),
    "fact": ("statement", "notes_say", "today", "why", "recall"),
    "card": ("front", "back", "reason"),
    "topic": ("summary", "body"),
    "term": ("definition",),
    "pair": ("difference", "left_cases", "right_cases"),
    "question": ("stem", "explanation"),
    "misconception": ("belief", "refutation"),
    "table": ("summary",),
    "diagram": (),
}
CAPTION, IN_WORDS = 120, 700  # characters of a figure's caption and of its text alternative
MIN_CASES = 2  # for each side of a pair
MIN_COLUMNS, CELL = 2, 160  # of a comparison table; characters of a cell
LISTS = (
    "statements",
    "neighbours",
    "covers",
    "confused_with",
    "accept",
    "aliases",
    "facts",
    "left_cases",
    "right_cases",
)

Checked = Section | Topic | Fact | Card | Question | Table | Term | Pair | Misconception | Diagram


def blank_of(front: str) -> str | None:
    """Give what the one blank of a cloze hides, or None unless there is exactly one."""
    blanks = BLANK.findall(front)
    return blanks[0] if len(blanks) == 1 else None


def answer_of(card: Card) -> str:
    """Give the card's right answer as text."""
    return blank_of(card.front) or "" if card.kind == "cloze" else card.back


def _words(text: str) -> str:
    return " ".join(re.findall(r"[\w.*/-]+", re.sub(r"[`*_]", "", text).casefold()))


def gives_away(question: str, answer: str) -> bool:
    """Tell whether an answer stands in its own question, as whole words.

    An answer of one or two letters or digits is too common for that to mean anything, and where the
    question offers a choice ("A or B?", "A ... B. Which one?") the answer must stand in it.
    """
    wanted, asked = _words(answer), _words(BLANK.sub(" ", question))
    if len(wanted) < 3 or re.search(r"\b(or|between|which of|which one)\b", asked):
        return False
    return re.search(rf"(?<![\w-]){re.escape(wanted)}(?![\w-])", asked) is not None


class _Checker:
    def __init__(self, reading: Reading, today: date) -> None:
        self.course: Course = reading.course
        self.source = reading.source
        self.today = today
        self.problems: list[Problem] = []
        self.statements = dict(self.course.statements())
        self.topics = {topic.key: topic for topic in self.course.topics}
        self.facts = {fact.key: fact for fact in self.course.facts}
        self.misconceptions = {each.key: each for each in self.course.misconceptions}
        unread = (key for kind, key in self.source.unread if kind == "misconception")
        self.misconception_keys = {*self.misconceptions, *unread}
        self.diagrams = {diagram.key: diagram for diagram in self.course.diagrams}
        # What could not be read is a problem already; to point to it is not another.
        self.topic_keys = {*self.topics, *(key for kind, key in self.source.unread if kind == "topic")}
        self.fact_keys = {*self.facts, *(key for kind, key in self.source.unread if kind == "fact")}

    def report(
        self, record: Checked, name: str, message: str, *, item: int | None = None, warning: bool = False
    ) -> None:
        """Report a problem at a field of a record, or at an item of it."""
        problem = self.source.problem(_kind(record), _key(record), name, message, item=item, warning=warning)
        self.problems.append(problem)

    def report_in(self, topic: Topic, offset: int, message: str) -> None:
        """Report a problem within a topic's body."""
        before = topic.body[:offset]
        file = self.source.files.get(("topic", topic.key), "")
        line = self.source.body_lines.get(topic.key, 1) + before.count("\n")
        self.problems.append(Problem(file, line, len(before) - before.rfind("\n"), "body", message))

    def texts(self, record: Checked) -> None:
        """What holds for every text of a record."""
        kind = _kind(record)
        for name in (each.name for each in fields(record)):
            value = getattr(record, name)
            most = LENGTHS[kind].get(name, LONGEST)
            values = value if isinstance(value, tuple) else (value,)
            for number, text in enumerate(values):
                if not isinstance(text, str):
                    continue
                item = number if isinstance(value, tuple) else None
                if len(text) > most:
                    message = f"has {len(text):,} characters; at most {most:,}: say it shorter"
                    self.report(record, name, message, item=item)
                elif found := UNWANTED.search(text):
                    self.report(record, name, unwanted(found[0]), item=item)
                elif name in LISTS and not text.strip():
                    self.report(record, name, "has an empty item: remove it", item=item)
                elif name in LISTS and text in values[:number]:
                    self.report(record, name, f'names "{text[:60]}" twice: keep one', item=item)
                elif name in MARKDOWN[kind]:
                    self.markdown(record, name, text)

    def markdown(self, record: Checked, name: str, text: str) -> None:
        """Refuse what would not be rendered, and links that lead nowhere."""
        prose = blank_code(text)
        if name == "body":  # what stands there instead is for `figures`
            prose = FIGURE.sub(lambda figure: " " * len(figure[0]), prose)
        found: list[tuple[int, str]] = []
        for tag in islice(RAW_HTML.finditer(prose), 1):
            shown = text[tag.start() : tag.end()][:40]
            found.append((tag.start(), f"holds the HTML tag {shown}: write Markdown, or put it in `code`"))
        for heading in islice(TOP_HEADING.finditer(prose), 1):
            message = "has a heading of the first level: the title is that; begin with ##"
            found.append((heading.start(), message))
        for heading in islice(LOW_HEADING.finditer(prose), 1):
            found.append((heading.start(), "has a heading of the fifth level: at most ####"))
        for reference in islice(REFERENCE.finditer(prose), 1):
            found.append((reference.start(), "defines a link apart from its words: write [words](address)"))
        for link in LINK.finditer(prose):
            message = self.link(link[2])
            if link[1] and name == "body":
                message = 'holds an image: write ![in words](diagram:KEY "Caption") alone on its line'
            elif link[1]:
                message = "holds an image, which is not shown: remove it"
            if message:
                found.append((link.start() if link[1] else link.start(2), message))
        for offset, message in found:
            if name == "body" and isinstance(record, Topic):
                self.report_in(record, offset, message)
            else:
                self.report(record, name, message)

    def link(self, target: str) -> str:
        """Give what is wrong with a link's target, or nothing."""
        scheme, _, key = target.partition(":")
        known = {"topic": self.topic_keys, "fact": self.fact_keys}.get(scheme)
        if scheme == "lab":
            return "" if LAB.fullmatch(key) else f'links to the lab "{key[:60]}": write lab:NAME or lab:NAME/EXAMPLE'
        if known is None:
            return (
                ""
                if scheme == "https"
                else f'links to "{target[:60]}": write topic:KEY, fact:KEY, lab:NAME or https://...'
            )
        if key in known:
            return ""
        return f'links to the {scheme} "{key[:60]}", which does not exist{suggestion(key, known) or ": name another"}'

    def known(self, record: Checked, name: str, keys: Collection[str], what: str, remedy: str) -> None:
        """Every item of a list is one of the keys, and not the record's own."""
        for number, key in enumerate(getattr(record, name)):
            if key == _key(record) and name != "covers":
                self.report(record, name, f"names the {_kind(record)} itself: remove it", item=number)
            elif key not in keys:
                hint = suggestion(key, keys) or f": {remedy}"
                self.report(record, name, f'"{key[:60]}" is no {what}{hint}', item=number)

    def filled(self, record: Checked, *names: str) -> None:
        for name in names:
            if not getattr(record, name).strip():
                self.report(record, name, "is empty: write one")

    def section(self, section: Section, seen: dict[str, str]) -> None:
        self.filled(section, "section")
        for number, key in enumerate(section.statements):
            if not STATEMENT_KEY.fullmatch(key):
                self.report(section, "statements", f'"{key[:60]}" must be N and three digits, as in N030', item=number)
            elif seen.setdefault(key, section.section) != section.section:
                self.report(section, "statements", f'{key} stands in "{seen[key]}" already: keep one', item=number)

    def topic(self, topic: Topic) -> None:
        if not SLUG.fullmatch(topic.key):
            self.report(topic, "key", "the folder's name must be lower-case words with hyphens, as in task-placement")
        if topic.parent and topic.parent not in self.topic_keys:
            self.report(topic, "parent", f'lies below "{topic.parent}", which is no topic: write its topic.md')
        above, seen = topic.parent, {topic.key}
        while above in self.topics and above not in seen:
            seen.add(above)
            above = self.topics[above].parent
        if above and above in seen:
            self.report(topic, "parent", f"leads back to {above}: a topic cannot lie below itself")
        self.known(topic, "neighbours", self.topic_keys, "topic", "name a folder of the tree")
        self.filled(topic, "title", "summary")
        if len(topic.body) <= LONGEST:
            self.placements(topic)
            self.figures(topic)

    def placements(self, topic: Topic) -> None:
        """Every fact of the topic stands once in its body, alone on its line, and nothing else does."""
        own = {fact.key for fact in self.course.facts if fact.topic == topic.key}
        placed: set[str] = set()
        prose = list(blank_code(topic.body))
        for start, end, key in placements(topic.body):
            prose[start:end] = " " * (end - start)
            if key in placed:
                self.report_in(topic, start, f"{key} is placed twice: keep one")
            elif key in own:
                placed.add(key)
            elif key in self.facts:
                where = f"belongs to {self.facts[key].topic}"
                self.report_in(topic, start, f'"{key}" {where}: place facts of this topic, link to others')
            elif key not in self.fact_keys:
                hint = suggestion(key, own) or ": place a fact of facts.yaml"
                self.report_in(topic, start, f'"{key[:60]}" is no fact{hint}')
        for stray in STRAY.finditer("".join(prose)):
            self.report_in(topic, stray.start(), f"{stray[0]} must stand alone on its line, or be a [link](fact:KEY)")
        for key in sorted(own - placed):
            self.report(topic, "body", f"does not place {key}: write {{{key}}} on a line of its own")

    def figures(self, topic: Topic) -> None:
        """Every drawing of the topic stands once in its body, with a caption and a text alternative."""
        own = {diagram.key for diagram in self.course.diagrams if diagram.topic == topic.key}
        shown: set[str] = set()
        for figure in FIGURE.finditer(blank_code(topic.body)):
            words, key, caption = figure[1].strip(), figure[2], (figure[3] or "").strip()
            if key in shown:
                self.report_in(topic, figure.start(2), f"shows {key} twice: keep one")
            elif key not in own:
                hint = suggestion(key, own) or f": put {key}.svg beside the topic"
                self.report_in(topic, figure.start(2), f'"{key[:60]}" is no diagram of this topic{hint}')
            shown.add(key)
            for what, text, most in (("text alternative", words, IN_WORDS), ("caption", caption, CAPTION)):
                if not text:
                    message = f'has no {what}: write ![what it shows, in words](diagram:{key} "Caption")'
                    self.report_in(topic, figure.start(), f"{key}: {message}")
                elif len(text) > most:
                    message = f"has a {what} of {len(text)} characters; at most {most}: say it shorter"
                    self.report_in(topic, figure.start(), f"{key}: {message}")
        for key in sorted(own - shown):
            self.report(
                topic, "body", f'does not show {key}.svg: write ![in words](diagram:{key} "Caption"), or remove it'
            )

    def diagram(self, diagram: Diagram) -> None:
        self.in_topic(diagram)
        if not SLUG.fullmatch(diagram.key):
            self.report(diagram, "key", "the file's name must be lower-case words with hyphens, as in image-pull.svg")
        file = self.source.files.get(("diagram", diagram.key), "")
        for flaw in flaws(diagram.svg):
            self.problems.append(Problem(file, flaw.line, flaw.column, "svg", flaw.message))

    def pair(self, pair: Pair) -> None:
        if not SLUG.fullmatch(pair.key):
            self.report(pair, "key", f'"{pair.key[:60]}" must be lower-case words with hyphens')
        self.filled(pair, "left", "right", "difference")
        self.known(pair, "facts", self.fact_keys, "fact that is taught", "name a key like N030")
        if not pair.facts:
            self.report(pair, "facts", "is empty: name the facts that tell the two apart")
        for name, side in (("left_cases", pair.left), ("right_cases", pair.right)):
            cases = getattr(pair, name)
            if len(cases) < MIN_CASES:
                self.report(pair, name, f"has {len(cases)} situations; at least {MIN_CASES} that want {side[:40]}")
            for number, case in enumerate(cases):
                if gives_away(case, pair.left) or gives_away(case, pair.right):
                    self.report(pair, name, "names one of the two: describe the situation alone", item=number)

    def in_topic(self, record: Fact | Question | Table | Term | Diagram) -> None:
        """The topic that a record belongs to is there; in the files it always is, for it is the folder."""
        if record.topic not in self.topic_keys:
            hint = suggestion(record.topic, self.topic_keys)
            self.report(record, "topic", f'"{record.topic[:60]}" is no topic{hint or ": name a folder of the tree"}')

    def fact(self, fact: Fact) -> None:
        self.in_topic(fact)
        if not FACT_KEY.fullmatch(fact.key):
            self.report(fact, "key", f'"{fact.key[:60]}" must be N or A and three digits, as in N030')
        elif fact.key.startswith("N") and fact.key not in fact.covers:
            self.report(fact, "covers", f"must name {fact.key}: the fact is named for that statement")
        elif fact.key.startswith("A") and fact.covers:
            self.report(fact, "covers", "must be left out: an addition covers no statement of the notes")
        self.known(fact, "covers", self.statements, "statement of the notes", "see inventory.yaml")
        self.known(fact, "confused_with", {*self.fact_keys, *self.statements}, "fact", "name a key like N030")
        self.filled(fact, "statement", "source")
        if fact.verdict not in VERDICTS:
            hint = suggestion(fact.verdict, VERDICTS)
            self.report(fact, "verdict", f'"{fact.verdict[:60]}" must be one of {", ".join(VERDICTS)}{hint}')
        for name in ("notes_say", "today"):
            if fact.verdict == "holds" and getattr(fact, name):
                self.report(fact, name, "must be left out where the verdict is holds, or the verdict is another")
            elif fact.verdict in VERDICTS[1:] and not getattr(fact, name).strip():
                self.report(fact, name, f"is missing: a fact that is {fact.verdict} says both sides")
        if fact.source.strip() and not _is_page(fact.source):
            self.report(fact, "source", f'"{fact.source[:80]}" must be an https address of the page read')
        if fact.checked > self.today:
            self.report(fact, "checked", f"{fact.checked} lies in the future: write the day the page was read")
        elif self.today - fact.checked > CHECK_EVERY:
            days = (self.today - fact.checked).days
            self.report(fact, "checked", f"is {days} days ago: read the source again and set the day", warning=True)

    def card(self, card: Card) -> None:
        key = CARD_KEY.fullmatch(card.key)
        if not key or key[1] != card.fact:
            message = f'"{card.key[:60]}" must be the key of its fact, a hyphen and a letter, as in {card.fact[:60]}-a'
            self.report(card, "key", message)
        fact = self.facts.get(card.fact)
        if fact and fact.topic != card.topic:
            self.report(card, "fact", f"{card.fact} belongs to {fact.topic}: move the card to that folder")
        elif card.fact not in self.fact_keys:
            hint = suggestion(card.fact, self.fact_keys)
            self.report(card, "fact", f'"{card.fact[:60]}" is no fact that is taught{hint or ": see facts.yaml"}')
        if card.kind not in KINDS:
            hint = suggestion(card.kind, KINDS)
            self.report(card, "kind", f'"{card.kind[:60]}" must be one of {", ".join(KINDS)}{hint}')
        if len(card.front) > LENGTHS["card"]["front"]:
            return  # which is said elsewhere
        if card.kind == "cloze":
            if blank_of(card.front) is None:
                count = len(BLANK.findall(card.front))
                self.report(card, "front", f"has {count} blanks; a cloze has exactly one, as in {{{{this}}}}")
            if card.back:
                self.report(card, "back", "must be left out: the answer of a cloze is its blank")
        else:
            if "{{" in card.front:
                self.report(card, "front", "has a blank, but the card is no cloze: set the kind or write a question")
            if not card.back.strip():
                self.report(card, "back", "is missing: every card has one right answer")
        if card.accept and card.kind != "typed":
            self.report(card, "accept", "is only for typed cards: remove it, or set the kind")
        if not card.reason.strip():
            self.report(card, "reason", "is missing: one sentence that says why the answer is right")
        answer = answer_of(card)
        if answer and gives_away(card.front, answer):
            self.report(card, "front", f'holds its own answer "{answer[:60]}": ask it another way')

    def question(self, question: Question) -> None:
        self.in_topic(question)
        if not SLUG.fullmatch(question.key):
            self.report(question, "key", f'"{question.key[:60]}" must be lower-case words with hyphens')
        self.filled(question, "stem", "explanation")
        self.known(question, "facts", self.fact_keys, "fact that is taught", "name a key like N030")
        if not question.facts:
            self.report(question, "facts", "is empty: name the facts that the question tests")
        elif (fact := self.facts.get(question.facts[0])) and fact.topic != question.topic:
            message = (
                f"{fact.key} belongs to {fact.topic}: move the question to that folder, or name another fact first"
            )
            self.report(question, "facts", message, item=0)
        if question.domain not in assessment.DOMAINS:
            hint = suggestion(question.domain, assessment.DOMAINS)
            message = f'"{question.domain[:60]}" must be one of {", ".join(assessment.DOMAINS)}{hint}'
            self.report(question, "domain", message)
        if question.difficulty not in DIFFICULTIES:
            self.report(question, "difficulty", f"is {question.difficulty}; 1 recall, 2 apply, 3 combine or diagnose")
        if found := HOW_MANY.search(question.stem):
            self.report(question, "stem", f'says "{found[0]}": the number is derived from the key')
        if question.kind not in assessment.KINDS:
            hint = suggestion(question.kind, assessment.KINDS)
            message = f'"{question.kind[:60]}" must be one of {", ".join(assessment.KINDS)}{hint}'
            self.report(question, "kind", message)
            return
        for flaw in assessment.check(question.kind, question.spec):
            self.report(question, f"spec.{flaw.at}".replace("spec.spec.", "spec."), flaw.message)
        for at, name in _named_misconceptions(question.spec):
            if name not in self.misconception_keys:
                hint = suggestion(name, self.misconception_keys) or ": write it to misconceptions.yaml"
                self.report(question, at, f'"{name[:60]}" is no misconception{hint}')
        if question.kind == "scenario" and isinstance(question.spec.get("let", {}), dict):
            drawn = {*question.spec.get("let", {}), "key"}
            for name in ("stem", "explanation"):
                for wanted in drawing.placeholders(getattr(question, name)):
                    if wanted not in drawn or (name, wanted) == ("stem", "key"):
                        hint = suggestion(wanted, drawn - {"key"} if name == "stem" else drawn)
                        self.report(question, name, f"wants {{{wanted}}}, which is not drawn{hint}")

    def table(self, table: Table) -> None:
        if not SLUG.fullmatch(table.key):
            self.report(table, "key", "the file's name must be lower-case words with hyphens, as in log-drivers.yaml")
        self.filled(table, "title", "summary")
        self.in_topic(table)
        if len(table.columns) < MIN_COLUMNS:
            self.report(table, "columns", f"has {len(table.columns)} columns; at least {MIN_COLUMNS} are compared")
        if not table.rows:
            self.report(table, "rows", "is empty: write a row for each thing that is compared")
        for number, row in enumerate(table.rows):
            self.table_row(table, number, row)

    def table_row(self, table: Table, number: int, row: Mapping[str, Any]) -> None:
        at, cells = f"rows[{number}]", row.get("cells")
        if not isinstance(row.get("name"), str) or not row["name"].strip() or set(row) != {"name", "cells"}:
            self.report(table, at, "must have a `name` and `cells`, and nothing else")
        if not isinstance(cells, list) or len(cells) != len(table.columns):
            count = len(cells) if isinstance(cells, list) else 0
            self.report(table, f"{at}.cells", f"has {count} cells for {len(table.columns)} columns: write one for each")
            return
        for place, cell in enumerate(cells):
            here = f"{at}.cells[{place}]"
            if not isinstance(cell, dict) or set(cell) != {"text", "fact"} or not str(cell["text"]).strip():
                self.report(table, here, "must have a `text` and the `fact` behind it")
            elif len(str(cell["text"])) > CELL:
                self.report(table, f"{here}.text", f"has {len(str(cell['text']))} characters; at most {CELL}")
            elif cell["fact"] not in self.fact_keys:
                hint = suggestion(str(cell["fact"]), self.fact_keys)
                self.report(table, f"{here}.fact", f'"{str(cell["fact"])[:60]}" is no fact that is taught{hint}')

    def misconception(self, misconception: Misconception) -> None:
        if not MISCONCEPTION_KEY.fullmatch(misconception.key):
            self.report(misconception, "key", f'"{misconception.key[:60]}" must be lower-case words')
        self.filled(misconception, "belief", "refutation")
        if misconception.fact not in self.fact_keys:
            hint = suggestion(misconception.fact, self.fact_keys)
            self.report(misconception, "fact", f'"{misconception.fact[:60]}" is no fact that is taught{hint}')

    def term(self, term: Term) -> None:
        if not SLUG.fullmatch(term.key):
            self.report(term, "key", f'"{term.key[:60]}" must be lower-case words with hyphens')
        if term.topic:
            self.in_topic(term)
        self.filled(term, "term", "definition")

    def together(self) -> None:
        """What several records must not share, and how many cards a fact needs."""
        owners: dict[str, str] = {fact.key: fact.key for fact in self.course.facts}
        fronts: dict[tuple[str, str], str] = {}
        names: dict[str, str] = {}
        for fact in self.course.facts:
            for number, statement in enumerate(fact.covers):
                owner = owners.setdefault(statement, fact.key)
                if owner != fact.key:
                    message = f"{statement} is covered by the fact {owner}: name it in one"
                    self.report(fact, "covers", message, item=number)
        for card in self.course.cards:
            front = (_words(card.front), card.kind if card.kind == "cloze" else "")
            other = fronts.setdefault((front[0], answer_of(card) if front[1] else ""), card.key)
            if other != card.key:
                self.report(card, "front", f"is the same question as {other}: ask from another side")
        stems: dict[str, str] = {}
        for question in self.course.questions:
            other = stems.setdefault(_words(question.stem), question.key)
            if other != question.key:
                self.report(question, "stem", f"is the same situation as {other}: ask another one")
        if self.course.misconceptions:
            self.refuted()
        count = Counter(card.fact for card in self.course.cards)
        count.update(key.rpartition("-")[0] for kind, key in self.source.unread if kind == "card")
        for fact in self.course.facts:
            if count[fact.key] < MIN_CARDS:
                cards = f"{count[fact.key]} card{'s' * (count[fact.key] != 1)}"
                self.report(fact, "key", f"{fact.key} has {cards}; at least {MIN_CARDS}: write to cards.yaml")
        for term in self.course.terms:
            for number, name in enumerate((term.term, *term.aliases)):
                other = names.setdefault(" ".join(name.casefold().split()), term.key)
                if other != term.key:
                    field, item = ("aliases", number - 1) if number else ("term", None)
                    self.report(term, field, f'"{name[:60]}" is also a name of {other}: keep it with one', item=item)

    def refuted(self) -> None:
        """Every wrong rule of a simulator has its refutation."""
        wanted = {name: family.name for family in families().values() for name in family.misconceptions}
        first = self.course.misconceptions[0]
        for name in sorted(wanted.keys() - self.misconception_keys):
            self.report(first, "key", f"there is none for {name} of {wanted[name]}: write its refutation to this file")

    def check(self) -> list[Problem]:
        course = self.course
        seen: dict[str, str] = {}
        for section in course.sections:
            self.section(section, seen)
        for topic in course.topics:
            self.topic(topic)
        for fact in course.facts:
            self.fact(fact)
        for card in course.cards:
            self.card(card)
        for question in course.questions:
            self.question(question)
        for misconception in course.misconceptions:
            self.misconception(misconception)
        for table in course.tables:
            self.table(table)
        for term in course.terms:
            self.term(term)
        for pair in course.pairs:
            self.pair(pair)
        for diagram in course.diagrams:
            self.diagram(diagram)
        everything: tuple[Sequence[Checked], ...] = (
            course.sections, course.topics, course.facts, course.cards, course.questions, course.terms, course.pairs,
            course.misconceptions, course.tables,
        )  # fmt: skip
        for record in chain.from_iterable(everything):
            self.texts(record)
        self.together()
        return sorted(self.problems)


def _named_misconceptions(spec: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give the misconceptions that a spec names: where, and which."""
    named = spec.get("misconceptions")
    for number, name in enumerate(named if isinstance(named, list) else ()):
        yield f"spec.misconceptions[{number}]", str(name)
    for name in ("options", "causes", "fixes", "wrong"):
        options = spec.get(name)
        for number, option in enumerate(options if isinstance(options, list) else ()):
            if isinstance(option, dict) and (key := option.get("misconception")):
                yield f"spec.{name}[{number}].misconception", str(key)


def _kind(record: Checked) -> str:
    return type(record).__name__.lower()


def _key(record: Checked) -> str:
    return record.section if isinstance(record, Section) else record.key


def _is_page(address: str) -> bool:
    """Tell whether an address is that of a page on the web, served safely."""
    try:
        parts = urlsplit(address)
        return parts.scheme == "https" and bool(parts.hostname) and not re.search(r"[\s\\<>\"]", address)
    except ValueError:
        return False


def check_course(reading: Reading, today: date) -> list[Problem]:
    """Give every breach of the laws, in the order of the files; `today` decides what is long unchecked."""
    return _Checker(reading, today).check()


def check_record(reading: Reading, kind: str, key: str, today: date) -> list[Problem]:
    """Give every breach of the laws by one record. `reading` names a file of its own for each record."""
    checker = _Checker(reading, today)
    record = next(each for each in getattr(reading.course, f"{kind}s") if each.key == key)
    getattr(checker, kind)(record)
    checker.texts(record)
    checker.together()
    return sorted(each for each in checker.problems if each.file == reading.source.files[kind, key])


def check_layout(course: Course, root: Path, leave: Collection[str] = ()) -> Iterator[Problem]:
    """Give the files that are not in the layout our writer gives them, all but those to `leave`."""
    for name, text in render_course(course).items():
        path = root / name
        if name in leave:
            continue
        have = path.read_bytes().decode("utf-8", "replace") if path.is_file() else ""
        if have == text:
            continue
        lines = zip(have.split("\n"), text.split("\n"), strict=False)
        line = next((number for number, (old, new) in enumerate(lines, start=1) if old != new), 1)
        yield Problem(
            f"{root.name}/{name}", line, 1, "file", "is not in our layout: run `manage.py checkcontent --fix`"
        )


def check_tree(root: Path, today: date) -> tuple[Reading, list[Problem]]:
    """Read and check a tree of files: the course, and every problem of reading, of sense and of layout."""
    reading = read_course(root)
    problems = reading.problems + check_course(reading, today)
    problems += check_layout(reading.course, root, reading.faulty)
    return reading, sorted(problems)


def coverage(course: Course) -> tuple[list[str], list[str]]:
    """Give the statements of the notes that some fact covers, and those that none does."""
    covered = {statement for fact in course.facts for statement in fact.covers}
    every = [key for key, _ in course.statements()]
    return [key for key in every if key in covered], [key for key in every if key not in covered]


def untested(course: Course) -> list[str]:
    """Give the facts that no question tests."""
    tested = {key for question in course.questions for key in question.facts}
    return [fact.key for fact in course.facts if fact.key not in tested]


def errors(problems: Iterable[Problem]) -> list[Problem]:
    """Give the problems that are more than warnings."""
    return [problem for problem in problems if not problem.warning]
