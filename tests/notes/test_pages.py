"""The reading pages."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from studyapp.content.reader import read_course
from studyapp.notes.models import Fact, Topic
from studyapp.notes.progress import SLOTS, Standing
from studyapp.schedules.models import Item, Schedule, State
from studyapp.studio.sync import load_course, refresh
from tests.content.tree import plant
from tests.schedules.course import make_learner

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def course(tmp_path):
    load_course(read_course(plant(tmp_path)).course)


@pytest.fixture
def ada(client):
    user = make_learner()
    client.force_login(user, backend="studyapp.accounts.backends.LearnerBackend")
    return user


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def learn(user, key, days, state=State.REVIEW):
    item = Item.objects.get(key=key)
    today = user.today(timezone.now())
    Schedule.objects.create(
        user=user,
        item=item,
        topic=item.topic,
        fact=item.fact,
        state=state,
        due_day=today + timedelta(days=days),
        reps=1,
    )


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


@pytest.mark.parametrize("query", ["?verdict=nonsense", "?topic=nowhere", "?verdict=%00"])
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
    assert part.content.decode().lstrip().startswith('<div id="results"')
    assert "HX-Request" in part["Vary"]
    restored = client.get("/search/?q=ports", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<html" in restored.content.decode()


PAGES = ["/", "/topics/", "/topics/placement/", "/facts/?verdict=all", "/facts/N001/", "/glossary/", "/search/?q=port"]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_takes_few_queries_and_the_same_however_much_there_is(
    client, ada, path, tmp_path, django_assert_max_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tests.studio.test_sync import many

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
        (Standing(0), {"new": 24}),
        (Standing(48, 48, 0, 48, 24), {"due": 12, "review": 12}),
        (Standing(500, 1, 1, 0, 0), {"learning": 1, "new": 23}),
        (Standing(3, 3, 1, 2, 1), {"due": 8, "review": 8, "learning": 8}),
    ],
)
def test_the_stowage_plan_shares_its_slots_in_proportion(standing, slots):
    paths = {name.removeprefix("slot-"): d.count("M") for name, d in standing.paths()}
    assert paths == slots
    assert sum(paths.values()) == SLOTS
