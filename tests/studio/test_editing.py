"""Publishing, retiring, bringing back and moving: all of it or nothing, checked against the whole course."""

from dataclasses import replace
from datetime import date

import pytest

from studyapp.content.records import Card, Fact
from studyapp.notes.models import Topic
from studyapp.review.models import Card as CardRow
from studyapp.schedules.models import Item, Schedule
from studyapp.studio import editing
from studyapp.studio.editing import Refused, Stale, affected, bring_back, current_course, move, publish, retire
from studyapp.studio.models import Conflict, Document, Draft
from tests.factories import make_user
from tests.studio.test_sync import SAID_IN_FILE, learner_of, load

pytestmark = pytest.mark.django_db


def record(kind, key):
    return next(each for each in editing.of(current_course(), kind) if each.key == key)


def test_what_is_published_is_taught_shown_and_kept_as_a_version(tmp_path):
    load(tmp_path)
    ada = make_user("ada")
    mended = replace(record("fact", "N001"), statement="Filters come *before* `strategies`.")
    publish({("fact", "N001"): mended}, ada, bases={("fact", "N001"): 1})
    assert "<em>before</em>" in Topic.objects.get(key="placement").article_html
    assert record("fact", "N001") == mended
    head, first = Document.objects.get(kind="fact", key="N001").history.all()
    assert (head.number, head.by, head.record["statement"]) == (2, "ada", mended.statement)
    assert (first.number, first.by, first.history_change_reason) == (1, "", "loaded from the files")
    assert head.history_user == ada
    assert load(tmp_path).kept == ["N001"]
    load(tmp_path, **SAID_IN_FILE)
    assert Conflict.objects.get().key == "N001"


def test_a_version_that_is_not_the_last_is_refused_and_nothing_changes(tmp_path):
    load(tmp_path)
    ada, bob = make_user("ada"), make_user("bob")
    name = ("fact", "N001")
    publish({name: replace(record(*name), why="Ada's why.")}, ada, bases={name: 1})
    with pytest.raises(Stale) as refused:
        publish({name: replace(record(*name), why="Bob's why.")}, bob, bases={name: 1})
    assert refused.value.head.by == "ada"
    assert record(*name).why == "Ada's why."


def test_what_breaks_a_law_anywhere_is_refused_whole(tmp_path):
    load(tmp_path)
    ada = make_user("ada")
    before = current_course()
    with pytest.raises(Refused) as refused:
        publish({("fact", "N001"): replace(record("fact", "N001"), verdict="wrong")}, ada)
    assert [(each.file, each.field) for each in refused.value.problems] == [
        ("fact N001", "notes_say"), ("fact N001", "today"),
    ]  # fmt: skip
    with pytest.raises(Refused) as refused:
        retire([("fact", "A001")], ada)
    assert [each.file for each in refused.value.problems] == ["pair filter-or-strategy"]  # which names it
    assert current_course() == before
    assert not Document.objects.filter(number__gt=1).exists()


NEW = Fact("A100", "ports", 9, "A new one.", "holds", "https://a.example/", date(2026, 11, 1))
CARDS = [
    Card(f"A100-{letter}", "A100", "ports", 9, "basic", f"What is {letter}?", "So", reason="It is.") for letter in "ab"
]


def test_a_new_fact_comes_with_its_cards_and_finds_its_place_in_the_article(tmp_path):
    load(tmp_path)
    ada = make_user("ada")
    with pytest.raises(Refused, match="Not published"):
        publish({("fact", "A100"): NEW}, ada)
    publish({("fact", "A100"): NEW} | {("card", each.key): each for each in CARDS}, ada)
    ports = Topic.objects.get(key="ports")
    assert ports.body.endswith("{A100}")
    assert "A new one." in ports.article_html
    assert Item.objects.filter(key__startswith="A100-", retired=False, position__gt=0).count() == 2
    assert Document.objects.get(kind="topic", key="ports").number == 2
    plan = load(tmp_path)
    assert (plan.retired, plan.kept) == ([], ["ports"])


def test_what_was_retired_in_the_app_stays_so_until_it_is_brought_back(tmp_path):
    load(tmp_path)
    ada, name = make_user("ada"), ("fact", "N002")
    learner_of("N002-a", "eve")
    touched = affected([name])
    assert (touched.learners, touched.cards, touched.questions, touched.uncovered) == (1, 2, 0, ["N002"])
    assert {each.key for each in touched.named_in} >= {"N001", "ports"}
    retire([name], ada)
    assert "N002" not in {fact.key for fact in current_course().facts}
    assert not any(card.fact == "N002" for card in current_course().cards)
    assert "{N002}" not in Topic.objects.get(key="ports").body
    assert Schedule.objects.get(item__key="N002-a").retired
    assert Document.objects.get(kind="fact", key="N002").withdrawn
    load(tmp_path, **SAID_IN_FILE)
    assert "N002" not in {fact.key for fact in current_course().facts}
    bring_back([name], ada)
    assert [card.key for card in current_course().cards if card.fact == "N002"] == ["N002-a", "N002-b"]
    assert "{N002}" in Topic.objects.get(key="ports").body
    assert not Schedule.objects.get(item__key="N002-a").retired
    assert [each.history_change_reason for each in Document.objects.get(kind="fact", key="N002").history.all()] == [
        "brought back", "retired", "loaded from the files",
    ]  # fmt: skip


def test_a_fact_that_moves_takes_its_cards_and_its_place_along(tmp_path):
    load(tmp_path)
    user = learner_of("A001-a", "eve")
    move([("fact", "A001")], "ports", make_user("ada"))
    assert set(CardRow.objects.filter(fact__key="A001").values_list("item__topic__key", flat=True)) == {"ports"}
    assert user.schedules.get().topic.key == "ports"
    assert "{A001}" not in Topic.objects.get(key="placement").body
    assert Topic.objects.get(key="ports").body.endswith("{A001}")
    with pytest.raises(Refused, match="no topic"):
        move([("fact", "A001")], "nowhere", make_user("bob"))
    with pytest.raises(Refused, match="cannot be moved"):
        move([("card", "A001-a")], "ports", make_user("eva"))


def test_publishing_drops_the_editors_draft_and_leaves_others(tmp_path, django_assert_max_num_queries):
    load(tmp_path)
    ada, bob = make_user("ada"), make_user("bob")
    for each in (ada, bob):
        Draft.objects.create(
            kind="fact", key="N001", editor=each, name=each.username, fields={}, base=1, saved_at="2026-11-23T00:00Z"
        )
    with django_assert_max_num_queries(90):
        publish({("fact", "N001"): replace(record("fact", "N001"), why="Why.")}, ada)
    assert [draft.name for draft in Draft.objects.all()] == ["bob"]
    Draft.objects.update(key="N002")
    retire([("fact", "N002")], bob)
    assert Draft.objects.exists()


def test_a_course_that_changes_while_it_is_checked_is_checked_again(tmp_path, monkeypatch):
    load(tmp_path)
    ada, bob = make_user("ada"), make_user("bob")
    check, calls = editing._check, []

    def slow(*given):
        check(*given)
        calls.append(given)
        if len(calls) == 1:
            publish({("fact", "A001"): replace(record("fact", "A001"), why="Meanwhile.")}, bob)

    monkeypatch.setattr(editing, "_check", slow)
    publish({("fact", "N001"): replace(record("fact", "N001"), why="Why.")}, ada)
    assert len(calls) == 3
    assert (record("fact", "N001").why, record("fact", "A001").why) == ("Why.", "Meanwhile.")
