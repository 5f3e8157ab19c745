"""Questions: from a spec and a seed to a variant, and back from an answer to its mark."""

from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

from studyapp.assessment.kind import Flaw, Frame, Kind, Spec, Variant
from studyapp.assessment.kinds.cause_fix import CAUSE_FIX
from studyapp.assessment.kinds.choice import CHOICE, MULTIPLE
from studyapp.assessment.kinds.matching import MATCHING
from studyapp.assessment.kinds.numeric import NUMERIC
from studyapp.assessment.kinds.ordering import ORDERING
from studyapp.assessment.kinds.scenario import SCENARIO
from studyapp.assessment.telling import Told, parting, tell
from studyapp.simulators.door import simulate

KINDS: Mapping[str, Kind] = {
    kind.name: kind for kind in (CHOICE, MULTIPLE, CAUSE_FIX, ORDERING, MATCHING, NUMERIC, SCENARIO)
}
SHAPES: Mapping[str, str] = {
    **{name: kind.words for name, kind in KINDS.items() if name != "scenario"},
    "pick": "pick on the picture",
}
DOMAINS: Mapping[str, str] = {
    "secure": "Secure architectures",
    "resilient": "Resilient architectures",
    "performant": "High-performing architectures",
    "cost": "Cost-optimised architectures",
    "deploy": "Deployment",
    "operate": "Operation and troubleshooting",
}
LARGEST_SEED = 2**63 - 1


def vary(question: str, version: str, kind: str, spec: Spec, seed: int, *, stem: str, explanation: str = "") -> Variant:
    """Give the variant of a question for a seed: the same for ever, byte for byte. Raises Undrawable."""
    rng = Random(f"{question}/{version}/{seed}")
    return KINDS[kind].draw(spec, rng, Frame(question, version, seed, stem, explanation))


def check(kind: str, spec: Spec) -> Iterator[Flaw]:
    """Find what is wrong with the spec of a question of a known kind, without drawing it."""
    yield from KINDS[kind].check(spec)


def story(variant: Variant, misconception: str | None = None) -> list[Told]:
    """Give the simulator's steps from the given of a scenario to its answer, by true rules or a wrong one."""
    if not variant.family:
        return []
    return tell(simulate(variant.family, dict(variant.given), misconception=misconception, trace=True))


def parted(variant: Variant, misconception: str) -> tuple[Told | None, Told | None]:
    """Give the first step where AWS's rules and a wrong one part, as each tells it."""
    return parting(story(variant), story(variant, misconception))


def as_told(variant: Variant) -> dict[str, Any]:
    """Give a variant as people and programs read it on the command line: plain JSON, with its explanation."""
    steps = [
        {"heading": step.heading, "text": step.text, "fact": step.fact, "rows": [list(row) for row in step.rows]}
        for step in story(variant)
    ]
    values = variant.as_json()
    misconceptions = {option.id: list(option.misconceptions) for option in variant.options if option.misconceptions}
    return values | {"misconceptions": misconceptions, "explanation": {"text": variant.explanation, "steps": steps}}
