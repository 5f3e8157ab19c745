"""Search: ranking, prefixes, typos, highlights, and what people type."""

import re

import pytest
from django.utils.html import escape
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studyapp.content.reader import read_course
from studyapp.notes import search as module
from studyapp.notes.models import Fact, Term, Topic
from studyapp.notes.search import search, words_of
from studyapp.studio.sync import load_course, refresh
from tests.content.tree import plant
from tests.factories import make_card, make_fact, make_topic

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def course(tmp_path):
    module._current.clear()
    load_course(read_course(plant(tmp_path)).course)
    yield
    module._current.clear()


def found(query):
    return [(result.kind, result.key) for result in search(query).results]


def test_a_topic_comes_before_the_facts_and_cards_that_mention_it():
    assert found("ports")[0] == ("topic", "ports")
    assert ("fact", "N002") in found("ports")
    assert ("card", "N002-a") in found("host port")
    assert found("host port")[0] == ("term", "host-port")


def test_a_topic_named_for_a_word_comes_first_however_long_it_is():
    Topic.objects.filter(key="ports").update(body="Much is said here. " * 500)
    refresh()
    assert found("port")[0] == ("topic", "ports")


def test_a_key_finds_its_fact_or_card_first():
    assert found("n002")[0] == ("fact", "N002")
    assert found("N002-b")[0] == ("card", "N002-b")


def test_the_beginning_of_the_last_word_is_enough():
    assert ("fact", "N001") in found("filters strat")


def test_small_typos_are_forgiven_and_told():
    results = search("stratgeies")
    assert results.corrected == "strategies"
    assert ("fact", "N001") in [(result.kind, result.key) for result in results.results]
    assert search("strategies").corrected == ""


def test_what_was_found_is_marked_and_everything_else_escaped():
    Fact.objects.filter(key="N001").update(statement="Filters <script>alert(1)</script> & `x < y` come first.")
    refresh()
    result = next(result for result in search("filters").results if result.key == "N001")
    assert "<mark>Filters</mark>" in result.snippet
    assert "<script" not in result.snippet
    assert escape("x < y") in result.snippet


def test_all_words_are_wanted_and_any_where_none_has_all():
    assert found("filters spreads") != []
    both = found("zone spread")
    assert ("fact", "A001") in both


def test_nothing_that_was_written_becomes_markup():
    make_fact(Topic.objects.get(key="ports"), "A900", statement="`</mark><img src=x onerror=alert(1)>` buoy")
    make_topic("buoys", title="<b>Buoy</b> & co", summary="<i>Buoy</i>")
    refresh()
    drawn = "".join(f"{result.title}{result.snippet}" for result in search("buoy").results)
    assert set(re.findall(r"<[^>]*>", drawn)) == {"<mark>", "</mark>"}
    assert "&lt;b&gt;<mark>Buoy</mark>&lt;/b&gt; &amp; co" in drawn


def test_the_title_weighs_more_than_the_statement_and_the_statement_more_than_what_follows():
    topic = Topic.objects.get(key="ports")
    make_fact(topic, "A901", statement="Something else.", why="A sextant.")
    make_fact(topic, "A902", statement="The sextant.")
    make_topic("sextant", title="Sextant")
    refresh()
    assert found("sextant") == [("topic", "sextant"), ("fact", "A902"), ("fact", "A901")]


def test_a_passage_is_shown_where_the_words_stand_nowhere_else():
    make_fact(Topic.objects.get(key="ports"), "A903", statement="Something else.", why="Since the tide turns.")
    refresh()
    (result,) = search("tide").results
    assert "Since the <mark>tide</mark> turns." in result.snippet


def test_a_result_leads_to_where_the_thing_stands():
    make_card(Fact.objects.get(key="N002"), front="A kraken?")
    make_fact(Topic.objects.get(key="ports"), "A904", statement="A kraken.")
    Term.objects.create(key="kraken", term="kraken", definition="It.")
    refresh()
    assert {result.kind: result.url for result in search("kraken").results} == {
        "term": "/glossary/#kraken",
        "fact": "/topics/ports/#A904",
        "card": "/facts/N002/#N002-c",
    }


@pytest.mark.parametrize(
    ("query", "corrected"),
    [
        ("spraed", "spread"),
        ("host prot", "host port"),
        ("filtering", ""),  # another form of a word: the stemmer finds it
        ("filt", ""),  # the beginning of one
        ("filt zone", ""),
        ("prts", "ports"),
        ("zzzzzzzz", ""),
        ("spraed stratgeies", "spread strategies"),
    ],
)
def test_only_what_finds_nothing_as_it_stands_is_corrected(query, corrected):
    assert search(query).corrected == corrected


def test_of_words_that_come_equally_near_the_most_used_is_meant():
    topic = Topic.objects.get(key="ports")
    for statement in ("A mast.", "A mist.", "A mist again."):
        make_fact(topic, statement=statement)
    refresh()
    assert search("mzst").corrected == "mist"


def test_results_come_twenty_to_a_page(client):
    topic = Topic.objects.get(key="ports")
    for number in range(45):
        make_fact(topic, statement=f"Gull {number}.")
    refresh()
    pages = [client.get("/search/", {"q": "gull", "page": page}).content.decode() for page in (1, 2, 3)]
    assert [page.count('class="result"') for page in pages] == [20, 20, 5]
    assert "45 results" in pages[0]
    assert 'href="/search/?q=gull&amp;page=2"' in pages[0]
    shown = [key for page in pages for key in re.findall(r"#(A\d+)\"", page)]
    assert len(set(shown)) == 45


def test_an_empty_hand_is_told_what_to_do(client):
    assert "binpack" in client.get("/search/").content.decode()
    nothing = client.get("/search/?q=xylophone").content.decode()
    assert "Nothing found" in nothing
    assert 'href="/topics/"' in nothing.split("Nothing found")[1]


@pytest.mark.parametrize(
    "query",
    ["", " ", "?", '"', "a OR", 'x" OR key:*', "NEAR(a b)", "^a", "-", "\0", "🚢", "a" * 10_000, "x " * 5_000, "*"],
)
def test_whatever_people_type_is_searched_as_words(query):
    search(query)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.text(max_size=300))
def test_no_query_breaks_the_search(query):
    list(search(query).results)


def test_words_are_taken_from_what_was_typed():
    assert words_of('Host-Port "awsvpc"') == ["host", "port", "awsvpc"]
    assert len(words_of("a " * 500)) == 12


def test_a_change_of_the_content_is_found_at_once():
    assert found("lighthouse") == []
    Fact.objects.filter(key="N001").update(statement="A lighthouse.")
    refresh()
    assert ("fact", "N001") in found("lighthouse")


def test_what_is_retired_is_not_found():
    Fact.objects.filter(key="N002").update(retired=True)
    refresh()
    assert ("fact", "N002") not in found("bridge")


def test_a_search_takes_one_query_once_the_index_stands(django_assert_num_queries):
    search("ports")
    with django_assert_num_queries(1):
        search("zone")
