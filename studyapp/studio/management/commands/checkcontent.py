"""`manage.py checkcontent`: whether the content files keep their laws."""

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from studyapp.assessment import questions as assessment
from studyapp.content.checks import KINDS, VERDICTS, check_tree, coverage, errors, untested
from studyapp.content.reader import read_course
from studyapp.content.writer import rewrite


def spans(keys: Sequence[str]) -> str:
    """List keys shortly: neighbours as a span, `N001-N003 N007`."""
    runs: list[list[str]] = []
    for key in keys:
        if runs and int(key[1:]) == int(runs[-1][-1][1:]) + 1:
            runs[-1].append(key)
        else:
            runs.append([key])
    return " ".join(run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


class Command(BaseCommand):
    """Check a tree of content files."""

    help = "Check the content files: every problem with file, line, column and remedy; then coverage and counts."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "dir", nargs="?", type=Path, default=settings.CONTENT_DIR, help="the tree (default: content/)"
        )
        parser.add_argument("--fix", action="store_true", help="bring the files into our layout first")
        parser.add_argument(
            "--partial",
            action="store_true",
            help="do not fail although statements are not covered, or facts not tested",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        root: Path = options["dir"].resolve()
        if options["fix"]:
            before = read_course(root)
            for name in rewrite(before.course, root, before.faulty):  # what could not be read would be lost
                self.stdout.write(f"rewritten: {root.name}/{name}")
        reading, problems = check_tree(root, timezone.localdate())
        from studyapp.content.spelling import misspelt  # its dictionary is large, and wanted nowhere else

        problems = sorted([*problems, *misspelt(reading)])
        for problem in problems:
            self.stdout.write(str(problem))
        course = reading.course
        covered, missing = coverage(course)
        total = len(covered) + len(missing)
        self.stdout.write(f"{len(covered)}/{total} statements covered")
        if missing:
            self.stdout.write(f"not covered: {spans(sorted(missing))}")
        open_facts = untested(course)
        self.stdout.write(f"{len(course.facts) - len(open_facts)}/{len(course.facts)} facts tested by a question")
        if open_facts:
            self.stdout.write(f"not tested: {spans(sorted(open_facts))}")
        verdicts = Counter(fact.verdict for fact in course.facts)
        kinds = Counter(card.kind for card in course.cards)
        additions = sum(not fact.covers for fact in course.facts)
        self.stdout.write(
            f"{len(course.topics)} topics, {len(course.facts)} facts ({additions} additions): "
            + ", ".join(f"{verdicts[verdict]} {verdict}" for verdict in VERDICTS)
        )
        self.stdout.write(f"{len(course.cards)} cards: " + ", ".join(f"{kinds[kind]} {kind}" for kind in KINDS))
        posed = Counter(question.kind for question in course.questions)
        self.stdout.write(
            f"{len(course.questions)} questions: " + ", ".join(f"{posed[kind]} {kind}" for kind in assessment.KINDS)
        )
        self.stdout.write(
            f"{len(course.tables)} comparison tables, {len(course.misconceptions)} misconceptions, "
            f"{len(course.terms)} glossary terms"
        )
        faults = errors(problems)
        self.stdout.write(
            f"{len(faults)} problem{'s' if len(faults) != 1 else ''}, {len(problems) - len(faults)} warnings"
        )
        if faults:
            raise CommandError("The content has problems.")
        if missing and not options["partial"]:
            raise CommandError("The content does not cover the notes.")
        if open_facts and course.questions and not options["partial"]:
            raise CommandError("Some facts are tested by no question.")
