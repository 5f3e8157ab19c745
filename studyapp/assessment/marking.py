"""What an answer is worth, and which wrong idea is behind it. The same for every kind."""

from collections.abc import Sequence

from studyapp.assessment.kind import Answers, Mark, NoAnswer, Variant
from studyapp.assessment.kinds.numeric import read_number

_UNORDERED = ("choice", "multiple", "cause_fix", "pick")


def read_answers(variant: Variant, sent: Sequence[str]) -> Answers:
    """Give an answer as it is kept: what a form sent, in order. Raises NoAnswer with a sentence for the learner."""
    answers = [text for text in sent if text != ""]
    if not answers:
        raise NoAnswer("Choose an answer first." if variant.shape != "numeric" else "Type a number first.")
    if variant.shape == "numeric":
        if len(answers) > 1:
            raise NoAnswer("One number is asked for.")
        return (read_number(answers[0]),)
    if variant.shape == "matching":
        return _matches(variant, answers)
    known = [option.id for option in variant.options]
    for answer in answers:
        if answer not in known:
            raise NoAnswer(f"“{answer[:40]}” is none of the options.")
    if len(set(answers)) < len(answers):
        raise NoAnswer("Each option can be given once; one stands there twice.")
    if variant.shape == "ordering":
        if len(answers) < len(known):
            raise NoAnswer(f"Give all {len(known)} steps a place.")
        return tuple(answers)
    for group in variant.groups:
        chosen = [id for id in answers if _group(variant, id) == group.name]
        if len(chosen) != group.choose:
            what = f"{group.label}: choose" if group.label else "Choose"
            raise NoAnswer(f"{what} {group.choose}; you chose {len(chosen)}.")
    return tuple(id for id in known if id in answers)


def _group(variant: Variant, id: str) -> str:
    option = variant.option(id)
    return option.group if option else ""


def _matches(variant: Variant, answers: Sequence[str]) -> Answers:
    left, right = [option.id for option in variant.left], [option.id for option in variant.options]
    given: dict[str, str] = {}
    for answer in answers:
        one, _, other = answer.partition(":")
        if one not in left or other not in right:
            raise NoAnswer(f"“{answer[:40]}” is none of the matches.")
        if one in given:
            raise NoAnswer("Each line can be matched once; one stands there twice.")
        given[one] = other
    if len(given) < len(left):
        raise NoAnswer(f"Match all {len(left)} lines; {len(left) - len(given)} left.")
    return tuple(f"{one}:{given[one]}" for one in left)


def mark(variant: Variant, answers: Answers) -> Mark:
    """Mark an answer that `read_answers` gave.

    One thing to choose: all or nothing. Several: the share that is right, each wrong choice taking one away. An
    order or a matching: the share of places that are right.
    """
    if answers == variant.key or (variant.shape in _UNORDERED and set(answers) == set(variant.key)):
        return Mark(1.0)
    wrong = tuple(
        name
        for name, predicted in variant.predictions.items()
        if answers == predicted or (variant.shape in _UNORDERED and set(answers) == set(predicted))
    )
    if variant.shape in ("ordering", "matching"):
        hits = sum(given == wanted for given, wanted in zip(answers, variant.key, strict=True))
        return Mark(hits / len(variant.key), wrong)
    if len(variant.key) > 1:
        hits = len(set(answers) & set(variant.key))
        misses = len(answers) - hits if variant.shape != "cause_fix" else 0
        return Mark(max(0, hits - misses) / len(variant.key), wrong)
    return Mark(0.0, wrong)
