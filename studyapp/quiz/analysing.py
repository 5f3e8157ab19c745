"""The answers of all learners, as item analysis takes them: the first of each learner to each question."""

from collections.abc import Sequence

from studyapp.assessment.analysis import ItemAnalysis, Response, analyse
from studyapp.assessment.kind import Variant
from studyapp.quiz.models import Attempt

RIGHT, OTHER = "right", "another wrong answer"


def item_analysis(topic: str = "") -> list[ItemAnalysis]:
    """Analyse the questions that were answered, of one topic if a key names it, the suspicious first. One query."""
    attempts = Attempt.objects.filter(answered_at__isnull=False, score__isnull=False, question__item__retired=False)
    if topic:
        attempts = attempts.filter(question__item__topic__key=topic)
    seen: set[tuple[int, int]] = set()
    responses: list[Response] = []
    keys: dict[str, Sequence[str]] = {}
    for attempt in attempts.select_related("question__item").order_by("answered_at", "id").iterator(chunk_size=500):
        if (attempt.user_id, attempt.question_id) in seen:
            continue
        seen.add((attempt.user_id, attempt.question_id))
        asked, item = attempt.asked, attempt.question.item.key
        keys.setdefault(item, _key(asked))
        chosen = _chosen(attempt, asked)
        responses.append(Response(attempt.user_id, item, attempt.score or 0.0, chosen, _guess(asked)))
    return analyse(responses, keys)


def _key(asked: Variant) -> Sequence[str]:
    """Give the names of the options that are right."""
    return (RIGHT,) if asked.family else _named(asked, asked.key)


def _chosen(attempt: Attempt, asked: Variant) -> tuple[str, ...]:
    """Name what was chosen as all variants name it: a text that never changes, or the wrong rule behind it."""
    if asked.family:
        return (RIGHT,) if attempt.is_right else tuple(attempt.held) or (OTHER,)
    return _named(asked, attempt.answers or ())


def _named(asked: Variant, answers: Sequence[str]) -> tuple[str, ...]:
    """Name answers by texts, for their letters are another option's under another seed."""
    texts = {option.id: option.text for option in (*asked.options, *asked.left)}
    if asked.shape == "ordering":
        return tuple(f"{place}. {texts[id]}" for place, id in enumerate(answers, start=1))
    if asked.shape == "matching":
        return tuple(" → ".join(texts[id] for id in answer.split(":")) for answer in answers)
    return tuple(texts.get(id, id) for id in answers)


def _guess(asked: Variant) -> float:
    """Give the mean score of an answer by chance, where that is plain: one choice among some options."""
    groups: dict[str, int] = {}
    for option in asked.options:
        groups[option.group] = groups.get(option.group, 0) + 1
    if asked.shape not in ("choice", "cause_fix", "pick") or not groups:
        return 0.0
    chance = 1.0
    for count in groups.values():
        chance /= count
    return chance
