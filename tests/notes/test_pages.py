"""The reading pages."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from studyapp.content.reader import read_course
from studyapp.notes import editions
from studyapp.notes.models import Fact, Topic
from studyapp.notes.progress import SLOTS, Standing
from studyapp.review.models import Card
from studyapp.studio.sync import load_course, refresh
from tests.content.tree import plant
from tests.factories import make_card, make_fact, make_guest, make_schedule, make_topic, make_user
from tests.studio.test_sync import many

pytestmark = pytest.mark.django_db
BACKEND = "studyapp.accounts.backends.LearnerBackend"


@pytest.fixture(autouse=True)
def course(tmp_path):
    load_course(read_course(plant(tmp_path)).course)


@pytest.fixture
def ada(client):
    user = make_user()
    client.force_login(user, backend=BACKEND)
    return user


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def learn(user, key, days):
    make_schedule(user, Card.objects.get(item__key=key), days)


def test_the_index_shows_what_is_learned_and_what_is_due(client, ada):
    learn(ada, "N001-a", 0)
    learn(ada, "N001-b", 5)
    shown = text(client.get("/topics/"))
    assert "2 of 4 learned · 1 due in Placement" in shown
    assert "0 of 2 learned" in shown


def test_a_topic_shows_its_facts_at_their_anchors_and_the_way_on(client):
    page = client.get("/topics/placement/").content.decode()
    assert 'id="N001"' in page
    assert 'href="#h-more"' in page
    assert 'href="/topics/ports/"' in page
    assert "tested by 2 cards" in page
    assert "hx-disable" in page


def test_recall_is_asked_before_the_fact_is_shown(client):
    Fact.objects.filter(key="N001").update(recall="What comes first?")
    refresh()
    page = client.get("/topics/placement/").content.decode()
    block = page.split('id="N001"')[1].split("</section>")[0]
    assert block.index("<summary>What comes first?") < block.index("Filters come")


def test_a_retired_topic_is_gone(client):
    Topic.objects.filter(key="ports").update(retired=True)
    refresh()
    assert client.get("/topics/ports/").status_code == 404
    assert "Ports" not in text(client.get("/topics/"))


def test_the_errata_say_both_sides_with_source_and_day(client):
    shown = text(client.get("/facts/"))
    assert "The notes say The balancer picks it." in shown
    assert "Today The agent picks it, and tells ECS." in shown
    assert "checked 1 Nov 2026" in shown
    assert "Filters come" not in shown


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("", {"N002"}),
        ("?verdict=all", {"N001", "A001", "N002"}),
        ("?verdict=holds", {"N001", "A001"}),
        ("?verdict=simplified", {"N002"}),
        ("?verdict=wrong", set()),
        ("?verdict=all&topic=placement", {"N001", "A001"}),
        ("?verdict=all&page=99", {"N001", "A001", "N002"}),
    ],
)
def test_facts_are_filtered(client, query, keys):
    page = client.get(f"/facts/{query}").content.decode()
    assert set(re.findall(r'aria-label="Fact (\w+)"', page)) == keys


@pytest.mark.parametrize("query", ["?verdict=nonsense", "?topic=nowhere", "?verdict=%00", "?topic=%00"])
def test_a_filter_that_does_not_exist_is_404(client, query):
    assert client.get(f"/facts/{query}").status_code == 404


def test_a_fact_shows_what_it_is_confused_with_and_its_cards(client):
    shown = text(client.get("/facts/N001/"))
    assert "Confused with N002" in shown
    assert "Tested by 2 cards" in shown
    assert "N001-b" in shown


def test_pages_follow_a_change_of_the_content(client):
    client.get("/facts/")
    Fact.objects.filter(key="N002").update(today="It is otherwise.")
    refresh()
    assert "It is otherwise." in text(client.get("/facts/"))
    assert "It is otherwise." in text(client.get("/topics/ports/"))


def test_htmx_gets_the_results_alone(client):
    whole = client.get("/search/?q=ports")
    part = client.get("/search/?q=ports", headers={"HX-Request": "true"})
    assert "<html" in whole.content.decode()
    assert part.content.decode().lstrip().startswith('<div id="results">')
    assert '<p id="told" hx-swap-oob="innerHTML">' in part.content.decode()  # into the page's status line
    assert "hx-swap-oob" not in whole.content.decode()
    assert "HX-Request" in part["Vary"]
    restored = client.get("/search/?q=ports", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<html" in restored.content.decode()


PAGES = ["/", "/topics/", "/topics/placement/", "/facts/?verdict=all", "/facts/N001/", "/glossary/", "/search/?q=port"]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_takes_few_queries_and_the_same_however_much_there_is(client, ada, path, tmp_path):
    counts = []
    for number, changes in enumerate(({}, many(60))):
        load_course(read_course(plant(tmp_path / str(number), **changes)).course)
        client.get(path)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 6


@pytest.mark.parametrize(
    ("standing", "slots"),
    [
        (Standing(0), {}),
        (Standing(4, 3, 1, 2, 1), {"review": 1, "learning": 1, "due": 1, "new": 1}),
        (Standing(SLOTS, 0), {"new": SLOTS}),
        (Standing(2 * SLOTS, 2 * SLOTS, 0, 2 * SLOTS, SLOTS), {"review": SLOTS // 2, "due": SLOTS // 2}),
        (Standing(10 * SLOTS, 1, 1, 0, 0), {"learning": 1, "new": SLOTS - 1}),
    ],
    ids=["no cards", "one each", "just full", "shared", "what is there at all"],
)
def test_every_card_has_a_slot_in_the_stowage_plan_and_many_cards_share_them(standing, slots):
    assert {name.removeprefix("slot-"): d.count("z") for name, d in standing.paths()} == slots


@given(st.lists(st.integers(0, 400), min_size=4, max_size=4))
def test_the_slots_of_a_plan_are_as_many_as_cards_up_to_a_full_hold(counts):
    review, due, learning, _ = counts
    standing = Standing(sum(counts), review + due + learning, learning, review + due, due)
    assert sum(d.count("z") for _, d in standing.paths()) == min(sum(counts), SLOTS)
    assert len(standing.paths()) == sum(count > 0 for count in counts)


def test_a_plan_is_filled_from_the_bottom():
    remembered, new = (d for _, d in Standing(17, 16, 0, 16, 0).paths())
    assert remembered.startswith("M1 -1h")
    assert new.startswith("M1 -14h")
    assert Standing(17).height() == 26


def test_the_shell_says_who_one_is(client):
    anonymous = text(client.get("/topics/"))
    assert "Sign up Log in" in anonymous
    client.force_login(make_guest(), backend=BACKEND)
    assert "Guest Sign up" in text(client.get("/topics/"))
    client.force_login(make_user("grace"), backend=BACKEND)
    person = text(client.get("/topics/"))
    assert "grace" in person
    assert "Sign up" not in person


def test_pages_of_a_learner_are_kept_by_no_cache(client, ada):
    for path in PAGES:
        assert client.get(path)["Cache-Control"] == "private, no-store", path


def test_a_topic_says_where_it_stands(client):
    root = make_topic("root", title="The whole")
    above = make_topic("above", title="A part", parent=root)
    make_fact(make_topic("here", parent=above, neighbours=["ports"]))
    make_topic("beneath", title="A detail", parent=Topic.objects.get(key="here"))
    refresh()
    shown = text(client.get("/topics/here/"))
    assert "Topics / The whole / A part" in shown
    assert "In this chapter A detail" in shown
    assert "Neighbours Ports" in shown
    assert "← A part A detail →" in shown


def test_a_topic_without_cards_of_its_own_offers_none(client):
    refresh()
    page = client.get("/topics/ecs/").content.decode()
    assert "/review/?topic=" not in page
    assert "stowage" not in page.split('class="article-head"')[1].split("</header>")[0]


def test_an_answered_card_changes_the_row_of_its_topic_alone(client, ada):
    before = client.get("/topics/").content.decode().split("<li")
    learn(ada, "N001-a", 3)
    after = client.get("/topics/").content.decode().split("<li")
    assert [one == other for one, other in zip(before, after, strict=True)].count(False) == 1


def test_what_other_learners_know_does_not_show(client, ada):
    learn(make_user("grace"), "N001-a", 0)
    assert "1 of 4 learned" not in text(client.get("/topics/"))


def test_facts_can_be_asked_for_by_topic(client):
    page = client.get("/facts/?verdict=all&topic=placement").content.decode()
    assert '<option value="placement" selected>' in page
    assert '<option value="ecs"' not in page  # it has no facts


def test_facts_come_twenty_five_to_a_page(client):
    topic = Topic.objects.get(key="ports")
    for _ in range(27):
        make_fact(topic)
    refresh()
    first, second = (client.get(f"/facts/?verdict=holds&page={page}").content.decode() for page in (1, 2))
    assert (first.count('aria-label="Fact'), second.count('aria-label="Fact')) == (25, 4)
    assert 'rel="next" href="?verdict=holds&amp;page=2"' in first
    assert 'rel="prev" href="?verdict=holds&amp;page=1"' in second


@pytest.mark.parametrize("asked", ["1", "01", "0", "-1", "nonsense", "9" * 60, "٣", "1 "])
def test_a_page_is_kept_under_its_own_number_only(client, asked):
    client.get("/facts/")
    kept = len(editions.pages)
    assert client.get("/facts/", {"page": asked}).status_code == 200
    assert len(editions.pages) == kept


@pytest.mark.parametrize("path", ["/topics/", "/facts/?verdict=all", "/glossary/", "/search/?q=statement"])
def test_one_thing_or_three_cost_the_same_queries(client, ada, path):
    counts = []
    for things in (1, 2):
        for _ in range(things):
            make_schedule(ada, make_card(make_fact()))
        refresh()
        client.get(path)
        with CaptureQueriesContext(connection) as captured:
            client.get(path)
        counts.append(len(captured))
    assert counts[0] == counts[1]
