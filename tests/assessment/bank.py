"""The questions of `content/`, read once."""

from functools import cache

from django.conf import settings

from studyapp.assessment.kind import Variant
from studyapp.assessment.questions import vary
from studyapp.content.reader import read_course
from studyapp.content.records import Question, version


@cache
def questions() -> tuple[Question, ...]:
    """Give every question."""
    return read_course(settings.CONTENT_DIR).course.questions


def scenarios() -> list[Question]:
    """Give the questions that are drawn."""
    return [question for question in questions() if question.kind == "scenario"]


def drawn(question: Question, seed: int) -> Variant:
    """Give a variant."""
    return vary(
        question.key, version(question), question.kind, question.spec, seed,
        stem=question.stem, explanation=question.explanation,
    )  # fmt: skip
