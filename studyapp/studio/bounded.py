"""Drawing what somebody has just typed, in a process of its own.

A template can ask for more than there is: lists of lists of lists, a number that is squared again and again, a
simulator that is asked 400 times in vain. A thread can neither be ended nor be kept short of memory, a process can.
It stays for the next seed. The questions of `content/` are reviewed and proved; they are drawn where they are asked.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from studyapp.assessment.kind import Variant
from studyapp.assessment.pictures import picture
from studyapp.assessment.proving import prove
from studyapp.assessment.questions import check, story, vary
from studyapp.content.elsewhere import Elsewhere
from studyapp.content.markup import Unrenderable, render
from studyapp.content.records import Question, version

LONGEST_WAIT = 5.0  # seconds for one seed
MEMORY = 1 << 30  # bytes
LARGEST = 300_000  # characters of a variant; that of our largest question has 7,000


@dataclass(frozen=True, slots=True)
class Drawn:
    """What came of one seed: a variant, or why there is none, and the laws that are broken."""

    variant: Variant | None = None
    problem: str = ""  # of a scenario: what two variants share that are the same problem
    flaws: Sequence[tuple[str, str]] = ()  # of the spec: where, and what would be right
    broken: Sequence[str] = ()


def draw(record: Question, seed: int, *, within: float = LONGEST_WAIT, show: bool = True) -> Drawn:
    """Draw a question for a seed and prove its laws; with `show` give the variant, which can then be shown.

    Takes at most `within` seconds, and those of others who draw at the same time.
    """
    question = [record.key, version(record), record.kind, record.spec, record.stem, record.explanation]
    line = _elsewhere.ask(json.dumps({"question": question, "seed": seed, "show": show}), within)
    if line is None:
        return Drawn(broken=[f"must be drawn in {within:g} seconds"])
    found: dict[str, Any] = json.loads(line)
    variant = Variant.from_json(found["variant"]) if found["variant"] else None
    return Drawn(variant, found["problem"], [(at, message) for at, message in found["flaws"]], found["broken"])


_elsewhere = Elsewhere("studyapp.studio.bounded")


# In the process --------------------------------------------------------------------------------------------------


def answer(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Draw, and try what a page does with a variant. Whatever is wrong with the question is told, not raised."""
    found: dict[str, Any] = {"variant": None, "problem": "", "flaws": [], "broken": []}
    key, mark, kind, spec, stem, explanation = asked["question"]
    seed = asked["seed"]
    try:
        found["flaws"] = [(flaw.at, flaw.message) for flaw in check(kind, spec)]
        if found["flaws"]:
            return found
        proof = prove(key, mark, kind, spec, stem=stem, explanation=explanation, seeds=range(seed, seed + 1))
        found["broken"] = list(proof.broken)
        if kind == "scenario":
            found["problem"] = next(iter(proof.problems), "")
        if asked["show"] and proof.drawn:
            found["variant"] = _shown(vary(key, mark, kind, spec, seed, stem=stem, explanation=explanation))
    except Exception as problem:
        found["broken"] = [f"must be drawable ({_in_words(problem)})"]
    return found


def _shown(variant: Variant) -> dict[str, Any]:
    """Give a variant as plain JSON after everything was done to it that a page does, as slow as that may be."""
    values = variant.as_json()
    if (size := len(json.dumps(values))) > LARGEST:
        raise ValueError(f"a variant has {size:,} characters; at most {LARGEST:,} are shown")
    options = [text for option in (*variant.options, *variant.left) for text in (option.text, option.reason)]
    for text in (variant.stem, variant.explanation, *options):
        render(text)
    picture(variant.given)
    story(variant)
    return values


_REASONS: Sequence[tuple[type[Exception], str]] = (
    (MemoryError, "it needs more than a gigabyte of memory: repeat less often"),
    (RecursionError, "it is nested too deeply"),
    (ZeroDivisionError, "a `divide` divides by 0"),
    (IndexError, "a `pick` or an `each` asks for a place that its list does not have"),
)


def _in_words(problem: Exception) -> str:
    if isinstance(problem, Unrenderable):
        return f"a text {problem}"
    words = next((words for kind, words in _REASONS if isinstance(problem, kind)), "")
    return words or f"{type(problem).__name__}: {str(problem)[:200]}"


def main() -> None:
    """Answer line by line, with the memory that one variant may need."""
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    print(flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
