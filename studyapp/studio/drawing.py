"""Questions drawn and proved on the spot, from a form that nobody has saved; and families to begin a template with."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from time import monotonic
from typing import Any

from studyapp.assessment import paths
from studyapp.assessment.kind import Frame, Undrawable, Variant
from studyapp.assessment.kinds.scenario import SCENARIO
from studyapp.assessment.proving import ENOUGH
from studyapp.assessment.questions import KINDS, LARGEST_SEED
from studyapp.content.records import Question, version
from studyapp.content.yamlformat import dump, suggestion
from studyapp.labs.presets import PRESETS
from studyapp.labs.workshop.benches import LABS, OF_FAMILY
from studyapp.quiz.models import Attempt
from studyapp.quiz.models import Question as QuestionRow
from studyapp.quiz.posing import Solved, solved
from studyapp.quiz.profile import Refuted, refutations
from studyapp.simulators.door import families, simulate
from studyapp.simulators.errors import InputError
from studyapp.studio.bounded import draw
from studyapp.studio.drafts import TooLarge, fields_of
from studyapp.studio.fields import SPEC, Flaw, read_form

LONGEST = 50_000  # characters of a field; the largest of our templates has 5,000
FIRST_SEED = 1
SEEDS = 200  # of a proof
PIECE, PIECE_TIME = 25, 3.0  # seeds and seconds of a proof that goes on by itself
WHOLE_TIME = 20.0  # seconds of one that does not
FAULTS_TIME = 2.0  # seconds before publishing

Sent = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Law:
    """A law that a variant breaks, and what to do about it."""

    text: str
    remedy: str


_REMEDIES = (  # by words of the law
    ("must lead to a wrong answer", "Leave the misconception out, or draw cases in which it matters."),
    ("must give what is asked for", "Look at `given` and `ask`: the simulator says in brackets what is wrong."),
    ("must be settled", "Draw cases without ties and gaps, or say `whichever: true` where they change nothing."),
    ("what is required must hold", "Draw cases in which it holds more often, or require less."),
    ("further options must be there", "Let `others` be a path below given, as in given.instances.*.id, or a list."),
    ("what is asked must be a number", "Ask for a number (`| count` counts a list), or write `show: choice`."),
    ("an order must have", "Ask for a list of at least three different things, or show it in another way."),
    ("different options", "Name more misconceptions, or further answers under `others`."),
    ("must be among what can be chosen", "Let `others` list all that can be chosen, the right answer too."),
    ("read the same", "Tell the values apart with `words` or `option`."),
    ("must be right, and some wrong", "Let `others` list at least three things, not all of them right."),
    ("as many choices as are asked for", "Leave the misconception out: it answers with more choices, or with fewer."),
    ("must be drawn in", "Draw smaller cases, and what `require` asks for rather than what it throws away."),
    ("must be drawable", "Look at the dice in `let` and `given`: reckon with numbers, choose from what is there."),
    ("every number of the stem", "Name it under `let`, or mend its name in the stem."),
)  # fmt: skip
_UNDRAWN = "cannot be drawn: "


def law(text: str) -> Law:
    """Give a law with its remedy."""
    remedy = next((remedy for words, remedy in _REMEDIES if words in text), "Look at `given`, `ask` and the options.")
    if text.startswith(_UNDRAWN):
        return Law(f"No variant was found; most draws break this law: {text.removeprefix(_UNDRAWN)}.", remedy)
    return Law(f"A law is broken: {text}.", remedy)


# Reading what was sent ----------------------------------------------------------------------------------------


def key_of(sent: Sent) -> str:
    """Give the key that the question has, or is drawn as while it has none."""
    key = sent.get("key", "").strip()
    return key if re.fullmatch(r"[a-z0-9-]{1,64}", key) else "new"


def seed_of(sent: Sent) -> int | Flaw:
    """Give the seed that was asked for; none asks for the one after the last."""
    text = sent.get("seed", "").strip()
    if not text:
        last = _seed(sent.get("drawn-seed", ""))
        return FIRST_SEED if last is None else (last + 1) % (LARGEST_SEED + 1)
    seed = _seed(text)
    return Flaw("seed", f'must be a whole number from 0 to {LARGEST_SEED}, not "{text[:40]}"') if seed is None else seed


def _seed(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,19}", text) and int(text) <= LARGEST_SEED else None


def read(sent: Sent) -> tuple[Question | None, list[Flaw]]:
    """Read a question's form as far as it can be drawn; None with the flaws where it cannot be read."""
    try:
        fields = fields_of(sent)
    except TooLarge:
        return None, [Flaw(SPEC, "is too large, with all the rest of the form: say it shorter")]
    large = [
        Flaw(name, f"has {len(text):,} characters; at most {LONGEST:,} are drawn: say it shorter")
        for name, text in fields.items()
        if len(text) > LONGEST
    ]
    if large:
        return None, large
    record, flaws = read_form("question", key_of(sent), fields, {})
    if isinstance(record, Question) and record.kind not in KINDS:
        hint = suggestion(record.kind, KINDS)
        flaws.append(Flaw("kind", f'"{record.kind[:60]}" must be one of {", ".join(KINDS)}{hint}'))
    return (record, []) if isinstance(record, Question) and not flaws else (None, flaws)


# One seed -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sheet:
    """A variant as an instructor reads it, or why there is none."""

    seed: int | None
    flaws: Sequence[Flaw] = ()
    laws: Sequence[Law] = ()
    solved: Solved | None = None
    # What those who hold a misconception answer, where no option says it: name, belief, answer
    believers: Sequence[tuple[str, str, str]] = ()

    @property
    def before(self) -> int | None:
        """The seed before this one."""
        return self.seed - 1 if self.seed else None

    @property
    def after(self) -> int | None:
        """The seed after this one."""
        return self.seed + 1 if self.seed is not None and self.seed < LARGEST_SEED else None


def sheet(sent: Sent) -> Sheet:
    """Draw what a form asks for, with what it asks for it."""
    seed = seed_of(sent)
    record, flaws = read(sent)
    if isinstance(seed, Flaw):
        return Sheet(None, [seed, *flaws])
    if record is None:
        return Sheet(seed, flaws)
    drawn = draw(record, seed)
    flaws = [Flaw(_field(at), message) for at, message in drawn.flaws]
    laws = [law(text) for text in drawn.broken]
    if drawn.variant is None:
        return Sheet(seed, flaws, laws)
    known = _beliefs(drawn.variant)
    shown = solved(_answered(drawn.variant), {}, known)
    berths = [(zone, [(box, None) for box, _ in boxes]) for zone, boxes in shown.posed.berths]  # nothing to pick
    shown = replace(shown, posed=replace(shown.posed, berths=berths))
    return Sheet(seed, flaws, laws, shown, _believers(drawn.variant, known))


def _field(at: str) -> str:
    return at if at == SPEC or at.startswith(f"{SPEC}.") else f"{SPEC}.{at}"


def _answered(variant: Variant) -> Attempt:
    """Give the attempt of somebody who knows it, unsaved."""
    return Attempt(
        question=QuestionRow(facts=[]), seed=variant.seed, variant=variant.as_json(), answers=list(variant.key), score=1
    )


def _beliefs(variant: Variant) -> dict[str, Refuted]:
    """Give every misconception by its key; one that has no refutation yet, by the simulator's words for it."""
    family = families().get(variant.family)
    wrong = family.misconceptions if family else {}
    return {name: Refuted(name, belief, "", "", "") for name, belief in wrong.items()} | refutations()


def _believers(variant: Variant, known: Mapping[str, Refuted]) -> list[tuple[str, str, str]]:
    told = {name for option in variant.options for name in option.misconceptions}
    texts = {option.id: option.text.replace("`", "") for option in variant.options}
    between = " → " if variant.shape == "ordering" else "; "
    return [
        (name, known[name].belief if name in known else "", between.join(texts.get(each, each) for each in answers))
        for name, answers in variant.predictions.items()
        if name not in told
    ]


# Many seeds ---------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Run:
    """How far a question is proved: all that is known of it goes to the browser and comes back."""

    mark: str = ""  # version of the question that the rest is about
    done: int = 0  # seeds, from 0, that keep the laws
    problems: set[str] = field(default_factory=set)  # that were different
    failed: int | None = None  # seed
    laws: Sequence[Law] = ()
    flaws: Sequence[Flaw] = ()
    few: bool = False  # whether there are too few different problems
    total: int = SEEDS

    @property
    def goes_on(self) -> bool:
        """Whether there is more to prove."""
        return self.done < SEEDS and self.failed is None and not self.flaws

    @property
    def enough(self) -> int:
        """How many different problems a scenario must have among so many seeds."""
        return min(ENOUGH, SEEDS // 5)


def run_of(sent: Sent) -> Run:
    """Read how far a proof had come; a new one where that cannot be read. Whoever forges it fools only himself."""
    done, problems = sent.get("proved-at", ""), sent.get("proved-problems", "").split()
    if (
        "proved-again" in sent
        or not re.fullmatch(r"[0-9]{1,3}", done)
        or int(done) > SEEDS
        or len(problems) > int(done)
        or not all(re.fullmatch(r"[0-9a-f]{16}", each) for each in problems)
    ):
        return Run()
    return Run(sent.get("proved-version", ""), int(done), set(problems))


def prove_on(sent: Sent, seeds: int, within: float) -> Run:
    """Go on proving what a form asks, for at most so many seeds and seconds."""
    record, flaws = read(sent)
    if record is None:
        return Run(flaws=flaws)
    run, mark = run_of(sent), version(record)
    if run.mark != mark:
        run = Run(mark)
    end = monotonic() + within
    for seed in range(run.done, min(SEEDS, run.done + seeds)):
        if monotonic() > end:
            break
        drawn = draw(record, seed, show=not seed)  # whether it can be shown, one tells
        run.flaws = [Flaw(_field(at), message) for at, message in drawn.flaws]
        run.laws = [law(text) for text in drawn.broken]
        if run.flaws or run.laws:
            run.failed = seed if run.laws else None
            break
        run.done += 1
        run.problems |= {drawn.problem} - {""}
    scenario = record.kind == "scenario" and not record.spec.get("few")
    run.few = scenario and run.done == SEEDS and len(run.problems) < run.enough
    return run


def faults(record: Question, seeds: range) -> list[Flaw]:
    """Draw some seeds before a question is published: what breaks a law. Takes at most two seconds."""
    end = monotonic() + FAULTS_TIME
    found: dict[str, Flaw] = {}
    for seed in seeds:
        left = end - monotonic()
        if left <= 0:
            break
        # The last seed may be cut short although it is quick.
        drawn = draw(record, seed, within=left, show=seed == seeds.start)
        cut = left < FAULTS_TIME / 2 and monotonic() >= end
        for text in () if cut else drawn.broken:
            told = law(text)
            found.setdefault(text, Flaw(SPEC, f"seed {seed}: {told.text} {told.remedy}"))
        for at, message in drawn.flaws:
            found.setdefault(at, Flaw(_field(at), message))
    return list(found.values())


# Families -----------------------------------------------------------------------------------------------------

_DOCUMENTS = "It turns documents into cases, or cases into documents. What becomes of the case asks placement.run."
UNASKED = {  # and why
    "aws.export": _DOCUMENTS,
    "aws.import": _DOCUMENTS,
    "deployment.rollout": "AWS does not say which old tasks stop first, so none of its answers is settled. "
    "How many may stop and start asks deployment.bounds, in which order deployment.waves.",
    "scaling.over_time": "AWS does not promise how soon a metric is known or a task is up, so none of its answers is "
    "settled. One reading asks scaling.target_tracking, its alarms scaling.alarm_state.",
}
# What to ask of a family that has neither a bench nor a question, and of what.
_CASES: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "deployment.defaults": ("max_percent", {"scheduling": "REPLICA", "surface": "api"}),
    "placement.run": ("picks.0", {}),  # of the lab's examples
    "scaling.alarm_state": ("alarm", {
        "series_per_minute": [*[40] * 20, 55, 60, 58], "target": 50, "high_periods": 3, "low_periods": 15,
        "low_ratio": 0.9,
    }),
    "scaling.out_of_range": ("first_stop", {"desired": 2, "min": 4, "max": 10, "alarm": "scale_out"}),
    "scaling.register": ("current", {"current": 2, "min": 4, "max": 8}),
    "scaling.step_cooldown": ("trace.-1", {
        "current": 10, "cooldown": 300, "alarms": [{"t": 0, "adjustment": 2}, {"t": 100, "adjustment": 3}], "min": 0,
        "max": 100,
    }),
    "scaling.step_round": ("rounded", {"raw": 12.7}),
    "scaling.step_validate": ("valid", {
        "adjustment_type": "ChangeInCapacity",
        "steps": [{"lower": 0, "upper": 10, "adjustment": 1}, {"lower": 20, "upper": None, "adjustment": 3}],
    }),
}  # fmt: skip
_WORDS = {"true": "Yes", "false": "No", "null": "None", "[]": "None of them"}
_ELSE = ["What else could be thought", "And what else"]
MOST_WRONG = 4  # misconceptions of a starter


@dataclass(frozen=True, slots=True)
class FamilySheet:
    """A family as somebody reads it who wants to ask it something."""

    name: str
    summary: str
    unasked: str  # why no question can ask it
    misconceptions: Sequence[tuple[str, str]]
    questions: Sequence[tuple[str, str]]  # key and stem of those that ask it


def family_sheets() -> list[FamilySheet]:
    """Give every family, with the questions that ask it. One query, and one for what learners believe."""
    taught = QuestionRow.objects.filter(kind="scenario", item__retired=False).order_by("item__position")
    questions: dict[str, list[tuple[str, str]]] = {}
    for key, stem, spec in taught.values_list("item__key", "stem", "spec"):
        questions.setdefault(str(spec.get("family")), []).append((key, stem))
    known = refutations()
    return [
        FamilySheet(
            family.name, family.summary, UNASKED.get(family.name, ""),
            [(name, known[name].belief if name in known else words) for name, words in family.misconceptions.items()],
            questions.get(family.name, ()),
        )
        for family in families().values()
    ]  # fmt: skip


def starter(family: str) -> str:
    """Give a template to begin with, as YAML: the shortest that asks the family, or a case of its lab. Or nothing."""
    if family not in families() or family in UNASKED:
        return ""
    asked = QuestionRow.objects.filter(kind="scenario", item__retired=False).values_list("spec", flat=True)
    specs = [dump(spec) for spec in asked if spec.get("family") == family]
    return min(specs, key=len) if specs else case_starter(family)


@cache
def case_starter(family: str) -> str:
    """Give a template of the first case of a family that can be asked, always the same; nothing where there is none."""
    found = [(title, _template(family, ask, given)) for title, ask, given in _cases(family)]
    for title, spec in sorted(found, key=lambda each: -len(each[1].get("misconceptions", ()))):
        try:
            SCENARIO.draw(spec, *_dice())
        except Undrawable:
            continue
        return f"# {title}. Draw its numbers, as in {{between: [2, 9]}}, and it never runs out.\n{dump(spec)}"
    return ""


def _dice() -> tuple[Any, Frame]:
    from random import Random

    return Random(FIRST_SEED), Frame("new", "", FIRST_SEED, "", "")


def _cases(family: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Give the cases that we know of a family: a title, what to ask, and the input."""
    ask, case = _CASES.get(family, ("", {}))
    if family == "placement.run":
        for preset in PRESETS:
            given = {name: preset.state[name] for name in ("instances", "request")}
            yield f"The lab's example “{preset.title}”", ask, given
    elif case:
        yield "A case of this family", ask, case
    for lab in LABS.values():
        for example in lab.examples:
            if example.family == family:
                yield f"The lab's example “{example.title}”", OF_FAMILY[family][1].ask, example.given


def _template(family: str, ask: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Give the spec that asks one case, with what wrong rules make of it."""
    spec: dict[str, Any] = {"family": family, "given": dict(given), "ask": ask}
    key = _look(family, given, ask, None)
    wrong = {name: _look(family, given, ask, name) for name in families()[family].misconceptions}
    wrong = {name: value for name, value in wrong.items() if value != [] and value != key}
    numbers = {name: value for name, value in wrong.items() if _is_number(value[0])}
    if key and _is_number(key[0]):
        return spec | {"show": "numeric", "unit": "of what"} | _named(numbers)
    values = {json.dumps(value) for each in (key, *wrong.values()) for value in each}
    words = {name: text for name, text in _WORDS.items() if name in values}
    return spec | {"show": "choice"} | ({"words": words} if words else {}) | _named(wrong) | {"others": _ELSE}


def _named(wrong: Mapping[str, Any]) -> dict[str, Any]:
    return {"misconceptions": list(wrong)[:MOST_WRONG]} if wrong else {}


def _look(family: str, given: Mapping[str, Any], ask: str, misconception: str | None) -> list[Any]:
    """Give what is asked for as a list of one, or an empty one where there is no such thing."""
    try:
        answer = simulate(family, dict(given), misconception=misconception, trace=ask.startswith("trace."))
        return [paths.look(answer, ask)]
    except (InputError, paths.NoSuchPath):
        return []


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
