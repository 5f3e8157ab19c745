"""Loading the files into the database, and giving them back."""

import re

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from studyapp.accounts.models import User
from studyapp.content.markup import TooSlow
from studyapp.content.reader import read_course
from studyapp.notes.models import Diagram, Edition, Fact, Pair, Statement, Term, Topic
from studyapp.review.models import Card
from studyapp.schedules.models import Item, Place, Review, Schedule
from studyapp.studio.management.commands.checkcontent import spans
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


def test_a_figure_shows_its_drawing_with_caption_and_words(tmp_path, client):
    load(tmp_path)
    html = Topic.objects.get(key="placement").article_html
    address = re.search(r'aria-label="Rule by rule, fewer are left."><use href="([^"]+)#drawing"', html)[1]
    assert "<p>Four instances enter, one is left.</p></details>" in html
    assert "![" not in html
    served = client.get(address)
    assert served["Content-Type"] == "image/svg+xml"
    assert "immutable" in served["Cache-Control"]
    assert "one &amp; only" in served.content.decode()
    assert "no-cache" in client.get(address.split("?")[0])["Cache-Control"]


def test_a_drawing_that_changes_gets_another_address_and_one_that_leaves_is_not_served(tmp_path, client):
    load(tmp_path)
    before = Diagram.objects.get().get_absolute_url()
    load(tmp_path, **edit(PLACEMENT + "funnel.svg", "one &amp; only", "another"))
    after = Diagram.objects.get().get_absolute_url()
    assert before != after
    assert after in Topic.objects.get(key="placement").article_html
    without = FILES[PLACEMENT + "topic.md"].replace(
        '![Four instances enter, one is left.](diagram:funnel "Rule by rule, fewer are left.")\n\n', ""
    )
    load(tmp_path, **{PLACEMENT + "funnel.svg": "", PLACEMENT + "topic.md": without})
    assert client.get(after).status_code == 404


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
    assert plan.unchanged == 15


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


def test_a_change_of_place_in_the_files_is_no_conflict_with_a_change_of_words_in_the_app(tmp_path):
    load(tmp_path)
    Fact.objects.filter(key="A001").update(statement="An instructor's words.")
    plan = load(
        tmp_path, **{PLACEMENT + "facts.yaml": "\n".join(reversed(FACTS.split("\n\n"))).replace("\n- ", "\n\n- ")}
    )
    assert (plan.conflicts, plan.kept, plan.changed) == ([], ["A001"], ["N001"])
    fact = Fact.objects.get(key="A001")
    assert (fact.order, fact.statement) == (0, "An instructor's words.")
    assert [record.key for record in course_from_rows().facts][:2] == ["A001", "N001"]


def test_a_conflict_ends_when_the_files_take_their_change_back(tmp_path):
    load(tmp_path)
    Fact.objects.filter(key="N001").update(statement="An instructor's words.")
    load(tmp_path, **SAID_IN_FILE)
    again = load(tmp_path, **SAID_IN_FILE)
    assert again.conflicts == ["fact N001"]
    plan = load(tmp_path)
    assert (plan.conflicts, plan.kept) == ([], ["N001"])
    assert not Conflict.objects.exists()


def test_line_ends_of_a_browser_are_no_change(tmp_path):
    load(tmp_path)
    topic = Topic.objects.get(key="placement")
    Topic.objects.filter(key="placement").update(body=topic.body.replace("\n", "\r\n") + "\r\n")
    assert load(tmp_path).kept == []
    assert course_from_rows() == read_course(tmp_path / "content").course


def test_what_was_made_in_the_app_is_not_retired(tmp_path):
    load(tmp_path)
    topic = Topic.objects.get(key="ports")
    Fact.objects.create(
        key="A100", topic=topic, order=9, statement="Made here.", verdict="holds", source="https://a.example/",
        checked="2026-11-01",
    )  # fmt: skip
    refresh({"A100"})
    assert load(tmp_path).retired == []
    assert [fact.key for fact in course_from_rows().facts] == ["N001", "A001", "N002", "A100"]
    assert [fact.order for fact in course_from_rows().facts] == [0, 1, 0, 1]
    assert "Made here." in Topic.objects.get(key="ports").article_html


def test_an_edit_in_the_app_is_shown_where_it_stands(tmp_path):
    load(tmp_path)
    before = Edition.objects.get().stamp
    fact = Fact.objects.get(key="N001")
    fact.statement = "New *words*."
    fact.save()
    refresh({"N001"})
    assert Fact.objects.get(key="N001").statement_html.strip() == "<p>New <em>words</em>.</p>"
    assert "New <em>words</em>." in Topic.objects.get(key="placement").article_html
    assert Edition.objects.get().stamp != before


def test_a_new_term_is_linked_everywhere(tmp_path):
    load(tmp_path)
    Term.objects.create(key="filter", term="filter", aliases=["filters"], definition="A rule.")
    refresh({"filter"})
    assert '/glossary/#filter"' in Fact.objects.get(key="N001").statement_html
    assert '/glossary/#filter"' in Topic.objects.get(key="placement").article_html


def test_an_edit_that_renders_too_slowly_is_refused_and_changes_nothing(tmp_path, monkeypatch):
    load(tmp_path)
    monkeypatch.setattr("studyapp.content.markup.TIMEOUT", 0.5)
    before = Topic.objects.get(key="placement").article_html

    def save():
        with transaction.atomic():
            Topic.objects.filter(key="placement").update(body="[" * 10_000)
            refresh({"placement"})

    with pytest.raises(TooSlow, match="unclosed"):
        save()
    assert Topic.objects.get(key="placement").article_html == before
    assert Topic.objects.get(key="placement").body != "[" * 10_000


def test_a_title_alone_gives_the_content_a_new_stamp_and_a_second_load_does_not(tmp_path):
    load(tmp_path)
    stamps = [Edition.objects.get().stamp]
    for _ in range(2):
        load(tmp_path, **edit(PLACEMENT + "topic.md", "title: Placement", "title: Placing"))
        stamps.append(Edition.objects.get().stamp)
    assert stamps[0] != stamps[1] == stamps[2]


def test_an_unchanged_tree_is_not_read_again_and_conflicts_are_still_named(tmp_path, capsys, monkeypatch):
    tree = plant(tmp_path)
    call_command("loadcontent", str(tree))
    Conflict.objects.create(kind="fact", key="N001", file_record={}, file_fingerprint="x")
    capsys.readouterr()
    with CaptureQueriesContext(connection) as captured:
        call_command("loadcontent", str(tree))
    assert len(captured) == 2
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "unchanged since the last load"
    assert printed[1].startswith("conflict: fact N001 ")
    monkeypatch.setattr("studyapp.studio.sync.DERIVED_WITH", (tree / "glossary.yaml",))
    call_command("loadcontent", str(tree))
    assert capsys.readouterr().out.startswith("15 unchanged\n")


WITHOUT_PORTS = {
    "ecs/ports/topic.md": "", "ecs/ports/facts.yaml": "", "ecs/ports/cards.yaml": "", "glossary.yaml": "",
    PLACEMENT + "topic.md": FILES[PLACEMENT + "topic.md"].replace("neighbours: [ports]\n", "").replace(
        "[ports](topic:ports)", "ports"
    ),
    PLACEMENT + "facts.yaml": FACTS.replace("  confused_with: [N002]\n", ""),
}  # fmt: skip


def learner_of(key, name="ada"):
    item = Item.objects.get(key=key)
    user = User.objects.create_user(name)
    Schedule.objects.create(user=user, item=item, topic=item.topic, fact=item.fact, reps=1)
    Review.objects.create(user=user, item=item, key=name, rating=3, at=0, day=1)
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


def test_what_comes_back_is_found_by_learners_who_were_past_it(tmp_path):
    load(tmp_path)
    load(tmp_path, **WITHOUT_PORTS)
    Place.objects.create(user=User.objects.create_user("ada"), new_from=7)
    load(tmp_path / "again")
    assert Item.objects.get(key="N002-a").position == 5
    assert Place.objects.get().new_from == 5


def test_a_conflict_goes_with_the_key_that_leaves(tmp_path):
    load(tmp_path)
    Fact.objects.filter(key="N002").update(statement="An instructor's words.")
    load(tmp_path, **edit("ecs/ports/facts.yaml", "Bridge mode", "Bridging"))
    assert Conflict.objects.exists()
    load(tmp_path, **WITHOUT_PORTS)
    assert not Conflict.objects.exists()
    plan = load(tmp_path / "again")
    assert "N002" in plan.returned
    assert Fact.objects.get(key="N002").statement == "An instructor's words."


def test_a_fact_that_moves_to_another_topic_takes_the_learners_schedules_along(tmp_path):
    load(tmp_path)
    user = learner_of("N002-b")
    moved = {
        "ecs/ports/facts.yaml": "", "ecs/ports/cards.yaml": "",
        "ecs/ports/topic.md": FILES["ecs/ports/topic.md"].replace("\n{N002}\n", ""),
        PLACEMENT + "topic.md": FILES[PLACEMENT + "topic.md"] + "\n{N002}\n",
        PLACEMENT + "facts.yaml": FACTS + "\n" + FILES["ecs/ports/facts.yaml"],
        PLACEMENT + "cards.yaml": FILES[PLACEMENT + "cards.yaml"] + "\n" + FILES["ecs/ports/cards.yaml"],
    }  # fmt: skip
    load(tmp_path, **moved)
    assert user.schedules.get().topic.key == "placement"
    assert user.schedules.get().reps == 1
    assert Topic.objects.get(key="placement").card_count == 6


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
        "- key: N001-c\n  fact: N001\n  kind: basic\n  front: And then?\n  back: the rest\n  reason: So.\n\n"
        "- key: A001-a",
    )
    load(tmp_path, **(WITHOUT_PORTS | {PLACEMENT + "cards.yaml": more}))
    assert {place.user.username: place.new_from for place in Place.objects.all()} == {"ada": 3, "bob": 2}


def test_a_load_that_fails_changes_nothing(tmp_path, monkeypatch):
    load(tmp_path)
    before = Edition.objects.get().stamp
    monkeypatch.setattr("studyapp.studio.sync.derive_all", lambda *_: 1 / 0)
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
        for model in (Card, Item, Fact, Term, Pair, Diagram, Topic, Statement, Edition):
            if model is Topic:
                Topic.objects.update(parent=None)
            model.objects.all().delete()
        with CaptureQueriesContext(connection) as captured:
            load(tmp_path / str(facts), **many(facts))
        counts.append(len(captured))
    assert counts[1] == counts[0]


def test_a_reload_takes_the_same_queries_for_every_size(tmp_path):
    counts = []
    for facts in (3, 60):
        load(tmp_path / f"{facts}", **many(facts))
        for user in range(facts // 3):
            learner_of("N001-a", name=f"learner-{facts}-{user}")
        Fact.objects.filter(key__startswith="A").update(statement="An instructor's words.")
        rows = many(facts)[PLACEMENT + "facts.yaml"].replace("Number", "The number")
        with CaptureQueriesContext(connection) as captured:
            plan = load(tmp_path / f"{facts}-again", **{PLACEMENT + "facts.yaml": rows})
        assert len(plan.conflicts) == facts
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_an_export_that_files_cannot_hold_is_refused(tmp_path):
    load(tmp_path)
    Fact.objects.filter(key="N001").update(statement="a\x1bb")
    with pytest.raises(CommandError, match=r"placement/facts.yaml:3:15: file: holds the control character U\+001B"):
        call_command("exportcontent", str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_an_article_is_one_text(tmp_path):
    body = (
        "The host port.\n\n1. one\n\n{N001}\n\n2. two: host port\n\n```\n{A001}\n```\n\n## A\n\n{A001}\n"
        "\n## A\n\n## A 2\n\n| a | b |\n|---|---|\n| c | d |\n"
    )
    load(tmp_path, **edit(PLACEMENT + "topic.md", FILES[PLACEMENT + "topic.md"].split("---\n\n")[1], body))
    html = Topic.objects.get(key="placement").article_html
    prose = re.sub(r'<section class="fact".*?</section>', "", html, flags=re.DOTALL)
    assert prose.count("/glossary/#host-port") == 1
    load(tmp_path / "linked", **edit("ecs/ports/topic.md", "See", "A host port. See"))
    assert Topic.objects.get(key="ports").article_html.count("/glossary/#host-port") == 1
    assert Fact.objects.get(key="N002").statement_html.count("/glossary/#host-port") == 1
    assert '<ol start="2">' in prose
    assert "<code>{A001}" in prose
    assert html.count('<section class="fact"') == 2
    assert re.findall(r'<h2 id="([^"]*)"', html) == ["h-a", "h-a-2", "h-a-2-2"]
    assert '<table tabindex="0">' in html
    assert "\ue000" not in html


def test_a_fact_that_the_prose_does_not_place_comes_last(tmp_path):
    load(tmp_path)
    Topic.objects.filter(key="placement").update(body="Words.\n\n{N002}\n\n{A001}")
    refresh({"placement"})
    html = Topic.objects.get(key="placement").article_html
    assert re.findall(r'class="fact" id="([^"]*)"', html) == ["A001", "N001"]


def test_the_check_lists_what_is_missing_shortly():
    assert spans(["N001", "N002", "N003", "N007", "N009", "N010"]) == "N001-N003 N007 N009-N010"


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
    call_command("checkcontent", str(tree), "--partial")
    with pytest.raises(CommandError, match="does not cover"):
        call_command("checkcontent", str(tree))


def test_the_check_names_a_word_that_nobody_knows_with_its_place(tmp_path, capsys):
    changes = edit(
        PLACEMENT + "topic.md", "## More", "Some `memmory` in `code`, awsVpc, https://a.example/memmory and\nmemmory."
    )
    with pytest.raises(CommandError, match="has problems"):
        call_command("checkcontent", str(plant(tmp_path, **changes)))
    printed = capsys.readouterr().out
    assert 'topic.md:15:1: body: "memmory" is in no dictionary; did you mean "memory"? If it is right,' in printed


def test_the_check_can_mend_the_layout(tmp_path, capsys):
    tree = plant(tmp_path, **edit(PLACEMENT + "facts.yaml", "verdict: holds", "verdict: 'holds'"))
    call_command("checkcontent", str(tree), "--fix")
    assert texts(tree) == {name: text.encode() for name, text in FILES.items()}
