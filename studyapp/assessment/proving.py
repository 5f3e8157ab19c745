"""The laws that every variant keeps, drawn and proved: what `manage.py checkquestions` runs."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from studyapp.assessment.kind import NoAnswer, Spec, Undrawable, Variant
from studyapp.assessment.marking import mark, read_answers
from studyapp.assessment.questions import vary

ENOUGH = 2_000  # distinct problems of a scenario question
AGAIN = 50  # every so many seeds are drawn twice, and must come out the same


@dataclass
class Proof:
    """What drawing one question many times showed."""

    question: str
    drawn: int = 0
    problems: set[str] = field(default_factory=set)
    broken: Counter[str] = field(default_factory=Counter)  # law -> seeds
    examples: dict[str, int] = field(default_factory=dict)  # law -> a seed that breaks it

    def breach(self, law: str, seed: int) -> None:
        """Note that a seed breaks a law."""
        self.broken[law] += 1
        self.examples.setdefault(law, seed)


def breaches(variant: Variant) -> Iterator[str]:
    """Give the laws that a variant breaks."""
    try:
        if not mark(variant, read_answers(variant, variant.key)).right:
            yield "the key must earn full marks"
    except NoAnswer as refused:
        yield f"the key must be an answer ({refused})"
    ids = [option.id for option in variant.options]
    if len(set(ids)) < len(ids):
        yield "no two options may have the same id"
    texts = [(option.group, option.text) for option in variant.options]
    if len(set(texts)) < len(texts):
        yield "no two options may read the same"
    for name, answers in variant.predictions.items():
        if mark(variant, tuple(answers)).right:
            yield f"the misconception {name} must be wrong"
    if variant.shape in ("choice", "multiple", "pick", "cause_fix"):
        for option in variant.options:
            if option.right != (option.id in variant.key):
                yield "the options and the key must agree"
        if variant.shape == "choice":
            for option in variant.options:
                if not option.right and mark(variant, (option.id,)).right:
                    yield "a distractor must be wrong"
    if re.search(r"\{[a-z_]+\}", re.sub(r"```.*?```|`[^`]*`", "", variant.stem, flags=re.DOTALL)):
        yield "every number of the stem must be drawn"


def dumped(variant: Variant) -> str:
    """Give a variant as text, to be compared byte for byte."""
    return json.dumps(variant.as_json(), sort_keys=True, ensure_ascii=False)


def prove(question: str, version: str, kind: str, spec: Spec, *, stem: str, explanation: str, seeds: range) -> Proof:
    """Draw a question for every seed, and note each breach."""
    proof = Proof(question)
    for seed in seeds:
        try:
            variant = vary(question, version, kind, spec, seed, stem=stem, explanation=explanation)
        except Undrawable as undrawable:
            proof.breach(f"cannot be drawn: {undrawable.law}", seed)
        else:
            proof.drawn += 1
            proof.problems.add(variant.problem or dumped(variant))
            for law in breaches(variant):
                proof.breach(law, seed)
            if seed % AGAIN == 0:
                again = vary(question, version, kind, spec, seed, stem=stem, explanation=explanation)
                if dumped(again) != dumped(variant):
                    proof.breach("the same seed must give the same variant", seed)
    return proof
