"""Loading the files into the database, and giving them back."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from studyapp.accounts.models import User
from studyapp.content.reader import read_course
from studyapp.notes.models import Edition, Fact, Statement, Term, Topic
from studyapp.review.models import Card
from studyapp.schedules.models import Item, Place, Review, Schedule
from studyapp.studio.models import Conflict
from studyapp.studio.sync import course_from_rows, load_course, refresh
from tests.content.tree import FACTS, FILES, plant, texts

pytestmark = pytest.mark.django_db
PLACEMENT = "ecs/placement/"


def load(root, **changes):
    """Load the small tree with changes; a file given as empty is left out."""
    tree = plant(root, **changes)
    for name, text in changes.items():
        if not text:
            (tree / name).unlink()
    for folder in [path for path in tree.rglob("*") if path.is_dir() and not any(path.iterdir())]:
        folder.rmdir()
    reading = read_course(tree)
    assert not reading.problems
    return load_course(reading.course)


def edit(name, old, new):
    return {name: FILES[name].replace(old, new, 1)}


SAID_IN_FILE = edit(PLACEMENT + "facts.yaml", "Filters come before `strategies`.", "Filters come first of all.")


def test_what_was_loaded_comes_back_byte_for_byte(tmp_path, capsys):
    tree = plant(tmp_path)
    call_command("loadcontent", str(tree))
    call_command("exportcontent", str(tmp_path / "out"))
    assert texts(tmp_path / "out") == texts(tree)
    assert course_from_rows() == read_course(tree).course


def test_an_export_into_a_folder_that_holds_something_is_refused(tmp_path):
    load(tmp_path)
    with pytest.raises(CommandError, match="is not empty"):
        call_command("exportcontent", str(tmp_path / "content"))


def test_rows_are_ready_to_be_shown(tmp_path):
    load(tmp_path)
    topic = Topic.objects.get(key="placement")
    assert (topic.parent.key, topic.depth, topic.position, topic.fact_count, topic.card_count) == ("ecs", 1, 2, 2, 4)
    assert (
        topic.article_html.index('id="N001"')
        < topic.article_html.index('id="h-more"')
        < topic.article_html.index('id="A001"')
    )
    assert "tested by 2 cards" in topic.article_html
    fact = Fact.objects.get(key="N002")
    assert fact.statement_html.strip().startswith('<p>Bridge mode picks a <a href="/glossary/#host-port"')
    assert (fact.notes_say_html, fact.card_count) == ("The balancer picks it.", 2)
    card = Card.objects.get(item__key="N001-b")
    assert (card.front_html, card.back_html) == (
        "The <mark>[…]</mark> come before the rest.",
        "The <mark>filters</mark> come before the rest.",
    )
    assert list(Item.objects.order_by("position").values_list("key", flat=True)) == [
        "N001-a", "N001-b", "A001-a", "A001-b", "N002-a", "N002-b",
    ]  # fmt: skip
    assert Statement.objects.count() == 2
    assert Edition.objects.get().stamp


def test_loading_again_changes_nothing(tmp_path):
    load(tmp_path)
    plan = load(tmp_path)
    assert (plan.new, plan.changed, plan.conflicts, plan.retired) == ([], [], [], [])
    assert plan.unchanged == 13


def test_what_changed_in_the_files_is_taken(tmp_path):
    load(tmp_path)
    plan = load(tmp_path, **SAID_IN_FILE)
    assert plan.changed == ["N001"]
    fact = Fact.objects.get(key="N001")
    assert fact.statement == "Filters come first of all."
    assert "first of all" in fact.statement_html
    assert "first of all" in Topic.objects.get(key="placement").article_html


def test_what_an_instructor_changed_is_never_overwritten(tmp_path):
    load(tmp_path)
    Fact.objects.filter(key="N001").update(statement="An instructor's words.")
    refresh()
    plan = load(tmp_path)
    assert plan.kept == ["N001"]
    assert Fact.objects.get(key="N001").statement == "An instructor's words."
    assert "instructor&#x27;s words" in Topic.objects.get(key="placement").article_html or (
        "instructor's words" in Topic.objects.get(key="placement").article_html
    )


def test_a_change_on_both_sides_keeps_both_and_is_reported(tmp_path, capsys):
    load(tmp_path)
    Fact.objects.filter(key="N001").update(statement="An instructor's words.")
    plan = load(tmp_path, **SAID_IN_FILE)
    assert plan.conflicts == ["fact N001"]
    assert Fact.objects.get(key="N001").statement == "An instructor's words."
    assert Conflict.objects.get().file_record["statement"] == "Filters come first of all."
    call_command("loadcontent", str(tmp_path / "content"))
    assert "conflict: fact N001 changed in the app and in the files; the app's stays" in capsys.readouterr().out


def test_a_conflict_ends_when_both_sides_say_the_same(tmp_path):
    load(tmp_path)
    Fact.objects.filter(key="N001").update(statement="An instructor's words.")
    load(tmp_path, **SAID_IN_FILE)
    Fact.objects.filter(key="N001").update(statement="Filters come first of all.")
    plan = load(tmp_path, **SAID_IN_FILE)
    assert plan.conflicts == []
    assert not Conflict.objects.exists()
    assert load(tmp_path, **edit(PLACEMENT + "facts.yaml", "`strategies`", "the rest")).changed == ["N001"]


WITHOUT_PORTS = {
    "ecs/ports/topic.md": "", "ecs/ports/facts.yaml": "", "ecs/ports/cards.yaml": "", "glossary.yaml": "",
    PLACEMENT + "topic.md": FILES[PLACEMENT + "topic.md"].replace("neighbours: [ports]\n", "").replace(
        "[ports](topic:ports)", "ports"
    ),
    PLACEMENT + "facts.yaml": FACTS.replace("  confused_with: [N002]\n", ""),
}  # fmt: skip


def learner_of(key):
    item = Item.objects.get(key=key)
    user = User.objects.create_user("ada")
    Schedule.objects.create(user=user, item=item, topic=item.topic, fact=item.fact, reps=1)
    Review.objects.create(user=user, item=item, key="1", rating=3, at=0, day=1)
    return user


def test_what_leaves_the_files_is_retired_and_the_learners_history_stays(tmp_path):
    load(tmp_path)
    learner_of("N002-a")
    plan = load(tmp_path, **WITHOUT_PORTS)
    assert sorted(plan.retired) == ["N002", "N002-a", "N002-b", "host-port", "ports"]
    assert Schedule.objects.get().retired
    assert Review.objects.exists()
    assert Fact.objects.get(key="N002").retired
    assert not course_from_rows().terms
    assert [topic.key for topic in course_from_rows().topics] == ["ecs", "placement"]


def test_what_comes_back_to_the_files_is_taught_again(tmp_path):
    load(tmp_path)
    learner_of("N002-a")
    load(tmp_path, **WITHOUT_PORTS)
    plan = load(tmp_path / "again")
    assert sorted(plan.returned) == ["N002", "N002-a", "N002-b", "host-port", "ports"]
    assert not Schedule.objects.get().retired
    assert not Item.objects.filter(retired=True).exists()
    assert course_from_rows() == read_course(tmp_path / "again" / "content").course


def test_a_history_survives_every_edit_that_keeps_the_key(tmp_path):
    load(tmp_path)
    user = learner_of("N001-a")
    moved = {
        PLACEMENT + "facts.yaml": FILES[PLACEMENT + "facts.yaml"].replace("Filters come", "Sieves come"),
        PLACEMENT + "cards.yaml": FILES[PLACEMENT + "cards.yaml"].replace("What comes first?", "Which is first?"),
    }
    load(tmp_path, **moved)
    schedule = user.schedules.get()
    assert schedule.item.card.front == "Which is first?"
    assert schedule.reps == 1
    assert user.reviews.count() == 1


def test_new_items_are_found_again_from_the_first_that_moved(tmp_path):
    load(tmp_path, **WITHOUT_PORTS)
    ada, bob = User.objects.create_user("ada"), User.objects.create_user("bob")
    Place.objects.create(user=ada, new_from=5)
    Place.objects.create(user=bob, new_from=2)
    more = FILES[PLACEMENT + "cards.yaml"].replace(
        "- key: A001-a",
        "- key: N001-c\n  fact: N001\n  kind: basic\n  front: And then?\n  back: the rest\n  reason: So.\n\n- key: A001-a",
    )
    load(tmp_path, **(WITHOUT_PORTS | {PLACEMENT + "cards.yaml": more}))
    assert {place.user.username: place.new_from for place in Place.objects.all()} == {"ada": 3, "bob": 2}


def test_a_load_that_fails_changes_nothing(tmp_path, monkeypatch):
    load(tmp_path)
    before = Edition.objects.get().stamp
    monkeypatch.setattr("studyapp.studio.sync._load_terms", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        load(tmp_path, **SAID_IN_FILE)
    assert Fact.objects.get(key="N001").statement == "Filters come before `strategies`."
    assert Edition.objects.get().stamp == before


def test_a_tree_with_problems_is_not_loaded(tmp_path, capsys):
    tree = plant(tmp_path, **edit(PLACEMENT + "facts.yaml", "holds", "hold"))
    with pytest.raises(CommandError, match="Nothing was loaded"):
        call_command("loadcontent", str(tree))
    assert "facts.yaml:4:12: verdict:" in capsys.readouterr().err
    assert not Fact.objects.exists()


def many(facts):
    """Make the small course larger."""
    rows = "".join(
        f"\n- key: A{n:03}\n  statement: Number {n}.\n  verdict: holds\n  source: https://docs.aws.amazon.com/x\n"
        f"  checked: 2026-11-01\n"
        for n in range(2, facts + 2)
    )
    return {PLACEMENT + "facts.yaml": FACTS + rows}


def test_a_load_takes_queries_by_the_batch_and_not_by_the_row(tmp_path):
    counts = []
    for facts in (5, 200):
        for model in (Card, Item, Fact, Term, Topic, Statement):
            if model is Topic:
                Topic.objects.update(parent=None)
            model.objects.all().delete()
        with CaptureQueriesContext(connection) as captured:
            load(tmp_path / str(facts), **many(facts))
        counts.append(len(captured))
    assert counts[1] <= counts[0] + 5


def test_the_check_prints_coverage_and_counts(tmp_path, capsys):
    tree = plant(tmp_path)
    call_command("checkcontent", str(tree))
    printed = capsys.readouterr().out
    assert "2/2 statements covered" in printed
    assert "3 facts (1 additions): 2 holds, 1 simplified, 0 outdated, 0 wrong" in printed
    assert "6 cards: 3 basic, 1 reversed, 1 cloze, 1 typed" in printed
    assert "0 problems, 0 warnings" in printed


def test_the_check_fails_on_problems_and_on_missing_coverage_if_asked(tmp_path):
    with pytest.raises(CommandError, match="problems"):
        call_command("checkcontent", str(plant(tmp_path, **edit("glossary.yaml", "topic: ports", "topic: prots"))))
    tree = plant(tmp_path / "other", **edit("inventory.yaml", "N002]", "N002, N003]"))
    call_command("checkcontent", str(tree))
    with pytest.raises(CommandError, match="does not cover"):
        call_command("checkcontent", str(tree), "--complete")


def test_the_check_can_mend_the_layout(tmp_path, capsys):
    tree = plant(tmp_path, **edit(PLACEMENT + "facts.yaml", "verdict: holds", "verdict: 'holds'"))
    call_command("checkcontent", str(tree), "--fix")
    assert texts(tree) == {name: text.encode() for name, text in FILES.items()}
