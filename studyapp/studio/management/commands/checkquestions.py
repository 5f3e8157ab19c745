"""`manage.py checkquestions`: every question drawn many times, and the laws proved."""

import sys
from argparse import ArgumentParser
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from studyapp.assessment.proving import ENOUGH, Proof, prove
from studyapp.content.reader import read_course
from studyapp.content.records import Question, version
from studyapp.content.yamlformat import suggestion

BATCH = 250  # seeds that a process draws at a time


def _prove(question: Question, first: int, last: int) -> Proof:
    """Draw a question for some seeds; runs in a process of its own."""
    return prove(
        question.key, version(question), question.kind, question.spec,
        stem=question.stem, explanation=question.explanation, seeds=range(first, last),
    )  # fmt: skip


class Command(BaseCommand):
    """Draw the questions of the content files and prove the laws. The database is not touched."""

    help = "Draw every question for many seeds: each breach of a law with a seed that shows it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("questions", nargs="*", help="keys (default: all)")
        parser.add_argument("--seeds", type=int, default=200, help="how many variants of each (default 200)")
        parser.add_argument("--dir", type=Path, default=settings.CONTENT_DIR, help="the tree (default: content/)")
        parser.add_argument("--quiet", action="store_true", help="no progress bar, and only what is wrong")

    def handle(self, *args: Any, **options: Any) -> None:
        reading = read_course(options["dir"].resolve())
        known = {each.key: each for each in reading.course.questions}
        for key in options["questions"]:
            if key not in known:
                raise CommandError(f'There is no question "{key[:60]}"{suggestion(key, known)}')
        if options["seeds"] < 1:
            raise CommandError("--seeds must be at least 1.")
        asked = [known[key] for key in options["questions"]] or list(known.values())
        proofs = self._draw(asked, options["seeds"], not options["quiet"] and sys.stderr.isatty())
        failures = 0
        for question in asked:
            failures += self._report(question, proofs[question.key], options["seeds"], options["quiet"])
        scenarios = sum(question.kind == "scenario" for question in asked)
        drawn = sum(proof.drawn for proof in proofs.values())
        self.stdout.write(f"{len(asked)} questions ({scenarios} scenarios), {drawn:,} variants, {failures} failures")
        if failures:
            raise CommandError("Some questions break a law.")

    def _draw(self, asked: list[Question], seeds: int, show: bool) -> dict[str, Proof]:
        proofs = {question.key: Proof(question.key) for question in asked}
        work = [
            (question, first, min(seeds, first + BATCH))
            for question in asked
            for first in range(0, seeds if question.kind == "scenario" else min(seeds, BATCH), BATCH)
        ]
        # Spawned, not forked: a process that shares nothing also proves that nothing depends on one.
        with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
            running = [pool.submit(_prove, *each) for each in work]
            for number, done in enumerate(as_completed(running), start=1):
                part = done.result()
                whole = proofs[part.question]
                whole.drawn += part.drawn
                whole.problems |= part.problems
                whole.broken.update(part.broken)
                for law, seed in part.examples.items():
                    whole.examples[law] = min(seed, whole.examples.get(law, seed))
                if show:
                    self._bar(number, len(work))
        if show:
            self.stderr.write("")
        return proofs

    def _bar(self, number: int, total: int) -> None:
        width = 40
        done = width * number // total
        self.stderr.write(f"\r[{'#' * done}{' ' * (width - done)}] {number}/{total}", ending="")
        self.stderr.flush()

    def _report(self, question: Question, proof: Proof, seeds: int, quiet: bool) -> int:
        failures = sum(proof.broken.values())
        for law, count in proof.broken.most_common():
            self.stdout.write(f"{question.key}: {law}: {count} of {seeds} seeds, as with --seed {proof.examples[law]}")
        if question.kind == "scenario":
            found = len(proof.problems)
            if not quiet:
                self.stdout.write(f"{question.key}: {found} distinct problems in {proof.drawn} variants")
            wanted = min(ENOUGH, seeds // 5)
            if found < wanted and not question.spec.get("few"):
                self.stdout.write(f"{question.key}: {found} distinct problems; at least {wanted}, or say `few: why`")
                failures += 1
        return failures
