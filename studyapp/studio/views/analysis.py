"""What the answers of learners say of the questions: item analysis, and answers marked anew."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, F, Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.text import Truncator
from django.views.decorators.http import require_http_methods, require_safe

from studyapp.accounts.models import User
from studyapp.assessment.analysis import FEWEST, FEWEST_OTHERS, ItemAnalysis, Span
from studyapp.assessment.questions import SHAPES
from studyapp.quiz import remarking
from studyapp.quiz.analysing import MOST_OPTIONS, OTHER, RIGHT, kept_analysis, question_analysis
from studyapp.quiz.answering import LONGEST_SECONDS
from studyapp.quiz.choosing import SCENARIO
from studyapp.quiz.models import Attempt, Question, Report, worth
from studyapp.quiz.posing import in_words, lab_url
from studyapp.quiz.profile import Refuted, refutations
from studyapp.studio.roles import instructors_only

PAGE = 50
CASES = 20  # variants of a question that are listed
FINDINGS: Mapping[str, tuple[str, str]] = {  # in a word, and what to do about it
    "negative": (
        "the able miss it",
        "Learners who do well elsewhere do worse here: is the key right, or does the stem mislead those who know more?",
    ),
    "rival": (
        "a rival to the key",
        "Learners who do well elsewhere choose a wrong option: it may be right as well, or nearly so.",
    ),
    "giveaway": ("nearly all are right", "It tells nothing of anybody: are the wrong options worth considering?"),
    "below-chance": (
        "worse than guessing",
        "Fewer are right than by chance: something leads learners astray, or the key is wrong.",
    ),
    "few-data": ("too few data", f"Nothing is concluded from fewer than {FEWEST} learners."),
}
# Column -> its words, and what it is sorted by; None comes last either way.
SORTS: Mapping[str, tuple[str, Callable[[ItemAnalysis], Any]]] = {
    "question": ("Question", lambda each: each.item),
    "responses": ("Learners", lambda each: each.responses),
    "facility": ("Facility", lambda each: each.facility),
    "deviation": ("Deviation", lambda each: each.deviation),
    "guess": ("By chance", lambda each: each.guess),
    "discrimination": ("Discrimination", lambda each: each.discrimination),
    "efficiency": ("Efficiency", lambda each: each.efficiency),
    "median": ("Median time", lambda each: each.median_seconds),
    "mean": ("Mean time", lambda each: each.mean_seconds),
}


def told(item: ItemAnalysis) -> list[tuple[str, str, str]]:
    """Give the findings of an item as (code, in a word, what to do)."""
    return [(code, *FINDINGS[code]) for code in item.findings]


def title_of(stem: str) -> str:
    """Give a stem as one line, without what is drawn."""
    return Truncator(" ".join(re.sub(r"[`*]", "", re.sub(r"\{[a-z_0-9]+\}", "…", stem)).split())).chars(110)


# All questions --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """A question in the list."""

    item: ItemAnalysis
    title: str
    kind: str
    topic: str
    findings: Sequence[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Column:
    """A head of the list, and the address that sorts by it."""

    label: str
    query: str
    order: str  # ascending, descending or nothing, as `aria-sort` says it


@require_safe
@instructors_only
def answers(request: HttpRequest) -> HttpResponse:
    """List the questions that were answered, those that look bad first."""
    asked = {name: request.GET.get(name, "")[:64] for name in ("topic", "findings", "sort")}
    columns = ("item__key", "stem", "kind", "item__topic__key", "item__topic__title")
    about = {key: more for key, *more in Question.objects.values_list(*columns)}
    every = [each for each in kept_analysis() if each.item in about]
    topics = {about[each.item][2]: about[each.item][3] for each in every}
    found = [each for each in every if asked["topic"] in ("", about[each.item][2])]
    if asked["findings"]:
        found = [each for each in found if each.is_suspicious]
    page = Paginator(_sorted(found, asked["sort"]), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [
            Row(each, title_of(about[each.item][0]), about[each.item][1], about[each.item][3], told(each))
            for each in page
        ],
        "columns": _columns(asked),
        "topics": sorted(topics.items(), key=lambda each: each[1].casefold()),
        **asked,
        "query": urlencode({name: value for name, value in asked.items() if value}),
        "total": len(every),
        "suspicious": sum(each.is_suspicious for each in every),
        "few": sum(each.responses < FEWEST for each in every),
        "responses": sum(each.responses for each in every),
        "open": Report.objects.filter(closed_at=None).count(),
        "legend": [text for code, text in FINDINGS.items() if code != "few-data"],
        "fewest": FEWEST,
        "others": FEWEST_OTHERS,
    }
    return render(request, "studio/answers.html", context)


def _sorted(found: Sequence[ItemAnalysis], sort: str) -> Sequence[ItemAnalysis]:
    name = sort.removeprefix("-")
    if name not in SORTS:
        return found
    value = SORTS[name][1]
    known = [each for each in found if value(each) is not None]
    rest = [each for each in found if value(each) is None]
    return [*sorted(known, key=value, reverse=sort.startswith("-")), *rest]


def _columns(asked: dict[str, str]) -> list[Column]:
    """Give the heads: a click sorts by a column, another one the other way round."""
    columns = []
    for name, (label, _) in SORTS.items():
        order = {name: "ascending", f"-{name}": "descending"}.get(asked["sort"], "")
        wanted = asked | {"sort": f"-{name}" if order == "ascending" else name}
        columns.append(Column(label, urlencode({each: value for each, value in wanted.items() if value}), order))
    return columns


# One question ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bar:
    """A line of the chart of times; lengths and places in the units of its drawing."""

    span: Span
    label: str
    y: int
    right: float
    other: float
    share: float

    @property
    def middle(self) -> float:
        """Where the part of the right answers ends."""
        return round(LEFT + self.right, 1)

    @property
    def after(self) -> float:
        """Where the count stands."""
        return round(self.middle + self.other + 6, 1)


LEFT, BAR, STEP = 96, 190, 24  # where bars begin, how long the longest is, and from one to the next


def _question(key: str) -> Question:
    return get_object_or_404(Question.objects.select_related("item__topic"), item__key=key)


@require_safe
@instructors_only
def answer(request: HttpRequest, key: str) -> HttpResponse:
    """What the answers to one question say."""
    question = _question(key)
    every = kept_analysis()
    found = question_analysis(question, every)
    known = refutations()
    shown = found.cases[:CASES]
    examples = Attempt.objects.in_bulk([each.example for each in shown])
    reports = Report.objects.filter(attempt__question=question).select_related("user")
    suspicious = [each.item for each in every if each.is_suspicious]
    place = suspicious.index(key) + 1 if key in suspicious else 0
    context = {
        "question": question,
        "title": title_of(question.stem),
        "kind": "scenario" if question.kind == SCENARIO else SHAPES[question.kind],
        "item": found.item,
        "findings": told(found.item) if found.item else [],
        "found": found,
        "choices": [
            (each, _named(each.option.name, known), [_belief(name, known) for name in each.misconceptions])
            for each in found.choices
        ],
        "most_options": MOST_OPTIONS if len(found.choices) == MOST_OPTIONS else 0,
        "several": question.kind in ("multiple", "cause_fix", "ordering", "matching"),
        "beliefs": [(each, _belief(each.name, known)) for each in found.beliefs],
        "cases": [(each, lab_url(examples[each.example].asked, request.path)) for each in shown],
        "bars": _bars(found.spans),
        "left": LEFT,
        "height": STEP * len(found.spans),
        "longest": round(LONGEST_SECONDS),
        "reports": reports.order_by(F("closed_at").desc(nulls_first=True), "-at")[:CASES],
        "can_be_marked": remarking.can_be_marked(question),
        "following": suspicious[place] if place < len(suspicious) else "",
        "fewest": FEWEST,
    }
    return render(request, "studio/answers_question.html", context)


def _named(name: str, known: Mapping[str, Refuted]) -> str:
    """Name an option of a scenario in words: of its options no two variants have the same."""
    words = {RIGHT: "What AWS does", OTHER: "Another wrong answer"}
    return words.get(name, f"As those believe who think: “{known[name].belief}”" if name in known else name)


def _belief(name: str, known: Mapping[str, Refuted]) -> tuple[str, str]:
    return name, known[name].belief if name in known else ""


def _bars(spans: Sequence[Span]) -> list[Bar]:
    total, most = sum(each.count for each in spans), max((each.count for each in spans), default=0)
    scale = BAR / most if most else 0
    return [
        Bar(
            each, f"{each.start}–{each.end} s" if each.end else f"{each.start} s or more", STEP * number,
            round(each.right * scale, 1), round(each.other * scale, 1), each.count / total if total else 0,
        )
        for number, each in enumerate(spans)
    ]  # fmt: skip


# Marking anew ---------------------------------------------------------------------------------------------


class MarkRow(NamedTuple):
    """A change of a mark in words."""

    given: str
    key: str
    before: str
    after: str


def _mark_of(change: remarking.Change) -> MarkRow:
    attempt = change.attempt
    given, key = in_words(attempt.asked, attempt.answers or ()), in_words(change.variant, change.variant.key)
    return MarkRow(given, key, worth(attempt.score), worth(change.score))


@require_http_methods(["GET", "HEAD", "POST"])
@instructors_only
def marks(request: HttpRequest, key: str) -> HttpResponse:
    """Show what marking the answers to a question by today's key would change; on POST, do it."""
    question = _question(key)
    if request.method == "POST":
        return _mark(request, question)
    return _marks(request, question, same_stem=request.GET.get("stem") == "same")


def _mark(request: HttpRequest, question: Question) -> HttpResponse:
    assert isinstance(request.user, User)
    same_stem, here = request.POST.get("stem") == "same", reverse("studio:marks", args=[question.item.key])
    if not remarking.can_be_marked(question):
        problem = "Answers to a scenario stay as they were marked: another version of it is another case."
        return _marks(request, question, problem=problem, status=400)
    if request.POST.get("version") != question.version:
        problem = (
            "The question has changed since this page was shown. Nothing was marked: look at what would change now."
        )
        return _marks(request, question, same_stem=same_stem, problem=problem, status=409)
    try:
        made = remarking.mark_anew(question, request.user, timezone.now(), same_stem=same_stem)
    except remarking.QuestionChanged:
        problem = "Somebody has just published the question anew. Nothing was marked: look at what would change now."
        return _marks(request, _question(question.item.key), same_stem=same_stem, problem=problem, status=409)
    if made:
        messages.success(request, f"{len(made)} answer{'s were' if len(made) != 1 else ' was'} marked anew.")
    else:
        messages.info(request, "Nothing was left to mark anew: every answer is marked by today's key.")
    return redirect(here)


def _marks(
    request: HttpRequest, question: Question, *, same_stem: bool = False, problem: str = "", status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "question": question,
        "title": title_of(question.stem),
        "problem": problem,
        "same_stem": same_stem,
        "can_be_marked": remarking.can_be_marked(question),
        "done": question.remarks.values("at", "name", "version_before", "version_after")
        .annotate(
            count=Count("pk"), last=Max("pk"),
            up=Count("pk", filter=Q(score_after__gt=F("score_before"))),
            down=Count("pk", filter=Q(score_after__lt=F("score_before"))),
        )
        .order_by("-last")[:PAGE],
        "past": Paginator(
            question.remarks.select_related("attempt__user").defer("variant", "attempt__variant").order_by("-pk"), PAGE
        ).get_page(request.GET.get("past")),
    }  # fmt: skip
    if context["can_be_marked"]:
        found = remarking.prospect(question, same_stem=same_stem)
        page = Paginator(found.changes, PAGE).get_page(request.GET.get("page"))
        context |= {
            "found": found,
            "page": page,
            "rows": [(each, _mark_of(each)) for each in page],
            "common": Counter(map(_mark_of, found.changes)).most_common(CASES),
            "up": sum(each.rise > 0 for each in found.changes),
            "down": sum(each.rise < 0 for each in found.changes),
            "belief": sum(not each.rise for each in found.changes),
            "refused": found.refused[:PAGE],
        }
    return render(request, "studio/answers_marks.html", context, status=status)


urlpatterns: list[URLPattern] = [
    path("answers/", answers, name="answers"),
    path("answers/<str:key>/", answer, name="answer"),
    path("answers/<str:key>/marks/", marks, name="marks"),
]
