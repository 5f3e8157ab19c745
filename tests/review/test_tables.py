"""Comparison tables: as files, as rows, and as pages to read, to cover and to put in place."""

import re
from dataclasses import replace
from functools import cache
from html import unescape

import pytest

from studyapp.accounts.models import User
from studyapp.content.cells import cell_cards, cell_keys
from studyapp.content.reader import read_course
from studyapp.content.writer import write_course
from studyapp.notes.models import ComparisonTable
from studyapp.review.models import Card
from studyapp.schedules.models import Item, Review, Schedule
from studyapp.studio.sync import course_from_rows, load_course
from tests.content.test_files import plant, problems
from tests.factories import make_user

BACKEND = "studyapp.accounts.backends.LearnerBackend"
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


@cache
def shipped(folder):
    """Give the course that is shipped, without what has nothing to do with tables: loading it takes a second less."""
    return replace(read_course(folder).course, cards=(), questions=(), pairs=())


@pytest.fixture
def loaded(db, settings):
    course = shipped(settings.CONTENT_DIR)
    load_course(course)
    assert course_from_rows() == course


def test_the_notes_nine_cells_are_there(loaded):
    table = ComparisonTable.objects.get(key="log-drivers")
    facts = [cell["fact"] for row in table.rows[:3] for cell in row["cells"]]
    assert sorted(facts) == [f"N{number:03}" for number in range(86, 95)]


def test_every_table_opens_in_every_mode(loaded, client):
    for table in ComparisonTable.objects.all():
        for mode in ("read", "cover", "place", "which"):
            page = client.get(f"{table.get_absolute_url()}?mode={mode}")
            assert page.status_code == 200
            text = page.content.decode()
            assert table.title in unescape(text)
            names = re.findall(r'\sid="([^"]+)"', text)
            assert len(names) == len(set(names))


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


# Cells as cards, and what a round in cover mode leaves behind ---------------------------------------------------------


def cells(key="scaling-policies"):
    table = ComparisonTable.objects.get(key=key)
    return table, [name for row in cell_keys(table) for name in row]


def test_every_cell_is_a_card_asked_from_both_sides(loaded):
    for table in ComparisonTable.objects.all():
        for row, keys in zip(table.rows, cell_keys(table), strict=True):
            texts = [cell["text"] for cell in row["cells"]]
            for column, cell, key in zip(table.columns, row["cells"], keys, strict=True):
                forward = Card.objects.get(item__key=f"{key}-a")
                assert (forward.back, forward.fact.key) == (cell["text"], cell["fact"])
                assert column in forward.front
                assert row["name"] in forward.front
                back = Card.objects.filter(item__key=f"{key}-b").first()
                if texts.count(cell["text"]) == 1:
                    assert back.back == column
                    assert cell["text"] in back.front
                else:
                    assert back is None


def test_cards_of_cells_are_no_part_of_the_files(loaded):
    assert Card.objects.filter(item__key__startswith="cell-").count() > 150
    assert not [card.key for card in course_from_rows().cards if card.key.startswith("cell-")]


def test_long_names_that_begin_alike_have_keys_of_their_own(settings):
    course = shipped(settings.CONTENT_DIR)
    name = "a-comparison-with-a-name-that-is-very-long-indeed"
    row = course.tables[0].rows[0]
    rows = tuple({**row, "name": f"What happens with the {n}"} for n in ("start", "stop"))
    table = replace(course.tables[0], key=name, rows=rows)
    keys = [card.key for card in cell_cards(replace(course, tables=(table,)))]
    assert len(set(keys)) == len(keys)
    assert all(len(key) <= 64 for key in keys)


def test_a_cell_that_is_taken_out_is_asked_no_more(loaded, settings):
    course = shipped(settings.CONTENT_DIR)
    table = course.tables[0]
    shorter = replace(table, rows=table.rows[1:])
    load_course(replace(course, tables=(shorter, *course.tables[1:])))
    gone = cell_keys(table)[0][0]
    assert Item.objects.get(key=f"{gone}-a").retired
    assert not Item.objects.get(key=f"{cell_keys(table)[1][0]}-a").retired


def covered(client, address="/compare/scaling-policies/?mode=cover&what=all&seed=3"):
    """Give the forms of a covered table: what each would send."""
    text = client.get(address).content.decode()
    return [
        dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
        for form in re.findall(r'<form class="know".*?</form>', text, re.DOTALL)
    ]


def test_what_was_known_goes_into_the_schedule_and_the_round_goes_on(loaded, client):
    user = make_user()
    client.force_login(user, backend=BACKEND)
    first, second, *_ = covered(client)
    answer = client.post("/compare/scaling-policies/know/", {**first, "knew": "1"} | {"forgot": ""})
    assert answer.status_code == 302
    assert answer["Location"].endswith(f"#at-{first['cell']}")
    text = client.get(answer["Location"]).content.decode()
    assert f'id="at-{first["cell"]}"' in text
    assert text.count("✓ knew it") == 1
    assert text.count('class="cover"') == 8
    client.post("/compare/scaling-policies/know/", {name: value for name, value in second.items() if name != "knew"})
    ratings = list(Review.objects.filter(user=user).order_by("id").values_list("rating", flat=True))
    assert ratings == [3, 1]


def test_a_double_click_counts_once(loaded, client):
    user = make_user()
    client.force_login(user, backend=BACKEND)
    first, *_ = covered(client)
    for _ in range(2):
        assert client.post("/compare/scaling-policies/know/", first).status_code == 302
    assert Review.objects.filter(user=user).count() == 1


def test_the_first_answer_makes_a_guest(loaded, client):
    first, *_ = covered(client)
    assert client.post("/compare/scaling-policies/know/", first).status_code == 302
    assert Review.objects.filter(user__schedules__item__key=f"{cells()[1][0]}-a").count() == 1


def test_a_form_that_was_altered_changes_nothing(loaded, client):
    assert client.post("/compare/scaling-policies/know/", {"showing": "x", "knew": "1"}).status_code == 400
    other = make_user("eve")
    client.force_login(other, backend=BACKEND)
    first, *_ = covered(client)
    client.force_login(make_user("ada"), backend=BACKEND)
    assert client.post("/compare/scaling-policies/know/", first).status_code == 403
    client.logout()
    assert client.post("/compare/scaling-policies/know/", first).status_code == 403
    assert not Review.objects.exists()
    assert not User.objects.filter(is_guest=True).exists()


def test_progress_counts_cells_that_have_graduated(loaded, client):
    user = make_user()
    client.force_login(user, backend=BACKEND)
    assert "0 of 9 cells remembered" in client.get("/compare/").content.decode()
    for _ in range(3):
        for form in covered(client)[:4]:
            client.post("/compare/scaling-policies/know/", form)
    known = Schedule.objects.filter(user=user, state=2, item__key__startswith="cell-").count()
    assert known == 4
    assert "4 of 9 cells remembered" in client.get("/compare/").content.decode()
    assert "4 of 9 cells remembered" in client.get("/compare/scaling-policies/").content.decode()


@pytest.mark.parametrize("key", ["log-drivers", "placement"])
def test_a_page_asks_as_often_for_a_small_table_as_for_a_large_one(loaded, client, key, django_assert_max_num_queries):
    client.force_login(make_user(), backend=BACKEND)
    client.get(f"/compare/{key}/?mode=cover")
    with django_assert_max_num_queries(6):
        client.get(f"/compare/{key}/?mode=cover")


def test_rows_and_columns_are_chosen_pinned_and_sorted(loaded, client):
    def heads(query):
        text = client.get(f"/compare/log-drivers/?{query}").content.decode()
        return (
            re.findall(r'<th scope="col">([^<]*)', text),
            [head.strip() for head in re.findall(r'<th scope="row">([^<]*)', text)],
        )

    columns, rows = heads("")
    assert columns == ["awslogs", "splunk", "awsfirelens"]
    assert heads("column0=1&column2=1") == (["awslogs", "awsfirelens"], rows)
    assert heads("pin=2") == (["awsfirelens", "awslogs", "splunk"], rows)
    assert heads("sort=name")[1] == sorted(rows, key=str.casefold)
    assert sorted(heads("sort=1")[1]) == sorted(rows)
    assert heads("words=execution")[1] == ["Whose permissions"]
    assert heads("words=zebra")[1] == []
    assert heads("top=Use+it+for")[1] == ["Use it for", *(row for row in rows if row != "Use it for")]
    assert heads("top=nowhere")[1] == rows
    assert "No row says “zebra”" in unescape(client.get("/compare/log-drivers/?words=zebra").content.decode())


def test_which_one_is_asked_and_marked(loaded, client):
    table = ComparisonTable.objects.get(key="launch-types")
    asked = client.get("/compare/launch-types/?mode=which&seed=7").content.decode()
    name, html = re.search(r"<legend>([^:]*): which of them\?</legend><div hx-disable>(.*?)</div>", asked).groups()
    row = next(number for number, line in enumerate(table.rows) if line["name"] == unescape(name))
    right = table.cells_html[row].index(html)
    told = client.get(f"/compare/launch-types/?mode=which&seed=7&check=1&given={right}").content.decode()
    assert "<b>Right.</b>" in told
    wrong = client.get(f"/compare/launch-types/?mode=which&seed=7&check=1&given={1 - right}").content.decode()
    assert "<b>Not so.</b>" in wrong
    assert "✓ it is this one" in wrong
    seeds = {client.get(f"/compare/launch-types/?mode=which&seed={seed}").content for seed in range(8)}
    assert len(seeds) > 3
