"""`manage.py variant`: one variant of a question, as JSON."""

import json
import sys
from argparse import ArgumentParser
from typing import Any, NoReturn

from django.conf import settings
from django.core.management.base import BaseCommand

from studyapp.assessment.kind import Undrawable
from studyapp.assessment.questions import LARGEST_SEED, as_told, vary
from studyapp.content.reader import read_course
from studyapp.content.records import version
from studyapp.content.yamlformat import suggestion


class Command(BaseCommand):
    """Draw a question from the content files. The database is not touched."""

    help = "Print a variant of a question as JSON: stem, given, options, key, misconceptions and explanation."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("question", help="its key")
        parser.add_argument("--seed", type=int, default=0, help="which variant (default 0)")

    def handle(self, *args: Any, **options: Any) -> None:
        questions = {each.key: each for each in read_course(settings.CONTENT_DIR).course.questions}
        key, seed = options["question"], options["seed"]
        question = questions.get(key)
        if question is None:
            self._refuse("question", f'there is no "{key[:60]}"{suggestion(key, questions)}')
        if not 0 <= seed <= LARGEST_SEED:
            self._refuse("seed", f"must be from 0 to {LARGEST_SEED}")
        try:
            variant = vary(
                key, version(question), question.kind, question.spec, seed,
                stem=question.stem, explanation=question.explanation,
            )  # fmt: skip
        except Undrawable as undrawable:
            self._refuse("spec", f"no variant keeps the laws: {undrawable}")
        self.stdout.write(json.dumps(as_told(variant), ensure_ascii=False))

    def _refuse(self, field: str, message: str) -> NoReturn:
        self.stdout.write(json.dumps({"error": {"field": field, "message": message}}))
        sys.exit(2)
