"""Files, records and back."""

import contextlib
import time
from datetime import date

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from studyapp.content.checks import check_tree, coverage, errors, gives_away
from studyapp.content.reader import read_course
from studyapp.content.records import Card, Course, Fact, Term, Topic, fingerprint
from studyapp.content.writer import Unwritable, render_course, rewrite, write_course
from studyapp.content.yamlformat import FormatProblem, dump, parse
from tests.content.tree import FACTS, FILES, TOPIC, plant, texts

TODAY = date(2026, 11, 23)
# Whatever a text may hold, and more often than chance would have it what YAML or Markdown might take for a sign.
characters = st.sampled_from(list(" \t#:-'\"\\{}[]&*!|>%@`,?~=+.0aé\u00a0\u2028\u3000🚢")) | st.characters(
    exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff\ufffe\uffff"
)
words = st.lists(
    st.sampled_from(
        ["word", "`code`", "a:", "#x", "- x", "&", "*", "'q'", '"z"', "%", "|", ">", "yes", "~", "1", "é", "🚢", ""]
    ),
    max_size=50,
)
prose = st.text(characters | st.just("\n"), max_size=300) | words.map(" ".join) | words.map("\n".join)


def problems(root):
    return [str(problem) for problem in check_tree(root, TODAY)[1]]


def test_a_sound_tree_has_no_problems(tmp_path):
    assert problems(plant(tmp_path)) == []


def test_what_was_read_is_written_byte_for_byte(tmp_path):
    tree = plant(tmp_path)
    reading = read_course(tree)
    write_course(reading.course, tmp_path / "again")
    assert texts(tmp_path / "again") == texts(tree) == {name: text.encode() for name, text in FILES.items()}


@given(prose, st.lists(prose, max_size=4))
def test_any_text_comes_back_from_yaml_and_the_layout_is_stable(text, items):
    written = dump([{"key": "k", "front": text, "accept": items}])
    row = parse(written).items[0].values
    assert row["front"].value == text
    assert [item.value for item in row["accept"].items] == items
    assert (
        dump([{"key": "k", "front": row["front"].value, "accept": [item.value for item in row["accept"].items]}])
        == written
    )


bodies = st.lists(prose.map(str.strip), max_size=5).map("\n\n".join).map(lambda body: body.strip("\n"))


@given(prose, prose, st.lists(prose, max_size=3).map(tuple), bodies, st.integers(-99, 99))
def test_any_course_comes_back_from_its_files(tmp_path_factory, text, other, items, body, order):
    course = Course(
        topics=(Topic("a", "", text, order, other, items, body), Topic("b", "a", other, 1, text)),
        facts=(Fact("N001", "b", 0, text, "holds", other, TODAY, items, text, other, text, other, items),),
        cards=(Card("N001-a", "N001", "b", 0, "typed", text, other, items, text),),
        terms=(Term("t", text, other, items, "a"),),
    )
    root = tmp_path_factory.mktemp("tree") / "content"
    write_course(course, root)
    reading = read_course(root)
    assert not reading.problems
    assert reading.course == course
    assert render_course(reading.course) == {name: data.decode() for name, data in texts(root).items()}


@given(prose, prose)
def test_two_records_share_a_fingerprint_only_if_they_are_equal(one, other):
    terms = Term("t", one, "d"), Term("t", other, "d")
    assert (fingerprint(terms[0]) == fingerprint(terms[1])) == (terms[0] == terms[1])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ecs/placement/facts.yaml": FACTS.replace("verdict: holds", "verdct: holds", 1)},
         'facts.yaml:4:3: verdct: is no field of a fact; did you mean "verdict"?'),
        ({"ecs/placement/facts.yaml": FACTS.replace("  verdict: holds\n", "", 1)},
         "facts.yaml:1:3: verdict: is missing: every fact has one"),
        ({"ecs/placement/facts.yaml": FACTS.replace("  covers: [N001]\n", "  covers: [N001]\n  covers: [N002]\n")},
         "facts.yaml:3:3: covers: is given twice; the first stands on line 2: keep one"),
        ({"ecs/placement/facts.yaml": FACTS.replace("key: A001", "key: N001")},
         "facts.yaml:9:8: key: N001 is already the key of a fact in content/ecs/placement/facts.yaml: keys are unique"),
        ({"ecs/placement/facts.yaml": FACTS.replace("2026-11-01", "yesterday", 1)},
         'facts.yaml:6:12: checked: must be a date like 2026-11-23, not "yesterday"'),
        ({"ecs/placement/facts.yaml": FACTS.replace("[N001]", "N001")},
         "facts.yaml:2:11: covers: must be a list, as in [N030, N031]"),
        ({"ecs/placement/facts.yaml": FACTS.replace("holds", "&a holds", 1)},
         "facts.yaml:4:12: file: uses an anchor or alias (& or *): write the value out, or quote it"),
        ({"ecs/placement/facts.yaml": FACTS.replace("holds", "!!python/object:os.system x", 1)},
         "facts.yaml:4:12: file: uses the tag tag:yaml.org,2002:python/object:os.system: leave it out, or quote"),
        ({"ecs/placement/facts.yaml": FACTS.replace("Filters", "Fil\x00ters")},
         "facts.yaml:3:17: file: holds the control character U+0000: remove it"),
        ({"ecs/placement/facts.yaml": FACTS.replace("Filters", '"a\\0b"  #')},
         "facts.yaml:3:14: file: holds the control character U+0000: remove it"),
        ({"ecs/placement/facts.yaml": FACTS.replace("Filters", '"a\\ud800b"  #')},
         "(found invalid Unicode character escape code): write the character itself"),
        ({"ecs/placement/facts.yaml": FACTS.replace("\n", "\r\n")},
         "facts.yaml:1:12: file: has line ends of another system (CR): save the file with LF alone"),
        ({"ecs/placement/facts.yaml": "\ufeff" + FACTS}, "facts.yaml:1:1: file: holds a byte order mark (U+FEFF)"),
        ({"ecs/placement/facts.yaml": FACTS.replace("Filters", "Filters: x")},
         "facts.yaml:3:21: file: is not YAML here (mapping values are not allowed in this context): quote text that"),
        ({"ecs/placement/facts.yaml": FACTS.replace("Filters", "`a` x")},
         "facts.yaml:3:14: file: is not YAML here (found character that cannot start any token): quote text that"),
        ({"ecs/placement/facts.yaml": FACTS + "---\n- x\n"}, "facts.yaml:14:1: file: holds a second document"),
        ({"ecs/placement/facts.yaml": FACTS + "- ? [a]\n  : b\n"},
         "facts.yaml:14:5: file: has a field name that is not a word"),
        ({"ecs/placement/facts.yaml": FACTS + "- word\n"}, "facts.yaml:14:3: file: must be a record"),
        ({"ecs/placement/facts.yaml": FACTS.replace("[N001]", "[[N001]]")},
         "facts.yaml:2:12: covers: must be text, not a list or a mapping"),
        ({"ecs/placement/facts.yaml": FACTS.replace("2026-11-01", "20261101", 1)},
         "facts.yaml:6:12: checked: must be a date like 2026-11-23"),
        ({"ecs/placement/facts.yaml": b"- key: \xff\n"}, "facts.yaml:1:8: file: is not UTF-8 here"),
        ({"ecs/placement/facts.yaml": "- " * 50 + "x"}, "is nested more than 16 levels deep"),
        ({"ecs/placement/facts.yaml": "key: N001\n"}, "facts.yaml:1:1: file: must be a list of records"),
        ({"ecs/placement/facts.yaml": "x" * 1_000_001}, "facts.yaml:1:1: file: has 1,000,001 bytes; at most 1,000,000"),
        ({"ecs/placement/topic.md": TOPIC.replace("order: 10", "order: ten")},
         'topic.md:3:8: order: must be a whole number, not "ten"'),
        ({"ecs/placement/topic.md": "no front matter"}, "topic.md:1:1: file: must begin with front matter"),
        ({"ecs/placement/topic.md": "---\n---\n"}, "topic.md:2:1: file: must have fields in its front matter"),
        ({"notes.txt": "?"}, "content/notes.txt:1:1: file: is no file of ours"),
        ({"topic.md": TOPIC}, "content/topic.md:1:1: file: is no file of ours"),
        ({"ecs/glossary.yaml": ""}, "content/ecs/glossary.yaml:1:1: file: is no file of ours"),
        ({"ecs/ports/placement/topic.md": TOPIC},
         "content/ecs/ports/placement/topic.md:1:1: key: placement is already the key of a topic in "
         "content/ecs/placement/topic.md"),
        ({"empty/x/topic.md": TOPIC}, "content/empty:1:1: file: is a folder without topic.md"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_a_problem_with_its_place(tmp_path, changes, message):
    found = problems(plant(tmp_path, **changes))
    assert any(message in problem for problem in found), found


def test_what_cannot_be_read_is_one_problem_and_not_one_for_each_that_points_to_it(tmp_path):
    tree = plant(tmp_path, **{"ecs/ports/facts.yaml": FILES["ecs/ports/facts.yaml"].replace("checked", "chekced")})
    assert problems(tree) == [
        "content/ecs/ports/facts.yaml:1:3: checked: is missing: every fact has one",
        'content/ecs/ports/facts.yaml:8:3: chekced: is no field of a fact; did you mean "checked"?',
    ]


def test_a_link_is_no_file_of_ours(tmp_path):
    tree = plant(tmp_path)
    (tree / "ecs/ports/facts.yaml").rename(tmp_path / "facts.yaml")
    (tree / "ecs/ports/facts.yaml").symlink_to(tmp_path / "facts.yaml")
    assert "content/ecs/ports/facts.yaml:1:1: file: is a link: put the file itself here" in problems(tree)


def edit(name, old, new, times=1):
    return {name: FILES[name].replace(old, new, times)}


PLACEMENT = "ecs/placement/"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (edit(PLACEMENT + "facts.yaml", "[N001]", "[N001, N009]"),
         'facts.yaml:2:18: covers: "N009" is no statement of the notes; did you mean "N002"?'),
        (edit(PLACEMENT + "facts.yaml", "[N001]", "[N002]"),
         "facts.yaml:2:11: covers: must name N001: the fact is named for that statement"),
        (edit(PLACEMENT + "facts.yaml", "verdict: holds", "verdict: hold"),
         'facts.yaml:4:12: verdict: "hold" must be one of holds, simplified, outdated, wrong; did you mean "holds"?'),
        (edit(PLACEMENT + "facts.yaml", "verdict: holds", "verdict: wrong"),
         "facts.yaml:1:3: notes_say: is missing: a fact that is wrong says both sides"),
        (edit("ecs/ports/facts.yaml", "simplified", "holds"),
         "facts.yaml:5:14: notes_say: must be left out where the verdict is holds, or the verdict is another"),
        (edit(PLACEMENT + "facts.yaml", "https://docs", "http://docs"), "facts.yaml:5:11: source: "),
        (edit(PLACEMENT + "facts.yaml", "2026-11-01", "2026-12-01"),
         "facts.yaml:6:12: checked: 2026-12-01 lies in the future"),
        (edit(PLACEMENT + "facts.yaml", "2026-11-01", "2026-05-01"),
         "facts.yaml:6:12: warning: checked: is 206 days ago: read the source again and set the day"),
        (edit(PLACEMENT + "facts.yaml", "confused_with: [N002]", "confused_with: [N001]"),
         "facts.yaml:7:19: confused_with: names the fact itself"),
        (edit(PLACEMENT + "facts.yaml", "`strategies`", "<b>strategies</b>"),
         "facts.yaml:3:14: statement: holds the HTML tag <b>"),
        (edit(PLACEMENT + "facts.yaml", "Filters", "Filters " * 60), "statement: has 5"),
        (edit(PLACEMENT + "topic.md", "{A001}", "{A002}"),
         'topic.md:16:1: body: "A002" is no fact; did you mean "A001"?'),
        (edit(PLACEMENT + "topic.md", "{A001}", ""), "topic.md:2:1: body: does not place A001"),
        (edit(PLACEMENT + "topic.md", "{A001}", "{N001}"), "topic.md:16:1: body: N001 is placed twice: keep one"),
        (edit(PLACEMENT + "topic.md", "topic:ports", "topic:prots"),
         'topic.md:8:21: body: links to the topic "prots", which does not exist; did you mean "ports"?'),
        (edit(PLACEMENT + "topic.md", "topic:ports", "javascript:alert(1"),
         'topic.md:8:21: body: links to "javascript:alert(1": write topic:KEY, fact:KEY, lab:NAME or https://...'),
        (edit(PLACEMENT + "topic.md", "## More", "# More"), "has a heading of the first level"),
        (edit(PLACEMENT + "topic.md", "[ports]\n", "[prots]\n"),
         'topic.md:5:14: neighbours: "prots" is no topic; did you mean "ports"?'),
        (edit(PLACEMENT + "cards.yaml", "{{filters}}", "filters"),
         "cards.yaml:11:10: front: has 0 blanks; a cloze has exactly one, as in {{this}}"),
        (edit(PLACEMENT + "cards.yaml", "kind: basic", "kind: basc"), 'cards.yaml:3:9: kind: "basc" must be one of'),
        (edit(PLACEMENT + "cards.yaml", "fact: N001", "fact: N003"),
         'cards.yaml:2:9: fact: "N003" is no fact that is taught'),
        (edit(PLACEMENT + "cards.yaml", "What comes first?", "Do filters come first?"),
         'cards.yaml:4:10: front: holds its own answer "filters": ask it another way'),
        (edit(PLACEMENT + "cards.yaml", "  reason: Because.\n", ""),
         "cards.yaml:1:3: reason: is missing: one sentence that says why the answer is right"),
        (edit(PLACEMENT + "cards.yaml", "Name the default.", "What comes first?"),
         "front: is the same question as N001-a: ask from another side"),
        (edit(PLACEMENT + "cards.yaml", "fact: A001\n  kind: typed", "fact: N001\n  kind: typed"),
         "A001 has 1 card; at least 2: write to cards.yaml"),
        (edit(PLACEMENT + "facts.yaml", "[N001]", "[N001, N001]"),
         'facts.yaml:2:18: covers: names "N001" twice: keep one'),
        (edit(PLACEMENT + "facts.yaml", "[N001]", "[N001, N002]"),
         "facts.yaml:2:18: covers: N002 is covered by the fact N002: name it in one"),
        (edit(PLACEMENT + "topic.md", "{A001}", "See {A001} there."),
         "topic.md:16:5: body: {A001} must stand alone on its line, or be a [link](fact:KEY)"),
        (edit(PLACEMENT + "topic.md", "## More", "```\n{N001}\n# not a heading\n```\n\n##### Low"),
         "topic.md:19:1: body: has a heading of the fifth level"),
        (edit(PLACEMENT + "topic.md", "## More", "More\n===="),
         "topic.md:14:1: body: has a heading of the first level"),
        (edit(PLACEMENT + "topic.md", "## More", "![x](https://a.example/x.png)"),
         "topic.md:14:1: body: holds an image"),
        (edit(PLACEMENT + "topic.md", "## More", "Inline ![x](diagram:funnel)."),
         'topic.md:14:8: body: holds an image: write ![in words](diagram:KEY "Caption") alone on its line'),
        (edit(PLACEMENT + "facts.yaml", "Filters come", "Filters ![x](diagram:funnel) come"),
         "facts.yaml:3:14: statement: holds an image, which is not shown: remove it"),
        (edit(PLACEMENT + "topic.md", "Four instances enter, one is left.", ""),
         'topic.md:10:1: body: funnel: has no text alternative: write ![what it shows, in words]'),
        (edit(PLACEMENT + "topic.md", ' "Rule by rule, fewer are left."', ""),
         "topic.md:10:1: body: funnel: has no caption"),
        (edit(PLACEMENT + "topic.md", "diagram:funnel", "diagram:funel"),
         'topic.md:10:47: body: "funel" is no diagram of this topic; did you mean "funnel"?'),
        (edit(PLACEMENT + "topic.md", "diagram:funnel", "diagram:funel"),
         "topic.md:2:1: body: does not show funnel.svg"),
        (edit(PLACEMENT + "funnel.svg", 'class="sea dash"', 'class="sea" style="fill:red"'),
         "funnel.svg:2:3: svg: sets style: the look comes from classes alone"),
        (edit(PLACEMENT + "funnel.svg", "sea dash", "see"),
         'funnel.svg:2:3: svg: names the class "see": known are box'),
        (edit(PLACEMENT + "funnel.svg", "</svg>", "<script>1</script></svg>"), "funnel.svg:4:1: svg: holds <script>"),
        (edit(PLACEMENT + "funnel.svg", "</text>", ""), "funnel.svg:4:3: svg: is not well-formed XML: mismatched tag"),
        (edit(PLACEMENT + "funnel.svg", "0 0 360 80", "0 0 400 80"),
         'svg: must begin with <svg viewBox="0 0 360 HEIGHT">'),
        ({"ecs/ports/funnel.svg": FILES[PLACEMENT + "funnel.svg"]},
         "ecs/ports/funnel.svg:1:1: file: is called like content/ecs/placement/funnel.svg"),
        (edit("pairs.yaml", "[N001, A001]", "[N001, A009]"),
         'pairs.yaml:5:17: facts: "A009" is no fact that is taught; did you mean "A001"?'),
        (edit("pairs.yaml", ", The task needs a GPU.", ""),
         "pairs.yaml:6:15: left_cases: has 1 situations; at least 2 that want filter"),
        (edit("pairs.yaml", "The task needs a GPU", "A filter on the GPU"),
         "pairs.yaml:6:58: left_cases: names one of the two: describe the situation alone"),
        (edit(PLACEMENT + "topic.md", "## More", "[x]: javascript:alert(1)"),
         "topic.md:14:1: body: defines a link apart from its words"),
        (edit(PLACEMENT + "topic.md", "## More", "x" * 20_000), "topic.md:2:1: body: has 20,1"),
        (edit(PLACEMENT + "cards.yaml", "key: N001-b", "key: N002-c"),
         'cards.yaml:8:8: key: "N002-c" must be the key of its fact, a hyphen and a letter, as in N001-a'),
        (edit(PLACEMENT + "cards.yaml", "{{filters}}", "{{filters}} and {{x}}"), "front: has 2 blanks"),
        (edit("inventory.yaml", "[N001, N002]", "[N001, N02]"),
         'inventory.yaml:2:22: statements: "N02" must be N and three digits, as in N030'),
        (edit("glossary.yaml", "[host ports]", "[host ports, '']"), "glossary.yaml:3:25: aliases: has an empty item"),
        (edit("glossary.yaml", "topic: ports", "topic: port"),
         'glossary.yaml:5:10: topic: "port" is no topic; did you mean "ports"?'),
        (edit("ecs/ports/cards.yaml", "kind: reversed", "kind: reversed\n  accept: [x]"),
         "accept: is only for typed cards"),
    ],
)  # fmt: skip
def test_a_breach_of_the_laws_is_a_problem_with_its_place_and_remedy(tmp_path, changes, message):
    found = problems(plant(tmp_path, **changes))
    assert any(message in problem for problem in found), found


def test_a_card_with_faults_still_counts_for_its_fact(tmp_path):
    found = problems(plant(tmp_path, **edit(PLACEMENT + "cards.yaml", "kind: basic", "knd: basic")))
    assert [problem.split(": ")[1] for problem in found] == ["kind", "knd"]


def test_hostile_files_are_checked_in_no_time(tmp_path):
    hostile = "".join(f"- key: N001-a\n  fact: N001\n  kind: cloze\n  front: '{'{{' * 300_000}'\n  reason: x\n")
    body = TOPIC.replace("## More", "```x\n" * 3_900)
    begun = time.monotonic()
    problems(plant(tmp_path, **{PLACEMENT + "cards.yaml": hostile, PLACEMENT + "topic.md": body}))
    assert time.monotonic() - begun < 5


def test_files_in_another_layout_are_a_problem_and_are_rewritten(tmp_path):
    tree = plant(tmp_path, **edit(PLACEMENT + "facts.yaml", "verdict: holds", 'verdict: "holds"'))
    assert problems(tree) == [
        "content/ecs/placement/facts.yaml:4:1: file: is not in our layout: run `manage.py checkcontent --fix`"
    ]
    assert rewrite(read_course(tree).course, tree) == ["ecs/placement/facts.yaml"]
    assert problems(tree) == []


def test_a_file_that_cannot_be_read_whole_is_not_rewritten(tmp_path):
    tree = plant(tmp_path, **{
        PLACEMENT + "facts.yaml": FACTS.replace("key: A001", "key: A001\n  extra: lost?"),
        "glossary.yaml": FILES["glossary.yaml"].replace("term: host port", 'term: "host port"'),
    })  # fmt: skip
    before = texts(tree)
    reading = read_course(tree)
    assert rewrite(reading.course, tree, reading.faulty) == ["glossary.yaml"]
    assert texts(tree)[PLACEMENT + "facts.yaml"] == before[PLACEMENT + "facts.yaml"]


def test_a_course_that_files_cannot_hold_is_not_written(tmp_path):
    for topic in (
        Topic("../out", "", "t", 1, "s"),
        Topic("t", "", "t\0", 1, "s"),
        Topic("t", "", "t", 1, "s", body="a\r"),
    ):
        with pytest.raises(Unwritable):
            write_course(Course(topics=(topic,)), tmp_path / "tree")
        assert list(tmp_path.iterdir()) == []


def test_a_warning_is_no_error(tmp_path):
    found = check_tree(plant(tmp_path, **edit(PLACEMENT + "facts.yaml", "2026-11-01", "2026-05-01")), TODAY)[1]
    assert len(found) == 1
    assert errors(found) == []


def test_coverage_names_what_no_fact_covers(tmp_path):
    tree = plant(tmp_path, **edit("inventory.yaml", "[N001, N002]", "[N001, N002, N003]"))
    assert coverage(read_course(tree).course) == (["N001", "N002"], ["N003"])


@pytest.mark.parametrize(
    ("question", "answer", "given"),
    [
        ("Why does binpack save cost?", "binpack", True),
        ("Which strategy saves cost, binpack or spread?", "binpack", False),
        ("Which of binpack and spread saves cost?", "binpack", False),
        ("The service says binpack, the task says spread. Which one counts?", "spread", False),
        ("Which driver is the `awslogs` one?", "awslogs", True),
        ("What is unbinpacked?", "binpack", False),
        ("How many in 10 containers?", "10", False),
    ],
)
def test_an_answer_in_its_own_question_gives_it_away(question, answer, given):
    assert gives_away(question, answer) == given


def test_a_folder_that_is_not_there_is_a_problem(tmp_path):
    assert problems(tmp_path / "nowhere")[0].startswith("nowhere:1:1: file: is no folder")


def test_the_writer_never_writes_into_a_folder_that_holds_something(tmp_path):
    tree = plant(tmp_path)
    before = texts(tree)
    with pytest.raises(FileExistsError):
        write_course(read_course(tree).course, tree)
    assert texts(tree) == before


@given(st.text(max_size=300))
def test_no_text_crashes_the_parser(text):
    with contextlib.suppress(FormatProblem):  # any other error fails the test
        parse(text)


@pytest.mark.parametrize("name", ["", "a: b", "# not a comment", "true", "- item", "With a colon: and more."])
def test_any_name_is_written_so_that_it_is_read_again(name):
    row = {"words": {name: "x" * 60, "other": "y" * 60}}
    assert parse(dump(row)) is not None
    assert yaml.safe_load(dump(row)) == row
