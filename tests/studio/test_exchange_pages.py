"""The pages of the files: a plan before anything is loaded, conflicts side by side, and who was quicker is told."""

import io
import os
import re
import time
import zipfile
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from studyapp.notes.models import Fact, Topic
from studyapp.studio import editing, uploads
from studyapp.studio.documents import follow
from studyapp.studio.editing import retire
from studyapp.studio.models import Conflict, Document, Draft
from studyapp.studio.roles import make_instructor
from studyapp.studio.sync import course_from_rows
from tests.content.tree import FILES, texts
from tests.factories import make_user
from tests.studio.test_exchange import change, record
from tests.studio.test_sync import PLACEMENT, SAID_IN_FILE, WITHOUT_PORTS, edit, load, many
from tests.studio.test_uploads import make_zip

pytestmark = pytest.mark.django_db
HERE, CONFLICTS = "/studio/files/", "/studio/files/conflicts/"
ONE = f"{CONFLICTS}fact/N001/"


def instructor(name):
    person = make_user(name)
    make_instructor(person)
    browser = Client()
    browser.force_login(person, backend="studyapp.accounts.backends.LearnerBackend")
    browser.person = person
    return browser


@pytest.fixture(autouse=True)
def var(settings, tmp_path):
    settings.VAR_DIR = tmp_path / "var"


@pytest.fixture
def ada():
    return instructor("ada")


@pytest.fixture
def bob():
    return instructor("bob")


def send(browser, **changes):
    """Upload the small tree with changes; a file given as empty is left out. Gives the answer."""
    files = {name: text for name, text in (FILES | changes).items() if text}
    return send_raw(browser, make_zip(files).getvalue())


def send_raw(browser, raw, name="content.zip"):
    return browser.post(f"{HERE}import/", {"tree": SimpleUploadedFile(name, raw)})


def mark_of(answer):
    return re.search(r'name="plan" value="([0-9a-f]{64})"', answer.content.decode())[1]


def said(answer):
    """Give the text of a page, for what a reader would read."""
    return unescape(" ".join(re.sub(r"<[^>]*>", " ", answer.content.decode()).split()))


def state():
    return course_from_rows(), dict(Document.objects.values_list("pk", "number")), Conflict.objects.count()


# Export -------------------------------------------------------------------------------------------------------


def test_an_export_is_the_tree_and_its_page_says_what_differs(tmp_path, ada):
    load(tmp_path)
    assert "nothing has changed here since" in said(ada.get(HERE))
    first = ada.get(f"{HERE}export/")
    assert first["Content-Disposition"] == 'attachment; filename="content.zip"'
    assert first.content == ada.get(f"{HERE}export/").content
    with zipfile.ZipFile(io.BytesIO(first.content)) as archive:
        archive.extractall(tmp_path / "out")
    assert texts(tmp_path / "out" / "content") == texts(tmp_path / "content")
    change(ada.person, "fact", "N002", why="The agent knows.")
    change(ada.person, "topic", "placement", body=record("topic", "placement").body + "\n\nMore.")
    retire([("term", "host-port")], ada.person)
    page = said(ada.get(HERE))
    assert "3 items have changed here and not in the files" in page
    assert "in 3 files" in page
    assert "content/glossary.yaml removed" in page
    assert "content/ecs/ports/facts.yaml" in page
    assert "[added: The agent knows. ]" in page


def test_what_no_file_can_hold_is_named_and_nothing_is_given(tmp_path, ada):
    load(tmp_path)
    Fact.objects.filter(key="N001").update(statement="a\x1bb")
    answer = ada.get(f"{HERE}export/", follow=True)
    assert answer.redirect_chain == [(HERE, 302)]
    assert "ecs/placement/facts.yaml:3:15: file: holds the control character U+001B" in said(answer)


# Import -------------------------------------------------------------------------------------------------------


def test_a_plan_shows_everything_changes_nothing_and_is_what_applying_does(tmp_path, ada):
    load(tmp_path)
    change(ada.person, "fact", "A001", why="Written here.")
    change(ada.person, "card", "N002-a", reason="Written here.")
    changes = (
        SAID_IN_FILE
        | edit("ecs/ports/cards.yaml", "  reason: Because.", "  reason: Said in the file.")
        | {
            "pairs.yaml": "",
            "glossary.yaml": FILES["glossary.yaml"] + "\n- key: task\n  term: task\n  definition: It.\n",
        }
    )
    before = state()
    answer = send(ada, **changes)
    assert answer.status_code == 302
    page = ada.get(answer.url)
    assert state() == before
    text = said(page)
    for words in (
        "Retired 1 In conflict 1 Changed 1 New 1 Kept 1 The same 11",
        "1 of 15 items are missing from the upload and would be retired.",
        "pair filter-or-strategy filter or strategy",
        "Filters come [removed: before `strategies` ] [added: first of all ] .",
        "[removed: Written here ] [added: Said in the file ] .",
        "New 1 Taught from now on. term task",
    ):
        assert words in text
    assert '<a href="/studio/fact/N001/">' in page.content.decode()
    applied = ada.post(answer.url, {"op": "apply", "plan": mark_of(page)}, follow=True)
    assert applied.redirect_chain == [(CONFLICTS, 302)]
    summary = "Loaded: 1 new, 1 changed, 1 retired, 1 kept as changed in the app, 1 in conflict, 11 unchanged."
    assert summary in said(applied)
    assert record("fact", "N001").statement == "Filters come first of all."
    assert record("fact", "A001").why == "Written here."
    assert record("card", "N002-a").reason == "Written here."
    assert Conflict.objects.get().key == "N002-a"
    version = Document.objects.get(kind="fact", key="N001").history.first()
    assert (version.by, version.history_user, version.history_change_reason) == (
        "ada", ada.person, "loaded from an upload",
    )  # fmt: skip
    again = ada.post(answer.url, {"op": "apply", "plan": mark_of(page)})
    assert again.status_code == 404
    assert "This upload is gone" in said(again)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            edit("glossary.yaml", "host port\n", "&a host port\n"),
            "content/glossary.yaml:2:9 file uses an anchor or alias",
        ),
        (edit("glossary.yaml", "host port\n", "!!str host port\n"), "content/glossary.yaml:2:9 file uses the tag"),
        ({"glossary.yaml": "- " * 5_000 + "\n"}, "content/glossary.yaml:1:33 file is nested more than 16 levels deep"),
        ({"glossary.yaml": b"- key: \xff\n"}, "content/glossary.yaml:1:8 file is not UTF-8 here"),
        ({"glossary.yaml": "x" * 1_000_001}, "content/glossary.yaml:1:1 file has 1,000,001 bytes"),
        (edit(PLACEMENT + "facts.yaml", "holds", "hold"), 'facts.yaml:4:12 verdict "hold" must be one of'),
        ({"ecs/run.exe": "x"}, "content/ecs/run.exe:1:1 file is no file of ours"),
        ({PLACEMENT + "cards.yaml": ""}, "N001 has 0 cards; at least 2"),
    ],
    ids=["alias", "tag", "deep", "bytes", "large", "law", "foreign", "missing"],
)
def test_a_tree_with_problems_shows_their_places_and_cannot_be_applied(tmp_path, ada, changes, told):
    load(tmp_path)
    before = state()
    place = send(ada, **changes).url
    page = ada.get(place)
    assert told in said(page)
    assert 'value="apply"' not in page.content.decode()
    assert ada.post(place, {"op": "apply", "plan": "0" * 64, "sure": "1"}).status_code == 400
    assert state() == before


def test_how_a_file_is_laid_out_keeps_nothing_from_being_loaded(tmp_path, ada):
    load(tmp_path)
    place = send(
        ada, **edit(PLACEMENT + "facts.yaml", "verdict: holds", "verdict: 'holds'"), **edit("ecs/topic.md", "All", "Al")
    ).url
    page = ada.get(place)
    assert "content/ecs/placement/facts.yaml:4:1 file is laid out otherwise" in said(page)
    assert ada.post(place, {"plan": mark_of(page)}).status_code == 302
    assert record("topic", "ecs").summary == "Al of it."


def test_a_plan_that_is_no_longer_true_is_shown_anew_and_not_applied(tmp_path, ada, bob):
    load(tmp_path)
    place = send(ada, **SAID_IN_FILE).url
    agreed = mark_of(ada.get(place))
    change(bob.person, "fact", "N001", statement="Bob says otherwise.")
    before = state()
    answer = ada.post(place, {"plan": agreed})
    assert answer.status_code == 409
    assert "Nothing was loaded: the content has changed since this plan was shown." in said(answer)
    assert "In conflict 1" in said(answer)
    assert state() == before
    assert ada.post(place, {"plan": mark_of(answer)}).url == CONFLICTS
    assert record("fact", "N001").statement == "Bob says otherwise."


def test_a_part_of_a_tree_is_not_loaded_unless_that_is_said_twice(tmp_path, ada):
    load(tmp_path)
    place = send(ada, **WITHOUT_PORTS).url
    page = ada.get(place)
    assert "5 of 15 items are missing from the upload and would be retired." in said(page)
    before = state()
    answer = ada.post(place, {"plan": mark_of(page)})
    assert answer.status_code == 400
    assert "tick that so many items are to be retired" in said(answer)
    assert state() == before
    assert ada.post(place, {"plan": mark_of(page), "sure": "1"}).status_code == 302
    assert [topic.key for topic in course_from_rows().topics] == ["ecs", "placement"]


def test_statements_of_the_notes_are_in_the_plan(tmp_path, ada):
    load(tmp_path)
    place = send(ada, **edit("inventory.yaml", "N002]", "N002, N003]")).url
    page = ada.get(place)
    assert "takes out 1 statement: N003" in said(page)
    assert ada.post(place, {"plan": mark_of(page)}).status_code == 302
    assert dict(course_from_rows().statements()).keys() == {"N001", "N002", "N003"}


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"- key: N001\n", "This is no zip that can be read"),
        (
            make_zip(entries=[("content/../x.yaml", "x")]).getvalue(),
            '"content/../x.yaml" in the zip has a path that leaves',
        ),
        (b"PK" + b"x" * uploads.MOST_PACKED, "a zip of at most 3 MB is taken"),
        (None, "Choose a zip of a content folder first."),
    ],
    ids=["no zip", "climbing", "large", "none"],
)
def test_an_upload_that_cannot_be_taken_says_why_and_is_not_kept(tmp_path, settings, ada, raw, told):
    load(tmp_path)
    answer = send_raw(ada, raw) if raw else ada.post(f"{HERE}import/", {"tree": "text"})
    assert answer.status_code == 400
    assert told in said(answer)
    assert not list((settings.VAR_DIR / "imports").glob("*"))


def test_an_upload_is_its_owners_and_gone_after_a_day_or_when_thrown_away(tmp_path, settings, ada, bob):
    load(tmp_path)
    place = send(ada, **SAID_IN_FILE).url
    assert bob.get(place).status_code == 404
    assert bob.post(place, {"plan": mark_of(ada.get(place))}).status_code == 404
    [path] = (settings.VAR_DIR / "imports").glob(f"{ada.person.pk}-*.zip")
    assert path.stat().st_mode & 0o777 == 0o600
    os.utime(path, times=(0, time.time() - uploads.KEPT_FOR - 1))
    assert ada.get(place).status_code == 404
    assert not path.exists()
    place = send(ada, **SAID_IN_FILE).url
    assert "thrown away" in said(ada.post(place, {"op": "drop"}, follow=True))
    assert ada.get(place).status_code == 404
    assert record("fact", "N001").statement == "Filters come before `strategies`."


def test_a_text_that_renders_too_slowly_is_refused_and_nothing_is_loaded(tmp_path, ada, monkeypatch):
    load(tmp_path)
    monkeypatch.setattr("studyapp.content.markup.TIMEOUT", 0.5)
    place = send(ada, **SAID_IN_FILE, **{"ecs/topic.md": FILES["ecs/topic.md"] + "\n" + "[" * 10_000 + "\n"}).url
    before = state()
    answer = ada.post(place, {"plan": mark_of(ada.get(place))})
    assert answer.status_code == 400
    assert "Nothing was loaded: a text" in said(answer)
    assert state() == before


# Conflicts ----------------------------------------------------------------------------------------------------


def make_conflict(tmp_path, by, **fields):
    """Change N001 here and in the files: the statement on both sides, its cards and more as given."""
    load(tmp_path)
    change(by, "fact", "N001", **{"statement": "An instructor's words.", **fields})
    load(tmp_path, **edit(PLACEMENT + "facts.yaml", "come before `strategies`.", "come first.\n  why: The file's why."))
    assert Conflict.objects.count() == 1


def claim_of(answer):
    return re.search(r'name="conflict" value="([^"]*)"', answer.content.decode())[1]


def test_without_conflicts_the_page_says_so(tmp_path, ada):
    load(tmp_path)
    assert "Nothing has changed here and in the files at once." in said(ada.get(CONFLICTS))
    assert ada.get(ONE).status_code == 404


def test_a_conflict_is_shown_side_by_side_with_its_words_marked(tmp_path, ada):
    make_conflict(tmp_path, ada.person, confused_with=())
    assert "N001 An instructor's words. fact Statement, Why, Confused with" in said(ada.get(CONFLICTS)).replace(
        "&#x27;", "'"
    )
    page = ada.get(ONE)
    text = said(page)
    assert "Statement changed in both" in text
    assert "[only here: An instructor's words ] ." in text
    assert "[only in the files: Filters come first ] ." in text
    html = page.content.decode()
    assert "Why changed in the files only" in text
    assert "Confused with changed here only" in text
    assert re.findall(r'name="take-(\w+)" value="(\w+)" checked', html) == [
        ("statement", "app"), ("why", "file"), ("confused_with", "app"),
    ]  # fmt: skip
    assert f"/studio/fact/N001/?back={ONE}" in html


def test_what_stays_here_is_not_asked_about_again_until_the_files_change(tmp_path, ada):
    make_conflict(tmp_path, ada.person)
    Draft.objects.create(
        kind="fact", key="N001", editor=ada.person, name="ada", fields={}, base=2, saved_at="2026-11-23T00:00Z"
    )
    assert ada.post(ONE, {"op": "app", "conflict": claim_of(ada.get(ONE))}).status_code == 302
    assert record("fact", "N001").statement == "An instructor's words."
    again = edit(PLACEMENT + "facts.yaml", "come before `strategies`.", "come first.\n  why: The file's why.")
    assert load(tmp_path, **again).kept == ["N001"]
    assert not Conflict.objects.exists()
    assert load(tmp_path, **SAID_IN_FILE).conflicts == ["fact N001"]
    assert Draft.objects.count() == 1


def test_the_files_text_is_taken_as_another_version(tmp_path, ada):
    make_conflict(tmp_path, ada.person)
    Draft.objects.create(
        kind="fact", key="N001", editor=ada.person, name="ada", fields={}, base=2, saved_at="2026-11-23T00:00Z"
    )
    assert ada.post(ONE, {"op": "file", "conflict": claim_of(ada.get(ONE))}).status_code == 302
    fact = record("fact", "N001")
    assert (fact.statement, fact.why) == ("Filters come first.", "The file's why.")
    assert "come first" in Topic.objects.get(key="placement").article_html
    document = Document.objects.get(kind="fact", key="N001")
    assert (document.number, document.by) == (3, "ada")
    assert document.history.first().history_change_reason == "settled with the files"
    same = edit(PLACEMENT + "facts.yaml", "come before `strategies`.", "come first.\n  why: The file's why.")
    plan = load(tmp_path, **same)
    assert (plan.steps, plan.unchanged) == ([], 15)
    assert Draft.objects.count() == 1  # which was not what was published


def test_each_field_is_chosen_by_itself(tmp_path, ada):
    make_conflict(tmp_path, ada.person)
    sent = {"op": "fields", "conflict": claim_of(ada.get(ONE)), "take-statement": "app"}
    assert ada.post(ONE, sent).status_code == 400
    assert ada.post(ONE, sent | {"take-why": "file"}).status_code == 302
    fact = record("fact", "N001")
    assert (fact.statement, fact.why) == ("An instructor's words.", "The file's why.")
    assert not Conflict.objects.exists()
    files = edit(PLACEMENT + "facts.yaml", "come before `strategies`.", "come first.\n  why: The file's why.")
    assert load(tmp_path, **files).kept == ["N001"]


def test_a_choice_that_breaks_a_law_is_refused_with_its_problem_and_stays_chosen(tmp_path, ada):
    load(tmp_path)
    change(ada.person, "fact", "N002", today="The agent does.")
    load(
        tmp_path,
        **edit(
            "ecs/ports/facts.yaml",
            "simplified\n  notes_say: The balancer picks it.\n  today: The agent picks it, and tells ECS.",
            "holds",
        ),
    )
    place = f"{CONFLICTS}fact/N002/"
    claim, before = claim_of(ada.get(place)), state()
    chosen = {"take-verdict": "file", "take-notes_say": "file", "take-today": "app"}
    answer = ada.post(place, {"op": "fields", "conflict": claim, **chosen})
    assert answer.status_code == 400
    assert "fact N002 : today must be left out where the verdict is holds" in said(answer)
    html = answer.content.decode()
    assert dict(re.findall(r'name="(take-\w+)" value="(\w+)" checked', html)) == chosen
    assert state() == before
    assert ada.post(place, {"op": "fields", "conflict": claim, **chosen, "take-today": "file"}).status_code == 302
    assert record("fact", "N002").verdict == "holds"


@pytest.mark.parametrize("first", ["app", "file", "edit"])
@pytest.mark.parametrize("second", ["app", "file", "fields"])
def test_who_comes_second_is_told_and_changes_nothing(tmp_path, ada, bob, first, second):
    make_conflict(tmp_path, ada.person)
    claims = [claim_of(browser.get(ONE)) for browser in (ada, bob)]
    if first == "edit":
        change(bob.person, "fact", "N001", why="Bob's why.")
    else:
        assert bob.post(ONE, {"op": first, "conflict": claims[1]}).status_code == 302
    before = state()
    sent = {"op": second, "conflict": claims[0], "take-statement": "file", "take-why": "file"}
    answer = ada.post(ONE, sent)
    assert answer.status_code == 409
    assert ("was changed by bob" if first == "edit" else "somebody has settled it") in said(answer)
    assert state() == before


def test_a_file_that_changed_again_is_not_taken_unseen(tmp_path, ada):
    make_conflict(tmp_path, ada.person)
    claim = claim_of(ada.get(ONE))
    load(tmp_path, **SAID_IN_FILE)
    answer = ada.post(ONE, {"op": "file", "conflict": claim})
    assert answer.status_code == 409
    assert "The files have changed fact N001 again" in said(answer)
    assert "[only in the files: Filters come first of all ]" in said(answer)


def test_what_is_settled_while_it_is_being_published_is_not_published(tmp_path, ada, bob, monkeypatch):
    make_conflict(tmp_path, ada.person)
    claim = claim_of(ada.get(ONE))
    check = editing._check

    def meanwhile(*given):
        check(*given)
        Conflict.objects.all().delete()

    monkeypatch.setattr(editing, "_check", meanwhile)
    assert ada.post(ONE, {"op": "file", "conflict": claim}).status_code == 409
    assert record("fact", "N001").statement == "An instructor's words."


def test_many_conflicts_are_settled_at_once_or_not_at_all(tmp_path, ada):
    load(tmp_path)
    for key in ("N001", "A001", "N002"):
        change(ada.person, "fact", key, statement=f"Words about {key}.")
    load(
        tmp_path,
        **{PLACEMENT + "facts.yaml": FILES[PLACEMENT + "facts.yaml"].replace("statement: ", "statement: Indeed, ")},
        **edit("ecs/ports/facts.yaml", "statement: ", "statement: Indeed, "),
    )
    claims = re.findall(r'name="conflict" value="([^"]*)"', ada.get(CONFLICTS).content.decode())
    assert len(claims) == 3
    assert ada.post(CONFLICTS, {"op": "file"}).status_code == 400
    assert ada.post(CONFLICTS, {"op": "file", "conflict": ["nonsense"]}).status_code == 400
    stale = claims[0].rsplit(" ", 1)[0] + " 9"
    assert ada.post(CONFLICTS, {"op": "file", "conflict": [*claims[1:], stale]}).status_code == 409
    assert ada.post(CONFLICTS, {"op": "app", "conflict": [*claims[1:], stale]}).status_code == 409
    assert Conflict.objects.count() == 3
    answer = ada.post(CONFLICTS, {"op": "file", "conflict": claims[:2]}, follow=True)
    assert "The files’ text is taught now: 2 conflicts." in said(answer)
    assert ada.post(CONFLICTS, {"op": "app", "conflict": claims[2:]}).status_code == 302
    assert [fact.statement[:8] for fact in course_from_rows().facts] == ["Indeed, ", "Indeed, ", "Words ab"]
    assert not Conflict.objects.exists()


def test_taking_the_files_text_of_a_retired_item_teaches_it_again(tmp_path, ada):
    load(tmp_path)
    change(ada.person, "term", "host-port", definition="Words.")
    retire([("term", "host-port")], ada.person)
    load(tmp_path, **edit("glossary.yaml", "A port of", "One port of"))
    place = f"{CONFLICTS}term/host-port/"
    page = ada.get(place)
    assert "This item is retired here." in said(page)
    assert ada.post(place, {"op": "file", "conflict": claim_of(page)}).status_code == 302
    assert record("term", "host-port").definition == "One port of the instance."


# Queries ------------------------------------------------------------------------------------------------------


def count(browser, place):
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(place).status_code == 200
    return len(captured)


def test_no_page_asks_more_for_more_items(tmp_path, ada):
    counts = []
    for facts in (3, 60):
        rows = many(facts)[PLACEMENT + "facts.yaml"]
        load(tmp_path / f"{facts}", **{PLACEMENT + "facts.yaml": rows})
        keys = [f"A{number:03}" for number in range(2, facts + 2)]
        publish_quietly(dict.fromkeys(keys, "Words here."))
        load(tmp_path / f"{facts}-again", **{PLACEMENT + "facts.yaml": rows.replace("Number", "The number")})
        assert Conflict.objects.count() == facts
        bodies = "".join(f"\n{{{key}}}\n" for key in keys)
        cards = "".join(
            f"\n- key: {key}-{letter}\n  fact: {key}\n  kind: basic\n  front: What of {letter} {key}?\n"
            "  back: So\n  reason: So.\n"
            for key in keys
            for letter in "ab"
        )
        place = send(
            ada,
            **{
                PLACEMENT + "facts.yaml": rows.replace("Number", "A number"),
                PLACEMENT + "topic.md": FILES[PLACEMENT + "topic.md"] + bodies,
                PLACEMENT + "cards.yaml": FILES[PLACEMENT + "cards.yaml"] + cards,
            },
        ).url
        assert f"In conflict {facts}" in said(ada.get(place))
        counts.append([count(ada, each) for each in (place, CONFLICTS, f"{CONFLICTS}fact/A002/", HERE)])
    assert counts[0] == counts[1]
    assert max(counts[0][1:3]) <= 8


def publish_quietly(statements):
    """Change facts here, past the checks."""
    for key, statement in statements.items():
        Fact.objects.filter(key=key).update(statement=statement)
    follow()
