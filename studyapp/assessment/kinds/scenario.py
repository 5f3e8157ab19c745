"""Scenario: a case is drawn, a simulator answers it, and wrong rules give the wrong options.

The spec, all of it content:

    family: placement.run            # which simulator is asked
    let: {cpu: {choose: [256, 512]}} # values drawn first, by name, in order
    given: {...}                     # the simulator's input, with dice in it (see `drawing`)
    ask: picks.0                     # what of the answer is asked for (see `paths`); may hold {names}
    show: pick                       # choice, multiple, numeric, ordering or pick
    misconceptions: [...]            # whose answers are the wrong options; each must be wrong in every variant
    others: given.instances.*.id     # further options: a path below `given`, or a list
    words: {true: "Yes", ...}        # how values read as options
    option: "{value} tasks"          # or one pattern for all
    unit: tasks                      # of a number
    require: [{ask: placed, at_least: 1}]   # what else must hold of a variant: is, is_not, at_least, at_most
    options: 4                       # how many a choice has
    few: why there are not many      # of a question that cannot have thousands of different problems
    whichever: true                  # what is asked is the same whichever of equally good instances is taken: then a
                                     # tie on the way is no fault, provided that drawn ties never change it

A draw that breaks a law is thrown away and the next is tried; the dice of each follow from the seed alone.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any

from studyapp.assessment import drawing, paths
from studyapp.assessment.kind import Flaw, Frame, Group, Kind, Option, Spec, Undrawable, Variant, letters
from studyapp.assessment.kinds.numeric import written
from studyapp.assessment.kinds.options import text_flaws, unknown_fields
from studyapp.assessment.problems import problem_hash
from studyapp.assessment.settled import unsettled
from studyapp.simulators.door import families, simulate
from studyapp.simulators.errors import InputError

SHAPES = ("choice", "multiple", "numeric", "ordering", "pick")
TRIES = 400
TIES = 8  # ways of breaking ties that are tried where they must not matter
FEWEST, USUAL = 3, 4  # options of a choice
_FIELDS = {
    "family", "let", "given", "ask", "show", "misconceptions", "others", "words", "option", "unit", "require",
    "options", "whichever", "few",
}  # fmt: skip
_TESTS = ("is", "is_not", "at_least", "at_most")


class _Redraw(Exception):
    """This draw breaks a law; the message names it."""


# Checking a spec -----------------------------------------------------------------------------------------


def _near(name: str, known: Sequence[str]) -> str:
    import difflib

    near = difflib.get_close_matches(name, known, n=1)
    return f'did you mean "{near[0]}"?' if near else f"known are {', '.join(known)}"


def _check(spec: Spec) -> Iterator[Flaw]:
    yield from unknown_fields(spec, _FIELDS, "spec")
    family = families().get(str(spec.get("family")))
    if family is None:
        yield Flaw(
            "family", f'"{spec.get("family")}" is no simulator; {_near(str(spec.get("family")), list(families()))}'
        )
    names: set[str] = set()
    let = spec.get("let", {})
    if not isinstance(let, Mapping):
        yield Flaw("let", "must be a mapping of names to what they draw")
        let = {}
    for name, node in let.items():
        if not drawing.NAME.fullmatch(name):
            yield Flaw(f"let.{name}", "must be named in lower case, as in free_memory")
        yield from drawing.flaws(node, f"let.{name}", names)
        names.add(name)
    if not isinstance(spec.get("given"), Mapping):
        yield Flaw("given", "must be the simulator's input, as a mapping")
    else:
        yield from drawing.flaws(spec["given"], "given", names)
    if found := paths.problem(spec.get("ask")):
        yield Flaw("ask", found)
    if spec.get("show") not in SHAPES:
        yield Flaw("show", f'"{spec.get("show")}" must be one of {", ".join(SHAPES)}')
    wrong = spec.get("misconceptions", [])
    if not isinstance(wrong, list):
        yield Flaw("misconceptions", "must be a list of names")
        wrong = []
    for number, name in enumerate(wrong):
        if family and str(name) not in family.misconceptions:
            hint = _near(str(name), list(family.misconceptions))
            yield Flaw(f"misconceptions[{number}]", f'{family.name} has no "{name}"; {hint}')
    others = spec.get("others", [])
    if isinstance(others, str):
        if found := paths.problem(others):
            yield Flaw("others", found)
        elif not others.startswith("given."):
            yield Flaw("others", "must begin with `given.`, or be a list")
    elif not isinstance(others, list):
        yield Flaw("others", "must be a path below `given`, or a list")
    if spec.get("show") == "numeric":
        yield from text_flaws(spec.get("unit"), "unit", 40)
    if spec.get("show") == "pick" and "words" in spec:
        yield Flaw("words", "must be left out where something of the picture is picked")
    if spec.get("show") == "multiple" and not others:
        yield Flaw("others", "is missing: say what can be chosen")
    if spec.get("whichever") not in (None, True):
        yield Flaw("whichever", "must be true, or be left out")
    required = spec.get("require", [])
    if not isinstance(required, list):
        yield Flaw("require", "must be a list of what must hold")
        required = []
    for number, each in enumerate(required):
        at = f"require[{number}]"
        if not isinstance(each, Mapping) or len([test for test in _TESTS if test in each]) != 1 or len(each) != 2:
            yield Flaw(at, f"must be {{ask: a path, and one of {', '.join(_TESTS)}}}")
        elif found := paths.problem(each.get("ask")):
            yield Flaw(f"{at}.ask", found)


# Drawing a variant ---------------------------------------------------------------------------------------


def _same(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _holds(answer: Mapping[str, Any], test: Mapping[str, Any], names: drawing.Names) -> bool:
    try:
        value = paths.look(answer, drawing.fill(test["ask"], names))
    except paths.NoSuchPath:
        return False
    if "is" in test:
        return bool(value == test["is"])
    if "is_not" in test:
        return bool(value != test["is_not"])
    return bool(value >= test["at_least"]) if "at_least" in test else bool(value <= test["at_most"])


def _asked(family: str, given: dict[str, Any], ask: str, misconception: str | None) -> Any:
    try:
        answer = simulate(family, given, misconception=misconception, trace=ask.startswith("trace."))
        return paths.look(answer, ask)
    except (InputError, paths.NoSuchPath) as problem:
        raise _Redraw(f"{misconception or family} must give what is asked for ({problem})") from None


def _worded(value: Any, spec: Spec) -> str:
    words = spec.get("words", {})
    plain = _same(value).strip('"')
    if plain in words:
        return str(words[plain])
    shown = drawing.shown(value)
    if "option" in spec:
        names = {"value": value, **(value if isinstance(value, Mapping) else {})}
        return drawing.fill(spec["option"], names)
    return f"`{shown}`" if isinstance(value, str) else shown


def _attempt(spec: Spec, rng: Random, frame: Frame) -> Variant:
    names: dict[str, Any] = {}
    for name, node in spec.get("let", {}).items():
        names[name] = drawing.draw(node, rng, names)
    given = drawing.draw(spec["given"], rng, names)
    family, ask = spec["family"], drawing.fill(spec["ask"], names)
    value = _asked(family, given, ask, None)
    wrong: dict[str, Any] = {}
    for name in spec.get("misconceptions", ()):  # the law that most draws break, and cheap to look at
        wrong[name] = _asked(family, given, ask, name)
        if _same(wrong[name]) == _same(value):
            raise _Redraw(f"{name} must lead to a wrong answer")
    answer = simulate(family, given, trace=True)
    if why := unsettled(answer, ties=not spec.get("whichever")):
        raise _Redraw(f"the outcome must be settled: {why}")
    for test in spec.get("require", ()):
        if not _holds(answer, test, names):
            raise _Redraw(f"what is required must hold ({test['ask']})")
    if spec.get("whichever"):
        for tie in range(1, TIES + 1):
            if _same(_asked(family, given | {"seed": tie}, ask, None)) != _same(value):
                raise _Redraw("the outcome must be settled: it depends on which of equally good instances is taken")
    found = _shaped(spec, rng, value, wrong, given)
    names["key"] = value
    stem, explanation = drawing.fill(frame.stem, names), drawing.fill(frame.explanation, names)
    return Variant(
        frame.question, frame.version, frame.seed, spec["show"], stem, explanation=explanation, family=family,
        given=given, ask=ask, problem=problem_hash(family, given, ask), unit=spec.get("unit", ""), **found,
    )  # fmt: skip


def _universe(spec: Spec, given: Mapping[str, Any]) -> list[Any]:
    others = spec.get("others", "given.instances.*.id" if spec["show"] == "pick" else [])
    if isinstance(others, str):
        try:
            others = paths.look({"given": given}, others)
        except paths.NoSuchPath as problem:
            raise _Redraw(f"the further options must be there ({problem})") from None
    return list({_same(each): each for each in others}.values())


def _shaped(spec: Spec, rng: Random, value: Any, wrong: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Give options, groups, key and predictions by the shape that the question has."""
    match spec["show"]:
        case "numeric":
            return _numeric(value, wrong)
        case "ordering":
            return _ordering(rng, value, wrong)
        case "choice":
            return _choice(spec, rng, value, wrong, given)
    return _several(spec, rng, value, wrong, given)


def _numeric(value: Any, wrong: Mapping[str, Any]) -> dict[str, Any]:
    if not all(isinstance(each, int | float) and not isinstance(each, bool) for each in (value, *wrong.values())):
        raise _Redraw("what is asked must be a number")
    by_value: dict[str, list[str]] = {}
    for name, each in wrong.items():
        by_value.setdefault(written(each), []).append(name)
    options = tuple(Option(text, text, misconceptions=tuple(names)) for text, names in by_value.items())
    return {
        "options": options, "groups": (Group("", "", 1),), "key": (written(value),),
        "predictions": {name: (written(each),) for name, each in wrong.items()},
    }  # fmt: skip


def _ordering(rng: Random, value: Any, wrong: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(value, list) or len(set(map(_same, value))) < len(value) or len(value) < 3:
        raise _Redraw("an order must have at least three things, each once")
    shuffled = rng.sample(value, len(value))
    ids = dict(zip(map(_same, shuffled), letters(len(shuffled)), strict=True))
    options = tuple(Option(ids[_same(each)], f"`{drawing.shown(each)}`") for each in shuffled)
    predictions = {
        name: tuple(ids[_same(each)] for each in order)
        for name, order in wrong.items()
        if isinstance(order, list) and sorted(map(_same, order)) == sorted(ids)
    }
    return {
        "options": options, "groups": (Group("", "", len(value)),), "key": tuple(ids[_same(each)] for each in value),
        "predictions": predictions,
    }  # fmt: skip


def _choice(spec: Spec, rng: Random, value: Any, wrong: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    most = spec.get("options", USUAL)
    distinct = list({_same(each): each for each in wrong.values()}.values())
    chosen = distinct[: most - 1]
    taken = {_same(each) for each in (value, *distinct)}
    rest = [each for each in _universe(spec, given) if _same(each) not in taken]
    chosen += rng.sample(rest, min(len(rest), most - 1 - len(chosen)))
    if len(chosen) + 1 < FEWEST:
        raise _Redraw(f"there must be at least {FEWEST} different options")
    shuffled = rng.sample([value, *chosen], len(chosen) + 1)
    texts = [_worded(each, spec) for each in shuffled]
    if len(set(texts)) < len(texts):
        raise _Redraw("no two options may read the same")
    ids = dict(zip(map(_same, shuffled), letters(len(shuffled)), strict=True))
    options = tuple(
        Option(
            ids[_same(each)], text, right=_same(each) == _same(value),
            misconceptions=tuple(name for name, given in wrong.items() if _same(given) == _same(each)),
        )
        for each, text in zip(shuffled, texts, strict=True)
    )  # fmt: skip
    return {
        "options": options, "groups": (Group("", "", 1),), "key": (ids[_same(value)],),
        "predictions": {name: (ids[_same(each)],) for name, each in wrong.items() if _same(each) in ids},
    }  # fmt: skip


def _several(spec: Spec, rng: Random, value: Any, wrong: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Give the shape of a pick or a multiple response: everything that can be chosen is an option."""
    every = _universe(spec, given)
    right = value if isinstance(value, list) else [value]
    if len(set(map(_same, right))) < len(right) or not {_same(each) for each in right} <= {
        _same(each) for each in every
    }:
        raise _Redraw("what is right must be among what can be chosen, each once")
    if not 0 < len(right) < len(every) or len(every) < FEWEST:
        raise _Redraw("some of what can be chosen must be right, and some wrong")
    if spec["show"] == "multiple":
        every = rng.sample(every, len(every))
        ids = dict(zip(map(_same, every), letters(len(every)), strict=True))
    else:
        ids = {_same(each): str(each) for each in every}
    predictions: dict[str, tuple[str, ...]] = {}
    for name, each in wrong.items():
        believed = each if isinstance(each, list) else [each]
        if len(believed) != len(right) or not all(_same(one) in ids for one in believed):
            raise _Redraw(f"{name} must lead to as many choices as are asked for")
        predictions[name] = tuple(ids[_same(one)] for one in believed)
    good = {_same(each) for each in right}
    options = tuple(
        Option(
            ids[_same(each)], _worded(each, spec), right=_same(each) in good,
            misconceptions=tuple(name for name, ids_ in predictions.items() if ids_ == (ids[_same(each)],)),
        )
        for each in every
    )  # fmt: skip
    key = tuple(option.id for option in options if option.right)
    return {"options": options, "groups": (Group("", "", len(key)),), "key": key, "predictions": predictions}


def _draw(spec: Spec, rng: Random, frame: Frame) -> Variant:
    """Draw until a variant keeps the laws. Raises Undrawable."""
    laws: Counter[str] = Counter()
    for _ in range(TRIES):
        try:
            return _attempt(spec, rng, frame)
        except _Redraw as broken:
            laws[str(broken)] += 1
    (law, _), *_ = laws.most_common(1)
    raise Undrawable(law, TRIES, frame.seed)


SCENARIO = Kind("scenario", "scenario", _check, _draw)
