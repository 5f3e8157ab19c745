"""Export and import: two views of one source, and nothing that was written is lost on the way between them."""

import io
import string
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from studyapp.content.reader import read_course
from studyapp.content.records import Card, Fact, Question, Term, plain
from studyapp.content.writer import render_course
from studyapp.notes import models as notes
from studyapp.quiz.models import Question as QuestionRow
from studyapp.review.models import Card as CardRow
from studyapp.schedules.models import Item
from studyapp.studio import editing
from studyapp.studio.editing import Refused, bring_back, publish, retire
from studyapp.studio.exchange import ahead, files_of, lines, zipped
from studyapp.studio.models import Conflict, Document
from studyapp.studio.rows import KINDS
from studyapp.studio.sync import Step, course_from_rows, load_course, plan_load
from tests.content.tree import FILES, plant, texts
from tests.factories import make_user
from tests.studio.test_sync import SAID_IN_FILE, edit, load

pytestmark = pytest.mark.django_db
CONTENT = Path(__file__).parents[2] / "content"


def record(kind, key):
    return next(each for each in editing.of(course_from_rows(), kind) if each.key == key)


def change(by, kind, key, **fields):
    publish({(kind, key): replace(record(kind, key), **fields)}, by)


def reload(course=None):
    """Load what an export gives."""
    return load_course(course or course_from_rows())


def shown(plan):
    return [(step.what, step.kind, step.key) for step in plan.steps]


# The same bytes -----------------------------------------------------------------------------------------------


def test_the_export_of_what_was_loaded_is_the_tree_itself_and_always_the_same_zip():
    load_course(read_course(CONTENT).course)
    files = files_of(course_from_rows())
    assert files == texts(CONTENT)
    packed = zipped(files)
    assert packed == zipped(files_of(course_from_rows()))
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert [entry.filename for entry in archive.infolist()] == sorted(f"content/{name}" for name in files)
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    plan = reload()
    assert (shown(plan), plan.statements) == ([], [])
    assert (ahead().steps, ahead().files) == ([], [])


def test_the_order_of_fields_within_a_spec_is_the_files(tmp_path):
    load(tmp_path)
    spec = {"let": {"n": {"from": 1, "to": 3}, "a": {"choose": [1, 2]}}, "given": {"b": 1, "a": 2}}
    for turned in (spec, {"given": {"a": 2, "b": 1}, "let": dict(reversed(spec["let"].items()))}):
        question = Question("q", "ports", 0, "scenario", ("N002",), "operate", 1, "What?", turned, "So.")
        load_course(replace(course_from_rows(), questions=(question,)))
        found = render_course(course_from_rows())["ecs/ports/questions.yaml"]
        assert found == render_course(replace(course_from_rows(), questions=(question,)))["ecs/ports/questions.yaml"]
        assert list(Document.objects.get(kind="question").record["spec"]) == list(turned)
    assert Document.objects.get(kind="question").number == 1  # they say the same


def test_only_what_changed_differs_from_the_tree(tmp_path):
    load(tmp_path)
    change(make_user(), "fact", "N002", why="The agent knows the host.")
    before, after = texts(tmp_path / "content"), files_of(course_from_rows())
    name = "ecs/ports/facts.yaml"
    assert {each for each in before if before[each] != after[each]} == {name}
    assert after[name] == before[name] + b"  why: The agent knows the host.\n"


def test_a_page_compares_no_more_than_it_can_show_soon(monkeypatch):
    before = Term("a", "one", "two words")
    steps = [Step("changed", "term", "a", before, replace(before, definition="three"))] * 3
    monkeypatch.setattr(
        "studyapp.studio.exchange.MOST_COMPARED", 2 * len(str([plain(each) for each in (before, steps[0].file)]))
    )
    told = [line.differences for line in lines(steps)]
    assert [each and each[0].field for each in told] == ["Definition", "Definition", None]


# Any edits at all ---------------------------------------------------------------------------------------------

words = st.text(string.ascii_letters + string.digits + " :#-'\"*&%@!?,[]{}|>\\\n" + "é→漢", min_size=1, max_size=40)
texts_of_any_kind = words.map(str.strip).filter(bool)
SAID = {
    "topic": ("title", "summary"), "fact": ("statement", "why", "recall"), "card": ("front", "back", "reason"),
    "term": ("term", "definition"), "pair": ("left", "difference"),
}  # fmt: skip


@st.composite
def edits(draw):
    """Draw what an instructor might do, without knowing whether the course allows it."""
    do = draw(st.sampled_from(("say", "say", "say", "retire", "back", "fact", "term", "order", "move", "commit")))
    kind = draw(st.sampled_from(list(SAID)))
    return do, kind, draw(st.integers(0, 30)), draw(st.integers(0, 5)), draw(texts_of_any_kind)


def perform(by, do, kind, which, number, text):
    """Do it if the course allows it."""
    course = course_from_rows()
    records = editing.of(course, kind)
    chosen = records[which % len(records)] if records else None
    if do == "commit":
        reload()
    elif do == "fact":
        key, topic = f"A{500 + which}", course.topics[number % len(course.topics)].key
        fact = Fact(key, topic, number, text, "holds", "https://docs.aws.amazon.com/x", date(2026, 11, 1))
        cards = [Card(f"{key}-{c}", key, topic, 9, "basic", f"{c} {text}?", f"b{c}", (), "So.") for c in "ab"]
        publish({("fact", key): fact} | {("card", card.key): card for card in cards}, by)
    elif do == "term":
        publish({("term", f"term-{which}"): Term(f"term-{which}", text, text)}, by)
    elif do == "back":
        gone = Document.objects.filter(withdrawn=True).order_by("kind", "key")
        if gone:
            bring_back([(gone[which % len(gone)].kind, gone[which % len(gone)].key)], by)
    elif chosen is None:
        pass
    elif do == "say":
        names = SAID[kind]
        publish({(kind, chosen.key): replace(chosen, **{names[number % len(names)]: text})}, by)
    elif do == "retire":
        retire([(kind, chosen.key)], by)
    elif do == "order" and hasattr(chosen, "order"):
        publish({(kind, chosen.key): replace(chosen, order=number)}, by)
    elif do == "move" and kind == "fact":
        editing.move([("fact", chosen.key)], course.topics[number % len(course.topics)].key, by)


def taught_documents():
    """Give every document that is taught; where a record stands in a file is its place among its siblings."""
    found = Document.objects.filter(retired=False)
    numbered = ("fact", "card", "question")
    return {
        (each.kind, each.key): (
            {name: value for name, value in each.record.items() if name != "order" or each.kind not in numbered},
            each.title, each.topic, each.text,
        )
        for each in found
    }  # fmt: skip


def empty_the_database():
    Conflict.objects.all().delete()
    Document.objects.all().delete()
    Document.history.all().delete()
    notes.Topic.objects.update(parent=None)
    for model in (
        CardRow, QuestionRow, Item, notes.Term, notes.Pair, notes.Misconception, notes.ComparisonTable, notes.Diagram,
        notes.Fact, notes.Topic, notes.Statement, notes.Edition,
    ):  # fmt: skip
        model.objects.all().delete()


TIDY = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


@TIDY
@given(st.lists(edits(), max_size=6))
@example([("retire", "fact", 2, 0, "x"), ("commit", "fact", 0, 0, "x"), ("back", "fact", 0, 0, "x")])
@example([("fact", "fact", 1, 5, "New."), ("order", "fact", 0, 5, "x"), ("commit", "fact", 0, 0, "x")])
@example([("move", "fact", 1, 2, "x")])
@example([("say", "fact", 0, 0, "x: y # z"), ("term", "term", 3, 0, "'a\n\nb'")])
def test_whatever_was_edited_comes_back_from_its_files(tmp_path_factory, done):
    with transaction.atomic():
        committed = load_small_tree(tmp_path_factory)
        by = make_user()
        for do, *given_ in done:
            try:
                perform(by, do, *given_)
            except Refused:
                continue
            if do == "commit":
                committed = render_course(course_from_rows())
        course, documents = course_from_rows(), taught_documents()
        files = files_of(course)
        assert files_of(course_from_rows()) == files
        # What is said to differ is what differs from the files as they were loaded last.
        told = {name for name, _ in ahead().files}
        before = {name: text.encode() for name, text in committed.items()}
        assert told == {name for name in {*files, *before} if files.get(name) != before.get(name)}
        # Loaded where it comes from, an export changes nothing.
        numbers = dict(Document.objects.values_list("pk", "number"))
        assert shown(reload()) == []
        assert dict(Document.objects.values_list("pk", "number")) == numbers
        assert course_from_rows() == course
        assert ahead().files == []
        marks = {(each.kind, each.key): each.mark for each in Document.objects.filter(retired=False)}
        assert marks == {
            (kind.name, kind.holder(row).key): kind.holder(row).fingerprint
            for kind in KINDS.values()
            for row in kind.rows()
            if not kind.holder(row).retired
        }
        # Loaded into nothing, it gives all of it.
        empty_the_database()
        root = tmp_path_factory.mktemp("again")
        with zipfile.ZipFile(io.BytesIO(zipped(files))) as archive:
            archive.extractall(root)
        assert shown(plan_load(read_course(root / "content").course)) == [
            ("new", kind, each.key) for kind in KINDS for each in editing.of(course, kind)
        ]
        load_course(read_course(root / "content").course)
        assert course_from_rows() == course
        assert taught_documents() == documents
        transaction.set_rollback(True)


def load_small_tree(tmp_path_factory):
    """Load the small tree, and give its files."""
    course = read_course(plant(tmp_path_factory.mktemp("tree"))).course
    load_course(course)
    return render_course(course)


# A plan is just what loading does -----------------------------------------------------------------------------


@st.composite
def other_courses(draw):
    """Draw what somebody did to the files: texts said otherwise, items left out, facts in another order."""
    return [
        (
            draw(st.sampled_from(("say", "say", "drop", "turn"))),
            draw(st.sampled_from(("fact", "card", "term", "pair"))),
            draw(st.integers(0, 9)),
            draw(texts_of_any_kind),
        )
        for _ in range(draw(st.integers(0, 4)))
    ]


def altered(course, changes):
    for do, kind, which, text in changes:
        many_ = KINDS[kind].many
        records = list(getattr(course, many_))
        if do == "turn" and kind in ("fact", "card"):
            records = [replace(each, order=99 - each.order) for each in records]
        elif records and do == "say":
            chosen = records[which % len(records)]
            records[which % len(records)] = replace(chosen, **{SAID[kind][0]: text})
        elif records and do == "drop" and kind != "fact":
            del records[which % len(records)]
        course = replace(course, **{many_: tuple(records)})
    return course


@TIDY
@given(st.lists(edits(), max_size=4), other_courses())
def test_a_plan_is_just_what_loading_does(tmp_path_factory, done, changes):
    with transaction.atomic():
        load_small_tree(tmp_path_factory)
        by, committed = make_user(), course_from_rows()
        for do, *given_ in done:
            try:
                perform(by, do, *given_)
            except Refused:
                continue
            if do == "commit":
                committed = course_from_rows()
        before = {(each.kind, each.key): each for each in Document.objects.all()}
        plan = plan_load(altered(committed, changes))
        assert {(each.kind, each.key): each.number for each in Document.objects.all()} == {
            name: each.number for name, each in before.items()
        }
        done_ = load_course(altered(committed, changes), None, by=by, agreed=plan.mark())
        assert shown(done_) == shown(plan)
        after = {(each.kind, each.key): each for each in Document.objects.all()}
        names = {what: {(s.kind, s.key) for s in plan.steps if s.what == what} for what in WHATS}
        touched = names["new"] | names["changed"] | names["returned"] | names["retired"]
        others = {name for name, each in after.items() if name not in before or each.number != before[name].number}
        assert touched <= others <= touched | names["kept"]  # of which the place may have changed
        assert {name for name in names["new"] | names["changed"] if said(after[name]) != said_in(plan, name)} == set()
        assert {name for name in names["kept"] | names["conflict"] if said(after[name]) != said(before[name])} == set()
        assert {name for name, each in after.items() if each.retired} == (
            {name for name, each in before.items() if each.retired} | names["retired"]
        ) - names["returned"]
        assert set(Conflict.objects.values_list("kind", "key")) == names["conflict"]
        transaction.set_rollback(True)


WHATS = ("new", "changed", "returned", "retired", "kept", "conflict")


def said(document):
    return {name: value for name, value in document.record.items() if name != "order"}


def said_in(plan, name):
    step = next(each for each in plan.steps if (each.kind, each.key) == name and each.file)
    return {field: value for field, value in plain(step.file).items() if field != "order"}


# The site's own folder, and uploads ---------------------------------------------------------------------------


def test_what_was_uploaded_is_not_taken_back_by_the_sites_own_folder(tmp_path, monkeypatch):
    tree = plant(tmp_path)
    call_command("loadcontent", str(tree))
    ada = make_user()
    change(ada, "fact", "N002", why="Written here, exported and uploaded again.")
    more = edit("ecs/ports/facts.yaml", "Bridge mode", "The bridge mode")
    new = {"glossary.yaml": FILES["glossary.yaml"] + "\n- key: task\n  term: task\n  definition: A copy.\n"}
    uploaded = altered(course_from_rows(), [("say", "fact", 0, "Said in the upload."), ("drop", "pair", 0, "")])
    uploaded = replace(uploaded, terms=(*uploaded.terms, Term("task", "task", "A copy.")))
    load_course(uploaded, None, by=ada)
    assert record("fact", "N001").statement == "Said in the upload."
    # The folder is as it was, then changes elsewhere, then in what was uploaded.
    monkeypatch.setattr("studyapp.studio.sync.DERIVED_WITH", ())
    call_command("loadcontent", str(tree))
    call_command("loadcontent", str(plant(tmp_path / "two", **edit("ecs/topic.md", "All of it", "All"))))
    assert course_from_rows() == replace(
        uploaded, topics=(replace(uploaded.topics[0], summary="All."), *uploaded.topics[1:])
    )
    call_command("loadcontent", str(plant(tmp_path / "three", **SAID_IN_FILE, **more, **new)))
    assert record("fact", "N001").statement == "Filters come first of all."
    assert not course_from_rows().pairs
    assert record("fact", "N002").statement.startswith("The bridge")


def test_a_folder_known_from_another_database_is_not_heard(tmp_path):
    tree = plant(tmp_path)
    call_command("loadcontent", str(tree))
    empty_the_database()
    call_command("loadcontent", str(plant(tmp_path / "two", **SAID_IN_FILE)))
    call_command("loadcontent", str(tree))
    assert record("fact", "N001").statement == "Filters come before `strategies`."


def test_a_conflict_with_the_folder_stays_one_until_it_is_settled(tmp_path):
    call_command("loadcontent", str(plant(tmp_path)))
    change(make_user(), "fact", "N001", statement="An instructor's words.")
    for number, more in enumerate(({}, edit("ecs/topic.md", "All of it", "All"))):
        call_command("loadcontent", str(plant(tmp_path / str(number), **SAID_IN_FILE, **more)))
        assert Conflict.objects.get().file_record["statement"] == "Filters come first of all."


def test_a_conflict_with_an_upload_outlives_a_load_of_the_folder_that_knows_nothing_of_it(tmp_path):
    call_command("loadcontent", str(plant(tmp_path)))
    ada = make_user()
    new = replace(course_from_rows(), terms=(*course_from_rows().terms, Term("task", "task", "A copy.")))
    load_course(new, None, by=ada)
    change(ada, "fact", "N001", statement="An instructor's words.")
    change(ada, "term", "task", definition="An instructor's.")
    load_course(altered(new, [("say", "fact", 0, "Uploaded."), ("say", "term", 1, "tasks")]), None, by=ada)
    for number, more in enumerate((edit("ecs/topic.md", "All of it", "All"), SAID_IN_FILE)):
        assert set(Conflict.objects.values_list("key", flat=True)) == {"N001", "task"}
        call_command("loadcontent", str(plant(tmp_path / str(number), **more)))
    assert Conflict.objects.get(key="N001").file_record["statement"] == "Filters come first of all."


def test_what_left_the_files_and_was_brought_back_here_stays(tmp_path):
    load(tmp_path)
    ada = make_user()
    without = replace(course_from_rows(), pairs=())
    assert load_course(without).retired == ["filter-or-strategy"]
    bring_back([("pair", "filter-or-strategy")], ada)
    assert load_course(without).retired == []
    assert record("pair", "filter-or-strategy")
    retire([("pair", "filter-or-strategy")], ada)
    assert load(tmp_path / "again").kept == ["filter-or-strategy"]
    assert not course_from_rows().pairs


# Bringing a folder up to date ---------------------------------------------------------------------------------


def test_a_folder_is_brought_up_to_date_by_what_differs_alone(tmp_path, capsys):
    load(tmp_path)
    tree, ada = tmp_path / "content", make_user()
    stamps = {path: path.stat().st_mtime_ns for path in tree.rglob("*") if path.is_file()}
    change(ada, "fact", "N001", why="So.", confused_with=())
    change(ada, "topic", "placement", body=record("topic", "placement").body.replace("[ports](topic:ports)", "ports"))
    change(ada, "topic", "placement", neighbours=())
    retire([("term", "host-port"), ("topic", "ports")], ada)
    capsys.readouterr()
    call_command("exportcontent", str(tree), "--update")
    assert capsys.readouterr().out.splitlines() == [
        "written: ecs/placement/facts.yaml", "written: ecs/placement/topic.md", "removed: ecs/ports/cards.yaml",
        "removed: ecs/ports/facts.yaml", "removed: ecs/ports/topic.md", "removed: glossary.yaml",
        "2 written, 4 removed",
    ]  # fmt: skip
    assert texts(tree) == files_of(course_from_rows())
    assert not (tree / "ecs" / "ports").exists()
    left = {path: path.stat().st_mtime_ns for path in tree.rglob("*") if path.is_file()}
    assert {path.name for path in left if left[path] != stamps[path]} == {"facts.yaml", "topic.md"}
    call_command("exportcontent", str(tree), "--update")
    assert capsys.readouterr().out == "up to date\n"
    assert read_course(tree).course == course_from_rows()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (SAID_IN_FILE, "changed: fact N001"),
        (edit("glossary.yaml", "topic: ports", "topic: 'ports"), "glossary.yaml"),
        ({"notes.txt": "Mine."}, "notes.txt"),
    ],
    ids=["changed", "broken", "foreign"],
)
def test_a_folder_with_changes_of_its_own_is_left_alone(tmp_path, capsys, changes, told):
    load(tmp_path)
    change(make_user(), "fact", "N001", why="So.")
    tree = plant(tmp_path, **changes)
    before = texts(tree)
    if "notes.txt" not in changes and "changed" in told:
        told = told.replace("changed", "conflict")
    with pytest.raises(CommandError, match="load it first, or add --overwrite"):
        call_command("exportcontent", str(tree), "--update")
    assert told in capsys.readouterr().err
    assert texts(tree) == before
    call_command("exportcontent", str(tree), "--update", "--overwrite")
    after = files_of(course_from_rows())
    assert {name: text for name, text in texts(tree).items() if name != "notes.txt"} == after
    assert (tree / "notes.txt").exists() == ("notes.txt" in changes)  # not ours


def test_a_folder_that_is_no_tree_is_refused(tmp_path):
    load(tmp_path)
    (tmp_path / "img").mkdir()
    (tmp_path / "img" / "topic.md").write_text("Mine.")
    with pytest.raises(CommandError, match=r"holds no inventory\.yaml"):
        call_command("exportcontent", str(tmp_path / "img"), "--update")
    call_command("exportcontent", str(tmp_path / "new"), "--update")
    assert texts(tmp_path / "new") == texts(tmp_path / "content")
