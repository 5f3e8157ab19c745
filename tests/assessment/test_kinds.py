"""Every kind: the key earns full marks, wrong answers do not, what is no answer is refused, a bad spec is told."""

from copy import deepcopy

import pytest

from studyapp.assessment.kind import NoAnswer, Variant
from studyapp.assessment.kinds.numeric import read_number
from studyapp.assessment.marking import mark, read_answers
from studyapp.assessment.questions import check, vary


def option(text, *, right=False, **more):
    return {"text": text, "reason": f"{text} because.", **({"right": True} if right else {}), **more}


SPECS = {
    "choice": {"options": [option("A", right=True), option("B", misconception="m"), option("C"), option("D")]},
    "multiple": {"options": [option("A", right=True), option("B", right=True), option("C"), option("D"), option("E")]},
    "cause_fix": {
        "causes": [option("A", right=True), option("B"), option("C")],
        "fixes": [option("D", right=True), option("E"), option("F")],
    },
    "ordering": {"items": [{"text": text, "reason": "So."} for text in ("first", "second", "third")]},
    "matching": {
        "pairs": [{"left": a, "right": b, "reason": "So."} for a, b in (("x", "1"), ("y", "2"), ("z", "3"))],
        "decoys": ["4"],
    },
    "numeric": {
        "value": 6,
        "unit": "tasks",
        "wrong": [{"value": 5, "reason": "No.", "misconception": "m"}, {"value": 8, "reason": "No."}],
    },
}
KINDS = sorted(SPECS)


def draw(kind, seed=0, spec=None):
    return vary("q", "v", kind, spec or SPECS[kind], seed, stem="Which?", explanation="So.")


@pytest.mark.parametrize("kind", KINDS)
def test_the_key_earns_full_marks_and_survives_storage(kind):
    for seed in range(20):
        variant = draw(kind, seed)
        stored = Variant.from_json(variant.as_json())
        assert stored == variant
        assert mark(stored, read_answers(stored, variant.key)).score == 1


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_is_the_same_variant_and_another_shuffles(kind):
    assert draw(kind, 7).as_json() == draw(kind, 7).as_json()
    if kind != "numeric":
        assert len({str(draw(kind, seed).as_json()["options"]) for seed in range(30)}) > 3


def by_text(variant, *texts):
    ids = {each.text: each.id for each in (*variant.options, *variant.left)}
    return [ids[text] for text in texts]


@pytest.mark.parametrize(
    ("kind", "texts", "score"),
    [
        ("choice", ["B"], 0), ("multiple", ["A", "C"], 0), ("multiple", ["C", "D"], 0),
        ("cause_fix", ["A", "E"], 0.5), ("cause_fix", ["B", "E"], 0),
        ("ordering", ["second", "first", "third"], 1 / 3), ("ordering", ["third", "first", "second"], 0),
    ],
)  # fmt: skip
def test_a_wrong_answer_earns_what_is_right_of_it(kind, texts, score):
    variant = draw(kind)
    assert mark(variant, read_answers(variant, by_text(variant, *texts))).score == pytest.approx(score)


def test_a_matching_earns_its_right_lines():
    variant = draw("matching")
    wanted = dict(each.split(":") for each in variant.key)
    (a, b, c), (decoy,) = by_text(variant, "x", "y", "z"), by_text(variant, "4")
    answers = read_answers(variant, [f"{a}:{wanted[a]}", f"{b}:{decoy}", f"{c}:{wanted[c]}"])
    assert mark(variant, answers).score == pytest.approx(2 / 3)


def test_an_answer_that_a_misconception_gives_names_it():
    choice, number = draw("choice"), draw("numeric")
    assert mark(choice, read_answers(choice, by_text(choice, "B"))).misconceptions == ("m",)
    assert mark(choice, read_answers(choice, by_text(choice, "C"))).misconceptions == ()
    assert mark(number, read_answers(number, ["5"])).misconceptions == ("m",)
    assert mark(number, read_answers(number, ["7"])).misconceptions == ()


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("6", "6"),
        (" 6.0 ", "6"),
        ("1,024", "1024"),
        ("1 024", "1024"),
        ("0,5", "0.5"),
        ("+3", "3"),
        ("-0", "0"),
        ("1e3", "1000"),
    ],
)
def test_numbers_are_read_as_people_write_them(typed, read):
    assert read_number(typed) == read


@pytest.mark.parametrize("typed", ["six", "", "1e400", "NaN", "Infinity", "1..2", "9" * 40])
def test_what_is_no_number_is_refused(typed):
    with pytest.raises(NoAnswer):
        read_number(typed)


@pytest.mark.parametrize(
    ("kind", "sent", "message"),
    [
        ("choice", [], "Choose an answer first."), ("choice", ["z"], "“z” is none of the options."),
        ("choice", ["a", "b"], "Choose 1; you chose 2."), ("multiple", ["a"], "Choose 2; you chose 1."),
        ("multiple", ["a", "a"], "stands there twice"), ("cause_fix", ["1a"], "The best fix: choose 1; you chose 0."),
        ("ordering", ["a", "b"], "Give all 3 steps a place."), ("ordering", ["a", "a", "b"], "stands there twice"),
        ("matching", ["1:a"], "Match all 3 lines; 2 left."), ("matching", ["9:a"], "is none of the matches"),
        ("matching", ["1:a", "1:b"], "Each line can be matched once"), ("numeric", ["x"], "is none"),
        ("numeric", ["5", "6"], "One number is asked for."),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_refused_with_a_sentence(kind, sent, message):
    with pytest.raises(NoAnswer, match="(?i)" + message.replace(".", r"\.").replace("(", r"\(")):
        read_answers(draw(kind), sent)


def without(kind, *path):
    spec = deepcopy(SPECS[kind])
    *above, last = path
    place = spec
    for step in above:
        place = place[step]
    del place[last]
    return spec


def changed(kind, value, *path):
    spec = deepcopy(SPECS[kind])
    *above, last = path
    place = spec
    for step in above:
        place = place[step]
    place[last] = value
    return spec


@pytest.mark.parametrize(
    ("kind", "spec", "at", "message"),
    [
        ("choice", without("choice", "options", 3), "options", "has 3 options; 4 to 6"),
        ("choice", without("choice", "options", 0, "right"), "options", "has 0 right options; 1"),
        ("choice", changed("choice", "b", "options", 0, "text"), "options[1].text", "says the same as another option"),
        ("choice", without("choice", "options", 2, "reason"), "options[2].reason", "is missing"),
        ("choice", changed("choice", "A " * 40, "options", 0, "text"), "options[0].text", "gives itself away"),
        ("choice", changed("choice", 1, "options", 0, "colour"), "options[0].colour", "is no field here"),
        ("choice", {"options": "A"}, "options", "must be a list of options"),
        ("cause_fix", without("cause_fix", "fixes"), "fixes", "must be a list of options"),
        ("ordering", without("ordering", "items", 0), "items", "must be a list of 3 to 7 steps"),
        ("matching", changed("matching", "2", "pairs", 0, "right"), "pairs", "twice"),
        ("numeric", changed("numeric", "six", "value"), "value", "must be the number that is right"),
        ("numeric", changed("numeric", 6, "wrong", 0, "value"), "wrong[0].value", "and not the right one"),
    ],
)  # fmt: skip
def test_a_bad_spec_is_told_with_its_place(kind, spec, at, message):
    assert any(flaw.at == at and message in flaw.message for flaw in check(kind, spec)), list(check(kind, spec))


@pytest.mark.parametrize("kind", KINDS)
def test_a_good_spec_has_no_flaws(kind):
    assert list(check(kind, SPECS[kind])) == []
