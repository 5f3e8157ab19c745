"""Comparison tables: as files, as rows, and as pages to read, to cover and to put in place."""

import re
from html import unescape

import pytest

from studyapp.content.reader import read_course
from studyapp.content.writer import write_course
from studyapp.notes.models import ComparisonTable
from studyapp.studio.sync import course_from_rows, load_course
from tests.content.test_files import plant, problems

TABLE = """title: Two things
order: 1
summary: Side by side.
topic: placement
columns: [this, that]
rows:
  - name: First
    cells: [{text: A, fact: N001}, {text: B, fact: N001}]
"""


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ((", {text: B, fact: N001}", ""), "rows[0].cells: has 1 cells for 2 columns: write one for each"),
        (("fact: N001}]", "fact: N999}]"), 'tables/two.yaml:8:52: rows[0].cells[1].fact: "N999" is no fact'),
        (("text: B", "words: B"), "rows[0].cells[1]: must have a `text` and the `fact` behind it"),
        (("[this, that]", "[this]"), "columns: has 1 columns; at least 2 are compared"),
        (("topic: placement", "topic: placment"), 'topic: "placment" is no topic; did you mean "placement"?'),
        (("title: Two things\n", ""), "title: is missing: every table has one"),
        (("rows:\n", "rowz:\n"), 'rowz: is no field of a table; did you mean "rows"?'),
    ],
)
def test_a_bad_table_is_told_with_its_place_and_remedy(tmp_path, change, message):
    found = problems(plant(tmp_path, **{"tables/two.yaml": TABLE.replace(*change)}))
    assert any(message in problem for problem in found), found


def test_a_strange_file_among_the_tables_is_told(tmp_path):
    found = problems(plant(tmp_path, **{"tables/two.txt": "x"}))
    assert any("is no comparison table: a table is tables/NAME.yaml" in problem for problem in found), found


def test_tables_are_written_as_they_were_read(tmp_path, settings):
    course = read_course(settings.CONTENT_DIR).course
    write_course(course, tmp_path / "content")
    for path in sorted((settings.CONTENT_DIR / "tables").glob("*.yaml")):
        assert (tmp_path / "content" / "tables" / path.name).read_text() == path.read_text()


@pytest.fixture
def loaded(db, settings):
    course = read_course(settings.CONTENT_DIR).course
    load_course(course)
    assert course_from_rows() == course


def test_the_notes_nine_cells_are_there(loaded):
    table = ComparisonTable.objects.get(key="log-drivers")
    facts = [cell["fact"] for row in table.rows[:3] for cell in row["cells"]]
    assert sorted(facts) == [f"N{number:03}" for number in range(86, 95)]


def test_every_table_opens_in_every_mode(loaded, client):
    for table in ComparisonTable.objects.all():
        for mode in ("read", "cover", "place"):
            page = client.get(f"{table.get_absolute_url()}?mode={mode}")
            assert page.status_code == 200
            assert table.title in unescape(page.content.decode())


def test_a_covered_column_hides_just_its_cells(loaded, client):
    text = client.get("/compare/log-drivers/?mode=cover&what=column1").content.decode()
    assert text.count('<details class="cover">') == 6
    covered = re.findall(r'<span class="visually-hidden"> [^<]*, ([^<]*)</span></summary>', text)
    assert set(covered) == {"splunk"}


def test_cells_in_their_place_are_right_and_others_are_shown(loaded, client):
    blank = client.get("/compare/scaling-policies/?mode=place&seed=5").content.decode()
    table = ComparisonTable.objects.get(key="scaling-policies")
    rows = re.findall(r'<ul class="order-items">(.*?)</ul>', blank, re.DOTALL)
    answers = {}
    for number, (shown, cells) in enumerate(zip(rows, table.cells_html, strict=True)):
        letters = {html: letter for letter, html in re.findall(r'<b class="option-id">(.)</b> (.*?)</li>', shown)}
        for place, html in enumerate(cells):
            answers[f"c{number}.{place}"] = letters[html]
    query = {"mode": "place", "seed": "5", "check": "1"}
    assert b"9 of 9" in client.get("/compare/scaling-policies/", query | answers).content
    wrong = answers | {"c0.0": answers["c0.1"], "c0.1": answers["c0.0"]}
    text = client.get("/compare/scaling-policies/", query | wrong).content.decode()
    assert "7 of 9" in text
    assert text.count('class="compare-wrong"') == 2


def test_the_same_seed_shuffles_alike_and_another_does_not(loaded, client):
    def shuffled(seed):
        text = client.get(f"/compare/placement/?mode=place&seed={seed}").content.decode()
        return re.findall(r'<b class="option-id">.</b> (.*?)</li>', text)

    assert shuffled(3) == shuffled(3)
    assert len({tuple(shuffled(seed)) for seed in range(6)}) > 3


@pytest.mark.parametrize(
    "query", ["mode=hide", "seed=x", "seed=99999999999999", "what=column99", "c0.0=ZZZ&mode=place&check=1"]
)
def test_a_strange_address_shows_the_table_all_the_same(loaded, client, query):
    assert client.get(f"/compare/log-drivers/?{query}").status_code == 200
