"""Reading the notes: topics, facts, errata, glossary, search."""

from dataclasses import dataclass
from itertools import groupby

from django.apps import apps
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from studyapp.accounts.models import User
from studyapp.notes import articles
from studyapp.notes.editions import by_stamp
from studyapp.notes.models import Fact, Term, Topic, Verdict
from studyapp.notes.progress import Standing, standings, topic_rows
from studyapp.notes.search import PER_PAGE, search
from studyapp.shortcuts import private, render_htmx

FACTS_PER_PAGE = 50


def _user(request: HttpRequest) -> User | None:
    return request.user if request.user.is_authenticated else None


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


def _taught(key: str) -> tuple[Topic, _Place]:
    found = get_object_or_404(Topic, key=key, retired=False)
    return found, _place(found)


@require_safe
def topic(request: HttpRequest, key: str) -> HttpResponse:
    """One topic: its article, prerendered, and the way on."""
    found, place = by_stamp(f"topic {key}", lambda: _taught(key))
    user = _user(request)
    met = standings(user, (user or User()).today(timezone.now())).get(found.pk, (0, 0, 0, 0))
    context = {"topic": found, "place": place, "standing": Standing(found.card_count, *met)}
    return private(render(request, "notes/topic.html", context))


def _facts_page(verdict: str, only: str, page: str) -> SafeString:
    """Render the list of facts, which is the same for everybody."""
    found = Fact.objects.taught().select_related("topic")
    if verdict == "errata":
        found = found.errata()
    elif verdict != "all":
        found = found.filter(verdict=verdict)
    topic = get_object_or_404(Topic, key=only, retired=False) if only else None
    if topic:
        found = found.filter(topic=topic)
    paged = Paginator(found, FACTS_PER_PAGE).get_page(page)
    groups = [(topic, list(rows)) for topic, rows in groupby(paged, key=lambda fact: fact.topic)]
    filters = [("errata", "Where notes and AWS differ"), *Verdict.choices, ("all", "all facts")]
    context = {"page": paged, "groups": groups, "verdict": verdict, "filters": filters, "only": topic}
    return render_to_string("notes/facts_list.html", context)


@require_safe
def facts(request: HttpRequest) -> HttpResponse:
    """The errata: every fact where the notes and AWS today differ; or the facts of another verdict."""
    verdict, only, page = (request.GET.get(name, "")[:64] for name in ("verdict", "topic", "page"))
    verdict = verdict or "errata"
    if verdict not in ("errata", "all", *Verdict.values):
        raise Http404(f"There is no verdict “{verdict[:40]}”.")
    listed = by_stamp(f"facts {verdict} {only} {page}", lambda: _facts_page(verdict, only, page))
    return private(render(request, "notes/facts.html", {"verdict": verdict, "listed": listed}))


def _fact_page(key: str) -> tuple[Fact, SafeString]:
    """Render a fact with its cards, which is the same for everybody."""
    found = get_object_or_404(Fact.objects.select_related("topic"), key=key, retired=False)
    cards = apps.get_model("review", "Card").objects.filter(fact=found, item__retired=False)
    context = {
        "fact": found,
        "cards": cards.select_related("item").order_by("order"),
        "confused_with": Fact.objects.taught().filter(key__in=found.confused_with).select_related("topic"),
    }
    return found, render_to_string("notes/fact_body.html", context)


@require_safe
def fact(request: HttpRequest, key: str) -> HttpResponse:
    """One fact, what it is confused with, and the cards that test it."""
    found, body = by_stamp(f"fact {key}", lambda: _fact_page(key))
    return private(render(request, "notes/fact.html", {"fact": found, "body": body}))


def _glossary() -> SafeString:
    terms = Term.objects.filter(retired=False).select_related("topic").order_by("term")
    return render_to_string("notes/glossary_list.html", {"terms": terms})


@require_safe
def glossary(request: HttpRequest) -> HttpResponse:
    """Every term, with the topic that explains it."""
    return private(render(request, "notes/glossary.html", {"listed": by_stamp("glossary", _glossary)}))


@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """Search; also as one types, when htmx asks for the results alone."""
    results = search(request.GET.get("q", ""))
    page = Paginator(results.results, PER_PAGE).get_page(request.GET.get("page"))
    context = {"results": results, "page": page}
    return private(render_htmx(request, "notes/search.html", context, partial="results"))
