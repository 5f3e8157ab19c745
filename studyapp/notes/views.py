"""Reading the notes: topics, facts, errata, glossary, search."""

from dataclasses import dataclass
from itertools import groupby

from django.apps import apps
from django.core.cache import cache
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from studyapp.accounts.models import User
from studyapp.notes import articles
from studyapp.notes.models import Edition, Fact, Term, Topic, Verdict
from studyapp.notes.progress import Standing, standings, topic_rows
from studyapp.notes.search import PER_PAGE, search
from studyapp.shortcuts import private, render_htmx

FACTS_PER_PAGE = 50


def _user(request: HttpRequest) -> User | None:
    return request.user if request.user.is_authenticated else None


def stamp() -> str:
    """Give the stamp of the content as it stands: what a cache of it hangs on."""
    return Edition.objects.values_list("stamp", flat=True).first() or ""


@require_safe
def topics(request: HttpRequest) -> HttpResponse:
    """The course as a tree, with what is learned and what is due."""
    user = _user(request)
    rows = topic_rows(user, (user or User()).today(timezone.now()))
    return private(render(request, "notes/topics.html", {"rows": rows}))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a topic stands in the course: what lies around it."""

    above: tuple[tuple[str, str], ...]  # (key, title), the root first
    below: tuple[tuple[str, str], ...]
    neighbours: tuple[tuple[str, str], ...]
    previous: tuple[str, str] | None
    following: tuple[str, str] | None
    headings: tuple[tuple[str, str], ...]
    facts: tuple[str, ...]


def _place(topic: Topic) -> _Place:
    rows = list(Topic.objects.taught().values_list("id", "parent_id", "key", "title"))
    names = {pk: (key, title) for pk, _, key, title in rows}
    parents = {pk: parent for pk, parent, _, _ in rows}
    by_key = {key: (key, title) for key, title in names.values()}
    above: list[tuple[str, str]] = []
    at = parents.get(topic.pk)
    while at in names and len(above) < len(rows):
        above.append(names[at])
        at = parents.get(at)
    keys = [key for _, _, key, _ in rows]
    number = keys.index(topic.key)
    facts = Fact.objects.filter(topic=topic, retired=False).order_by("order").values_list("key", flat=True)
    return _Place(
        above=tuple(reversed(above)),
        below=tuple(names[pk] for pk, parent, _, _ in rows if parent == topic.pk),
        neighbours=tuple(by_key[key] for key in topic.neighbours if key in by_key),
        previous=by_key[keys[number - 1]] if number else None,
        following=by_key[keys[number + 1]] if number + 1 < len(keys) else None,
        headings=tuple(articles.headings(topic.article_html)),
        facts=tuple(facts),
    )


@require_safe
def topic(request: HttpRequest, key: str) -> HttpResponse:
    """One topic: its article, prerendered, and the way on."""
    found = get_object_or_404(Topic, key=key, retired=False)
    name = f"notes.place.{found.pk}.{stamp()}"
    place: _Place | None = cache.get(name)
    if place is None:
        place = _place(found)
        cache.set(name, place, None)
    user = _user(request)
    met = standings(user, (user or User()).today(timezone.now())).get(found.pk, (0, 0, 0, 0))
    context = {"topic": found, "place": place, "standing": Standing(found.card_count, *met)}
    return private(render(request, "notes/topic.html", context))


@require_safe
def facts(request: HttpRequest) -> HttpResponse:
    """The errata: every fact where the notes and AWS today differ; or the facts of another verdict."""
    verdict = request.GET.get("verdict", "errata")
    if verdict not in ("errata", "all", *Verdict.values):
        raise Http404(f"There is no verdict “{verdict[:40]}”.")
    found = Fact.objects.taught().select_related("topic")
    if verdict == "errata":
        found = found.errata()
    elif verdict != "all":
        found = found.filter(verdict=verdict)
    only = get_object_or_404(Topic, key=request.GET["topic"], retired=False) if request.GET.get("topic") else None
    if only:
        found = found.filter(topic=only)
    page = Paginator(found, FACTS_PER_PAGE).get_page(request.GET.get("page"))
    groups = [(topic, list(rows)) for topic, rows in groupby(page, key=lambda fact: fact.topic)]
    filters = [("errata", "Where notes and AWS differ"), *Verdict.choices, ("all", "all facts")]
    context = {"page": page, "groups": groups, "verdict": verdict, "filters": filters, "only": only}
    return private(render(request, "notes/facts.html", context))


@require_safe
def fact(request: HttpRequest, key: str) -> HttpResponse:
    """One fact, what it is confused with, and the cards that test it."""
    found = get_object_or_404(Fact.objects.select_related("topic"), key=key, retired=False)
    cards = apps.get_model("review", "Card").objects.filter(fact=found, item__retired=False)
    context = {
        "fact": found,
        "cards": cards.select_related("item").order_by("order"),
        "confused_with": Fact.objects.taught().filter(key__in=found.confused_with).select_related("topic"),
    }
    return private(render(request, "notes/fact.html", context))


@require_safe
def glossary(request: HttpRequest) -> HttpResponse:
    """Every term, with the topic that explains it."""
    terms = Term.objects.filter(retired=False).select_related("topic").order_by("term")
    return private(render(request, "notes/glossary.html", {"terms": terms}))


@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """Search; also as one types, when htmx asks for the results alone."""
    results = search(request.GET.get("q", ""))
    page = Paginator(results.results, PER_PAGE).get_page(request.GET.get("page"))
    context = {"results": results, "page": page}
    return private(render_htmx(request, "notes/search.html", context, partial="results"))
