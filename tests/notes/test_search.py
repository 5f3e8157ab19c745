"""Search: ranking, prefixes, typos, highlights, and what people type."""

import pytest
from django.utils.html import escape

from studyapp.content.reader import read_course
from studyapp.notes import search as module
from studyapp.notes.models import Fact
from studyapp.notes.search import search, words_of
from studyapp.studio.sync import load_course, refresh
from tests.content.tree import plant

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


@pytest.mark.parametrize(
    "query",
    ["", " ", "?", '"', "a OR", 'x" OR key:*', "NEAR(a b)", "^a", "-", "\0", "🚢", "a" * 10_000, "x " * 5_000, "*"],
)
def test_whatever_people_type_is_searched_as_words(query):
    search(query)


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
