"""The editor: drafts that are never lost, publishing that is never wrong, versions, two editors, and the way back."""

import json
import re
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studyapp.notes.models import Fact, Topic
from studyapp.quiz.models import Attempt, Question
from studyapp.studio.editing import current_course
from studyapp.studio.editor import bind, read
from studyapp.studio.fields import form_of, read_form
from studyapp.studio.models import Document, Draft
from studyapp.studio.roles import make_instructor, remove_instructor
from studyapp.studio.rows import KINDS, Keys
from tests.factories import make_user
from tests.studio.test_sync import load

pytestmark = pytest.mark.django_db
BACKEND = "studyapp.accounts.backends.LearnerBackend"
AT = "/studio/fact/N001/"
KINDS_OF_QUESTIONS = ["choice", "multiple", "cause_fix", "matching", "ordering", "numeric", "scenario", "nonsense"]


def browser(name):
    person = make_user(name)
    make_instructor(person)
    client = Client()
    client.force_login(person, backend=BACKEND)
    client.person = person
    return client


@pytest.fixture
def ada(tmp_path, db):
    load(tmp_path)
    return browser("ada")


def form(client, at=AT):
    """Give the fields of an editor's page, as a browser would send them back."""
    page = client.get(at)
    assert page.status_code == 200
    opened = page.context
    fields = {name: opened[name] for name in ("base", "saves", "tab")}
    for part in opened["parts"]:
        rows = [each for row in part.rows for each in row.fields] if hasattr(part, "rows") else [part]
        fields |= {each.name: each.value for each in rows if each.field.widget != "check" or each.value}
    return fields


def text_of(answer):
    return unescape(re.sub(r"<[^>]+>", " ", answer.content.decode()))


def statement():
    return Fact.objects.get(key="N001").statement


def test_a_sentence_is_mended_and_the_editor_goes_back_where_it_came_from(ada):
    back = "/topics/placement/#N001"
    fields = form(ada, f"{AT}?back=/topics/placement/%23N001")
    fields |= {"statement": "Filters, *then* strategies.", "return_to": back}
    answer = ada.post(AT, fields | {"op": "publish", "change_note": "shorter"})
    assert (answer.status_code, answer["Location"]) == (302, back)
    assert statement() == "Filters, *then* strategies."
    assert not Draft.objects.exists()
    version = Document.objects.get(kind="fact", key="N001").history.first()
    assert (version.number, version.by, version.history_change_reason) == (2, "ada", "shorter")
    assert "Published: N001" in text_of(ada.get("/topics/placement/"))


def test_a_draft_may_be_wrong_and_is_kept_as_it_was_typed(ada):
    hostile = "<script>alert(1)</script> [x](javascript:alert(1))"
    typed = {"statement": hostile, "checked": "tomorrow", "verdict": "wrong"}
    answer = ada.post(f"{AT}draft/", form(ada) | typed, headers={"HX-Request": "true"})
    said = text_of(answer)
    assert answer.status_code == 200
    assert 'must be a date like 2026-11-23, not "tomorrow"' in said
    again = form(ada)
    assert {name: again[name] for name in typed} == typed
    answer = ada.post(AT, again | {"op": "publish"}, follow=True)
    assert "Not published: mend what is marked first" in text_of(answer)
    answer = ada.post(AT, form(ada) | {"checked": "2026-11-01", "op": "publish"}, follow=True)
    said = text_of(answer)
    for wrong in ("holds the HTML tag", 'links to "javascript:alert(1', "says both sides"):
        assert wrong in said
    assert "<script>alert" not in answer.content.decode()
    assert statement() == "Filters come before `strategies`."


def test_the_preview_is_the_real_page(ada):
    answer = ada.post(f"{AT}draft/", form(ada) | {"statement": "Now **this**."}, headers={"HX-Request": "true"})
    html = answer.content.decode()
    assert '<section class="fact fact-single" hx-disable>' in html
    assert "<p>Now <strong>this</strong>.</p>" in html
    assert "Ready to be published" in html
    assert "Now <strong>this</strong>." in ada.get(f"{AT}preview/").content.decode()
    assert "Now <strong>this</strong>." not in ada.get("/topics/placement/").content.decode()


def test_two_editors_are_told_of_each_other_and_neither_is_overwritten(ada):
    bob = browser("bob")
    ours, theirs = form(ada), form(bob)
    ada.post(f"{AT}draft/", ours | {"statement": "Ada's."})
    assert "ada has a draft of this fact too" in text_of(bob.get(AT))
    bob.post(f"{AT}draft/", theirs | {"why": "Bob's why.", "statement": "Bob's."})
    assert ada.post(AT, form(ada) | {"op": "publish"}).status_code == 302
    answer = bob.post(AT, form(bob) | {"op": "publish"}, follow=True)
    assert "was published by ada" in text_of(answer)
    assert statement() == "Ada's."
    assert bob.post(AT, form(bob) | {"op": "merge"}).status_code == 302
    assert "Both changed statement" in text_of(bob.get(AT))
    merged = form(bob)
    assert (merged["base"], merged["statement"], merged["why"]) == (2, "Bob's.", "Bob's why.")
    assert bob.post(AT, merged | {"op": "publish"}).status_code == 302
    assert [(each.number, each.by) for each in Document.objects.get(kind="fact", key="N001").history.all()] == [
        (3, "bob"), (2, "ada"), (1, ""),
    ]  # fmt: skip


def test_what_the_other_changed_alone_comes_into_the_draft(ada):
    bob = browser("bob")
    bob.post(f"{AT}draft/", form(bob) | {"why": "Bob's why."})
    ada.post(AT, form(ada) | {"statement": "Ada's.", "op": "publish"})
    bob.post(AT, form(bob) | {"op": "merge"})
    assert (form(bob)["statement"], form(bob)["why"]) == ("Ada's.", "Bob's why.")


def test_two_windows_of_one_editor_do_not_overwrite_each_other(ada):
    one, other = form(ada), form(ada)
    ada.post(f"{AT}draft/", one | {"statement": "One."})
    answer = ada.post(f"{AT}draft/", other | {"statement": "Other."}, headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert "saved from another window" in text_of(answer)
    answer = ada.post(AT, other | {"statement": "Other.", "op": "publish"})
    assert answer.status_code == 409
    assert "Other." in answer.content.decode()
    assert form(ada)["statement"] == "One."
    ada.post(f"{AT}draft/", one | {"statement": "One more."})  # the same window goes on
    ada.post(AT, other | {"statement": "Other.", "op": "overwrite"})
    assert form(ada)["statement"] == "Other."


def test_a_version_is_restored_into_the_draft(ada):
    for words in ("Second.", "Third."):
        ada.post(AT, form(ada) | {"statement": words, "op": "publish"})
    page = ada.get(f"{AT}history/?a=1&b=3").content.decode()
    assert "<del>Filters come before `strategies`</del>" in page
    assert "<ins>Third</ins>" in page
    assert ada.post(f"{AT}history/", {"version": 1})["Location"] == AT
    assert statement() == "Third."
    ada.post(AT, form(ada) | {"op": "publish"})
    assert statement() == "Filters come before `strategies`."
    assert Document.objects.get(kind="fact", key="N001").number == 4
    assert ada.post(f"{AT}history/", {"version": 99}).status_code == 404


def test_a_new_fact_is_written_with_its_cards_and_published_at_once(ada):
    assert ada.get("/studio/new/fact/").context["key"] == "A002"
    assert ada.post("/studio/new/fact/", {"key": "A002", "topic": "ports"})["Location"] == "/studio/fact/A002/"
    fact = form(ada, "/studio/fact/A002/") | {"statement": "New.", "source": "https://a.example/"}
    answer = ada.post("/studio/fact/A002/", fact | {"op": "publish"}, follow=True)
    assert "A002 has 0 cards" in text_of(answer)
    for letter in "ab":
        at = ada.post("/studio/new/card/", {"key": f"A002-{letter}", "fact": "A002"})["Location"]
        card = form(ada, at) | {"front": f"What is {letter}?", "back": "So", "reason": "It is."}
        answer = ada.post(f"{at}draft/", card, headers={"HX-Request": "true"})
        assert "Ready to be published" in text_of(answer)
    answer = ada.post("/studio/fact/A002/", form(ada, "/studio/fact/A002/") | {"op": "publish"})
    assert answer.status_code == 302
    assert [card.key for card in current_course().cards if card.fact == "A002"] == ["A002-a", "A002-b"]
    assert "New." in Topic.objects.get(key="ports").article_html
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("N001", "is taken"), ("a002", "must be"), ("A00２", "U+FF12"), ("А002", "U+0410"), ("A002\x07", "U+0007"),
        ("A" * 70, "must be"), ("A002\n", "must be"),
    ],
)  # fmt: skip
def test_a_key_that_cannot_be_is_refused(ada, key, told):
    answer = ada.post("/studio/new/fact/", {"key": key, "topic": "ports"})
    if key == "A002\n":  # a browser's field has no line ends: it is cut off
        assert answer.status_code == 302
    else:
        assert answer.status_code == 400
        assert told in text_of(answer)


def test_a_megabyte_of_text_is_kept_and_cannot_be_published(ada):
    answer = ada.post(AT, form(ada) | {"statement": "x " * 500_000, "op": "publish"}, follow=True)
    assert "at most 360" in text_of(answer)
    assert len(Draft.objects.get().fields["statement"]) == 1_000_000
    answer = ada.post(AT, form(ada) | {"statement": "x " * 1_200_000})
    assert answer.status_code == 413
    assert "nothing is lost" in text_of(answer)


def test_an_instructor_who_is_removed_while_editing_gets_the_text_back(ada):
    fields = form(ada)
    remove_instructor(ada.person)
    answer = ada.post(AT, fields | {"statement": "Hours of work.", "op": "publish"})
    assert answer.status_code == 403
    assert "Hours of work." in text_of(answer)
    assert statement() == "Filters come before `strategies`."
    assert ada.get(AT).status_code == 403


def test_rows_of_a_table_and_of_options_are_added_moved_and_taken_out(ada, tmp_path):
    fields = {"kind": "choice", "options.0.text": "a", "options.1.text": "b", "options.1.right": "on", "stem": "s"}
    ada.post("/studio/new/question/", {"key": "q", "topic": "ports", "posed": "choice"})
    at = "/studio/question/q/"
    opened = form(ada, at)
    ada.post(at, opened | fields | {"op": "up options 1"})
    moved = form(ada, at)
    assert [moved[f"options.{number}.text"] for number in (0, 1)] == ["b", "a"]
    assert "options.0.right" in moved
    assert "options.1.right" not in moved
    ada.post(at, moved | {"op": "drop options 0"})
    ada.post(at, form(ada, at) | {"op": "add options"})
    left = form(ada, at)
    assert left["options.1.text"] == "a"
    assert "options.0.text" not in left


def test_retiring_says_what_it_touches_and_is_undone(ada):
    page = text_of(ada.get("/studio/fact/N002/retire/"))
    assert "No fact would cover N002" in page
    assert ada.post("/studio/fact/N002/retire/", {"op": "retire"}).status_code == 302
    assert ada.post("/studio/fact/N002/retire/", {"op": "retire"}).status_code == 302  # twice is once
    assert Fact.objects.get(key="N002").retired
    assert ada.get("/studio/fact/N002/").status_code == 200
    assert ada.post("/studio/fact/N002/retire/", {"op": "bring back"}).status_code == 302
    assert not Fact.objects.get(key="N002").retired
    answer = ada.post("/studio/fact/A001/retire/", {"op": "retire"})
    assert answer.status_code == 400
    assert "filter-or-strategy" in text_of(answer)


def test_e_finds_an_item_by_its_key_alone(ada):
    assert ada.get("/studio/go/N001/?back=/facts/N001/")["Location"] == "/studio/fact/N001/?back=%2Ffacts%2FN001%2F"
    assert ada.get("/studio/go/N001-a/")["Location"] == "/studio/card/N001-a/"
    assert ada.get("/studio/go/nowhere/").status_code == 404
    assert ada.get("/studio/fact/N001/?back=//evil.example/").context["back"] == ""
    page = ada.get("/facts/N001/").content.decode()
    assert 'href="/studio/fact/N001/?back=%2Ffacts%2FN001%2F"' in page
    assert "/studio/" not in Client().get("/facts/N001/").content.decode()


def test_every_item_opens_and_says_in_the_form_what_it_says(ada):
    topics = {each.key: each.topic for each in current_course().facts}
    for document in Document.objects.all():
        answer = ada.get(f"/studio/{document.kind}/{document.key}/")
        assert answer.status_code == 200
        assert not answer.context["flaws"]
        assert "cannot be shown" not in answer.content.decode()
        row = KINDS[document.kind].row(document.key)
        record = KINDS[document.kind].own(row, Keys())
        assert read_form(document.kind, document.key, form_of(document.kind, document.record), topics) == (record, [])
    assert not Draft.objects.exists()


def test_saving_what_is_taught_makes_no_draft(ada):
    assert ada.post(AT, form(ada) | {"op": "save"}).status_code == 302
    assert ada.post(f"{AT}draft/", form(ada)).status_code == 200
    assert not Draft.objects.exists()
    assert Question.objects.count() == 0


def test_a_key_that_changes_leads_to_the_answers_that_it_changes(ada):
    ada.post("/studio/new/question/", {"key": "q", "topic": "ports", "posed": "choice"})
    at = "/studio/question/q/"
    options = {f"options.{number}.{name}": f"{name} {number}" for number in range(4) for name in ("text", "reason")}
    fields = form(ada, at) | options | {"stem": "Which of them is it?", "facts": "N002", "explanation": "So it is."}
    assert ada.post(at, fields | {"options.0.right": "on", "op": "publish"}).status_code == 302
    question = Question.objects.select_related("item").get()
    variant = question.vary(1)
    chosen = next(option.id for option in variant.options if option.text == "text 1")
    Attempt.objects.create(
        user=make_user("eve"), question=question, seed=1, variant=variant.as_json(), answers=[chosen], score=0.0,
        answered_at=timezone.now(),
    )  # fmt: skip
    fields = form(ada, at)
    del fields["options.0.right"]
    answer = ada.post(at, fields | {"options.1.right": "on", "op": "publish"}, follow=True)
    assert "1 answer given before would be marked otherwise now" in text_of(answer)
    assert ada.get("/studio/answers/q/marks/").status_code == 200


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
SPEC_FIELDS = st.sampled_from([
    "family", "let", "given", "ask", "show", "misconceptions", "others", "words", "option", "unit", "require",
    "options",
    "few", "whichever", "causes", "fixes", "pairs", "decoys", "items", "value", "wrong",
])  # fmt: skip


@pytest.mark.parametrize("kind", KINDS_OF_QUESTIONS)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spec=st.dictionaries(SPEC_FIELDS, JUNK, max_size=6), family=st.sampled_from(["deployment.bounds", "net.reach"]))
def test_whatever_a_spec_holds_it_is_told_not_raised(ada, kind, spec, family):
    if kind == "scenario":
        spec = {"family": family, "ask": "lower", "show": "numeric", **spec}
    typed = {"kind": kind, "stem": "s", "facts": "N002", "spec": json.dumps(spec), "order": "1", "difficulty": "1"}
    _, flaws = read("question", "q-junk", typed)
    assert {flaw.field for flaw in flaws} & {"domain", "spec"}  # the one was left out; the other may be unreadable
    assert all(flaw.message for flaw in flaws)
    assert bind("question", typed, flaws)


def test_another_kind_and_back_loses_nothing(ada):
    ada.post("/studio/new/question/", {"key": "q", "topic": "ports", "posed": "choice"})
    at = "/studio/question/q/"
    fields = form(ada, at) | {"options.0.text": "One", "options.0.right": "on", "options.1.text": "Other"}
    ada.post(at, fields | {"kind": "numeric", "op": "save"})
    page = ada.get(at)
    assert "options.0.text" not in form(ada, at)
    unseen = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.content.decode()))
    ada.post(
        at, form(ada, at) | {name: unseen[name] for name in unseen if "." in name} | {"kind": "choice", "op": "save"}
    )
    again = form(ada, at)
    assert (again["options.0.text"], again["options.0.right"], again["options.1.text"]) == ("One", "on", "Other")


def test_beginning_twice_opens_what_was_begun(ada):
    ada.post("/studio/new/term/", {"key": "word"})
    ada.post("/studio/term/word/draft/", form(ada, "/studio/term/word/") | {"term": "Word"})
    assert ada.post("/studio/new/term/", {"key": "word"})["Location"] == "/studio/term/word/"
    assert form(ada, "/studio/term/word/")["term"] == "Word"


def test_an_item_without_a_topic_is_not_published(ada):
    answer = ada.post(AT, form(ada) | {"topic": "", "op": "publish"}, follow=True)
    assert '"" is no topic' in text_of(answer)
    assert Fact.objects.get(key="N001").topic.key == "placement"


def test_a_topic_cannot_lie_below_itself(ada):
    at = "/studio/topic/ecs/"
    answer = ada.post(at, form(ada, at) | {"parent": "placement", "op": "publish"}, follow=True)
    assert "a topic cannot lie below itself" in text_of(answer)
    assert Topic.objects.get(key="ecs").parent is None


def test_a_thousand_versions_are_told_in_pages(ada):
    document = Document.objects.get(kind="fact", key="N001")
    first = document.history.get()
    History = type(first)
    same = {
        field.attname: getattr(first, field.attname) for field in History._meta.fields if field.attname != "history_id"
    }
    History.objects.bulk_create(History(**same | {"number": number}) for number in range(2, 1001))
    Document.objects.filter(pk=document.pk).update(number=1000)
    page = ada.get(f"{AT}history/")
    assert len(page.context["page"]) == 50
    assert ada.get(f"{AT}history/?page=20").status_code == 200
    assert ada.post(f"{AT}history/", {"version": 3}).status_code == 302


def test_enter_in_a_line_saves_and_does_not_publish(ada):
    buttons = re.findall(r'<button[^>]*name="op" value="(\w+)', ada.get(AT).content.decode())
    assert buttons[0] == "save"  # the first is what Enter presses


def test_whoever_may_no_longer_save_is_told_in_a_line(ada):
    fields = form(ada)
    remove_instructor(ada.person)
    answer = ada.post(f"{AT}draft/", fields | {"why": "x"}, headers={"HX-Request": "true"})
    assert answer.status_code == 403
    assert "<html" not in answer.content.decode()
    assert "still stands in the form" in text_of(answer)
