"""Finding items: what is asked for as conditions on documents, what is known of each hit, and what wants doing."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.http import urlencode

from studyapp.accounts.models import User
from studyapp.assessment import questions as assessment
from studyapp.content.checks import CHECK_EVERY, MIN_CARDS, check_course
from studyapp.content.checks import KINDS as CARD_KINDS
from studyapp.content.records import Problem
from studyapp.notes.editions import by_stamp
from studyapp.notes.models import Verdict
from studyapp.notes.search import LONGEST, normalized
from studyapp.quiz.models import Report
from studyapp.schedules.models import Item
from studyapp.studio.editing import current_course, reading_of
from studyapp.studio.models import Conflict, Document, Draft
from studyapp.studio.places import edit_url, public_url
from studyapp.studio.rows import KINDS, Name

PER_PAGE = 50
TAG = re.compile(r"[a-z0-9-]{1,30}")
MOST_NEW = 100  # drafts of new items that are listed


# What is known of the course ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Survey:
    """What the course as it is taught says of its items."""

    problems: Mapping[Name, Sequence[Problem]]
    cards: Mapping[str, int]  # of each fact that has any; those of table cells are not counted
    questions: Mapping[str, int]
    covering: Mapping[str, frozenset[str]]  # the facts of each choice of the filter


def survey() -> Survey:
    """Give the survey of the course, made once for each state of the content and day."""
    today = timezone.localdate()
    return by_stamp(f"studio survey {today}", lambda: _survey(today))


def _survey(today: date) -> Survey:
    course = current_course()
    problems: dict[Name, list[Problem]] = {}
    for problem in check_course(reading_of(course), today):
        kind, _, key = problem.file.partition(" ")
        if kind in KINDS:
            problems.setdefault((kind, key), []).append(problem)
    cards = dict.fromkeys((fact.key for fact in course.facts), 0)
    questions = dict(cards)
    for card in course.cards:
        cards[card.fact] = cards.get(card.fact, 0) + 1
    for question in course.questions:
        for key in question.facts:
            questions[key] = questions.get(key, 0) + 1
    covers = frozenset(fact.key for fact in course.facts if fact.covers)
    covering = {
        "covers": covers,
        "addition": frozenset(cards.keys() - covers),
        "untested": frozenset(fact.key for fact in course.facts if not questions[fact.key]),
        "few-cards": frozenset(fact.key for fact in course.facts if cards[fact.key] < MIN_CARDS),
    }
    return Survey(problems, cards, questions, covering)


# What is asked for --------------------------------------------------------------------------------------------


class _Words(forms.CharField):
    def to_python(self, value: Any) -> str:
        return normalized(super().to_python(value) or "")


class _Choice(forms.ChoiceField):
    default_error_messages = {"invalid_choice": "there is no “%(value).40s”. Choose one of the list, or none."}

    def __init__(self, label: str, choices: Sequence[tuple[str, Any]], first: str = "Any") -> None:
        super().__init__(label=label, choices=[("", first), *choices], required=False)
        groups = [name if isinstance(name, list) else [(value, name)] for value, name in choices]
        self.names: dict[str, str] = {value: name for group in groups for value, name in group}


def _check(label: str) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False)


class Search(forms.Form):
    """What an address asks for; every part may be left out."""

    q = _Words(label="Words, or a key", required=False)
    kind = _Choice("Kind", [(kind.name, kind.many.capitalize()) for kind in KINDS.values()], "All kinds")
    topic = _Choice("Topic", ())
    variety = _Choice(
        "Verdict or form",
        [
            ("Verdict of facts", list(Verdict.choices)),
            ("Cards", [(name, name) for name in CARD_KINDS]),
            ("Questions", [(name, kind.words) for name, kind in assessment.KINDS.items()]),
        ],
    )
    coverage = _Choice(
        "Coverage",
        [
            ("covers", "Facts that cover a statement"), ("addition", "Additions"),
            ("untested", "Facts without a question"), ("few-cards", f"Facts with fewer than {MIN_CARDS} cards"),
        ],
    )  # fmt: skip
    drafts = _Choice("Drafts", [("mine", "Mine"), ("any", "Anybody’s")])
    tag = forms.CharField(label="Tag", required=False)
    state = _Choice("Retired", [("retired", "Retired alone"), ("all", "Both")], "Not the retired")
    problems = _check("With problems")
    reports = _check("With open reports")
    changed = _check("Changed here, not yet in the files")
    old = _check("Last checked more than")
    days = forms.IntegerField(
        label="Days since the last check", required=False, min_value=0, max_value=9999,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), f"must be a number of days from 0 to 9999, like {CHECK_EVERY.days}"
        ),
    )  # fmt: skip
    sort = _Choice("Sort by", [("changed", "Last changed"), ("checked", "Longest unchecked")], "Key")

    choices = ("topic", "variety", "coverage", "drafts", "tag", "state")
    checks = ("problems", "reports", "changed")

    def __init__(self, asked: Mapping[str, Any]) -> None:
        super().__init__(asked, auto_id="find-%s", label_suffix="")
        self.fields["q"].widget.attrs = {"maxlength": LONGEST}
        tagged = Document.objects.exclude(tags=[]).values_list("tags", flat=True)
        self.tags = sorted({tag for tags in tagged for tag in tags})
        asked_tag = str(asked.get("tag", ""))
        shown = {*self.tags, asked_tag} if TAG.fullmatch(asked_tag) else self.tags
        self.fields["tag"] = _Choice("Tag", [(tag, tag) for tag in sorted(shown)])
        topics = Document.objects.filter(kind="topic").order_by("title", "key")
        self.topics = list(topics.values_list("key", "title", "retired"))
        named = [(key, f"{title} (retired)" if retired else title) for key, title, retired in self.topics]
        self.fields["topic"] = _Choice("Topic", named, "All topics")

    @property
    def days_ago(self) -> int:
        """How many days ago is long."""
        days: int | None = self.cleaned_data["days"]
        return CHECK_EVERY.days if days is None else days

    def address(self, **other: Any) -> str:
        """Give what is asked for as a query string without what was left out, with some of it other; "" for nothing."""
        asked = {name: "1" if value is True else value for name, value in (self.cleaned_data | other).items()}
        if not asked.get("old") or asked.get("days") == CHECK_EVERY.days:
            asked["days"] = None
        return urlencode({name: value for name, value in asked.items() if value not in (None, "", False)})

    def chips(self) -> list[tuple[str, str]]:
        """Give each filter in force in words, with the query string without it."""
        found = []
        for name, field in self.fields.items():
            value = self.cleaned_data[name]
            if not value or name in ("q", "days", "sort"):
                continue
            words = str(field.label)
            if name == "old":
                words = f"Checked more than {self.days_ago} day{'s' * (self.days_ago != 1)} ago"
            elif isinstance(field, _Choice):
                words = f"{words}: {field.names[value]}"
            found.append((words, self.address(**{name: None})))
        return found

    def folded(self) -> tuple[list[forms.BoundField], list[forms.BoundField]]:
        """Give the filters that the page folds away: those with choices, and those that are ticked."""
        return [self[name] for name in self.choices], [self[name] for name in self.checks]

    def flaws(self) -> list[str]:
        """Give what is wrong, each with the name of its field."""
        return [f"{self.fields[name].label}: {error}" for name, each in self.errors.items() for error in each]


def _in_the_files() -> Q:
    """Give the condition that the row of a document has the fingerprint of its record: no file says otherwise."""
    found = Q()
    for kind in KINDS.values():
        model: Any = Item if kind.is_item else kind.model
        found |= Q(Exists(model.objects.filter(key=OuterRef("key"), fingerprint=OuterRef("mark"))), kind=kind.name)
    return found


def _listed(by_kind: Mapping[str, Sequence[str]]) -> Q:
    """Give the condition that a document is one of these keys of these kinds."""
    found = Q(pk__in=())
    for kind, keys in by_kind.items():
        found |= Q(kind=kind, key__in=keys)
    return found


def matching(asked: Search, by: User) -> QuerySet[Document]:
    """Give the documents that a valid search asks for, in its order, the one whose key was typed first.

    Both the taught and the retired: see `shown`.
    """
    want = asked.cleaned_data
    found = Document.objects.all()
    for word in dict.fromkeys(want["q"].lower().split()):
        found = found.filter(text__contains=word)
    for name in ("kind", "topic", "variety"):
        if want[name]:
            found = found.filter(**{name: want[name]})
    if want["tag"]:
        found = found.annotate(tagged=Cast("tags", TextField())).filter(tagged__contains=f'"{want["tag"]}"')
    if want["coverage"]:
        found = found.filter(kind="fact", key__in=survey().covering[want["coverage"]])
    if want["problems"]:
        keys: dict[str, list[str]] = {}
        for kind, key in survey().problems:
            keys.setdefault(kind, []).append(key)
        found = found.filter(_listed(keys))
    if want["reports"]:
        reported = Report.objects.filter(closed_at=None).values("attempt__question__item__key")
        found = found.filter(kind="question", key__in=reported)
    if want["drafts"]:
        drafts = Draft.objects.filter(kind=OuterRef("kind"), key=OuterRef("key"))
        found = found.filter(Exists(drafts.filter(editor=by) if want["drafts"] == "mine" else drafts))
    if want["changed"]:
        found = found.exclude(_in_the_files())
    if want["old"]:
        found = found.filter(checked__lt=timezone.localdate() - timedelta(days=asked.days_ago))
    orders: dict[str, Sequence[Any]] = {"changed": ["-changed_at"], "checked": [F("checked").asc(nulls_last=True)]}
    exact = Case(When(key__iexact=want["q"], then=Value(0)), default=Value(1))
    return found.order_by(exact, *orders.get(want["sort"], ()), "key", "kind")


def shown(asked: Search) -> Q:
    """Give the condition that says whether the retired are shown; what has the very key that was typed always is."""
    want = asked.cleaned_data
    if want["state"]:
        return Q(retired=True) if want["state"] == "retired" else Q(retired__in=(True, False))
    return Q(retired=False) | Q(key__iexact=want["q"])


def counted(found: QuerySet[Document], asked: Search) -> tuple[int, int]:
    """Give how many of the documents are shown, and how many are not for being retired or not. One query."""
    counts = found.order_by().aggregate(shown=Count("pk", filter=shown(asked)), every=Count("pk"))
    return counts["shown"], counts["every"] - counts["shown"]


# What is known of a hit ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hit:
    """An item that was found, with what is to be known of it."""

    document: Document
    topic: str  # its title
    problems: Sequence[Problem]
    drafts: Sequence[str]  # whose
    reports: int  # open ones
    conflict: bool
    changed: bool  # here, and not yet in the files

    @property
    def edit(self) -> str:
        """The address of its editor."""
        return edit_url(self.document.kind, self.document.key)

    @property
    def public(self) -> str:
        """The address at which learners see it."""
        return "" if self.document.retired else public_url(self.document.kind, self.document.key)


def hits(found: QuerySet[Document], topics: Mapping[str, str]) -> list[Hit]:
    """Give documents as hits; `topics` are the titles of topics. Five queries, and that of the survey."""
    rows = list(found.defer("record", "text"))
    keys = [row.key for row in rows]
    drafts: dict[Name, list[str]] = {}
    for kind, key, name in Draft.objects.filter(key__in=keys).order_by("name").values_list("kind", "key", "name"):
        drafts.setdefault((kind, key), []).append(name)
    open_reports = Report.objects.filter(closed_at=None, attempt__question__item__key__in=keys)
    reports = dict(open_reports.values_list("attempt__question__item__key").annotate(number=Count("pk")).order_by())
    conflicts = set(Conflict.objects.filter(key__in=keys).values_list("kind", "key"))
    changed = Document.objects.filter(pk__in=[row.pk for row in rows]).exclude(_in_the_files())
    changed_keys = set(changed.values_list("pk", flat=True))
    problems = survey().problems
    return [
        Hit(
            row,
            topics.get(row.topic, row.topic),
            problems.get((row.kind, row.key), ()),
            drafts.get((row.kind, row.key), ()),
            reports.get(row.key, 0) if row.kind == "question" else 0,
            (row.kind, row.key) in conflicts,
            row.pk in changed_keys,
        )
        for row in rows
    ]


def unpublished(asked: Search, by: User) -> list[Draft]:
    """Give the drafts of items that are not there yet, where drafts are asked for: the latest first, at most 100."""
    want = asked.cleaned_data
    if not want["drafts"] or any(want[name] for name in want.keys() - {"q", "kind", "drafts", "days", "sort"}):
        return []
    there = Document.objects.filter(kind=OuterRef("kind"), key=OuterRef("key"))
    found = Draft.objects.filter(~Exists(there)).order_by("-saved_at")
    if want["drafts"] == "mine":
        found = found.filter(editor=by)
    if want["kind"]:
        found = found.filter(kind=want["kind"])
    words = want["q"].lower().split()
    return [each for each in found if all(word in f"{each.key} {each.fields}".lower() for word in words)][:MOST_NEW]


# What wants doing ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Todo:
    """How much waits for an instructor."""

    reports: int
    conflicts: int
    drafts: int
    problems: int  # items
    old: int  # facts checked too long ago


def todo(by: User) -> Todo:
    """Give what waits for an instructor. Four queries, and that of the survey."""
    long_ago = timezone.localdate() - CHECK_EVERY
    return Todo(
        Report.objects.filter(closed_at=None).count(),
        Conflict.objects.count(),
        Draft.objects.filter(editor=by).count(),
        len(survey().problems),
        Document.objects.filter(kind="fact", retired=False, checked__lt=long_ago).count(),
    )
