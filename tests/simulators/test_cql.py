"""The cluster query language: what is read, what is refused and where, and what it selects."""

import json
import random
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import cql as fire
from studyapp.simulators.cql import SyntaxProblem, parse, subject_of
from studyapp.simulators.cql.patterns import PatternProblem, compile_pattern
from studyapp.simulators.cql.values import instant, registered, version
from studyapp.simulators.door import simulate
from studyapp.simulators.errors import InputError

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "cql.json").read_text())["vectors"]

# The three instances of a worked example: two with their own tags, one with a tag without a value.
CLUSTER = [
    {
        "id": "e-1",
        "az": "us-west-2a",
        "type": "c5.large",
        "agent_version": "1.71.0",
        "tasks": [{"group": "service:checkout", "count": 3}],
        "attributes": {"tier": "front"},
        "registered_at": "2025-03-01T09:00:00Z",
        "ec2_instance_id": "i-0aaa",
    },
    {
        "id": "e-2",
        "az": "us-west-2b",
        "type": "c5a.large",
        "agent_version": "1.8.2",
        "tasks": [{"group": "reports", "count": 12}],
        "attributes": {"tier": "back"},
        "registered_at": "2026-01-10T00:00:00Z",
        "ec2_instance_id": "i-0bbb",
    },
    {
        "id": "e-3",
        "az": "us-west-2c",
        "type": "r5.large",
        "agent_version": "1.71.0",
        "agent_connected": False,
        "attributes": {"nvme": None},
        "registered_at": "2026-06-30T10:00:00Z",
        "ec2_instance_id": "i-0ccc",
    },
]


def selected(expression, **more):
    answer = simulate("cql.eval", {"expression": expression, "instances": CLUSTER}, **more)
    assert answer["valid"], answer
    return " ".join(name[-1] for name in answer["selected"])


def outcome(read, text):
    try:
        return read(text)
    except (SyntaxProblem, PatternProblem) as found:
        return found


def problem(expression):
    with pytest.raises(SyntaxProblem) as caught:
        parse(expression)
    return caught.value


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_an_example_of_the_interface(vector):
    answer = simulate("cql.eval", vector["input"])
    assert {key: answer[key] for key in vector["expect"]} == vector["expect"]


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("attribute:ecs.instance-type == r5.large", "3"),
        ("attribute:ecs.instance-type =~ c5.*", "1 2"),
        (r"attribute:ecs.instance-type =~ c5\..*", "1"),
        ("attribute:ecs.availability-zone !in [us-west-2b]", "1 3"),
        ("attribute:tier != front", "2"),
        ("attribute:tier !in [front]", "2"),
        ("attribute:tier !~ fr.*", "2"),
        ("not(attribute:tier == front)", "2 3"),
        ("!(attribute:tier == front)", "2 3"),
        ("not attribute:tier == front and attribute:tier exists", "2"),
        ("attribute:nvme exists", "3"),
        ("attribute:nvme !exists", "1 2"),
        ("attribute:nvme == x", ""),
        ("attribute:nvme != x", ""),
        ("task:group == reports", "2"),
        ("not(task:group == service:checkout)", "2 3"),
        ("task:group != reports", "1 3"),
        ("task:group in [reports, service:checkout]", "1 2"),
        ("task:group !in [reports]", "1 3"),
        ("task:group =~ service:.*", "1"),
        ("task:group not_matches service:.*", "2 3"),
        ("runningTasksCount < 12", "1 3"),
        ("runningTasksCount greater_than_equal 3", "1 2"),
        ("runningTasksCount == 03", "1"),
        ("agentVersion >= 1.10.0", "1 3"),
        ("agentVersion == 1.71", "1 3"),
        ("agentVersion less_than 1.10", "2"),
        ("registeredAt < 2026-01-10", "1"),
        ("registeredAt <= 2026-01-10", "1 2"),
        ("registeredAt == 2026-01-10T01:00:00+01:00", "2"),
        ("registeredAt > 2026-01-10T00:00:00", "3"),
        ("agentConnected == true", "1 2"),
        ("agentConnected !in ['true']", "3"),
        ("ec2InstanceId in ['i-0aaa', \"i-0ccc\"]", "1 3"),
        ("ec2InstanceId =~ i-0[ab].*", "1 2"),
        ("attribute:tier=~'(front|back)'", "1 2"),
        ("attribute:tier==front||attribute:nvme exists", "1 3"),
        ("(attribute:tier exists or agentConnected == false) and runningTasksCount <= 3", "1 3"),
        ("attribute:nvme exists or attribute:tier == front and attribute:tier == back", "3"),
        ("attribute:ecs.instance-type equals 'c5.large'", "1"),
        ("attribute:ecs.instance-type == C5.large", ""),
        ("attribute:tier =~ ront", ""),
        ("attribute:tier\n==\tfront", "1"),
    ],
)
def test_what_an_expression_selects(expression, names):
    assert selected(expression) == names


def test_attributes_are_ordered_as_numbers_if_both_sides_are():
    tests = {"attribute:w < 9.5": "9", "attribute:w >= 10": "10", "attribute:w > a": "b"}
    for expression, value in tests.items():
        matching = [each for each in ("9", "10", "b") if parse(expression).matches({"attribute:w": each})]
        assert value in matching
    assert not parse("attribute:w < 9.5").matches({"attribute:w": "10"})
    assert parse("attribute:w == 10").matches({"attribute:w": "10"})
    assert not parse("attribute:w == 10").matches({"attribute:w": "10.0"})


@pytest.mark.parametrize(
    ("expression", "offset", "part"),
    [
        ("", 0, "no expression"),
        ("   ", 3, "no expression"),
        ("attribute:tier => front", 15, "no operator =>"),
        ("tier == front", 0, "attribute:NAME"),
        ("attribute:tier in front", 18, "list in brackets"),
        ("agentVersion in [1.71.0]", 13, "does not take in"),
        ("runningTasksCount matches 1.", 18, "does not take matches"),
        ("task:group exists", 11, "does not take exists"),
        ("agentConnected > false", 15, "does not take >"),
        ("registeredAt < 10/01/2026", 15, "a date"),
        ("registeredAt < 2026-02-30", 15, "a date"),
        ("registeredAt < 2026-01-10T09:00", 15, "a date"),
        ("registeredAt < 2026-01-10T24:00:00", 15, "a date"),
        ("registeredAt < 2026-01-10T09:00:00.5Z", 15, "a date"),
        ("agentVersion > latest", 15, "a version"),
        ("runningTasksCount < few", 20, "a whole number"),
        ("runningTasksCount < 1.5", 20, "a whole number"),
        ("not(attribute:tier == front", 3, "not closed"),
        ("(attribute:a exists and (attribute:b exists)", 0, "not closed"),
        ("attribute:tier == front)", 23, "closes none"),
        ("attribute:tier == front and", 27, "Nothing follows after and"),
        ("attribute:tier == front ||", 26, "Nothing follows after ||"),
        ("not", 3, "Nothing follows after not"),
        ("()", 1, "nothing in these parentheses"),
        ("and attribute:a exists", 0, "no subject and"),
        ("attribute:a == b c", 17, "in quotes"),
        ("attribute:team in [blue team]", 24, "comma"),
        ("attribute:a == b AND attribute:c exists", 17, "small letters"),
        ("attribute:a EXISTS", 12, "write exists"),
        ("agentconnected == true", 0, "written agentConnected"),
        ("attribute:a exists b", 19, "takes no value"),
        ("attribute:a not in [b]", 12, "not_in"),
        ("attribute:a ! exists", 12, "no operator !"),
        ("attribute: == b", 10, "name of the attribute is missing"),
        ("attribute:é == b", 10, "letters, digits"),
        ("attribute:a", 11, "operator is missing"),
        ("attribute:a ==", 14, "value is missing"),
        ("attribute:a == ", 14, "value is missing"),
        ("attribute:a == [b]", 15, "only after in"),
        ("attribute:a == (b)", 15, "whole expressions"),
        ("attribute:a == b=c", 16, "in quotes"),
        ("attribute:a == 'b", 15, "not closed"),
        ("attribute:a in []", 16, "missing in this list"),
        ("attribute:a in [b,]", 18, "missing in this list"),
        ("attribute:a in [,b]", 16, "missing in this list"),
        ("attribute:a in [b", 15, "not closed"),
        ("attribute:a =~ [b]", 15, "no list"),
        ("attribute:a =~ c5.(x|y)", 18, "in quotes"),
        ("attribute:a =~ 'c5.(x'", 19, "not closed"),
        ("attribute:a =~ 'x)'", 17, "not open"),
        ("attribute:a =~ *x", 15, "repeats nothing"),
        ("attribute:a =~ a++", 17, "repetition"),
        ("attribute:a =~ '(?=x)'", 16, "kind of group"),
        ("attribute:a =~ 'x[a'", 17, "not closed"),
        (r"attribute:a =~ 'a\1'", 17, "escape"),
        ("attribute:a == \x00", 15, "invisible"),
        ("attribute:a == \ud800", 15, "invisible"),
        ("attribute:a == b & attribute:c exists", 17, "expected"),
    ],
)
def test_what_is_refused_and_where(expression, offset, part):
    found = problem(expression)
    assert part in found.message
    assert found.offset == offset
    line, caret = found.caret().split("\n")
    assert caret == " " * offset + "^"
    assert len(line) == len(expression)


def test_a_problem_is_told_by_the_family_with_its_place():
    answer = simulate("cql.eval", {"expression": "attribute:a is b", "instances": CLUSTER})
    assert not answer["valid"]
    assert answer["selected"] == []
    assert answer["error"]["offset"] == 12
    assert answer["error"]["caret"] == "attribute:a is b\n            ^"


def test_a_caret_stands_under_its_character_in_long_and_wide_texts():
    long = " and ".join(["attribute:stack == prod"] * 30)
    found = problem(long[:400] + " §§ " + long[400:])
    line, caret = found.caret().split("\n")
    assert len(line) <= 80
    assert line.startswith("…")
    assert line.endswith("…")
    shown = line[len(caret) - 1 :].rstrip("…")
    assert shown
    assert found.text[found.offset :].startswith(shown)
    wide = problem("attribute:a == '🚢🚢' x")
    assert wide.caret().split("\n")[1] == " " * 22 + "^"  # two ships take four columns


def test_the_length_is_capped_as_aws_caps_it():
    test = "attribute:a == "
    assert parse(test + "b" * (2000 - len(test)))
    found = problem(test + "b" * (2001 - len(test)))
    assert found.offset == 2000
    assert "2000 are allowed" in found.message


def test_depth_is_no_matter():
    deep = 100_000
    test = "attribute:a == b"
    assert parse("(" * deep + test + ")" * deep, longest=10**6).matches({"attribute:a": "b"})
    assert not parse("not " * (deep + 1) + test, longest=10**6).matches({"attribute:a": "b"})
    assert parse("!(" * deep + test + ")" * deep, longest=10**6).matches({"attribute:a": "b"})
    assert parse("(" * 990 + test + ")" * 990).matches({"attribute:a": "b"})
    with pytest.raises(SyntaxProblem, match="not closed"):
        parse("(" * deep + test, longest=10**6)


def test_a_pattern_takes_linear_time():
    for text in ("(a+)+b", "(a|a)*b", "(.*)*x", "(a?){30}a{30}", "(a|b|ab)*c"):
        pattern = compile_pattern(text)
        start = time.perf_counter()
        for _ in range(20):
            pattern.matches("a" * 20_000)
        assert time.perf_counter() - start < 2  # `re` would need longer than the universe has been there


@pytest.mark.parametrize("text", ["x{1,900}" * 20, "((a{30}){30}){30}", "(a|b|c|d|e)" * 300, "x{1001}"])
def test_a_pattern_that_repeats_too_much_is_refused_at_once(text):
    start = time.perf_counter()
    with pytest.raises(PatternProblem):
        compile_pattern(text)
    assert time.perf_counter() - start < 0.05


def test_many_patterns_share_one_budget():
    with pytest.raises(SyntaxProblem, match="repeat too much"):
        parse(" or ".join(f"attribute:a =~ {letter}{{90}}" for letter in "abcdefghijklmnopqrst"))


@pytest.mark.parametrize(
    ("pattern", "value", "matches"),
    [
        ("prod", "prod", True),
        ("prod", "prod-eu", False),
        ("prod.*", "prod-eu", True),
        ("[a-c]{2,3}", "abc", True),
        ("(?i)PROD", "prod", True),
        ("(?:a|b)+?", "abab", True),
        (r"\d+\.\d+", "1.5", True),
        (r"a\x41", "aA", True),
        ("^a$", "a", True),
        ("", "", True),
    ],
)
def test_a_pattern_matches_the_whole_value(pattern, value, matches):
    assert compile_pattern(pattern).matches(value) is matches


@pytest.mark.parametrize(
    "pattern", ["(?<=a)b", "(?>a)", r"\Qa\E", r"\p{L}", "[a&&b]", "[a[b]]", "a{,3}", "a{", "(?P<n>a)", "(?<n>a)", "a**"]
)
def test_what_java_python_and_re2_do_not_read_alike_is_refused(pattern):
    with pytest.raises(PatternProblem):
        compile_pattern(pattern)


def test_versions_and_instants():
    assert version("1.8.2") < version("1.10.0") == version("1.10")
    assert version("v1") is None
    assert instant("2018-06-18") == instant("2018-06-18T00:00:00") == instant("2018-06-18T02:00:00+02:00")
    assert instant("2018-06-18 00:00:00") is None
    assert registered("2018-06-18T00:00:00.5Z") - instant("2018-06-18") == 500_000_000
    assert instant("0001-01-01T00:00:00+14:00") < instant("9999-12-31T23:59:59-14:00")


@pytest.mark.parametrize(
    ("misconception", "expression", "names"),
    [
        ("others-include-missing", "attribute:tier != front", "2 3"),
        ("versions-as-text", "agentVersion >= 1.10.0", "1 2 3"),
        ("patterns-as-wildcards", "attribute:ecs.instance-type =~ c5.*", "1"),
        ("equals-contains", "attribute:ecs.instance-type == c5", "1 2"),
    ],
)
def test_a_misconception_selects_otherwise(misconception, expression, names):
    assert selected(expression, misconception=misconception) == names != selected(expression)


def test_who_writes_a_backslash_takes_no_pattern_for_a_wildcard():
    assert selected(r"attribute:ecs.instance-type =~ c5\..*", misconception="patterns-as-wildcards") == "1"


def test_the_trace_shows_what_was_found():
    answer = simulate("cql.eval", {"expression": "not(attribute:tier == front)", "instances": CLUSTER}, trace=True)
    assert answer["trace"][2] == {
        "instance": "e-3",
        "selected": True,
        "tests": [{"test": "attribute:tier == front", "set": False, "found": None, "holds": False}],
    }


def test_what_an_instance_says_of_itself():
    subject = subject_of(
        {
            "id": "i",
            "az": "z",
            "attributes": {"ecs.availability-zone": "y", "n": None},
            "capabilities": ["ecs.capability.efs"],
            "tasks": [{"group": "a", "count": 2}, {"group": "b", "desired": "STOPPED"}, {"group": "c", "count": 0}],
        }
    )
    assert subject == {
        "attribute:ecs.availability-zone": "y",
        "attribute:n": None,
        "attribute:ecs.capability.efs": None,
        "task:group": frozenset({"a"}),
        "runningTasksCount": "2",
        "agentConnected": "true",
    }


@pytest.mark.parametrize(
    ("given_", "field"),
    [
        ({"instances": []}, "expression"),
        ({"expression": 1, "instances": []}, "expression"),
        ({"expression": "attribute:a exists"}, "instances"),
        ({"expression": "attribute:a exists", "instances": [{}]}, "instances[0].id"),
        ({"expression": "attribute:a exists", "instances": [{"id": "a"}, {"id": "a"}]}, "instances[1].id"),
        ({"expression": "x", "instances": [{"id": "a", "agent_version": "new"}]}, "instances[0].agent_version"),
        ({"expression": "x", "instances": [{"id": "a", "registered_at": "once"}]}, "instances[0].registered_at"),
        ({"expression": "x", "instances": [{"id": "a", "colour": 1}]}, "instances[0].colour"),
    ],
)
def test_a_bad_input_names_its_field(given_, field):
    with pytest.raises(InputError) as caught:
        simulate("cql.eval", given_)
    assert caught.value.field == field


names = st.sampled_from(["a", "b", "c"])
values = st.sampled_from(["x", "y", "'x y'", '"z"'])
tests = st.builds(lambda n, v: (f"attribute:{n} == {v}", lambda s: s.get(n) == v.strip("'\"")), names, values)


def _joined(children):
    def both(left, word, right):
        decide = {"and": all, "or": any}[word]
        return f"({left[0]}) {word} ({right[0]})", lambda s: decide([left[1](s), right[1](s)])

    pairs = st.builds(both, children, st.sampled_from(["and", "or"]), children)
    return pairs | st.builds(lambda inner: (f"not ({inner[0]})", lambda s: not inner[1](s)), children)


@given(st.recursive(tests, _joined, max_leaves=20), st.dictionaries(names, st.sampled_from(["x", "y", "x y", "z"])))
def test_an_expression_means_what_it_is_made_of(made, attributes):
    text, decide = made
    if len(text) <= 2000:
        subject = {f"attribute:{name}": value for name, value in attributes.items()}
        assert parse(text).matches(subject) == decide(attributes)


@given(st.text(max_size=200) | st.text(alphabet=list("()!=~<>[],'\" andornt:.*+?\\attribute"), max_size=200))
def test_any_text_is_read_or_refused_with_a_place(text):
    expression = outcome(parse, text)
    if isinstance(expression, SyntaxProblem):
        assert 0 <= expression.offset <= len(text)
        assert expression.caret().count("\n") == 1
    else:
        expression.matches({"attribute:a": "b"})
        assert all(text[test.start : test.end].startswith(test.subject) for test in expression.tests)


@given(st.text(alphabet=list("ab.*+?{}[]()|^$\\,01-:<=!é"), max_size=60), st.text(max_size=60))
@settings(max_examples=300)
def test_any_pattern_is_run_or_refused(pattern, value):
    compiled = outcome(compile_pattern, pattern)
    if isinstance(compiled, PatternProblem):
        assert 0 <= compiled.offset <= len(pattern)
    else:
        compiled.matches(value)


def test_a_short_burst_of_random_and_hostile_expressions():
    rng = random.Random(7)
    subjects = fire.instances()
    assert fire.run("random", [(fire.random_one(rng), False) for _ in range(5000)], subjects, verbose=False)[0] == 0
    assert fire.run("hostile", [fire.hostile_one(rng) for _ in range(500)], subjects, verbose=False)[0] == 0
