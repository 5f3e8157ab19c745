"""The laws of the content: what must hold between records, and what a good card looks like to a machine."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from studyapp.content.reader import Reading, read_course
from studyapp.content.records import Card, Course, Fact, Problem, Term, Topic
from studyapp.content.writer import render_course
from studyapp.content.yamlformat import suggestion

VERDICTS = ("holds", "simplified", "outdated", "wrong")
KINDS = ("basic", "reversed", "cloze", "typed")
CHECK_EVERY = timedelta(days=180)
MARKDOWN_MAX = 20_000  # characters
MIN_CARDS = 2  # of a fact

FACT_KEY = re.compile(r"[NA]\d{3}")
CARD_KEY = re.compile(r"[NA]\d{3}-[a-z]")
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
PLACEMENT = re.compile(r"^\{([^{}]*)\}$")
BLANK = re.compile(r"\{\{(.+?)\}\}")
LINK = re.compile(r"\]\(\s*<?([^)\s>]*)")
RAW_HTML = re.compile(r"<(/?[a-zA-Z][a-zA-Z0-9-]*)(\s[^<>]*)?/?>")
CODE = re.compile(r"(```.*?```|~~~.*?~~~|``.+?``|`[^`\n]+`)", re.DOTALL)

LENGTHS = {
    "fact": {"statement": 360, "notes_say": 400, "today": 600, "why": 400, "recall": 200, "source": 300},
    "card": {"front": 240, "back": 160, "reason": 240},
    "topic": {"title": 80, "summary": 160, "body": MARKDOWN_MAX},
    "term": {"term": 60, "definition": 240},
}


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
    question offers a choice ("A or B?") the answer must stand in it.
    """
    wanted, asked = _words(answer), _words(BLANK.sub(" ", question))
    if len(wanted) < 3 or re.search(r"\b(or|between|which of)\b", asked):
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

    def report(self, record: Topic | Fact | Card | Term, name: str, message: str, *, warning: bool = False) -> None:
        kind = type(record).__name__.lower()
        self.problems.append(self.source.problem(kind, record.key, name, message, warning=warning))

    def lengths(self, record: Topic | Fact | Card | Term) -> None:
        for name, most in LENGTHS[type(record).__name__.lower()].items():
            length = len(getattr(record, name))
            if length > most:
                self.report(record, name, f"has {length} characters; at most {most}: say it shorter")

    def markdown(self, record: Topic | Fact | Card | Term, *names: str) -> None:
        """Refuse what would not be rendered, and links that lead nowhere."""
        for name in names:
            # Code is blanked out, not cut out, so that places stay what they are.
            prose = CODE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), getattr(record, name))
            if tag := RAW_HTML.search(prose):
                message = f"holds the HTML tag {tag[0][:40]}: write Markdown, or put it in `code`"
                self.report_at(record, name, prose, tag.start(), message)
            if heading := re.search(r"^#\s", prose, re.MULTILINE):
                message = "has a heading of the first level: the title is that; begin with ##"
                self.report_at(record, name, prose, heading.start(), message)
            for link in LINK.finditer(prose):
                if message := self.link(link[1]):
                    self.report_at(record, name, prose, link.start(1), message)

    def report_at(self, record: Topic | Fact | Card | Term, name: str, text: str, offset: int, message: str) -> None:
        """Report a problem within a text: in a topic's body at its own line, else at the field."""
        if name != "body":
            self.report(record, name, message)
            return
        line = text.count("\n", 0, offset)
        column = offset - (text.rfind("\n", 0, offset) + 1) + 1
        file = self.source.files.get(("topic", record.key), "")
        first = self.source.body_lines.get(record.key, 1)
        self.problems.append(Problem(file, first + line, column, name, message))

    def link(self, target: str) -> str:
        """Give what is wrong with a link's target, or nothing."""
        scheme, _, key = target.partition(":")
        if scheme == "topic":
            known = key in self.topics
            return "" if known else f'links to the topic "{key}", which does not exist{suggestion(key, self.topics)}'
        if scheme == "fact":
            known = key in self.facts
            return "" if known else f'links to the fact "{key}", which does not exist{suggestion(key, self.facts)}'
        return "" if scheme == "https" else f'links to "{target[:60]}": write topic:KEY, fact:KEY or an https address'

    def topic(self, topic: Topic) -> None:
        if not SLUG.fullmatch(topic.key):
            self.report(topic, "key", "the folder's name must be lower-case words with hyphens, as in task-placement")
        if topic.parent and topic.parent not in self.topics:
            self.report(topic, "parent", f'lies below "{topic.parent}", which is no topic: write its topic.md')
        for neighbour in topic.neighbours:
            if neighbour == topic.key:
                self.report(topic, "neighbours", "names the topic itself: remove it")
            elif neighbour not in self.topics:
                hint = suggestion(neighbour, self.topics)
                self.report(topic, "neighbours", f'"{neighbour}" is no topic{hint or ": name a folder of the tree"}')
        for name in ("title", "summary"):
            if not getattr(topic, name).strip():
                self.report(topic, name, "is empty: write one")
        self.lengths(topic)
        self.markdown(topic, "summary", "body")
        self.placements(topic)

    def placements(self, topic: Topic) -> None:
        """Every fact of the topic stands once in its body, and nothing else does."""
        own = {fact.key for fact in self.course.facts if fact.topic == topic.key}
        placed: Counter[str] = Counter()
        first = self.source.body_lines.get(topic.key, 1)
        file = self.source.files.get(("topic", topic.key), "")
        for number, line in enumerate(topic.body.split("\n")):
            found = PLACEMENT.match(line.strip())
            if not found:
                continue
            key = found[1]
            placed[key] += 1
            if key not in own:
                where = f"belongs to {self.facts[key].topic}" if key in self.facts else "is no fact"
                message = (
                    f'"{key}" {where}{suggestion(key, own) if key not in self.facts else ""}: place facts of this topic'
                )
                self.problems.append(Problem(file, first + number, 1, "body", message))
            elif placed[key] > 1:
                self.problems.append(Problem(file, first + number, 1, "body", f"{key} is placed twice: keep one"))
        for key in sorted(own - set(placed)):
            self.report(topic, "body", f"does not place {key}: write {{{key}}} on a line of its own")

    def fact(self, fact: Fact) -> None:
        if not FACT_KEY.fullmatch(fact.key):
            self.report(fact, "key", f'"{fact.key}" must be N or A and three digits, as in N030')
        elif fact.key.startswith("N") and fact.key not in fact.covers:
            self.report(fact, "covers", f"must name {fact.key}: the fact is named for that statement")
        elif fact.key.startswith("A") and fact.covers:
            self.report(fact, "covers", "must be left out: an addition covers no statement of the notes")
        for statement in fact.covers:
            if statement not in self.statements:
                hint = suggestion(statement, self.statements)
                self.report(
                    fact, "covers", f'"{statement}" is no statement of the notes{hint or ": see inventory.yaml"}'
                )
        for name in ("statement", "source"):
            if not getattr(fact, name).strip():
                self.report(fact, name, "is empty: write one")
        if fact.verdict not in VERDICTS:
            hint = suggestion(fact.verdict, VERDICTS)
            self.report(fact, "verdict", f'"{fact.verdict}" must be one of {", ".join(VERDICTS)}{hint}')
        for name in ("notes_say", "today"):
            if fact.verdict == "holds" and getattr(fact, name):
                self.report(fact, name, "must be left out where the verdict is holds, or the verdict is another")
            elif fact.verdict in VERDICTS[1:] and not getattr(fact, name).strip():
                self.report(fact, name, f"is missing: a fact that is {fact.verdict} says both sides")
        address = urlsplit(fact.source) if "\\" not in fact.source else urlsplit("")
        if fact.source and (address.scheme != "https" or not address.netloc or " " in fact.source):
            self.report(fact, "source", f'"{fact.source[:80]}" must be an https address of the page read')
        if fact.checked > self.today:
            self.report(fact, "checked", f"{fact.checked} lies in the future: write the day the page was read")
        elif self.today - fact.checked > CHECK_EVERY:
            days = (self.today - fact.checked).days
            self.report(fact, "checked", f"is {days} days ago: read the source again and set the day", warning=True)
        for other in fact.confused_with:
            if other == fact.key:
                self.report(fact, "confused_with", "names the fact itself: remove it")
            elif other not in self.facts and other not in self.statements:
                hint = suggestion(other, self.facts)
                self.report(fact, "confused_with", f'"{other}" is no fact{hint or ": name a key like N030"}')
        self.lengths(fact)
        self.markdown(fact, "statement", "notes_say", "today", "why", "recall")

    def card(self, card: Card) -> None:
        if not CARD_KEY.fullmatch(card.key):
            self.report(card, "key", f'"{card.key}" must be the fact\'s key, a hyphen and a letter, as in N030-a')
        fact = self.facts.get(card.fact)
        if fact is None:
            hint = suggestion(card.fact, self.facts)
            self.report(card, "fact", f'"{card.fact}" is no fact that is taught{hint or ": name one of facts.yaml"}')
        elif fact.topic != card.topic:
            self.report(card, "fact", f"{card.fact} belongs to {fact.topic}: move the card to that folder")
        if card.kind not in KINDS:
            hint = suggestion(card.kind, KINDS)
            self.report(card, "kind", f'"{card.kind}" must be one of {", ".join(KINDS)}{hint}')
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
        self.lengths(card)
        self.markdown(card, "front", "back", "reason")

    def term(self, term: Term) -> None:
        if not SLUG.fullmatch(term.key):
            self.report(term, "key", f'"{term.key}" must be lower-case words with hyphens')
        if term.topic and term.topic not in self.topics:
            hint = suggestion(term.topic, self.topics)
            self.report(term, "topic", f'"{term.topic}" is no topic{hint or ": name a folder of the tree"}')
        for name in ("term", "definition"):
            if not getattr(term, name).strip():
                self.report(term, name, "is empty: write one")
        self.lengths(term)
        self.markdown(term, "definition")

    def together(self) -> None:
        """What several records must not share, and how many a fact needs."""
        owners: defaultdict[str, list[Fact]] = defaultdict(list)
        for fact in self.course.facts:
            for statement in fact.covers:
                owners[statement].append(fact)
        fronts: dict[str, Card] = {}
        for card in self.course.cards:
            front = _words(card.front) + "|" + (card.kind if card.kind == "cloze" else "")
            if front in fronts and BLANK.findall(card.front) == BLANK.findall(fronts[front].front):
                self.report(card, "front", f"is the same question as {fronts[front].key}: ask from another side")
            fronts.setdefault(front, card)
        count = Counter(card.fact for card in self.course.cards)
        for fact in self.course.facts:
            if count[fact.key] < MIN_CARDS:
                self.report(
                    fact, "key", f"{fact.key} has {count[fact.key]} cards; at least {MIN_CARDS}: write to cards.yaml"
                )
        names: dict[str, Term] = {}
        for term in self.course.terms:
            for name in (term.term, *term.aliases):
                other = names.setdefault(name.casefold(), term)
                if other is not term:
                    self.report(term, "aliases", f'"{name}" is also a name of {other.key}: keep it with one')

    def check(self) -> list[Problem]:
        for topic in self.course.topics:
            self.topic(topic)
        for fact in self.course.facts:
            self.fact(fact)
        for card in self.course.cards:
            self.card(card)
        for term in self.course.terms:
            self.term(term)
        self.together()
        return sorted(self.problems)


def check_course(reading: Reading, today: date) -> list[Problem]:
    """Give every breach of the laws, in the order of the files; `today` decides what is long unchecked."""
    return _Checker(reading, today).check()


def check_layout(course: Course, root: Path) -> Iterator[Problem]:
    """Give the files that are not in the layout our writer gives them."""
    for name, text in render_course(course).items():
        path = root / name
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
    if not reading.problems:
        problems += check_layout(reading.course, root)
    return reading, sorted(problems)


def coverage(course: Course) -> tuple[list[str], list[str]]:
    """Give the statements of the notes that some fact covers, and those that none does."""
    covered = {statement for fact in course.facts for statement in fact.covers}
    every = [key for key, _ in course.statements()]
    return [key for key in every if key in covered], [key for key in every if key not in covered]


def errors(problems: Iterable[Problem]) -> list[Problem]:
    """Give the problems that are more than warnings."""
    return [problem for problem in problems if not problem.warning]
