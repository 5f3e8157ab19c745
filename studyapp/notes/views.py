"""Reading the notes: topics, facts, errata, glossary, search."""

from dataclasses import dataclass
from itertools import groupby

from django.apps import apps
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from studyapp.accounts.guests import known_learner
from studyapp.accounts.models import User
from studyapp.notes import articles
from studyapp.notes.editions import by_stamp, searches
from studyapp.notes.models import Diagram, Fact, FactQuerySet, Term, Topic, Verdict
from studyapp.notes.playing import plays, plays_any
from studyapp.notes.progress import Standing, standings, topic_rows
from studyapp.notes.search import PER_PAGE, normalized, search
from studyapp.shortcuts import private, render_htmx

WORDS_A_MINUTE = 220  # that an adult reads of a text like ours
FACTS_PER_PAGE = 25  # some 8 kB, compressed


@require_safe
def topics(request: HttpRequest) -> HttpResponse:
    """The course as a tree, with what is learned and what is due."""
    user = known_learner(request)
    rows = topic_rows(user, (user or User()).today(timezone.now()))
    return private(render(request, "notes/topics.html", {"rows": rows}))


@dataclass(frozen=True, slots=True)
class _TopicPage:
    """What a topic's page shows to everybody."""

    pk: int
    key: str
    title: str
    summary: str
    cards: int
    minutes: int  # to read it
    above: tuple[tuple[str, str], ...]  # (key, title), the root first
    article: SafeString  # with the way on


def _topic_page(key: str) -> _TopicPage:
    found = get_object_or_404(Topic, key=key, retired=False)
    rows = list(Topic.objects.taught().values_list("id", "parent_id", "key", "title"))
    names = {pk: (key, title) for pk, _, key, title in rows}
    parents = {pk: parent for pk, parent, _, _ in rows}
    by_key = {key: (key, title) for key, title in names.values()}
    above: list[tuple[str, str]] = []
    at = found.parent_id
    while at in names and len(above) < len(rows):
        above.append(names[at])
        at = parents[at]
    keys = list(by_key)
    number = keys.index(key)
    context = {
        "topic": found,
        "headings": list(articles.headings(found.article_html)),
        "below": [names[pk] for pk, parent, _, _ in rows if parent == found.pk],
        "plays": plays_any(Fact.objects.filter(topic=found, retired=False).values_list("key", flat=True)),
        "neighbours": [by_key[key] for key in found.neighbours if key in by_key],
        "previous": by_key[keys[number - 1]] if number else None,
        "following": by_key[keys[number + 1]] if number + 1 < len(keys) else None,
    }
    article = render_to_string("notes/topic_article.html", context)
    minutes = max(1, round(len(strip_tags(found.article_html).split()) / WORDS_A_MINUTE))
    return _TopicPage(
        found.pk, key, found.title, found.summary, found.card_count, minutes, tuple(reversed(above)), article
    )


@require_safe
def topic(request: HttpRequest, key: str) -> HttpResponse:
    """One topic: its article, prerendered, and the way on."""
    page = by_stamp(f"topic {key}", lambda: _topic_page(key))
    user = known_learner(request)
    met = standings(user, (user or User()).today(timezone.now())).get(page.pk, (0, 0, 0, 0))
    return private(render(request, "notes/topic.html", {"topic": page, "standing": Standing(page.cards, *met)}))


def _found(verdict: str, only: str) -> tuple[FactQuerySet, Topic | None]:
    """Give the facts of a verdict, and of one topic if a key names it; 404 for one that is not taught."""
    found = Fact.objects.taught().select_related("topic")
    if verdict == "errata":
        found = found.errata()
    elif verdict != "all":
        found = found.filter(verdict=verdict)
    if "\0" in only:  # which PostgreSQL would refuse
        raise Http404("There is no such topic.")
    topic = get_object_or_404(Topic, key=only, retired=False) if only else None
    return (found.filter(topic=topic) if topic else found), topic


def _facts_page(verdict: str, only: str, number: int) -> SafeString:
    """Render a page of the list of facts, which is the same for everybody."""
    found, topic = _found(verdict, only)
    page = Paginator(found, FACTS_PER_PAGE).page(number)
    context = {
        "page": page,
        "groups": [(topic, list(rows)) for topic, rows in groupby(page, key=lambda fact: fact.topic)],
        "verdict": verdict,
        "filters": [("errata", "Where notes and AWS differ"), *Verdict.choices, ("all", "all facts")],
        "only": topic,
        "topics": Topic.objects.taught().filter(fact_count__gt=0).values_list("key", "title"),
    }
    return render_to_string("notes/facts_list.html", context)


@require_safe
def facts(request: HttpRequest) -> HttpResponse:
    """The errata: every fact where the notes and AWS today differ; or the facts of another verdict."""
    verdict, only, asked = (request.GET.get(name, "")[:64] for name in ("verdict", "topic", "page"))
    verdict = verdict or "errata"
    if verdict not in ("errata", "all", *Verdict.values):
        raise Http404(f"There is no verdict “{verdict[:40]}”.")
    # A page is kept under the number that it has, not under the one that was typed: those have no end.
    count = by_stamp(f"facts {verdict} {only}", lambda: _found(verdict, only)[0].count())
    number = Paginator(range(count), FACTS_PER_PAGE).get_page(asked).number
    listed = by_stamp(f"facts {verdict} {only} {number}", lambda: _facts_page(verdict, only, number))
    return private(render(request, "notes/facts.html", {"verdict": verdict, "listed": listed}))


def _fact_page(key: str) -> tuple[Fact, SafeString]:
    """Render a fact with its cards, which is the same for everybody."""
    found = get_object_or_404(Fact.objects.select_related("topic"), key=key, retired=False)
    cards = apps.get_model("review", "Card").objects.filter(fact=found, item__retired=False)
    asked = apps.get_model("quiz", "Question").objects.filter(item__topic=found.topic, item__retired=False)
    context = {
        "fact": found,
        "plays": plays(key),
        "questions": sum(key in facts for facts in asked.values_list("facts", flat=True)),
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
def diagram(request: HttpRequest, key: str) -> HttpResponse:
    """A drawing, which pages show with `<use>`; under the address that names its mark it never changes."""
    found = get_object_or_404(Diagram.objects.exclude(drawing=""), key=key, retired=False)
    response = HttpResponse(found.drawing, content_type="image/svg+xml")
    if request.META["QUERY_STRING"] == found.mark:
        patch_cache_control(response, public=True, max_age=31_536_000, immutable=True)
    else:
        patch_cache_control(response, public=True, no_cache=True)
    return response


def _results_page(query: str, number: str) -> dict[str, SafeString]:
    """Render what a query finds, and how it is told, which is the same for everybody."""
    results = search(query)
    page = Paginator(results.results, PER_PAGE).get_page(number)
    context = {"results": results, "page": page}
    template = "notes/search_results.html"
    return {"listed": render_to_string(template, context), "told": render_to_string(f"{template}#told", context)}


@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """Search; also as one types, when htmx asks for the results alone."""
    query, number = normalized(request.GET.get("q", "")), request.GET.get("page", "")[:8]
    found = searches.get(f"{number} {query}", lambda: _results_page(query, number))
    return private(render_htmx(request, "notes/search.html", {"query": query, **found}, partial="results"))
