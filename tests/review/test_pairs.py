"""Confused pairs: the page, and the drill whose state is in its address."""

import re
from html import unescape
from uuid import uuid4

import pytest

from studyapp.notes.models import Edition, Pair
from tests.schedules.course import make_course

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def pairs():
    make_course()
    for number in range(2):
        left, right = [f"left case {number}{n}" for n in "ab"], [f"right case {number}{n}" for n in "ab"]
        Pair.objects.create(
            key=f"pair-{number}", left=f"Left {number}", right=f"Right {number}", difference="One leads, one follows.",
            difference_html="One leads, one follows.", facts=["T0F0"], left_cases=left, right_cases=right,
            cases_html=left + right,
        )  # fmt: skip
    Edition.objects.update(stamp=uuid4().hex)


def walk(client, address, choose):
    """Go through a round; `choose` gives a side for a situation. Gives the situations and the last page."""
    seen = []
    while True:
        page = client.get(address).content.decode()
        question = re.search(r'card-question"[^>]*>([^<]+)<', page)
        if not question:
            return seen, page
        seen.append(question[1])
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
        answered = client.get("/pairs/drill/", fields | {"answer": choose(question[1])}).content.decode()
        right = question[1].split()[0].capitalize()
        verdict = re.search(r"<b>(Right:|No:)</b> (\w+ \d)", answered)
        assert verdict[2] == f"{right} {question[1][-2]}"
        assert (verdict[1] == "Right:") == (choose(question[1]) == right.lower())
        address = unescape(re.search(r'href="([^"]+)"[^>]*data-hotkey="Space"', answered)[1])


def test_a_round_asks_every_situation_once_and_counts_what_was_missed(client):
    begun = client.get("/pairs/drill/")
    seen, end = walk(client, begun.url, lambda question: question.split()[0])
    assert len(seen) == len(set(seen)) == 8
    assert "8 situations, 0 missed" in end
    seen, end = walk(client, begun.url, lambda question: "left")
    assert "8 situations, 4 missed" in end
    assert "Mixed up:" in end


def test_the_seed_decides_the_order_and_reload_changes_nothing(client):
    first, _ = walk(client, "/pairs/drill/?seed=1", lambda question: "left")
    again, _ = walk(client, "/pairs/drill/?seed=1", lambda question: "right")
    orders = {tuple(walk(client, f"/pairs/drill/?seed={seed}", lambda question: "left")[0]) for seed in range(2, 6)}
    assert first == again
    assert len(orders | {tuple(first)}) > 1


def test_one_pair_alone(client):
    seen, end = walk(client, "/pairs/drill/?seed=3&pair=pair-1", lambda question: "left")
    assert sorted(seen) == ["left case 1a", "left case 1b", "right case 1a", "right case 1b"]
    assert "4 situations, 2 missed" in end


def test_the_answer_is_nowhere_on_the_page_that_asks(client):
    page = client.get("/pairs/drill/?seed=3&pair=pair-0").content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    assert "One leads" not in main
    assert main.count('value="left"') == main.count('value="right"') == 1


def test_the_list_names_each_pair_with_its_difference(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        page = client.get("/pairs/").content.decode()
    assert page.count("One leads, one follows.") == 2
    assert "Left 0" in page


@pytest.mark.parametrize("query", ["seed=-1", "seed=9999999999", "seed=1&at=-2", "seed=1&missed=zz", "seed=1&pair=no"])
def test_an_address_that_was_cut_or_made_up_is_told(client, query):
    response = client.get(f"/pairs/drill/?{query}")
    assert response.status_code == 404
    assert "No such drill" in response.content.decode()
