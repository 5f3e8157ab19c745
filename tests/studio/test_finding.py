"""Finding items, the board of coverage, and what is done to many items at once."""

import re
from datetime import UTC, datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from studyapp.notes.models import Statement
from studyapp.quiz.models import Attempt, Report
from studyapp.schedules.models import Item
from studyapp.studio import bulk, covering, documents, finding
from studyapp.studio.models import Conflict, Document, Draft
from studyapp.studio.roles import make_instructor
from studyapp.studio.sync import refresh
from tests.content.tree import FACTS
from tests.factories import make_question, make_user
from tests.studio.test_sync import PLACEMENT, learner_of, load

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=True):
        yield


def sign_in(client, name="ada"):
    user = make_user(name)
    make_instructor(user)
    client.force_login(user, backend="studyapp.accounts.backends.LearnerBackend")
    return user


def world(root, client):
    """Load the small tree and let something have happened to it; give the instructor who is signed in."""
    ada, bob = sign_in(client), make_user("bob")
    load(root, **{PLACEMENT + "facts.yaml": FACTS.replace("checked: 2026-11-01", "checked: 2026-01-01", 1)})
    fact = Item.objects.get(key="A001-a").fact
    question = make_question(fact, key="spread-or-not", stem="A service of three zones: where does it go?")
    Item.objects.filter(key="N002-b").update(retired=True)
    refresh()
    documents.follow(by=ada, only=[("question", "spread-or-not"), ("card", "N002-b")])
    attempt = Attempt.objects.create(user=bob, question=question, seed=1, variant={})
    Report.objects.create(user=bob, attempt=attempt, text="Wrong.", at=NOW)
    Report.objects.create(user=bob, attempt=attempt, text="It was not.", at=NOW, closed_at=NOW)
    Conflict.objects.create(kind="term", key="host-port", file_record={}, file_fingerprint="x")
    for user, kind, key in [(ada, "fact", "N001"), (bob, "card", "N001-a"), (ada, "fact", "A009")]:
        Draft.objects.create(
            kind=kind, key=key, editor=user, name=user.username, fields={"statement": "New."}, base=1, saved_at=NOW
        )
    Document.objects.filter(key="N002").update(tags=["exam", "exam-2027"])
    Document.objects.filter(key="A001").update(tags=["exam-2027"])
    return ada


def found(client, query):
    """Give the keys of the hits, in order."""
    page = client.get(f"/studio/?{query}")
    assert page.status_code == 200
    return [hit.document.key for hit in page.context["hits"]]


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("q=n001", ["N001", "N001-a", "N001-b", "filter-or-strategy", "placement", "ports"]),
        ("q=HOST+port&kind=card", ["N002-a"]),
        ("q=host+port&kind=card&state=all", ["N002-a", "N002-b"]),
        ("q=host+port&kind=card&state=retired", ["N002-b"]),
        ("q=n002-b", ["N002-b"]),
        ("q=port+zebra", []),
        ("q=n___", []),
        ("kind=fact", ["A001", "N001", "N002"]),
        ("topic=ports", ["N002", "N002-a", "host-port", "ports"]),
        ("variety=simplified", ["N002"]),
        ("variety=typed", ["A001-b"]),
        ("coverage=covers", ["N001", "N002"]),
        ("coverage=addition", ["A001"]),
        ("coverage=untested", ["N001", "N002"]),
        ("coverage=few-cards", ["N002"]),
        ("problems=1", ["N001", "N002", "spread-or-not"]),
        ("reports=1", ["spread-or-not"]),
        ("drafts=mine", ["N001"]),
        ("drafts=any", ["N001", "N001-a"]),
        ("changed=1", ["spread-or-not"]),
        ("old=1", ["N001"]),
        ("old=1&days=20", ["A001", "N001", "N002"]),
        ("old=1&days=22", ["N001"]),
        ("tag=exam", ["N002"]),
        ("tag=exam-2027", ["A001", "N002"]),
        ("tag=exam-2027&coverage=addition", ["A001"]),
        ("tag=gone", []),
    ],
)
def test_words_and_filters_find_just_what_they_say(tmp_path, client, query, keys):
    world(tmp_path, client)
    assert sorted(found(client, query)) == sorted(keys)


def test_the_key_that_was_typed_comes_first_then_the_order_that_was_chosen(tmp_path, client):
    world(tmp_path, client)
    assert found(client, "q=n001")[:3] == ["N001", "N001-a", "N001-b"]
    assert found(client, "q=ports&sort=changed")[0] == "ports"
    assert found(client, "kind=fact&sort=checked") == ["N001", "A001", "N002"]


def test_what_was_changed_last_comes_first(tmp_path, client):
    world(tmp_path, client)
    Document.objects.filter(key="ports").update(changed_at=timezone.now())
    assert found(client, "sort=changed")[:2] == ["ports", "spread-or-not"]


def test_a_hit_says_what_is_known_of_the_item_and_leads_to_it(tmp_path, client):
    world(tmp_path, client)
    hits = {hit.document.key: hit for hit in client.get("/studio/?state=all").context["hits"]}
    assert hits["spread-or-not"].reports == 1
    assert [key for key, hit in hits.items() if hit.conflict] == ["host-port"]
    assert {key: hit.drafts for key, hit in hits.items() if hit.drafts} == {"N001": ["ada"], "N001-a": ["bob"]}
    assert [problem.field for problem in hits["N002"].problems] == ["key"]
    assert (hits["N001-a"].topic, hits["N001-a"].edit) == ("Placement", "/studio/card/N001-a/")
    public = {key: hit.public for key, hit in hits.items()}
    assert public.pop("spread-or-not") == public.pop("N002-b") == ""
    for address in public.values():
        assert client.get(address).status_code == 200
    anchor = re.escape(public["N001-a"].partition("#")[2])
    assert re.search(rf'id="{anchor}"', client.get(public["N001-a"]).content.decode())


def test_what_wants_doing_is_counted_and_each_count_leads_to_it(tmp_path, client):
    world(tmp_path, client)
    page = client.get("/studio/")
    assert page.context["todo"] == finding.Todo(reports=1, conflicts=1, drafts=2, problems=3, old=1)
    html = page.content.decode()
    for query, number in [("reports=1", 1), ("problems=1", 3), ("old=1&amp;sort=checked", 1)]:
        assert f'href="?{query}"' in html
        assert len(found(client, query.replace("&amp;", "&"))) == number


def test_drafts_of_items_that_were_never_published_are_listed_too(tmp_path, client):
    world(tmp_path, client)
    drafts = client.get("/studio/?drafts=mine").context["unpublished"]
    assert [(draft.kind, draft.key) for draft in drafts] == [("fact", "A009")]
    assert not client.get("/studio/?drafts=mine&tag=exam").context["unpublished"]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("topic=nowhere", "Topic: there is no “nowhere”. Choose one of the list, or none."),
        ("topic=%00", "Topic: there is no"),
        (f"kind={'x' * 3000}", f"Kind: there is no “{'x' * 40}”."),
        ("tag=%00", "Tag: there is no"),
        ("old=1&days=soon", "Days since the last check: must be a number of days from 0 to 9999"),
        ("old=1&days=99999999999999999999", "Days since the last check: must be a number of days from 0 to 9999"),
    ],
)
def test_what_cannot_be_searched_for_is_named_and_lists_nothing(tmp_path, client, query, told):
    world(tmp_path, client)
    page = client.get(f"/studio/?q=port&{query}")
    assert page.status_code == 400
    assert told in page.content.decode()
    assert 'class="hit"' not in page.content.decode()
    assert 'value="port"' in page.content.decode()


@pytest.mark.parametrize(
    "query",
    ["q=%00port", "page=abc&q=port", "page=-1&q=port", "page=99&q=port", f"page={'9' * 5000}&q=port", "q=port&zebra=1"],
)
def test_odd_input_is_passed_over(tmp_path, client, query):
    world(tmp_path, client)
    assert found(client, query) == found(client, "q=port")


def test_a_long_query_is_searched_as_it_is(tmp_path, client):
    world(tmp_path, client)
    assert found(client, f"q={'a+' * 100}")
    assert found(client, f"q={'x' * 5000}") == []
    assert found(client, "q=%F0%9F%90%B3" * 60) == []


def test_htmx_gets_the_hits_alone_with_an_address_that_can_be_kept(tmp_path, client):
    world(tmp_path, client)
    page = client.get("/studio/?q=port&kind=card&topic=&old=&days=180&page=", headers=HTMX)
    html = page.content.decode()
    assert html.lstrip().startswith('<div id="found">')
    assert "1 item<" in html.replace("</p>", "<")
    assert page["HX-Push-Url"] == "/studio/?q=port&kind=card"
    assert page["Vary"].count("HX-Request") == 1
    again = client.get("/studio/?q=port", headers=HTMX | {"HX-History-Restore-Request": "true"})
    assert "<h1>" in again.content.decode()
    assert again.context["todo"].reports == 1


def many_documents(number):
    Document.objects.bulk_create(
        Document(
            kind=("fact", "card", "question", "term")[each % 4], key=f"x-{each}", record={"covers": []}, mark="m",
            title=f"A title of many words, {each}", topic="ports", variety="holds", checked="2026-01-01",
            text=f"x-{each} a placement of many words and a port {'filler ' * 60}", tags=["many"], changed_at=NOW,
        )
        for each in range(number)
    )  # fmt: skip


SEARCHES = (
    "",
    "q=many+words+port",
    "q=x-7",
    "topic=ports&variety=holds&old=1&tag=many&state=all&sort=changed",
    "changed=1&sort=checked",
    "drafts=any&reports=1&problems=1&coverage=untested",
)


def test_ten_thousand_items_cost_the_same_queries_as_ten(tmp_path, client):
    world(tmp_path, client)
    many_documents(10)

    def cost(query):
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/studio/?{query}")
            return len(queries)

    cost("")  # fills what is kept
    few = [cost(query) for query in SEARCHES]
    Document.objects.filter(key__startswith="x-").delete()
    many_documents(10_000)
    assert [cost(query) for query in SEARCHES] == few
    assert max(few) <= 20
    pages = client.get("/studio/?tag=many").context["page"].paginator
    assert (pages.count, pages.num_pages) == (10_000, 200)
    assert len(found(client, "tag=many&page=200")) == 50


# Coverage -----------------------------------------------------------------------------------------------------


def test_the_board_shows_what_covers_and_tests_each_statement(tmp_path, client):
    world(tmp_path, client)
    Statement.objects.create(key="N003", section="Placement")
    refresh()
    board = covering.board()
    assert [part.name for part in board.parts] == ["Placement", covering.ADDITIONS]
    places = {each.statement or each.fact: (each.lacks, each.cards, each.questions, each.age) for each in board.berths}
    assert places == {
        "N001": (["no question"], 2, 0, 326),
        "N002": (["1 card", "no question"], 1, 0, 22),
        "N003": (["no fact"], 0, 0, 0),
        "A001": ([], 2, 1, 22),
    }
    assert (board.covered, [each.fact for each in board.old]) == ({"N001", "N002"}, ["N001"])
    for show, shown in {"": "N001 N002 N003 A001", "gaps": "N001 N002 N003", "old": "N001", "odd": "N001 N002"}.items():
        html = client.get(f"/studio/coverage/?show={show}").content.decode()
        cells = re.findall(r'class="berth-cell.*?<b>(\w+)</b>', html, re.DOTALL)
        assert cells[: len(shown.split())] == shown.split()
    assert "/studio/new/fact/?key=N003" in html


def test_the_board_costs_the_same_queries_whatever_is_on_it(tmp_path, client):
    world(tmp_path, client)

    def cost():
        client.get("/studio/coverage/")  # fills what is kept
        with CaptureQueriesContext(connection) as queries:
            page = client.get("/studio/coverage/")
            return len(queries), len(page.context["board"].gaps)

    before, _ = cost()
    Statement.objects.bulk_create(Statement(key=f"N{each}", section=f"Part {each % 9}") for each in range(200, 400))
    refresh()
    assert cost() == (before, 202)


# Many at once -------------------------------------------------------------------------------------------------


def ask(client, do, items=(), **more):
    return client.post("/studio/bulk/", {"do": do, "item": items, **more})


def confirm(client, page, **more):
    """Send the form of a confirmation page."""
    html = page.content.decode()
    form = html[html.index('name="do"') :]
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    name = re.search(r'name="do" value="([\w-]+)"', html)[1]
    return client.post("/studio/bulk/", {**fields, "do": name, **more}, follow=True)


def told(page):
    return [str(message) for message in page.context["messages"]]


def test_nothing_is_retired_before_the_page_that_says_what_it_touches_is_confirmed(tmp_path, client):
    world(tmp_path, client)
    learner_of("N001-a", "eve")
    page = ask(client, "retire", ["term host-port", "pair filter-or-strategy"])
    assert [each.key for each in page.context["touched"]] == ["filter-or-strategy", "host-port"]
    assert not Document.objects.filter(kind__in=["term", "pair"], retired=True).exists()
    done = confirm(client, page)
    assert told(done) == ["2 items retired."]
    assert found(client, "state=retired") == ["N002-b", "filter-or-strategy", "host-port"]
    versions = Document.objects.get(key="host-port").number
    again = confirm(client, page)
    assert told(again) == ["Nothing was left to do: so it was already."]
    assert Document.objects.get(key="host-port").number == versions
    back = confirm(client, ask(client, "bring-back", ["term host-port", "fact N001"]))
    assert told(back) == ["1 item brought back."]
    assert found(client, "state=retired") == ["N002-b", "filter-or-strategy"]


def test_the_confirmation_says_who_and_what_is_affected(tmp_path, client):
    world(tmp_path, client)
    learner_of("N001-a", "eve")
    learner_of("N001-b", "fay")
    page = ask(client, "retire", ["fact N001"])
    html = page.content.decode()
    assert "2 cards and 0 questions are among these or go along" in html
    assert "<b>2 learners</b> have schedules on them" in html
    assert "No fact would cover</b> N001" in html
    assert {each.key for each in page.context["affected"].named_in} >= {"filter-or-strategy", "ports"}


def test_a_change_that_would_break_the_course_is_refused_whole_with_the_problems(tmp_path, client):
    world(tmp_path, client)
    page = confirm(client, ask(client, "retire", ["card A001-a", "term host-port"]))
    assert page.status_code == 409
    assert "A001 has 1 card; at least 2" in page.content.decode()
    assert not Document.objects.filter(key__in=["A001-a", "host-port"], retired=True).exists()


def test_facts_move_with_their_cards_and_what_cannot_move_stays(tmp_path, client):
    world(tmp_path, client)
    Item.objects.filter(key="spread-or-not").update(retired=True)
    refresh()
    documents.follow()
    page = ask(client, "move", ["fact A001", "card A001-a", "pair filter-or-strategy"], back="topic=placement")
    assert [each.key for each in page.context["left"]] == ["A001-a", "filter-or-strategy"]
    refused = confirm(client, page)
    assert (refused.status_code, "Topic: choose where they go." in refused.content.decode()) == (409, True)
    nowhere = confirm(client, page, value="nowhere\0")
    assert (nowhere.status_code, "no topic nowhere" in nowhere.content.decode()) == (409, True)
    done = confirm(client, page, value="ports")
    assert told(done) == ["1 item moved."]
    assert done.redirect_chain == [("/studio/?topic=placement", 302)]
    assert set(Document.objects.filter(topic="ports", key__startswith="A001").values_list("key", flat=True)) == {
        "A001", "A001-a", "A001-b",
    }  # fmt: skip
    assert told(confirm(client, page, value="ports")) == ["Nothing was left to do: so it was already."]


def test_tags_come_and_go_in_the_studio_alone(tmp_path, client):
    world(tmp_path, client)
    before = {each.key: (each.number, each.history.count()) for each in Document.objects.all()}
    page = ask(client, "tag", ["fact N001", "fact N002"])
    assert told(confirm(client, page, value=" Hard-One ")) == ["2 items tagged."]
    assert told(confirm(client, page, value="hard-one")) == ["Nothing was left to do: so it was already."]
    assert found(client, "tag=hard-one") == ["N001", "N002"]
    assert Document.objects.get(key="N002").tags == ["exam", "exam-2027", "hard-one"]
    page = ask(client, "untag", ["fact N001", "fact N002"])
    assert page.context["tags"][0] == "hard-one"
    assert told(confirm(client, page, value="hard-one")) == ["2 items freed of the tag."]
    assert Document.objects.get(key="N001").tags == []
    assert {each.key: (each.number, each.history.count()) for each in Document.objects.all()} == before


@pytest.mark.parametrize("tag", ["", "two words", "x" * 31, "naïve", "a\0b c", '"', "<b>"])
def test_a_tag_that_cannot_be_is_refused_and_the_choice_is_kept(tmp_path, client, tag):
    world(tmp_path, client)
    page = confirm(client, ask(client, "tag", ["fact N001"]), value=tag)
    assert page.status_code == 409
    assert "Tag: must be 1 to 30 letters from a to z, digits or hyphens" in page.content.decode()
    assert told(confirm(client, page, value="fine")) == ["1 item tagged."]
    assert Document.objects.get(key="N001").tags == ["fine"]


def test_names_of_items_are_read_without_what_a_database_refuses():
    assert bulk.read_names(["fact N001\0", "fact", "", f"fact {'x' * 65}", "term a b"]) == {
        ("fact", "N001"), ("term", "a b"),
    }  # fmt: skip


def test_an_eleventh_tag_is_refused_for_all(tmp_path, client):
    world(tmp_path, client)
    Document.objects.filter(key="N002").update(tags=[f"tag-{each}" for each in range(10)])
    page = confirm(client, ask(client, "tag", ["fact N001", "fact N002"]), value="one-more")
    assert "fact N002 has 10 tags already, at most 10" in page.content.decode()
    assert not Document.objects.filter(key="N001").exclude(tags=[]).exists()


def test_all_that_match_means_the_search_as_it_stands_and_at_most_500(tmp_path, client):
    world(tmp_path, client)
    page = ask(client, "tag", all="1", back="kind=fact&coverage=covers")
    assert [each.key for each in page.context["touched"]] == ["N001", "N002"]
    many_documents(600)
    page = ask(client, "tag", all="1", back="tag=many&sort=changed")
    assert "600 items match; at most 500 are changed at once" in page.content.decode()
    assert len(page.context["touched"]) == 500
    assert told(confirm(client, page, value="first")) == ["500 items tagged."]
    assert len(Document.objects.filter(text__startswith="x-", tags__icontains="first")) == 500


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({}, 400),
        ({"do": "drop", "item": "fact N001"}, 400),
        ({"do": "retire", "item": "fact N001", "back": "topic=%00"}, 400),
        ({"do": "retire"}, 302),
        ({"do": "retire", "item": ["fact N999", "fact", "\0", "x" * 9000, "fact N001\0x"], "confirmed": "1"}, 302),
    ],
)
def test_a_form_that_makes_no_sense_changes_nothing(tmp_path, client, sent, status):
    world(tmp_path, client)
    before = set(Document.objects.values_list("key", "number"))
    assert client.post("/studio/bulk/", sent).status_code == status
    assert set(Document.objects.values_list("key", "number")) == before


def test_a_confirmation_costs_the_same_queries_for_one_item_and_for_many(tmp_path, client):
    world(tmp_path, client)

    def cost(items):
        with CaptureQueriesContext(connection) as queries:
            page = ask(client, "retire", items)
            return len(queries), page.context["affected"].cards

    cost(["fact N001"])  # fills what is kept
    queries, _ = cost(["fact N001"])
    many = [f"{each.kind} {each.key}" for each in Document.objects.filter(kind__in=["card", "fact"])]
    assert cost(many) == (queries, 5)
