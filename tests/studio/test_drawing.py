"""Questions drawn and proved on the spot: in the form as it was sent, whatever was sent."""

import html
import re
from dataclasses import replace
from time import monotonic

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from studyapp.assessment.proving import prove
from studyapp.assessment.questions import LARGEST_SEED
from studyapp.content.reader import read_course
from studyapp.content.records import version
from studyapp.content.yamlformat import dump, parse, plain_value
from studyapp.labs.workshop.benches import LABS
from studyapp.quiz.models import Question
from studyapp.simulators.door import families
from studyapp.studio import bounded, drawing
from studyapp.studio.fields import form_of, read_form
from studyapp.studio.roles import make_instructor
from tests.factories import CHOICE, make_fact, make_question, make_user

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
SPEC = {
    "family": "deployment.bounds",
    "let": {"desired": {"between": [5, 60]}, "low": {"choose": [50, 75]}, "high": {"choose": [150, 200]}},
    "given": {
        "scheduling": "REPLICA",
        "desired": {"var": "desired"},
        "min_healthy_percent": {"var": "low"},
        "max_percent": {"var": "high"},
    },
    "ask": "upper",
    "show": "numeric",
    "unit": "tasks",
    "misconceptions": ["maximum_is_on_top"],
}
FORM = {
    "kind": "scenario", "stem": "**{desired}** tasks, {low} and {high} percent. How many at most?", "facts": "N001",
    "explanation": "So many: {key}.", "domain": "deploy", "difficulty": "2", "topic": "ecs", "order": "0",
    "spec": dump(SPEC), "key": "s-bounds",
}  # fmt: skip


def template(**changes):
    """Give the form with another spec."""
    return FORM | {"spec": dump(SPEC | changes)}


def record(form=FORM):
    return read_form("question", "s-bounds", form, {})[0]


@pytest.fixture
def instructor(client):
    person = make_user("ada")
    make_instructor(person)
    client.force_login(person, backend="studyapp.accounts.backends.LearnerBackend")
    return client


def text_of(response):
    """Give the words of a page, without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def drawn(client, form=FORM, seed="", status=200, **headers):
    response = client.post("/studio/draw/", form | {"seed": seed}, headers=headers.get("headers"))
    assert response.status_code == status
    return text_of(response)


def test_a_variant_is_drawn_as_the_learner_gets_it_with_what_the_learner_does_not_see(instructor):
    wanted = record()
    variant = bounded.draw(wanted, 7).variant
    assert (variant.seed, variant.version) == (7, version(wanted))
    shown = drawn(instructor, seed="7")
    wrong = variant.options[0]
    for part in (
        "Seed 7", f"{variant.given['desired']} tasks", f"{variant.key[0]} tasks", f"{wrong.text} tasks",
        "maximum_is_on_top", families()["deployment.bounds"].misconceptions["maximum_is_on_top"],
        "How the simulator gets there", "Open in the simulator", f"So many: {variant.key[0]}.",
    ):  # fmt: skip
        assert part in shown
    assert drawn(instructor, seed="7", headers=HTMX) in shown


def test_htmx_gets_the_part_and_others_a_page_that_sends_the_form_on(instructor):
    answer = instructor.post("/studio/draw/?key=s-bounds", FORM | {"seed": "3"}, headers=HTMX)
    assert answer.content.decode().lstrip().startswith('<section class="drawn"')
    assert "HX-Request" in answer["Vary"]
    page = instructor.post("/studio/draw/?key=s-bounds", FORM | {"seed": "3", "saves": "2"}).content.decode()
    sent = dict(re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"', page))
    sent = {name: html.unescape(value) for name, value in sent.items() if name != "csrfmiddlewaretoken"}
    assert sent == {name: text for name, text in FORM.items() if name != "key"} | {"saves": "2"}
    assert 'formaction="/studio/question/s-bounds/"' in page


@pytest.mark.parametrize(
    ("fields", "seed"),
    [({}, "1"), ({"drawn-seed": "7"}, "8"), ({"drawn-seed": str(LARGEST_SEED)}, "0"), ({"drawn-seed": "x"}, "1")],
    ids=["first", "next", "round", "forged"],
)
def test_no_seed_is_the_next_seed(instructor, fields, seed):
    assert f"Seed {seed} " in drawn(instructor, FORM | fields)


@pytest.mark.parametrize("seed", ["-1", str(LARGEST_SEED + 1), "x", "1.5", "٣", "9" * 5000, "0x10"])
def test_a_seed_out_of_range_is_refused_by_name(instructor, seed):
    shown = drawn(instructor, seed=seed, status=400)
    assert f"seed must be a whole number from 0 to {LARGEST_SEED}, not" in shown
    assert seed[:40] in shown


@pytest.mark.parametrize("seed", ["0", str(LARGEST_SEED)])
def test_the_first_and_the_last_seed_have_one_neighbour(instructor, seed):
    shown = drawn(instructor, seed=seed)
    assert ("Seed before" in shown, "Next seed" in shown) == (seed != "0", seed == "0")


KINDS = {
    "choice": CHOICE,
    "multiple": {"options": [*CHOICE["options"], {"text": "Right too.", "right": True, "reason": "It is."}]},
    "cause_fix": {
        "causes": CHOICE["options"][:3],
        "fixes": [each | {"text": f"Fix {number}"} for number, each in enumerate(CHOICE["options"][:3])],
    },
    "matching": {"pairs": [{"left": f"Line {n}", "right": f"Place {n}", "reason": "So."} for n in range(3)]},
    "ordering": {"items": [{"text": f"Step {n}", "reason": "So."} for n in range(4)]},
    "numeric": {"value": 8, "unit": "tasks", "wrong": [{"value": 5, "reason": "No."}, {"value": 6, "reason": "No."}]},
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_static_kinds_are_drawn_and_proved_too(instructor, kind):
    question = {
        **FORM,
        "kind": kind,
        "facts": ["N001"],
        "order": 0,
        "difficulty": 1,
        "stem": "Which?",
        "spec": KINDS[kind],
    }
    form = form_of("question", question | {"explanation": "So it is."}) | {"key": "q-one"}
    shown = drawn(instructor, form, "5")
    assert re.search("Which?.* Key .*So it is.", shown)
    assert ("✓ right" in shown) == (kind not in ("ordering", "numeric"))
    assert "cannot be drawn" not in shown
    assert "All 200 seeds keep the laws." in text_of(instructor.post("/studio/prove/", form))


BAD = {
    "nothing": ({}, "order must be a whole number"),
    "broken": (FORM | {"spec": "family: [x"}, "spec is not YAML here"),
    "tabs": (FORM | {"spec": "a:\n\t- b"}, "spec is not YAML here"),
    "an anchor": (FORM | {"spec": "a: &x 1\nb: *x"}, "uses an anchor"),
    "a list": (FORM | {"spec": "- a\n- b"}, "spec must be a mapping of fields"),
    "deep": (FORM | {"spec": "a: " + "[" * 40 + "]" * 40}, "nested more than 16 levels deep"),
    "a megabyte": (FORM | {"spec": "x" * 1_000_000}, "spec has 1,000,000 characters; at most 50,000 are drawn"),
    "a stem without end": (FORM | {"stem": "x" * 60_000}, "stem has 60,000 characters"),
    "no kind": (FORM | {"kind": "essay"}, 'kind "essay" must be one of choice'),
    "no family": (template(family="deployment.bound"), 'did you mean "deployment.bounds"?'),
    "a family of another type": (template(family=["x"]), "is no simulator"),
    "an unknown field": (template(asks="x"), "spec.asks is no field here"),
    "a bad path": (template(ask="upper | cuont"), '"cuont" is no function'),
    "a misconception of another family": (template(misconceptions=["binpack_picks_most_free"]), "has no"),
    "a misconception of another type": (template(misconceptions=[{"a": 1}]), "spec.misconceptions[0]"),
    "a test of another type": (template(require=5), "must be a list of what must hold"),
    "words that are reckoned with": (template(let=SPEC["let"] | {"x": {"plus": ["a", 1]}}), "reckon with numbers"),
    "a place that is not there": (template(let=SPEC["let"] | {"x": [1], "y": {"pick": "x", "at": 5}}), "does not have"),
    "an input the simulator refuses": (template(given={"desired": -4}), "must give what is asked for"),
    "an empty answer": (template(ask="upper.first"), "must give what is asked for"),
    "a tie that never ends": (template(require=[{"ask": "upper", "is": -1}]), "what is required must hold"),
    "a misconception that is right": (
        template(let=SPEC["let"] | {"high": 150, "low": 50, "desired": {"choose": [0]}}), "must lead to a wrong answer",
    ),
    "a name in the stem": (FORM | {"stem": "So {many}?"}, "every number of the stem must be drawn"),
    "markup without end": (FORM | {"stem": "x" * 20_001}, "at most 20,000 are rendered"),
    "text that doubles": (
        template(let=SPEC["let"] | {"a0": "x" * 99} | {f"a{n + 1}": {"text": f"{{a{n}}}{{a{n}}}"} for n in range(60)}),
        "more than a gigabyte of memory",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_whatever_is_sent_is_told_by_field_and_law_and_nothing_breaks(instructor, name):
    form, message = BAD[name]
    for shown in (drawn(instructor, form, "1"), text_of(instructor.post("/studio/prove/", form))):
        assert message in shown
        assert "seeds keep the laws" not in shown


def test_a_law_comes_with_its_remedy(instructor):
    shown = drawn(instructor, template(require=[{"ask": "upper", "is": -1}]))
    assert "most draws break this law: what is required must hold (upper)" in shown
    assert "require less" in shown


SLOW = template(
    let=SPEC["let"] | {"a": {"repeat": 60, "of": {"repeat": 60, "of": {"repeat": 60, "of": {"repeat": 60, "of": 1}}}}}
)


def test_what_never_ends_is_ended_and_the_next_is_drawn():
    started = monotonic()
    assert bounded.draw(record(SLOW), 1, within=0.7).broken == ["must be drawn in 0.7 seconds"]
    assert monotonic() - started < 20  # which would never end
    assert bounded.draw(record(), 1).variant


def test_text_of_a_template_is_no_markup_of_ours(instructor):
    form = FORM | {"stem": '<b hx-get="/x" onclick="x()">a</b> {desired}', "key": '"><script>'}
    page = instructor.post("/studio/draw/", form).content.decode()
    assert "<script>" not in page.replace('<script src="', "")
    assert not re.search(r"<b [^>]*(hx-get|onclick)", page)


def state(response):
    """Give how far a proof has come, as the page sends it back."""
    return dict(re.findall(r'name="(proved-[a-z]+)" value="([^"]*)"', response.content.decode()))


def test_a_proof_comes_in_pieces_that_go_on_by_themselves(instructor):
    sent, pieces = dict(FORM), 0
    while True:
        answer = instructor.post("/studio/prove/", sent, headers=HTMX)
        pieces += 1
        if 'hx-trigger="load"' not in answer.content.decode():
            break
        assert state(answer)["proved-at"] == str(25 * pieces)
        assert f'<progress id="proof" value="{25 * pieces}" max="200">' in answer.content.decode()
        sent = FORM | state(answer)
    assert pieces == 8
    whole = prove("s-bounds", version(record()), "scenario", SPEC, stem=FORM["stem"], explanation="", seeds=range(200))
    assert f"All 200 seeds keep the laws: {len(whole.problems)} different problems." in text_of(answer)
    assert text_of(instructor.post("/studio/prove/", FORM)).count(f"{len(whole.problems)} different problems") == 1


def test_a_seed_that_breaks_a_law_ends_the_proof_and_can_be_drawn(instructor):
    form = template(let=SPEC["let"] | {"x": {"pick": "xs", "at": {"choose": [0] * 60 + [9]}}})
    spec = plain_value(parse(form["spec"]))
    spec["let"] = {"xs": [1], **spec["let"]}
    form["spec"] = dump(spec)
    shown = instructor.post("/studio/prove/", form)
    failed = re.search(r'name="seed" value="([0-9]+)"', shown.content.decode())[1]
    assert f"{failed} seeds kept the laws before seed {failed} broke one." in text_of(shown)
    assert "must be drawable" in drawn(instructor, form, failed)
    assert "must be drawable" not in drawn(instructor, form, str(int(failed) - 1))


@pytest.mark.parametrize(
    "forged",
    [
        {"proved-at": "201"}, {"proved-at": "-1"}, {"proved-at": "x"}, {"proved-at": "9" * 5000},
        {"proved-at": "1", "proved-problems": "ab"}, {"proved-at": "1", "proved-problems": "<script>alert(1)"},
        {"proved-at": "1", "proved-problems": "0123456789abcdef 0123456789abcdee"}, {"proved-version": "other"},
        {"proved-again": "1"},
    ],
)  # fmt: skip
def test_a_proof_that_was_forged_or_is_of_another_text_begins_again(instructor, forged):
    real = {"proved-at": "150", "proved-problems": "", "proved-version": version(record())}
    assert state(instructor.post("/studio/prove/", FORM | real, headers=HTMX))["proved-at"] == "175"
    assert state(instructor.post("/studio/prove/", FORM | real | forged, headers=HTMX))["proved-at"] == "25"


def test_too_few_different_problems_are_told_unless_there_is_a_reason(instructor):
    few = SPEC["let"] | {"desired": {"between": [5, 9]}}
    assert "At least 40 are wanted" in text_of(instructor.post("/studio/prove/", template(let=few)))
    assert "At least 40" not in text_of(instructor.post("/studio/prove/", template(let=few, few="Five services.")))


def test_what_takes_too_long_to_prove_says_how_far_it_came(instructor, monkeypatch):
    monkeypatch.setattr(drawing, "WHOLE_TIME", -1.0)
    shown = instructor.post("/studio/prove/", FORM)
    assert "0 of 200 seeds" in text_of(shown)
    assert "Go on" in text_of(shown)


def test_faults_before_publishing_name_the_seed_and_come_to_an_end():
    assert drawing.faults(record(), range(20)) == []
    never = drawing.faults(record(template(require=[{"ask": "upper", "is": -1}])), range(20))
    assert [each.field for each in never] == ["spec"]
    assert never[0].message.startswith("seed 0: No variant was found")
    assert [each.field for each in drawing.faults(replace(record(), spec={"family": "x"}), range(3))][:1] == [
        "spec.family"
    ]
    started = monotonic()
    slow = drawing.faults(record(SLOW), range(20))
    assert monotonic() - started < 20  # which would never end
    assert "must be drawn in" in slow[0].message


# Families


def draws(template_):
    """Draw a template for some seeds; give what is wrong with it."""
    return prove("new", "", "scenario", plain_value(parse(template_)), stem="", explanation="", seeds=range(3)).broken


@pytest.mark.parametrize(
    "family", sorted({example.family for lab in LABS.values() for example in lab.examples} | {"placement.run"})
)
def test_every_family_with_an_example_has_a_template_that_draws_or_a_reason(family):
    text = drawing.case_starter(family)
    if family in drawing.UNASKED:
        assert not text
        assert drawing.starter(family) == ""
    else:
        assert not draws(text)


def test_with_the_course_every_family_that_can_be_asked_has_a_template_that_draws():
    fact = make_fact()
    for each in read_course(settings.CONTENT_DIR).course.questions:
        if each.kind == "scenario":
            make_question(fact, each.key, kind="scenario", spec=each.spec)
    for family in families():
        text = drawing.starter(family)
        assert bool(text) == (family not in drawing.UNASKED), family
        assert not text or not draws(text), family
        assert len(text) < drawing.LONGEST
    assert drawing.starter("placement.runs") == ""


def test_the_shortest_question_that_is_taught_gives_the_template():
    fact = make_fact()
    make_question(fact, "s-long", kind="scenario", spec=SPEC)
    short = {name: value for name, value in SPEC.items() if name != "misconceptions"}
    question = make_question(fact, "s-short", kind="scenario", spec=short)
    assert drawing.starter("deployment.bounds") == dump(short)
    question.item.retired = True
    question.item.save()
    assert drawing.starter("deployment.bounds") == dump(SPEC)
    Question.objects.all().delete()
    assert drawing.starter("deployment.bounds") == drawing.case_starter("deployment.bounds") != ""


def test_families_tell_what_asks_them_in_a_constant_number_of_queries(instructor):
    fact = make_fact()
    make_question(fact, "s-first", kind="scenario", spec=SPEC, stem="How many at most?")
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = text_of(instructor.get("/studio/families/"))
        counts.append(len(queries))
        for number in range(20):
            make_question(fact, f"s-{len(counts)}-{number}", kind="scenario", spec=SPEC)
    assert "deployment.bounds" in page
    assert "21 questions, 5 wrong rules" in page
    assert counts[0] == counts[1]
    one = instructor.get("/studio/families/?family=deployment.bounds")
    assert "s-first How many at most?" in text_of(one)
    assert 'href="/studio/new/question/?family=deployment.bounds"' in one.content.decode()


@pytest.mark.parametrize("name", ["deployment.bound", "x" * 5000, "<script>", "\0"])
def test_a_family_that_does_not_exist_is_told(instructor, name):
    answer = instructor.get("/studio/families/", {"family": name})
    assert answer.status_code == 404
    assert "There is no simulator" in text_of(answer)
    assert "<script>" not in answer.content.decode().replace('<script src="', "")


def test_a_family_that_no_question_can_ask_says_why(instructor):
    page = text_of(instructor.get("/studio/families/?family=scaling.over_time"))
    assert "AWS does not promise how soon a metric is known" in page
    assert "New question" not in page
